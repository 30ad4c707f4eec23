"""What of a page is deleted or passed over before its body is read: things that are no part of any article's text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import takewhile

from lxml.html import HtmlElement

from ingest.extraction.body.account import Account, Cause
from ingest.html.blocks import Block
from ingest.html.vocabulary import (
    ADVERTS,
    AUTHOR_BOXES,
    BOXES,
    CAPTIONS,
    COMMENTS,
    DIALOGS,
    DISCLAIMERS,
    EMBEDDED,
    FACT_BOXES,
    HEADINGS,
    HIDDEN,
    NAVIGATION,
    NEWSLETTERS,
    NOT_RENDERED,
    OTHER_STORIES,
    SHARING,
    SIDEBARS,
    SOCIAL_POSTS,
    TAGS,
    WIDGETS,
    named,
    words_pattern,
)

_LINKED = 0.8
"""The share of linked text from which on an element without a paragraph is a list of links."""
_CONTAINERS = frozenset({"div", "ul", "ol", "section", "aside", "header", "nav", "footer", "table"})


def cut_link_lists(
    root: HtmlElement, blocks: Sequence[Block], paragraphs: Collection[Block], account: Account
) -> list[Block]:
    """Delete below `root` the largest elements without a paragraph that are empty or nearly all links.

    Gives the blocks that are left.
    """
    whole, linked, holders = _measure(root, blocks, paragraphs)
    gone: set[HtmlElement] = set()
    for element in _outermost(root, holders, {block.element for block in blocks}):
        size = whole.get(element, 0)
        is_frame = size == 0 and next(element.iter("img", "picture"), None) is None
        if is_frame or (size and element.tag in _CONTAINERS and linked[element] >= _LINKED * size):
            gone.update(element.iter() if size else ())
            _drop(element, Cause.LINKS, account)
    return [block for block in blocks if block.element not in gone]


def _measure(
    root: HtmlElement, blocks: Sequence[Block], paragraphs: Collection[Block]
) -> tuple[Counter[HtmlElement], Counter[HtmlElement], set[HtmlElement]]:
    """The text and the linked text that each element below `root` holds, and which of them hold a paragraph."""
    whole: Counter[HtmlElement] = Counter()
    linked: Counter[HtmlElement] = Counter()
    holders: set[HtmlElement] = set()
    for block in blocks:
        size = len(block.text)
        links = round(size * block.link_share)
        around = list(
            takewhile(
                lambda element: element is not root, (block.element, *block.element.iterancestors())
            )
        )
        for element in around:
            whole[element] += size
            linked[element] += links
        if block in paragraphs:
            holders.update(around)
    return whole, linked, holders


def _outermost(
    root: HtmlElement, holders: Collection[HtmlElement], elements: Collection[HtmlElement]
) -> list[HtmlElement]:
    """The largest elements without a paragraph; what stands inside a block of text is not looked at."""
    found: list[HtmlElement] = []
    waiting = list(root)
    while waiting:
        element = waiting.pop()
        if not isinstance(element.tag, str):
            continue
        if element not in holders:
            found.append(element)
        elif element not in elements:
            waiting.extend(element)
    return found


_SILENT = NOT_RENDERED | EMBEDDED | {"select", "button", "dialog", "head"}
_NEVER_TEXT = frozenset({"script", "style", "template", "svg", "head"})
_FRAME = ("nav", "footer")
_MOST = 0.4
"""The share of the page's text from which on an element is not deleted, whatever it is called."""


_ASIDE = words_pattern(
    *(OTHER_STORIES, NEWSLETTERS, ADVERTS, SHARING, COMMENTS, AUTHOR_BOXES, CAPTIONS, TAGS),
    *(NAVIGATION, DIALOGS, HIDDEN, SOCIAL_POSTS, FACT_BOXES, BOXES, SIDEBARS),
)
_DISCLAIMER = words_pattern(DISCLAIMERS)
_MOST_DISCLAIMER = 0.9
"""The share of a page's text that its legal notices may have."""
_POST = words_pattern(SOCIAL_POSTS)
_BOX = words_pattern(WIDGETS)
_PASSED_TAGS = frozenset({"aside", "figure", "figcaption"})
_HIDING = re.compile(r"display:none|visibility:hidden", re.IGNORECASE)


def is_hidden(element: HtmlElement) -> bool:
    """Whether the element is not shown: an attribute or an inline style says so.

    AMP pages have texts for readers without a subscription (https://amp.dev, amp-access and
    amp-subscriptions).
    """
    if element.get("hidden") is not None:
        return True
    if element.get("amp-access", "").lstrip().upper().startswith("NOT "):
        return True
    if element.get("subscriptions-section") == "content-not-granted":
        return True
    style = element.get("style")
    return style is not None and _HIDING.search(style.replace(" ", "")) is not None


def is_aside(element: HtmlElement) -> bool:
    """Whether the element itself is no running text, by its tag or its names."""
    if element.tag not in HEADINGS and named(element, _ASIDE):
        return not _is_quote(element) or named(element, _POST)
    return element.tag in _PASSED_TAGS and element.find(".//table") is None


def is_box(element: HtmlElement) -> bool:
    """Whether the element itself may be a box beside the text, by its tag or its names.

    Themes give such names ("embed", "widget") to parts of articles as well, and to quotes.
    """
    if element.tag not in HEADINGS and named(element, _BOX):
        return not _is_quote(element)
    return element.tag == "form" and element.find(".//table") is None


def _is_quote(element: HtmlElement) -> bool:
    return element.tag == "blockquote" or len(list(element.iterancestors("blockquote"))) > 0


def text_length(element: HtmlElement) -> int:
    """The number of characters of all text below the element."""
    return len(element.text_content())


def _drop(element: HtmlElement, cause: Cause, account: Account) -> None:
    element.drop_tree()
    account.cut(element, cause)


def cut_silent(root: HtmlElement, account: Account) -> None:
    """Delete what holds no text for readers, and the page's frame as HTML marks it.

    A `<nav>` that nobody closed can hold the whole page: it becomes a `<div>`.
    """
    for element in list(root.iter(*_SILENT)):
        if element is not root and element.getparent() is not None:
            element.drop_tree()
            if element.tag not in _NEVER_TEXT:
                account.cut(element, Cause.CONTROL)
    most = _MOST * text_length(root)
    for element in list(root.iter(*_FRAME)):
        if text_length(element) <= most and element.find(".//h1") is None:
            _drop(element, Cause.FRAME, account)
        else:
            element.tag = "div"


def cut(
    elements: Iterable[HtmlElement],
    root: HtmlElement,
    cause: Cause,
    account: Account,
    most: float = _MOST,
) -> None:
    """Delete these elements below `root`, but none that holds more than the share `most` of its text."""
    limit = most * text_length(root)
    for element in elements:
        if (
            element is not root
            and element.getparent() is not None
            and text_length(element) <= limit
        ):
            _drop(element, cause, account)


def cut_disclaimers(headline: HtmlElement | None, root: HtmlElement, account: Account) -> None:
    """Delete legal notices after the headline, which may be longer than a short article.

    Nothing is deleted on a page without a headline: its text may be about disclaimers.
    """
    if headline is None:
        return
    around = {headline, *headline.iterancestors()}
    notices = [
        element
        for element in root.iter("div", "section", "aside", "p", "footer")
        if element not in around and named(element, _DISCLAIMER)
    ]
    cut(notices, root, Cause.DISCLAIMER, account, most=_MOST_DISCLAIMER)


def cut_other_articles(headline: HtmlElement, root: HtmlElement, account: Account) -> None:
    """Delete further articles with an `<h1>` of their own, which pages append for readers who scroll on."""
    own = set(headline.iterancestors())
    has_article = any(element.tag == "article" for element in own)
    for heading in list(root.iter("h1")):
        article = None
        if has_article:
            article = next(iter([*heading.iterancestors("article")][-1:]), None)
        if article is None and _is_set_alike(heading, headline):
            article = _outermost_outside(heading, own)
        if article is not None and article not in own and article.getparent() is not None:
            _drop(article, Cause.OTHER_ARTICLE, account)


def _is_set_alike(heading: HtmlElement, headline: HtmlElement) -> bool:
    """Whether another heading is a headline too: it has the same tag and the same classes."""
    classes = headline.get("class")
    return heading is not headline and bool(classes) and heading.get("class") == classes


def _outermost_outside(heading: HtmlElement, own: Collection[HtmlElement]) -> HtmlElement | None:
    """Return the largest element around a heading that does not hold the page's own headline."""
    outside = [element for element in heading.iterancestors() if element not in own]
    return outside[-1] if outside else None
