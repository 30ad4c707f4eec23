r"""The form that the addresses of a site's articles share, as regular expressions for its definition.

Each path is read as a row of kinds (a year, a number, a slug ...); paths of the same row are one form. What all of them
spell alike stays as it is (`/news/`), all else is made general. An example: `/2026/11/20/some-long-slug/` and others of
that form give `^https?://[^/]+/\d{4}/\d{1,2}/\d{1,2}/[^/?#]+/?(?:[?#]|$)`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

_ANY = "[^/?#]+"
_SLUG = r"[^/?#]+(?:-[^/?#]+){2,}"
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
_ENDING = re.compile(r"\.(?:html?|php|aspx?|jsp|cms|ece|stm|shtml)$", re.IGNORECASE)
_ID_VALUE = re.compile(r"[\w-]*\d[\w-]*")

_FEWEST_ALIKE = 5  # of a form; fewer may spell a segment alike by chance
_MOST_FORMS = 4
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


@dataclass(frozen=True, slots=True)
class _Form:
    kinds: tuple[str, ...]
    general: tuple[str, ...]
    ending: str

    @property
    def telling(self) -> bool:
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
    patterns: list[str] = []
    for form, members in sorted(groups.items(), key=lambda group: len(group[1]), reverse=True):
        missed = sum(not _matches(patterns, url) for url in members)
        if missed >= max(1, _LEAST_SHARE * len(urls)) and len(patterns) < _MOST_FORMS:
            pattern = _pattern(form, members)
            patterns += [pattern] if pattern and pattern not in patterns else []
    return patterns


def _form(url: str) -> _Form:
    segments, ending = _segments(url)
    kinds, general = zip(*(_kind(segment) for segment in segments), strict=True) if segments else ((), ())
    if any(kind in _TELLING for kind in kinds):
        kinds = tuple("any" if kind in {"slug", "word"} else kind for kind in kinds)
        general = tuple(_ANY if kind == "any" else form for kind, form in zip(kinds, general, strict=True))
    elif kinds:
        kinds = (*("any" for _ in kinds[:-1]), kinds[-1])
        general = (*(_ANY for _ in kinds[:-1]), general[-1])
    return _Form(kinds, general, ending)


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


def _kind(segment: str) -> tuple[str, str]:
    for name, looks, general in _KINDS:
        if re.fullmatch(looks, segment):
            return name, general
    words = [word for word in re.split(r"[-_+.]", unquote(segment)) if word]
    return ("slug", _SLUG) if len(words) >= _WORDS_OF_SLUG and segment.count("-") >= 2 else ("word", _ANY)


def _pattern(form: _Form, urls: Sequence[str]) -> str | None:
    """The form as a regular expression, or None where nothing in it tells an article."""
    written = [_written(position, general, urls, form) for position, general in enumerate(form.general)]
    key = _identity_key(urls)
    literal = any(part not in form.general for part in written)
    if not (form.telling or key or form.kinds[-1:] == ("slug",) or (literal and len(form.kinds) > 1)):
        return None
    path = "/".join(written) + re.escape(form.ending)
    end = rf"\?(?:[^#]*&)?{re.escape(key)}=[^&#]*\d" if key else r"/?(?:[?#]|$)" if not form.ending else r"(?:[?#]|$)"
    return f"^https?://[^/]+/{path}{end}"


def _written(position: int, general: str, urls: Sequence[str], form: _Form) -> str:
    """A segment as all spell it, where it is a word and they are enough, or else in general."""
    spellings = {_segments(url)[0][position] for url in urls}
    if form.kinds[position] in {"any", "word"} and len(spellings) == 1 and len(urls) >= _FEWEST_ALIKE:
        return re.escape(spellings.pop()).replace(r"\-", "-")
    return general


def _identity_key(urls: Sequence[str]) -> str | None:
    """The parameter that tells articles apart where their paths don't, such as `id` of `/view.php?id=123`."""
    if len(urls) < 2 or len({_path(url) for url in urls}) > max(1, len(urls) // 3):
        return None
    queries = [dict(parse_qsl(urlsplit(url).query)) for url in urls]
    for key in queries[0]:
        values = [query.get(key, "") for query in queries]
        if all(_ID_VALUE.fullmatch(value) for value in values) and len(set(values)) == len(values):
            return key
    return None


def _exclusions(wrong: Sequence[str], articles: Sequence[str]) -> list[str]:
    """The first directories of pages that are none of the articles, where no article is below them."""
    used = {_first(url) for url in articles}
    found = {first for url in wrong if len(_segments(url)[0]) > 1 and (first := _first(url)) and first not in used}
    words = sorted(found, key=wrong_order(wrong))
    return [f"^https?://[^/]+/{re.escape(word)}/".replace(r"\-", "-") for word in words]


def _first(url: str) -> str:
    return next(iter(_segments(url)[0]), "")
