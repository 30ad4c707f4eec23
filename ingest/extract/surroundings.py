"""The elements around a heading in page order, without those of other stories and of the page's furniture."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from ingest.extract.page import class_words

_SKIPPED = frozenset(
    {"aside", "nav", "footer", "form", "script", "style", "noscript", "template",
     "svg", "iframe", "figure", "select", "button", "dialog", "head"}
)  # fmt: skip
_NOT_OURS = re.compile(
    r"\b(?:related|recommend\w*|teasers?|sidebar|widgets?|comments?|most-?(?:read|popular)|trending|ticker|navbar|menu"
    r"|footer|carousel|slider|latest|more-?(?:news|stories|from|on)|read-?(?:more|next|also)|cards?|promo|newsletter"
    r"|share|sharing|social|breadcrumbs?)\b"
)


def behind(heading: HtmlElement, most: int) -> Iterator[HtmlElement]:
    """At most `most` elements that follow the heading, in page order."""
    count = 0
    for branch in _branches(heading, forward=True):
        for element in _inside(branch):
            count += 1
            if count > most:
                return
            yield element


def before(heading: HtmlElement, most: int) -> Iterator[HtmlElement]:
    """At most `most` elements that precede the heading and don't hold it, the nearest branch first."""
    count = 0
    for branch in _branches(heading, forward=False):
        for element in _inside(branch):
            count += 1
            if count > most:
                return
            yield element


def _branches(heading: HtmlElement, *, forward: bool) -> Iterator[HtmlElement]:
    """The siblings of the heading on one side, then those of each element around it."""
    for level in (heading, *heading.iterancestors()):
        if level.tag == "body":
            return
        yield from level.itersiblings(preceding=not forward)


def _inside(branch: HtmlElement) -> Iterator[HtmlElement]:
    """The branch and what is in it, in page order, without what is not the story's own."""
    stack = [branch]
    while stack:
        element = stack.pop()
        if not isinstance(element.tag, str) or element.tag in _SKIPPED or _NOT_OURS.search(class_words(element)):
            continue
        yield element
        stack.extend(reversed(element))
