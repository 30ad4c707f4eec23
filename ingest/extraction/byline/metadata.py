"""Parse the authors in a page's metadata: JSON-LD and `<meta>`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from ingest.extraction.byline.kinds import Name, is_own, kind_of
from ingest.extraction.byline.names import clean_name, read_names
from ingest.extraction.byline.words import words
from ingest.extraction.structured import Node, StructuredData, text_value, types_of
from ingest.extraction.vocabulary import LEAD
from ingest.html.page import Page
from ingest.record import AuthorKind
from ingest.text import one_line


@dataclass(frozen=True, slots=True)
class MetaName:
    """A name of the metadata with the author's page, if the metadata has one."""

    name: Name
    url: str | None = None


@dataclass(frozen=True, slots=True)
class MetaNames:
    """The names of the best metadata source; `source` is empty if there are none."""

    names: tuple[MetaName, ...] = ()
    source: str = ""

    @property
    def people(self) -> tuple[MetaName, ...]:
        """The names without desks and the site itself."""
        return tuple(item for item in self.names if item.name.kind is not AuthorKind.DESK)


# The last word counts: `author`, `article:author`, `parsely-author`, `sailthru.author`,
# `article:author_name`, `byl`. A `smartbanner:author` is an app's maker.
_META = re.compile(
    r"^(?:(?!smartbanner|its_|twitter).*[^a-z])?(?:article_?)?"
    r"(?:authors?(?:[._-]?name\d?)?|byl|byline)$"
)
_RANKS = ("author", "article:author", "parsely-author", "sailthru.author", "byl")
# Yoast's "Written by" on cards for Twitter.
_CARDS = (("twitter:label1", "twitter:data1"), ("twitter:label2", "twitter:data2"))
_CREATORS = ("dc.creator", "dcterms.creator", "dc:creator", "citation_author")
_INVERTED = re.compile(r"^([^\W\d_][\w'’-]*), ([^\W\d_][\w'’.-]*(?: [\w'’.-]+)?)$")
_URL = re.compile(r"https?://\S*")
_ACCOUNT = 12  # characters of an account's hash
_MAX = 25  # authors of one page; longer lists are contributors to a whole section


def metadata_names(page: Page, data: StructuredData, desks: Collection[str]) -> MetaNames:
    """Return the authors of the first source that has others than the site itself, else the site.

    Args:
        page: The page.
        data: Its structured data.
        desks: The site's own names in lower case.
    """
    fallback = MetaNames()
    for source, names in _sources(page, data, desks):
        unique = tuple({item.name.text.casefold(): item for item in names}.values())[:_MAX]
        if any(not is_own(item.name.text.casefold(), desks) for item in unique):
            return MetaNames(unique, source)
        if unique and not fallback.names:
            fallback = MetaNames(unique, source)
    return fallback


def _sources(
    page: Page, data: StructuredData, desks: Collection[str]
) -> Iterator[tuple[str, list[MetaName]]]:
    """Yield the names of each source with its provenance, the most reliable source first."""
    for article in data.articles:
        for key in ("author", "creator"):
            yield "json-ld", list(_json_names(page, data, article, key, desks))
    for key in _author_metas(page):
        names = _texts_to_names(page.metas.get(key, []), desks)
        people = [item for item in names if item.name.kind is not AuthorKind.DESK]
        yield "meta", people or names
    for key in _CREATORS:
        values = [_INVERTED.sub(r"\2 \1", value) for value in page.metas.get(key, [])]
        yield "meta", _texts_to_names(values, desks)


def _author_metas(page: Page) -> Iterator[str]:
    """Yield the keys of `<meta>` with authors, the most reliable first."""
    yield from _RANKS
    for key in page.metas:
        if _META.match(key) and key not in _RANKS:
            yield key
    for label, value_key in _CARDS:
        if LEAD.fullmatch(f"{page.meta(label) or '-'} "):
            yield value_key


def _json_names(
    page: Page, data: StructuredData, article: Node, key: str, desks: Collection[str]
) -> Iterator[MetaName]:
    for value in _flat(data, data.each(article, key)):
        if isinstance(value, Mapping):
            yield from _node_names(page, value, desks)
        elif isinstance(value, str):
            yield from _texts_to_names([text_value(value)], desks)


_MAX_VALUES = 50  # people of one list


def _flat(data: StructuredData, values: list[object], depth: int = 3) -> Iterator[object]:
    """Yield the values, with lists in lists and lists of people in a `name` flattened.

    Args:
        data: The structured data, which resolves references.
        values: The values.
        depth: Levels to flatten. A node may refer to itself, or to ten nodes that do the same.
    """
    for value in values[:_MAX_VALUES]:
        inner = value.get("name") if isinstance(value, Mapping) else value
        if not isinstance(inner, list):
            yield value
        elif depth:
            yield from _flat(data, [data.resolve(item) for item in inner[:_MAX_VALUES]], depth - 1)


def _node_names(page: Page, node: Node, desks: Collection[str]) -> Iterator[MetaName]:
    """Yield the names of a node of the type Person or Organization."""
    text = text_value(node.get("name"))
    if not text:
        given, family = text_value(node.get("givenName")), text_value(node.get("familyName"))
        text = one_line(f"{given} {family}")
    url = _author_page(page, node.get("url"))
    if _is_organization(node):
        name = _organization_name(text, desks)
        if name is not None and not _is_no_author(name.text):
            yield MetaName(name, url)
        return
    names = [name for name in read_names(text, desks) if not _is_no_author(name.text)]
    for person in names:
        yield MetaName(person, url if len(names) == 1 else None)


def _is_organization(node: Node) -> bool:
    types = types_of(node)
    return "Person" not in types and any("Organization" in name for name in types)


def _organization_name(text: str, desks: Collection[str]) -> Name | None:
    """Return the name of an organization: an agency's or a desk's, never a person's."""
    name = clean_name(text, [*desks, text.casefold()])
    if not name:
        return None
    kind = kind_of(name)
    if kind is AuthorKind.PERSON:
        kind = AuthorKind.DESK
    return Name(name, text, kind)


def _author_page(page: Page, value: object) -> str | None:
    """Return the URL if it leads to a page of its own, not to the site's front page."""
    if not isinstance(value, str) or not value:
        return None
    address = page.absolute(value)
    return address if address and urlsplit(address).path.strip("/") else None


def _texts_to_names(values: list[str], desks: Collection[str]) -> list[MetaName]:
    """Return the names in texts, without those that are addresses or accounts."""
    names: list[MetaName] = []
    for value in values:
        if _is_address(value):
            continue
        people = [name for name in read_names(value, desks) if not _is_no_author(name.text)]
        if _has_own_host(value, desks):
            people = [replace(name, kind=AuthorKind.DESK) for name in people]
        names += [MetaName(name) for name in people]
    return names


def _has_own_host(value: str, desks: Collection[str]) -> bool:
    """Whether a text has the site's own host beside the name: "The Gazette (gazette.example)"."""
    low = _URL.sub("", value.casefold())  # a whole URL is the author's page
    return any("." in desk and desk in low for desk in desks)


def _is_no_author(text: str) -> bool:
    """Whether a text of the metadata is an account or a company, not an author."""
    return _is_account(text) or text.rpartition(" ")[2].casefold() in words("legal_forms")


def _is_account(text: str) -> bool:
    """Whether a text is an account's number or hash: a long word of small letters and digits."""
    if " " in text or len(text) < _ACCOUNT or text != text.lower():
        return False
    return any(char.isdigit() for char in text)


def _is_address(value: str) -> bool:
    if value[:1] in "@/":
        return True
    return " " not in value and ("@" in value or "://" in value)
