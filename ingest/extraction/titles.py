"""The titles in a page's metadata, and the comparison of titles.

Titles are compared without typography and without the site's name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import SplitResult, parse_qsl, urlsplit

from ingest.extraction.structured import Node, text_value
from ingest.html.page import Page
from ingest.text import title_key, visible

# A word, or one character of a script that is written without spaces.
_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]|[^\W\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]+"
)
_SEPARATOR = re.compile(r"\s+(?:[|\-–—»«:·•‹›~/]|::|--)\s+|\s*[|｜ㅣ]\s*|--")
_MOST_CHARACTERS = 500  # of a title; without its end tag a title holds the page's markup
_MOST_LINKS = 2_000  # that are searched for one that shares the page
_MOST_ADDRESS = 2_000  # characters of such a link
_FEWEST_WORDS = 4  # of a headline rather than a section
_METAS = (
    "og:title",
    "twitter:title",
    "parsely-title",
    "sailthru.title",
    "dc.title",
    "headline",
    "title",
)

# A title's part is the site's name if one is the start of the other, as "The Courier" and
# "courieronline.com", at least so long, and at most so many letters longer.
_FEWEST_OF_NAME, _MOST_ADDED = 4, 7


@dataclass(frozen=True, slots=True)
class Title:
    """A title of the metadata; `source` is "json-ld", "meta" or "title", as in the provenance."""

    text: str
    source: str


def likeness(one: str, other: str) -> float:
    """Return the similarity of two titles by their words, from 0 to 1.

    It is also 1 if one title is the start or the end of the other and at least a third as long.
    """
    mine, theirs = title_key(one), title_key(other)
    if not mine or not theirs:
        return 0.0
    short, long = sorted((mine, theirs), key=len)
    if 3 * len(short) >= len(long) and (long.startswith(short) or long.endswith(short)):
        return 1.0
    words, others = (set(_WORD.findall(text.casefold())) for text in (one, other))
    return (
        len(words & others) / max(1, min(len(words), len(others))) * 0.9 if len(words) > 1 else 0.0
    )


def word_list(text: str) -> list[str]:
    """Return the words of a text; a character of a script without spaces counts as one."""
    return _WORD.findall(text)


def metadata_titles(page: Page, nodes: tuple[Node, ...]) -> tuple[Title, ...]:
    """Return the titles of the JSON-LD articles, the metas and `<title>`, each text once."""
    found = {
        title.text: title
        for title in reversed(tuple(_titles(page, nodes)))
        if len(title.text) <= _MOST_CHARACTERS and title_key(title.text)
    }
    return tuple(reversed(found.values()))


def _titles(page: Page, nodes: tuple[Node, ...]) -> Iterator[Title]:
    for node in nodes[:3]:
        for key in ("headline", "name"):
            yield Title(visible(text_value(node.get(key))), "json-ld")
    for name in _METAS:
        for value in page.metas.get(name, [])[:1]:
            yield Title(visible(value), "meta")
    yield Title(visible(_title_element(page)), "title")


def _title_element(page: Page) -> str | None:
    """Return the text of the first `<title>` that names the page rather than a drawing.

    If text or an element comes before the head, the parser moves `<title>` into the body.
    """
    for element in page.elements("title"):
        if not any(above.tag == "svg" for above in element.iterancestors()):
            return str(element.text or "")
    return None


def shared_titles(page: Page) -> tuple[Title, ...]:
    """Return the titles under which links to other sites share this page, each text once.

    Such a link names the page's own address and its title in the query, whatever the site is.
    """
    host = urlsplit(page.url).hostname
    found: dict[str, None] = {}
    for link in islice(page.elements("a"), _MOST_LINKS):
        address = link.get("href") or ""
        if "=" not in address or len(address) > _MOST_ADDRESS or "title=" not in address.casefold():
            continue
        parts = _split(address)
        if parts is None or parts.hostname in {None, host}:
            continue
        query = {name.casefold(): value for name, value in parse_qsl(parts.query)}
        named = any(_same_page(value, page.url) for value in query.values())
        if named and title_key(title := visible(query.get("title"))):
            found[title] = None
    return tuple(Title(title, "share-link") for title in found)


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address.strip())
    except ValueError:
        return None


def _same_page(address: str, url: str) -> bool:
    parts, own = _split(address), urlsplit(url)
    return parts is not None and (parts.hostname, parts.path) == (own.hostname, own.path)


def without_site_name(title: str, names: Collection[str]) -> str:
    """Return the title without the site's name, as often as it is separated at either end."""
    parts = [
        (0, 0),
        *((found.start(), found.end()) for found in _SEPARATOR.finditer(title)),
        (len(title), len(title)),
    ]
    first, last = 0, len(parts) - 1
    while last - first > 1 and is_site_name(title[parts[last - 1][1] : parts[last][0]], names):
        last -= 1
    while last - first > 1 and is_site_name(title[parts[first][1] : parts[first + 1][0]], names):
        first += 1
    return title[parts[first][1] : parts[last][0]].strip()


def is_own_title(title: str, names: Collection[str]) -> bool:
    """Whether a title consists of the site's own names."""
    return is_site_name(without_site_name(title, names), names)


def says_something(title: str, names: Collection[str]) -> bool:
    """Whether a part of a title has as many words as a headline: "News | World" has not."""
    parts = _SEPARATOR.split(without_site_name(title, names))
    return any(len(word_list(part)) >= _FEWEST_WORDS for part in parts)


def longest_part(title: str) -> str:
    """Return the longest part between separators.

    This is the headline rather than the section or the site's name.
    """
    return max(_SEPARATOR.split(title), key=len)


def is_site_name(part: str, names: Collection[str]) -> bool:
    """Whether a part of a title is one of the site's own names, or little more or less than one."""
    key = title_key(part)
    bare = key.removeprefix("the")
    if key in names or bare in names:
        return True
    return any(
        abs(len(bare) - len(name)) <= _MOST_ADDED
        and min(len(bare), len(name)) >= _FEWEST_OF_NAME
        and (bare.startswith(name) or name.startswith(bare))
        for name in names
    )
