"""The authors that a page's metadata names: JSON-LD, `<meta>`, microdata without text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from ingest.extraction.byline.name_rules import Name, is_own, kind_of
from ingest.extraction.byline.names import clean_name, read_names
from ingest.extraction.structured import Node, StructuredData, text_value, types_of
from ingest.extraction.vocabulary import LEAD
from ingest.html.page import Page
from ingest.record import AuthorKind
from ingest.text import one_line


@dataclass(frozen=True, slots=True)
class MetaName:
    """A name of the metadata with the author's page, where the metadata gives it."""

    name: Name
    url: str | None = None


@dataclass(frozen=True, slots=True)
class MetaNames:
    """The names of the best metadata source; `source` is empty where there are none."""

    names: tuple[MetaName, ...] = ()
    source: str = ""

    @property
    def people(self) -> tuple[MetaName, ...]:
        """The names but those of desks and of the site itself."""
        return tuple(name for name in self.names if name.name.kind is not AuthorKind.DESK)


# The last word counts: `author`, `article:author`, `parsely-author`, `sailthru.author`, `article:author_name`, `byl`.
# A `smartbanner:author` is an app's maker.
_META = re.compile(
    r"^(?:(?!smartbanner|its_|twitter).*[^a-z])?(?:article_?)?(?:authors?(?:[._-]?name)?|byl|byline)$"
)
_RANKS = ("author", "article:author", "parsely-author", "sailthru.author", "byl")
# Yoast's "Written by" on cards for Twitter.
_CARDS = (("twitter:label1", "twitter:data1"), ("twitter:label2", "twitter:data2"))
_CREATORS = ("dc.creator", "dcterms.creator", "dc:creator", "citation_author")
_INVERTED = re.compile(r"^([^\W\d_][\w'’-]*), ([^\W\d_][\w'’.-]*(?: [\w'’.-]+)?)$")
_MAX = 25  # authors of one page; longer lists are contributors to a whole section


def metadata_names(page: Page, data: StructuredData, desks: Collection[str]) -> MetaNames:
    """The authors of the first source that names others than the site itself; failing that, the site.

    `desks` are the site's own names in lower case.
    """
    fallback = MetaNames()
    for source, names in _sources(page, data, desks):
        unique = tuple({name.name.text.casefold(): name for name in names}.values())[:_MAX]
        if any(not is_own(name.name.text.casefold(), desks) for name in unique):
            return MetaNames(unique, source)
        if unique and not fallback.names:
            fallback = MetaNames(unique, source)
    return fallback


def _sources(
    page: Page, data: StructuredData, desks: Collection[str]
) -> Iterator[tuple[str, list[MetaName]]]:
    for article in data.articles:
        for key in ("author", "creator"):
            if names := list(_json_names(page, data, article, key, desks)):
                yield "json-ld", names
    others = [key for key in page.metas if _META.match(key) and key not in _RANKS]
    written = [
        data_key for label, data_key in _CARDS if LEAD.fullmatch(f"{page.meta(label) or '-'} ")
    ]
    for key in (*_RANKS, *others, *written):
        if names := _texts_to_names(page.metas.get(key, []), desks):
            people = [name for name in names if name.name.kind is not AuthorKind.DESK]
            yield "meta", people or names
    for key in _CREATORS:
        values = [_INVERTED.sub(r"\2 \1", value) for value in page.metas.get(key, [])]
        if names := _texts_to_names(values, desks):
            yield "meta", names


def _json_names(
    page: Page, data: StructuredData, article: Node, key: str, desks: Collection[str]
) -> Iterator[MetaName]:
    for value in _flat(data, data.each(article, key)):
        if isinstance(value, Mapping):
            yield from _node_names(page, value, desks)
        elif isinstance(value, str):
            yield from _texts_to_names([text_value(value)], desks)


_MOST_VALUES = 50
"""Of one list of people."""


def _flat(data: StructuredData, values: list[object], depth: int = 3) -> Iterator[object]:
    """The values with lists in lists, and lists of people in a `name`, laid flat.

    To so many levels, for a node may refer to itself or, ten times each, to ten that do the same.
    """
    for value in values[:_MOST_VALUES]:
        inner = value.get("name") if isinstance(value, Mapping) else value
        if not isinstance(inner, list):
            yield value
        elif depth:
            yield from _flat(data, [data.resolve(item) for item in inner[:_MOST_VALUES]], depth - 1)


def _node_names(page: Page, node: Node, desks: Collection[str]) -> Iterator[MetaName]:
    text = text_value(node.get("name"))
    if not text:
        given, family = text_value(node.get("givenName")), text_value(node.get("familyName"))
        text = one_line(f"{given} {family}")
    organisation = any(
        "Organization" in kind for kind in types_of(node)
    ) and "Person" not in types_of(node)
    url = _author_page(page, node.get("url"))
    if organisation:
        if named := clean_name(text, [*desks, text.casefold()]):
            kind = kind_of(named)
            yield MetaName(
                Name(named, text, AuthorKind.DESK if kind is AuthorKind.PERSON else kind), url
            )
        return
    names = read_names(text, desks)
    yield from (MetaName(name, url if len(names) == 1 else None) for name in names)


def _author_page(page: Page, value: object) -> str | None:
    """The URL where it leads to a page of its own, not to the site's front page."""
    address = page.absolute(value) if isinstance(value, str) and value else None
    return address if address and urlsplit(address).path.strip("/") else None


def _texts_to_names(values: list[str], desks: Collection[str]) -> list[MetaName]:
    names = [
        (value, name)
        for value in values
        if not _is_address(value)
        for name in read_names(value, desks)
    ]
    return [MetaName(_as_desk(name) if _tells_own(value, desks) else name) for value, name in names]


def _tells_own(value: str, desks: Collection[str]) -> bool:
    """Whether a text gives the site's own host beside the name: "The Gazette (www.gazette.example)"."""
    return any("." in desk and desk in value.casefold() for desk in desks)


def _as_desk(name: Name) -> Name:
    return replace(name, kind=AuthorKind.DESK)


def _is_address(value: str) -> bool:
    return "://" in value or value[:1] in "@/" or ("@" in value and " " not in value)
