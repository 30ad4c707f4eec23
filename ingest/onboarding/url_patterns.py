r"""The form that the addresses of a site's articles share, as regular expressions for its definition.

Each path is read as a row of kinds (a year, a number, a slug ...); paths of the same row are one form. What all of them
spell alike stays as it is (`/news/`), all else is made general. An example: `/2026/11/20/some-long-slug/` and others of
that form give `^https?://[^/]+/\d{4}/\d{1,2}/\d{1,2}/[^/?#]+/?(?:[?#]|$)`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

_ANY = "[^/?#]+"
_SLUG = r"[^-/?#]+-+[^-/?#]+-[^/?#]+"  # three words; a repeated group would take time exponential in the hyphens
_WORDS_OF_SLUG = 3
# A kind of segment, what it looks like, and how it is written in general; the first that fits counts.
_KINDS = (
    ("year", r"(?:19|20)\d\d", r"\d{4}"),
    ("date", r"\d{4}-\d{1,2}-\d{1,2}", r"\d{4}-\d{1,2}-\d{1,2}"),
    ("date", r"(?:19|20)\d\d[01]\d[0-3]\d", r"\d{8}"),
    ("date", r"\d{1,2}-[A-Za-z]{3}-\d{4}", r"\d{1,2}-[A-Za-z]{3}-\d{4}"),
    ("small", r"\d{1,2}", r"\d{1,2}"),
    ("number", r"\d{3,}", r"\d+"),
    ("id", r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", r"[0-9a-f-]{36}"),
    ("number-slug", r"\d{4,}[-_.,].+", rf"\d+[-_.,]{_ANY}"),
    ("slug-number", r".+[-_.,~]\d{5,}", rf"{_ANY}[-_.,~]\d+"),
    ("slug-number", r".+[-_.,~]a\d{5,}", rf"{_ANY}[-_.,~]a\d+"),
    ("id", r"(?=[^-_]*\d)(?=[^-_]*[A-Za-z])[0-9A-Za-z]{10,}", r"[0-9A-Za-z]{10,}"),
)
_TELLING = frozenset({"year", "date", "number", "id", "number-slug", "slug-number"})
"""Kinds that only articles have: beside one of them any slug will do, without them it needs three words."""
_ENDING = re.compile(
    r"(?:\.[a-z]{1,10})?\.(?:html?|php|aspx?|jsp|cms|ece|stm|shtml)$", re.IGNORECASE
)
_ID_VALUE = re.compile(r"[\w-]*\d[\w-]*")

_FEWEST_ALIKE = 5  # of a form; fewer may spell a segment alike by chance
_MOST_FORMS = 4
_MOST_EXCLUSIONS = 12
_LEAST_SHARE = 0.05  # of all addresses; a rarer form is an exception
_LEAST_MATCHED = 0.6  # below it the forms found say less than none


@dataclass(frozen=True, slots=True)
class Shape:
    """What the articles' addresses have in common.

    `patterns` and `exclusions` are meant for `article_urls` and `not_article_urls`; both are empty where no form is
    common enough. `matched` of the `total` articles fit; `wrong` are addresses of other pages that fit all the same.
    """

    patterns: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()
    matched: int = 0
    total: int = 0
    wrong: tuple[str, ...] = ()

    def fits(self, url: str) -> bool:
        """Whether the address is of this shape; always true where there is none."""
        if any(re.search(pattern, url) for pattern in self.exclusions):
            return False
        return not self.patterns or any(re.search(pattern, url) for pattern in self.patterns)


class _Form(NamedTuple):
    """What paths of one form have in common: directories before the rest or none, the rest's kinds, the ending."""

    below: bool
    kinds: tuple[str, ...]
    ending: str

    @property
    def telling(self) -> bool:
        """Whether a kind in it is enough to tell an article."""
        return any(kind in _TELLING for kind in self.kinds)


def infer_shape(articles: Iterable[str], others: Iterable[str] = ()) -> Shape:
    """The shape of these articles' addresses that leaves out those of other pages of the site, as far as it can."""
    urls = list(dict.fromkeys(articles))
    wanted = set(urls)
    rest = [url for url in dict.fromkeys(others) if url not in wanted]
    patterns = _patterns(urls)
    matched = sum(_matches(patterns, url) for url in urls)
    if not urls or matched < _LEAST_MATCHED * len(urls):
        return Shape(total=len(urls))
    exclusions = _exclusions([url for url in rest if _matches(patterns, url)], urls)
    wrong = tuple(url for url in rest if _matches(patterns, url) and not _matches(exclusions, url))
    return Shape(tuple(patterns), tuple(exclusions), matched, len(urls), wrong)


def _matches(patterns: Iterable[str], url: str) -> bool:
    return any(re.search(pattern, url) for pattern in patterns)


def _patterns(urls: Sequence[str]) -> list[str]:
    """A pattern for each form that is common enough, commonest first, as long as it adds something."""
    groups: defaultdict[_Form, list[str]] = defaultdict(list)
    for url in urls:
        groups[_form(url)].append(url)
    fewest = max(2 if len(urls) > 3 else 1, _LEAST_SHARE * len(urls))
    patterns: list[str] = []
    for form, members in sorted(groups.items(), key=lambda group: len(group[1]), reverse=True):
        missed = sum(not _matches(patterns, url) for url in members)
        if missed >= fewest and len(patterns) < _MOST_FORMS:
            pattern = _pattern(form, members)
            patterns += [pattern] if pattern and pattern not in patterns else []
    return patterns


def _form(url: str) -> _Form:
    segments, ending = _segments(url)
    kinds = [_kind(segment) for segment in segments]
    if any(kind in _TELLING for kind in kinds):
        kinds = ["any" if kind in {"slug", "word"} else kind for kind in kinds]
    else:
        kinds = [*("any" for _ in kinds[:-1]), *kinds[-1:]]
    head = _head(kinds)
    return _Form(head > 0, tuple(kinds[head:]), ending)


def _head(kinds: Sequence[str]) -> int:
    """How many directories stand before what tells."""
    return next(
        (place for place, kind in enumerate(kinds) if kind != "any"), max(0, len(kinds) - 1)
    )


def _segments(url: str) -> tuple[list[str], str]:
    path = _path(url)
    ending = _ENDING.search(path)
    segments = [segment for segment in path.split("/") if segment]
    if ending and segments:
        segments[-1] = segments[-1].removesuffix(ending[0])
    return segments, ending[0] if ending else ""


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _query(url: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(urlsplit(url).query))
    except ValueError:  # no address at all, or more parameters than anyone needs
        return {}


def _kind(segment: str) -> str:
    for name, looks, _ in _KINDS:
        if re.fullmatch(looks, segment):
            return name
    words = [word for word in re.split(r"[-_+.]", unquote(segment)) if word]
    return "slug" if len(words) >= _WORDS_OF_SLUG and segment.count("-") >= 2 else "word"


def _general(segments: set[str], kind: str) -> str:
    """How all of these segments of a kind are written."""
    if kind == "slug":
        return _SLUG
    for name, looks, general in _KINDS:
        if name == kind and all(re.fullmatch(looks, segment) for segment in segments):
            return general
    return _ANY


def _pattern(form: _Form, urls: Sequence[str]) -> str | None:
    """The form as a regular expression, or None where nothing in it tells an article."""
    paths = [_segments(url)[0] for url in urls]
    heads = [path[: len(path) - len(form.kinds)] for path in paths]
    tails = [path[len(path) - len(form.kinds) :] for path in paths]
    directory = _directories(heads) if form.below else ""
    key = _identity_key(urls)
    named = directory not in {"", f"{_ANY}/", f"(?:{_ANY}/)+"}
    if not (form.telling or key or form.kinds[-1:] == ("slug",) or named):
        return None
    spellings = (set(spelled) for spelled in zip(*tails, strict=True))
    rest = "/".join(
        _written(found, kind, len(urls)) for found, kind in zip(spellings, form.kinds, strict=True)
    )
    end = (
        rf"\?(?:[^#]*&)?{_escaped(key)}=[^&#]*\d"
        if key
        else "(?:[?#]|$)"
        if form.ending
        else "/?(?:[?#]|$)"
    )
    return f"^https?://[^/]+/{directory}{rest}{_escaped(form.ending)}{end}"


def _directories(heads: Sequence[list[str]]) -> str:
    """The directories before the rest: those that all have in common as they are spelled, then any."""
    fewest, most = min(map(len, heads)), max(map(len, heads))
    written = [_written(set(spelled), "any", len(heads)) for spelled in zip(*heads, strict=False)]
    if fewest == most:  # otherwise `written` is as deep as the shallowest
        return "".join(f"{segment}/" for segment in written)
    common = list(takewhile(lambda segment: segment != _ANY, written))
    repeated = "*" if len(common) == fewest else "+"
    return "".join(f"{segment}/" for segment in common) + f"(?:{_ANY}/){repeated}"


def _written(spellings: set[str], kind: str, number: int) -> str:
    """A segment as all spell it, where it is a word and they are enough, or else in general."""
    if kind in {"any", "word"} and len(spellings) == 1 and number >= _FEWEST_ALIKE:
        return _escaped(next(iter(spellings)))
    return _general(spellings, kind)


def _escaped(text: str) -> str:
    """The text as a pattern, without the backslash that `re.escape` puts before a hyphen for old Pythons' sake."""
    return re.escape(text).replace(r"\-", "-")


def _identity_key(urls: Sequence[str]) -> str | None:
    """The parameter that tells articles apart where their paths don't, such as `id` of `/view.php?id=123`."""
    if len(urls) < 2 or len({_path(url) for url in urls}) > max(1, len(urls) // 3):
        return None
    queries = [_query(url) for url in urls]
    for key in queries[0]:
        values = [query.get(key, "") for query in queries]
        if all(_ID_VALUE.fullmatch(value) for value in values) and len(set(values)) == len(values):
            return key
    return None


def _exclusions(wrong: Sequence[str], articles: Sequence[str]) -> list[str]:
    """The directories of pages that are none of the articles, as far as no article is below a directory of the name."""
    used = {segment for url in articles for segment in _segments(url)[0]}
    named = (
        next((word for word in _segments(url)[0][:-1] if word not in used), None) for url in wrong
    )
    counts = Counter(word for word in named if word)
    return [f"/{_escaped(word)}/" for word, _ in counts.most_common(_MOST_EXCLUSIONS)]
