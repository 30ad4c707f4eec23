"""Delete elements that are never a part of an article's text, and recognise asides by name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

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
"""The least share of linked text of a list of links, which has no paragraph."""
_CONTAINERS = frozenset({"div", "ul", "ol", "section", "aside", "header", "nav", "footer", "table"})


def cut_link_lists(
    root: HtmlElement, blocks: Sequence[Block], paragraphs: Collection[Block], account: Account
) -> list[Block]:
    """Delete elements without a paragraph that are empty or almost only links.

    Args:
        root: The element below which they are deleted. It is changed.
        blocks: The blocks below it, in page order.
        paragraphs: Those that are paragraphs of running text.
        account: It gets the deleted elements.

    Returns:
        The blocks that were not deleted.
    """
    holders = _holders(root, paragraphs)
    whole, linked = _measure(holders, blocks)
    gone: set[HtmlElement] = set()
    for element in _outermost(root, holders, {block.element for block in blocks}):
        size = whole.get(element, 0)
        if _is_link_list(element, size, linked[element]):
            gone.update(element.iter() if size else ())
            _drop(element, Cause.LINKS, account)
    return [block for block in blocks if block.element not in gone]


def _is_link_list(element: HtmlElement, size: int, linked: int) -> bool:
    """Whether an element without a paragraph is a list of links, or empty without a picture.

    Args:
        element: The element.
        size: The number of characters of its text.
        linked: How many of these are in links.
    """
    if size == 0:
        return next(element.iter("img", "picture"), None) is None
    return element.tag in _CONTAINERS and linked >= _LINKED * size


def _holders(root: HtmlElement, paragraphs: Iterable[Block]) -> set[HtmlElement]:
    """Return `root` and the elements below it that contain a paragraph."""
    holders = {root}
    for block in paragraphs:
        element = block.element
        while element not in holders:
            holders.add(element)
            element = element.getparent()
    return holders


def _measure(
    holders: Collection[HtmlElement], blocks: Sequence[Block]
) -> tuple[Counter[HtmlElement], Counter[HtmlElement]]:
    """Return the size of the text and of the linked text in each element without a paragraph.

    Args:
        holders: The elements that contain a paragraph; the root is one of them.
        blocks: The blocks of the page.
    """
    whole: Counter[HtmlElement] = Counter()
    linked: Counter[HtmlElement] = Counter()
    for block in blocks:
        element = block.element
        if element in holders:
            continue
        size = len(block.text)
        links = round(size * block.link_share)
        while element not in holders:
            whole[element] += size
            linked[element] += links
            element = element.getparent()
    return whole, linked


def _outermost(
    root: HtmlElement, holders: Collection[HtmlElement], elements: Collection[HtmlElement]
) -> list[HtmlElement]:
    """Return the largest elements below `root` without a paragraph.

    Args:
        root: The outermost element.
        holders: The elements that contain a paragraph.
        elements: The elements of blocks. Elements inside them are not returned.
    """
    outermost: list[HtmlElement] = []
    waiting = list(root)
    while waiting:
        element = waiting.pop()
        if not isinstance(element.tag, str):
            continue
        if element not in holders:
            outermost.append(element)
        elif element not in elements:
            waiting.extend(element)
    return outermost


_SILENT = NOT_RENDERED | EMBEDDED | {"select", "button", "dialog", "head"}
_NEVER_TEXT = frozenset({"script", "style", "template", "svg", "head"})
"""Elements that the account does not mention, because readers never see their content."""
_FRAME = ("nav", "footer")
_MOST = 0.4
"""An element with a greater share of the page's text is never deleted."""
_ASIDE = words_pattern(
    *(OTHER_STORIES, NEWSLETTERS, ADVERTS, SHARING, COMMENTS, AUTHOR_BOXES, CAPTIONS, TAGS),
    *(NAVIGATION, DIALOGS, HIDDEN, SOCIAL_POSTS, FACT_BOXES, BOXES, SIDEBARS),
)
_DISCLAIMER = words_pattern(DISCLAIMERS)
_MOST_DISCLAIMER = 0.9
"""The most that a legal notice may have of a page's text."""
_POST = words_pattern(SOCIAL_POSTS)
_BOX = words_pattern(WIDGETS)
_PASSED_TAGS = frozenset({"aside", "figure", "figcaption"})
_HIDING = re.compile(r"display:none|visibility:hidden", re.IGNORECASE)


def is_hidden(element: HtmlElement) -> bool:
    """Whether an attribute or an inline style hides the element.

    AMP pages have hidden texts for readers without a subscription (https://amp.dev, amp-access and
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
    """Whether the element itself is not running text, by its tag, classes or id.

    Quotes with such a name are running text, but embedded posts of social media are not.
    """
    if element.tag not in HEADINGS and named(element, _ASIDE):
        return not _is_quote(element) or named(element, _POST)
    return element.tag in _PASSED_TAGS and element.find(".//table") is None


def is_box(element: HtmlElement) -> bool:
    """Whether the element itself may be a box beside the text, by its tag, classes or id.

    Themes give such names ("embed", "widget") to parts of articles too.
    """
    if element.tag not in HEADINGS and named(element, _BOX):
        return not _is_quote(element)
    return element.tag == "form" and element.find(".//table") is None


def _is_quote(element: HtmlElement) -> bool:
    return element.tag == "blockquote" or len(list(element.iterancestors("blockquote"))) > 0


def text_length(element: HtmlElement) -> int:
    """Return the number of characters of all text below the element."""
    return len(element.text_content())


def _drop(element: HtmlElement, cause: Cause, account: Account) -> None:
    element.drop_tree()
    account.cut(element, cause)


def cut_silent(root: HtmlElement, account: Account) -> None:
    """Delete elements without text for readers, and the navigation and footers of the page.

    A `<nav>` without an end tag can contain the whole page. It becomes a `<div>`.

    Args:
        root: The element below which they are deleted. It is changed.
        account: It gets the deleted elements.
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
    """Delete elements below `root`, except those with much of its text.

    Args:
        elements: The elements.
        root: The element whose text is measured. It is never deleted.
        cause: Why they are deleted.
        account: It gets the deleted elements.
        most: The greatest share of the text that is deleted with one element.
    """
    limit: float | None = None  # most pages have none of the elements, so that it is not needed
    for element in elements:
        if element is root or element.getparent() is None:
            continue
        if limit is None:
            limit = most * text_length(root)
        if text_length(element) <= limit:
            _drop(element, cause, account)


def cut_disclaimers(headline: HtmlElement | None, root: HtmlElement, account: Account) -> None:
    """Delete legal notices, except those around the headline.

    They may be longer than a short article. If there is no headline, nothing is deleted, because
    the text of the page may be about disclaimers.

    Args:
        headline: The element of the headline, or None.
        root: The element below which they are deleted. It is changed.
        account: It gets the deleted elements.
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
    """Delete further articles, which some pages append for readers who scroll to the end.

    They have an `<h1>` in an `<article>` of its own, or an `<h1>` with the classes of the headline.

    Args:
        headline: The element of the page's headline.
        root: The element below which they are deleted. It is changed.
        account: It gets the deleted elements.
    """
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
    """Whether another heading has the same classes as the headline, at least one."""
    classes = headline.get("class")
    return heading is not headline and bool(classes) and heading.get("class") == classes


def _outermost_outside(heading: HtmlElement, own: Collection[HtmlElement]) -> HtmlElement | None:
    """Return the largest element around a heading that is not in `own`, or None.

    Args:
        heading: The heading.
        own: The elements around the page's headline.
    """
    outside = [element for element in heading.iterancestors() if element not in own]
    return outside[-1] if outside else None
