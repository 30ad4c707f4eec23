r"""Infer regular expressions that match the URLs of a site's articles.

Each path is classified as a row of kinds of segments (a year, a number, a slug ...). Paths of the
same row have one form, and each common form becomes a pattern. A segment that all URLs of a form
share stays literal (`/news/`); other segments become general. For example,
`/2026/11/20/a-long-slug/` and others of that form become
`^https?://[^/]+/\d{4}/\d{1,2}/\d{1,2}/[^/?#]+/?(?:[?#]|$)`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

_ANY = "[^/?#]+"
# Three words. A repeated group would take time exponential in the number of hyphens.
_SLUG = r"[^-/?#]+-+[^-/?#]+-[^/?#]+"
_SLUG_WORDS = 3
# Kind of segment, pattern that recognises it, general pattern. The first match counts.
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
_ARTICLE_KINDS = frozenset({"year", "date", "number", "id", "number-slug", "slug-number"})
"""Kinds that only articles have. Next to one of them any slug counts, else it needs 3 words."""
_ENDING = re.compile(
    r"(?:\.[a-z]{1,10})?\.(?:html?|php|aspx?|jsp|cms|ece|stm|shtml)$", re.IGNORECASE
)
_ID_VALUE = re.compile(r"[\w-]*\d[\w-]*")

_MIN_LITERAL = 5  # URLs of a form; fewer may share a segment by chance
_MAX_FORMS = 4
_MAX_EXCLUSIONS = 12
_MIN_SHARE = 0.05  # of all URLs; a rarer form is an exception
_MIN_MATCHED = 0.6  # of all URLs; patterns that match fewer are dropped


@dataclass(frozen=True, slots=True)
class URLPatterns:
    """What the URLs of a site's articles have in common.

    Attributes:
        patterns: for `article_urls` of a definition; empty if no form is common enough.
        exclusions: for `not_article_urls`.
        matched: number of articles that match.
        total: number of articles.
        wrong: URLs of other pages that match too.
    """

    patterns: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()
    matched: int = 0
    total: int = 0
    wrong: tuple[str, ...] = ()

    def match(self, url: str) -> bool:
        """Whether the URL matches; always true without patterns."""
        if _matches(self.exclusions, url):
            return False
        return not self.patterns or _matches(self.patterns, url)


def infer_patterns(articles: Iterable[str], others: Iterable[str] = ()) -> URLPatterns:
    """Return patterns that match these articles and, if possible, none of the other pages.

    Args:
        articles: URLs of articles of one site.
        others: URLs of other pages of the site.
    """
    urls = list(dict.fromkeys(articles))
    patterns = _patterns(urls)
    matched = sum(_matches(patterns, url) for url in urls)
    if not urls or matched < _MIN_MATCHED * len(urls):
        return URLPatterns(total=len(urls))
    article_urls = set(urls)
    wrong = [
        url for url in dict.fromkeys(others) if url not in article_urls and _matches(patterns, url)
    ]
    exclusions = _exclusions(wrong, urls)
    not_excluded = tuple(url for url in wrong if not _matches(exclusions, url))
    return URLPatterns(tuple(patterns), tuple(exclusions), matched, len(urls), not_excluded)


def _matches(patterns: Iterable[str], url: str) -> bool:
    return any(re.search(pattern, url) for pattern in patterns)


class _Form(NamedTuple):
    """The form of a path.

    Attributes:
        has_directories: whether there are directories before `kinds`.
        kinds: of the last segments, from the first one that identifies an article.
        ending: such as `.html`, or "".
    """

    has_directories: bool
    kinds: tuple[str, ...]
    ending: str

    @property
    def identifies_articles(self) -> bool:
        """Whether a kind is enough to recognise an article."""
        return any(kind in _ARTICLE_KINDS for kind in self.kinds)


def _patterns(urls: Sequence[str]) -> list[str]:
    """Return a pattern for each common form, most common first, unless others match its URLs."""
    groups: defaultdict[_Form, list[str]] = defaultdict(list)
    for url in urls:
        groups[_form(url)].append(url)
    minimum = max(2 if len(urls) > 3 else 1, _MIN_SHARE * len(urls))
    patterns: list[str] = []
    for form, members in sorted(groups.items(), key=lambda group: len(group[1]), reverse=True):
        missed = sum(not _matches(patterns, url) for url in members)
        if missed < minimum or len(patterns) >= _MAX_FORMS:
            continue
        pattern = _pattern(form, members)
        if pattern and pattern not in patterns:
            patterns.append(pattern)
    return patterns


def _form(url: str) -> _Form:
    segments, ending = _segments(url)
    kinds = [_kind(segment) for segment in segments]
    if any(kind in _ARTICLE_KINDS for kind in kinds):
        kinds = ["any" if kind in {"slug", "word"} else kind for kind in kinds]
    else:
        kinds = [*("any" for _ in kinds[:-1]), *kinds[-1:]]
    number = _number_of_directories(kinds)
    return _Form(number > 0, tuple(kinds[number:]), ending)


def _number_of_directories(kinds: Sequence[str]) -> int:
    """Return the number of segments before the first one that is not "any"."""
    for position, kind in enumerate(kinds):
        if kind != "any":
            return position
    return max(0, len(kinds) - 1)


def _segments(url: str) -> tuple[list[str], str]:
    """Return the segments of the path, and the ending of the last one apart."""
    path = _path(url)
    segments = [segment for segment in path.split("/") if segment]
    match = _ENDING.search(path)
    if match is None:
        return segments, ""
    if segments:
        segments[-1] = segments[-1].removesuffix(match[0])
    return segments, match[0]


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _query(url: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(urlsplit(url).query))
    except ValueError:  # not a URL, or too many parameters
        return {}


def _kind(segment: str) -> str:
    for name, pattern, _ in _KINDS:
        if re.fullmatch(pattern, segment):
            return name
    words = [word for word in re.split(r"[-_+.]", unquote(segment)) if word]
    return "slug" if len(words) >= _SLUG_WORDS and segment.count("-") >= 2 else "word"


def _pattern(form: _Form, urls: Sequence[str]) -> str | None:
    """Return the form as a regular expression, or None if it does not identify articles."""
    directories = _directories(form, urls)
    key = _identity_key(urls)
    if not (_identifies_articles(form, directories) or key):
        return None
    segments = "/".join(_last_segments(form, urls))
    ending = _escaped(form.ending)
    return f"^https?://[^/]+/{directories}{segments}{ending}{_end(form, key)}"


def _identifies_articles(form: _Form, directories: str) -> bool:
    if form.identifies_articles or form.kinds[-1:] == ("slug",):
        return True
    return directories not in {"", f"{_ANY}/", f"(?:{_ANY}/)+"}  # one of them is literal


def _end(form: _Form, key: str | None) -> str:
    if key:
        return rf"\?(?:[^#]*&)?{_escaped(key)}=[^&#]*\d"
    return "(?:[?#]|$)" if form.ending else "/?(?:[?#]|$)"


def _directories(form: _Form, urls: Sequence[str]) -> str:
    """Return the pattern of the directories: first those that all URLs share, then any."""
    if not form.has_directories:
        return ""
    rows = [_segments(url)[0] for url in urls]
    rows = [row[: len(row) - len(form.kinds)] for row in rows]
    shallowest, deepest = min(map(len, rows)), max(map(len, rows))
    columns = zip(*rows, strict=False)  # as many as the shallowest has
    written = [_written(set(column), "any", len(rows)) for column in columns]
    if shallowest == deepest:
        return "".join(f"{segment}/" for segment in written)
    shared = list(takewhile(lambda segment: segment != _ANY, written))
    repeat = "*" if len(shared) == shallowest else "+"
    return "".join(f"{segment}/" for segment in shared) + f"(?:{_ANY}/){repeat}"


def _last_segments(form: _Form, urls: Sequence[str]) -> Iterator[str]:
    """Yield the pattern of each segment after the directories."""
    rows = [_segments(url)[0] for url in urls]
    columns = zip(*(row[len(row) - len(form.kinds) :] for row in rows), strict=True)
    for column, kind in zip(columns, form.kinds, strict=True):
        yield _written(set(column), kind, len(urls))


def _written(spellings: set[str], kind: str, number: int) -> str:
    """Return a segment as a literal if all of enough URLs share it, or else its general pattern."""
    if kind in {"any", "word"} and len(spellings) == 1 and number >= _MIN_LITERAL:
        return _escaped(next(iter(spellings)))
    return _general(spellings, kind)


def _general(spellings: set[str], kind: str) -> str:
    """Return the general pattern of a kind that matches all of these segments."""
    if kind == "slug":
        return _SLUG
    for name, pattern, general in _KINDS:
        if name == kind and all(re.fullmatch(pattern, spelling) for spelling in spellings):
            return general
    return _ANY


def _escaped(text: str) -> str:
    """Return the text as a pattern, with literal hyphens (`re.escape` puts a backslash there)."""
    return re.escape(text).replace(r"\-", "-")


def _identity_key(urls: Sequence[str]) -> str | None:
    """Return the query parameter that identifies articles, such as `id` of `/view.php?id=123`.

    There is one only if the URLs share few paths, and its values are different numbers.
    """
    if len(urls) < 2 or len({_path(url) for url in urls}) > max(1, len(urls) // 3):
        return None
    queries = [_query(url) for url in urls]
    for key in queries[0]:
        values = [query.get(key, "") for query in queries]
        if len(set(values)) == len(values) and all(map(_ID_VALUE.fullmatch, values)):
            return key
    return None


def _exclusions(wrong: Sequence[str], articles: Sequence[str]) -> list[str]:
    """Return patterns of the most frequent directories of other pages that no article has."""
    used = {segment for url in articles for segment in _segments(url)[0]}
    counts: Counter[str] = Counter()
    for url in wrong:
        unused = [segment for segment in _segments(url)[0][:-1] if segment not in used]
        counts.update(unused[:1])
    return [f"/{_escaped(segment)}/" for segment, _ in counts.most_common(_MAX_EXCLUSIONS)]
