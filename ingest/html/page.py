"""A page, parsed once. Everything in `ingest.extraction` reads the same tree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Generic, TypeVar
from urllib.parse import urljoin

from cssselect import HTMLTranslator
from lxml import etree
from lxml.html import HtmlElement

from ingest.errors import LimitExceeded
from ingest.html.bounds import has_wide_tag
from ingest.html.encoding import decode
from ingest.html.repair import close_title, only_characters
from ingest.html.tree import tree_of
from ingest.html.vocabulary import LINE_BREAKING, NOT_RENDERED
from ingest.settings import Limits
from ingest.text import clean, one_line
from ingest.urls import is_http_url, without_user

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A value, and its source as in `metadata.provenance`."""

    value: T
    source: str


@lru_cache(maxsize=2048)
def compile_css(selector: str) -> etree.XPath:
    """Return a selector as a compiled XPath.

    Args:
        selector: A CSS selector. If it starts with `/`, `./` or `(`, it is an XPath already.

    Raises:
        cssselect.SelectorError: It is not a CSS selector.
        lxml.etree.XPathError: It is not an XPath.
    """
    path = (
        selector
        if selector.startswith(("/", "./", "("))
        else HTMLTranslator().css_to_xpath(selector)
    )
    return etree.XPath(path)


@dataclass(frozen=True)
class Page:
    """One HTML page. Code that deletes elements works on a copy of `tree`.

    Attributes:
        url: The address after redirects.
        html: The source, decoded.
        tree: The root element.
        encoding: The name of the encoding of the page's bytes.
        headers: The response's headers, with names in lower case.
    """

    url: str
    html: str
    tree: HtmlElement
    encoding: str = "utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def base_url(self) -> str:
        """The address that relative links are joined to: that of `<base href>`, or the page's."""
        for base in self.elements("base"):
            if href := (base.get("href") or "").strip():
                return absolute(self.url, href) or self.url
        return self.url

    @cached_property
    def metas(self) -> dict[str, list[str]]:
        """All `<meta>` values that are not empty, in page order.

        The keys are the words of name, property, itemprop and http-equiv, in lower case.
        """
        metas: dict[str, list[str]] = {}
        for meta in self.elements("meta"):
            content = one_line(meta.get("content"))
            if not content:
                continue
            for attribute in ("property", "name", "itemprop", "http-equiv"):
                for key in (meta.get(attribute) or "").casefold().split():
                    metas.setdefault(key, []).append(content)
        return metas

    @cached_property
    def _hrefs(self) -> dict[str, list[str]]:
        """The addresses of all `<link>`, as written, by each word of their `rel` in lower case."""
        hrefs: dict[str, list[str]] = {}
        for link in self.elements("link"):
            for rel in (link.get("rel") or "").casefold().split():
                hrefs.setdefault(rel, []).append(link.get("href") or "")
        return hrefs

    @cached_property
    def canonical(self) -> str | None:
        """The first absolute address of a `<link rel=canonical>` in the head, or None.

        A link in the body does not count (HTML, 4.6.7: `canonical` is not body-ok): it comes with a
        part of another page, such as a card.
        """
        # A link between head and body is in the head of a browser's tree.
        links = select_all(self.tree, "./head/link | ./link[not(preceding-sibling::body)]")
        addresses = (
            self.absolute(link.get("href"))
            for link in links
            if "canonical" in (link.get("rel") or "").casefold().split()
        )
        return next(filter(None, addresses), None)

    @cached_property
    def microdata(self) -> dict[str, list[HtmlElement]]:
        """The elements with an `itemprop`, in page order, by each of its words in lower case."""
        properties: dict[str, list[HtmlElement]] = {}
        if "itemprop" not in self.html:  # five times faster than to search the tree
            return properties
        for element in select_all(self.tree, "//*[@itemprop]"):
            for name in (element.get("itemprop") or "").casefold().split():
                properties.setdefault(name, []).append(element)
        return properties

    @property
    def body(self) -> HtmlElement:
        """The `<body>`, or the root if there is none."""
        return body_of(self.tree)

    @cached_property
    def _by_tag(self) -> dict[str, list[HtmlElement]]:
        """All elements by tag: one walk of the tree takes hardly longer than one for each tag."""
        by_tag: dict[str, list[HtmlElement]] = {}
        for element in self.tree.iter("*"):
            by_tag.setdefault(element.tag, []).append(element)
        return by_tag

    def elements(self, tag: str) -> Sequence[HtmlElement]:
        """Return all elements with this tag, in page order."""
        return self._by_tag.get(tag, ())

    def meta(self, *names: str) -> str | None:
        """Return the first value of the first of these metas that has one, or None."""
        return next((values[0] for name in names if (values := self.metas.get(name))), None)

    def links(self, rel: str) -> list[str]:
        """Return the absolute addresses of the `<link>` with this word, in lower case, in `rel`."""
        # Most links of a page load style sheets and icons, whose addresses nobody asks for.
        return [url for href in self._hrefs.get(rel, ()) if (url := self.absolute(href))]

    def absolute(self, address: str | None) -> str | None:
        """Return the address joined to `base_url`, or None; see `absolute`."""
        return absolute(self.base_url, address)

    def select(self, *selectors: str) -> list[HtmlElement]:
        """Return the elements of the first selector that matches any; see `compile_css`."""
        return select_first(self.tree, selectors)


def body_of(tree: HtmlElement) -> HtmlElement:
    """Return the `<body>` of a tree, or the root if it has none."""
    body = tree.find("body")
    return tree if body is None else body


def select_first(tree: HtmlElement, selectors: Iterable[str]) -> list[HtmlElement]:
    """Return the elements of the first selector that matches any; see `compile_css`."""
    for selector in selectors:
        if matches := select_all(tree, selector):
            return matches
    return []


def select_all(element: HtmlElement, selector: str) -> list[HtmlElement]:
    """Return the elements below `element` that match, in page order; see `compile_css`."""
    matches = compile_css(selector)(element)
    if not isinstance(matches, list):  # an XPath can also give a number or a text
        return []
    return [node for node in matches if isinstance(node, HtmlElement)]


_MOST_ADDRESS = 8_000
"""The most characters of an address. RFC 9110, section 4.1, recommends to support so many."""

_PLAIN_ADDRESS = re.compile(
    r"https?://(?:[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,18}/[a-zA-Z0-9/._~%+=&,-]{0,2000}"
)
"""An address that joining and cleaning would not change."""


def absolute(base: str, address: str | None) -> str | None:
    """Return an address as an absolute http(s) URL, or None.

    It is None if the address is empty, only a fragment, a script, not http(s), not valid, or longer
    than 8,000 characters.

    Args:
        base: The absolute URL that a relative address is joined to.
        address: The address as written. A user name in it is removed.
    """
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
    if not _PLAIN_ADDRESS.fullmatch(joined) and not is_http_url(joined):
        return None
    return without_user(joined) if "@" in joined else joined


def text_of(element: HtmlElement) -> str:
    """Return all text below the element on one line, without scripts and styles."""
    if len(element) == 0:  # most elements; walking takes much longer than reading their text
        is_shown = isinstance(element.tag, str) and element.tag not in NOT_RENDERED
        return one_line(element.text) if is_shown else ""
    return one_line("".join(texts_of(element)))


def texts_of(element: HtmlElement) -> Iterator[str]:
    """Yield the pieces of `text_of`, with a blank where an element begins a line."""
    walker = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, node in walker:
        if event == "start":
            if node.tag in NOT_RENDERED:
                walker.skip_subtree()  # the end event, for the text after it, still comes
                continue
            if node.tag in LINE_BREAKING:
                yield " "
            if node.text:
                yield node.text
        elif node is not element and node.tail:
            yield node.tail


def parse(
    html: bytes | str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    limits: Limits | None = None,
) -> Page:
    """Return a parsed page. Any bytes give one, even if they are not HTML.

    Args:
        html: The page as text, or as bytes, whose encoding is detected.
        url: The address after redirects.
        headers: The response's headers, with names in lower case.
        limits: The limits on size and tags; the defaults if None.

    Raises:
        LimitExceeded: The page is longer than `limits.page_bytes`, has more tags than
            `limits.tags`, or has a tag with 500 attributes.
    """
    limits = limits or Limits()
    headers = headers or {}
    if len(html) > limits.page_bytes:
        raise LimitExceeded(
            f"{len(html)} bytes are over the limit of {limits.page_bytes}",
            "raise limits.page_bytes",
        )
    if isinstance(html, bytes):
        text, encoding = decode(html, headers.get("content-type"))
    else:
        text, encoding = html, "utf-8"
    if (tags := text.count("<")) > limits.tags * 2:  # start and end tags
        raise LimitExceeded(
            f"about {tags // 2} tags are over the limit of {limits.tags}", "raise limits.tags"
        )
    text = only_characters(text)
    source = close_title(text).encode("utf-8")
    if has_wide_tag(source):
        raise LimitExceeded("a tag has 500 attributes or more")
    return Page(url=url, html=text, tree=tree_of(source), encoding=encoding, headers=headers)
