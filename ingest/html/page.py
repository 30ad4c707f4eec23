"""A page parsed once: everything in `ingest.extraction` reads this one tree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Generic, TypeVar
from urllib.parse import urljoin

from cssselect import HTMLTranslator
from lxml import etree
from lxml.html import (
    HtmlComment,
    HtmlElement,
    HTMLParser,
    HtmlProcessingInstruction,
    document_fromstring,
)

from ingest.errors import LimitExceeded
from ingest.html.bounds import cut_at_wide_tag
from ingest.html.encoding import decode
from ingest.html.repair import close_title, repair
from ingest.html.vocabulary import LINE_BREAKING, NOT_RENDERED
from ingest.settings import Limits
from ingest.text import clean, one_line
from ingest.urls import without_user

T = TypeVar("T")

_EMPTY = "<html><head></head><body></body></html>"
_NOT_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NAMED_CONTROL = re.compile(
    r"&#(?:0*(?:[0-8]|1[0-9]|11|12|14|15|2[0-9]|30|31)|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]));"
)


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A value and where it was found; `source` is what `metadata.provenance` shows."""

    value: T
    source: str


@lru_cache(maxsize=2048)
def compile_css(selector: str) -> etree.XPath:
    """The CSS selector as a compiled XPath; raises `cssselect.SelectorError` (a ValueError) where it is none.

    A selector that starts with `/` or `./` is XPath already.
    """
    path = (
        selector
        if selector.startswith(("/", "./", "("))
        else HTMLTranslator().css_to_xpath(selector)
    )
    return etree.XPath(path)


@dataclass(frozen=True)
class Page:
    """One HTML page. Readers never change `tree`; what prunes works on a copy.

    `url` is the final address; `headers` have lower-case names.
    """

    url: str
    html: str
    tree: HtmlElement
    encoding: str = "utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def base_url(self) -> str:
        """What relative links are relative to (`<base href>`)."""
        for base in self.tree.iter("base"):
            if href := (base.get("href") or "").strip():
                return absolute(self.url, href) or self.url
        return self.url

    @cached_property
    def metas(self) -> dict[str, list[str]]:
        """All `<meta>` values in page order by lower-case name, property, itemprop or http-equiv; no empty ones."""
        metas: dict[str, list[str]] = {}
        for meta in self.tree.iter("meta"):
            content = one_line(meta.get("content"))
            if not content:
                continue
            for attribute in ("property", "name", "itemprop", "http-equiv"):
                for key in (meta.get(attribute) or "").casefold().split():
                    metas.setdefault(key, []).append(content)
        return metas

    @cached_property
    def links(self) -> dict[str, list[str]]:
        """The absolute addresses of `<link rel=... href=...>`, by lower-case rel."""
        links: dict[str, list[str]] = {}
        for link in self.tree.iter("link"):
            if address := self.absolute(link.get("href")):
                for rel in (link.get("rel") or "").casefold().split():
                    links.setdefault(rel, []).append(address)
        return links

    @cached_property
    def microdata(self) -> dict[str, list[HtmlElement]]:
        """The elements of microdata, metas among them, in page order by each lower-case word of their `itemprop`."""
        found: dict[str, list[HtmlElement]] = {}
        if "itemprop" not in self.html:  # most pages: a search of the tree costs five times as much
            return found
        for element in select_all(self.tree, "//*[@itemprop]"):
            for name in (element.get("itemprop") or "").casefold().split():
                found.setdefault(name, []).append(element)
        return found

    @property
    def body(self) -> HtmlElement:
        """The `<body>`, or the root where a page has none."""
        return body_of(self.tree)

    def meta(self, *names: str) -> str | None:
        """The first value of the first of these metas that has one."""
        return next((values[0] for name in names if (values := self.metas.get(name))), None)

    def absolute(self, address: str | None) -> str | None:
        """The address as an absolute http(s) URL, or None where it is none."""
        return absolute(self.base_url, address)

    def select(self, *selectors: str) -> list[HtmlElement]:
        """The elements of the first selector (CSS, or XPath from `/`) that matches any."""
        return select_first(self.tree, selectors)


def body_of(tree: HtmlElement) -> HtmlElement:
    """Return the `<body>` of a tree, or the root if it has none."""
    body = tree.find("body")
    return tree if body is None else body


def select_first(tree: HtmlElement, selectors: Iterable[str]) -> list[HtmlElement]:
    """Return the elements of the first selector (CSS, or XPath from `/`) that matches any."""
    for selector in selectors:
        if matches := select_all(tree, selector):
            return matches
    return []


def select_all(element: HtmlElement, selector: str) -> list[HtmlElement]:
    """The elements below `element` that match, in page order."""
    found = compile_css(selector)(element)
    return (
        [node for node in found if isinstance(node, HtmlElement)] if isinstance(found, list) else []
    )


_MOST_ADDRESS = 8_000
"""Characters: what RFC 9110 section 4.1 asks everyone to support at least."""


_PLAIN_ADDRESS = re.compile(r"https?://[a-z0-9][a-z0-9.-]*(?::\d+)?/[a-zA-Z0-9/._~%+=&,-]{0,2000}")
"""An address to which joining and cleaning change nothing."""


def absolute(base: str, address: str | None) -> str | None:
    """`address` joined to `base` as an http(s) URL without white space and user name; None too where it is overlong."""
    if not address:
        return None
    if _PLAIN_ADDRESS.fullmatch(address):
        return address
    address = clean(re.sub(r"[\t\r\n]", "", address)).strip()
    if (
        address[:1] == "#"
        or address[:11].casefold() == "javascript:"
        or len(address) > _MOST_ADDRESS
    ):
        return None
    try:
        joined = urljoin(base, address).replace(" ", "%20")
    except ValueError:  # such as an unclosed IPv6 bracket
        return None
    if not re.match(r"https?://[^\s/]", joined) or re.search(r"\s", joined):
        return None
    return without_user(joined) if "@" in joined else joined


def text_of(element: HtmlElement) -> str:
    """All text below the element on one line, scripts and styles left out."""
    if len(element) == 0:  # most elements; walking takes much longer than reading their text
        return "" if element.tag in NOT_RENDERED else one_line(element.text)
    return one_line("".join(_texts(element)))


def _texts(element: HtmlElement) -> Iterator[str]:
    walker = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, node in walker:
        if event == "start":
            if node.tag in NOT_RENDERED:
                walker.skip_subtree()  # its end, and the text behind it, still come
                continue
            if node.tag in LINE_BREAKING:
                yield " "
            if node.text:
                yield node.text
        elif node is not element and node.tail:
            yield node.tail


def class_words(element: HtmlElement) -> str:
    """The element's id and classes in lower case, for matching words in them."""
    return f"{element.get('id') or ''} {element.get('class') or ''}".casefold()


def parse(
    html: bytes | str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    limits: Limits | None = None,
) -> Page:
    """Parse a page once. Any bytes give a page; over `limits.page_bytes` or `limits.tags` raises `LimitExceeded`."""
    limits = limits or Limits()
    headers = headers or {}
    if len(html) > limits.page_bytes:
        raise LimitExceeded(
            f"{len(html)} bytes are over the limit of {limits.page_bytes}",
            "raise limits.page_bytes",
        )
    raw = html if isinstance(html, bytes) else html.encode("utf-8", "surrogatepass")
    if len(cut_at_wide_tag(raw)) < len(raw):
        raise LimitExceeded("a tag has 500 attributes or more")
    if isinstance(html, bytes):
        text, encoding = decode(html, headers.get("content-type"))
    else:
        text, encoding = html, "utf-8"
    if (tags := text.count("<")) > limits.tags * 2:  # start and end tags
        raise LimitExceeded(
            f"about {tags // 2} tags are over the limit of {limits.tags}", "raise limits.tags"
        )
    text = _NAMED_CONTROL.sub("", _NOT_CHARACTERS.sub("", text))
    return Page(url=url, html=text, tree=_tree(text), encoding=encoding, headers=headers)


# lxml.html asks a Python function for the class of every element; naming the classes costs a third of that. Forms
# lose their own classes, which nobody here uses. trafilatura is a sixth faster on such a tree, with the same text.
_CLASSES = etree.ElementDefaultClassLookup(
    element=HtmlElement, comment=HtmlComment, pi=HtmlProcessingInstruction
)


def _parser() -> HTMLParser:
    parser = HTMLParser(encoding="utf-8")
    parser.set_element_class_lookup(_CLASSES)
    return parser


def _tree(text: str) -> HtmlElement:
    for source in (text, _EMPTY):
        try:
            # Bytes with a stated encoding: lxml refuses a str with an XML declaration, and trusts no <meta> then.
            tree = document_fromstring(close_title(source).encode("utf-8"), parser=_parser())
        except (etree.LxmlError, ValueError):  # an empty document, or none at all
            continue
        repair(tree)
        return tree
    raise AssertionError("the empty page parses")
