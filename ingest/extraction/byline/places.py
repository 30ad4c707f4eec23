"""Where on the page a byline's spot stands: how near to the headline, and whether in another story's teaser."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from ingest.extraction.byline.candidates import Sign, Spot, Survey

_OUTSIDE_TAGS = frozenset({"nav", "form", "select", "button", "dialog", "blockquote"})
_OUTSIDE = re.compile(
    r"comment|disqus|respond|wpdcom|related|teaser|popular|trending|recommend|most-?read|read-?more"
    r"|more-(?:from|news|stories)|you-may|footer-(?:nav|menu|links)|site-footer|\bmenu|navbar|cookie|newsletter|carousel"
    r"|ticker|breaking|popup|modal|outbrain|taboola|caption"
)
# Layouts put bylines in these too: only far from the heading do they tell of something else.
_ASIDE = re.compile(r"sidebar|side-bar|widget|latest|promo|sponsor|slider")
_LISTED = frozenset({"article", "li"})
_FIGURES = frozenset({"figure", "figcaption"})
_UNDER, _NEAR, _FAR = 20, 60, 150  # walked elements between the main heading and a byline
NEAREST = 3
"""What `nearness` gives right after the headline."""


def nearness(spot: Spot, seen: Survey) -> int:
    """From 1 (far from the main heading, or none is known) to 3 (right after it)."""
    if seen.heading is None or spot.order > _FAR:
        return 1
    return NEAREST if 0 <= spot.order <= _NEAR else 2


def is_under_heading(spot: Spot, seen: Survey) -> bool:
    """Whether a spot follows at once on the main heading."""
    return seen.heading is not None and 0 <= spot.order <= _UNDER


def is_outside(spot: Spot, seen: Survey) -> bool:
    """Whether a spot stands in a menu, a comment, a teaser of another story, a figure, or the like.

    Only the ancestors that do not hold the main heading are asked: what holds both belongs to the article.
    """
    element = spot.element
    if element.tag in _LISTED and _is_teaser(element):
        return True
    article = next(
        (ancestor for ancestor in seen.around_heading if ancestor.tag == "article"), None
    )
    apart = article is not None and article not in element.iterancestors()
    strict = apart or nearness(spot, seen) < NEAREST or spot.sign <= Sign.LINE
    in_figure = spot.sign is Sign.MARK or element.tag == "address"
    for ancestor in element.iterancestors():
        if ancestor in seen.around_heading or ancestor.tag in ("body", "html"):
            return False
        if _is_elsewhere(ancestor, strict=strict) or (
            article is not None and ancestor.tag == "article"
        ):
            return True
        if ancestor.tag in _FIGURES and not in_figure:
            return True  # a photographer
    return False


def _is_elsewhere(ancestor: HtmlElement, *, strict: bool) -> bool:
    tag = ancestor.tag
    if (
        tag in _OUTSIDE_TAGS
        or (strict and tag == "aside")
        or (tag in _LISTED and _is_teaser(ancestor))
    ):
        return True
    words = f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}".casefold()
    if _OUTSIDE.search(words) or (strict and _ASIDE.search(words)):
        return True
    return tag == "footer" and not any(
        above.tag in ("article", "main") for above in ancestor.iterancestors()
    )


def _is_teaser(element: HtmlElement) -> bool:
    """Whether a list item or article announces another story: its heading is a link."""
    heading = next(element.iter("h1", "h2", "h3", "h4"), None)
    if heading is None:
        return False
    return (
        next(heading.iter("a"), None) is not None
        or next(heading.iterancestors("a"), None) is not None
    )
