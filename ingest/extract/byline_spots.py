"""Where a page may show its byline: elements that say "author" in one way or another, found in one walk.

Signs: `rel=author` (HTML living standard, link types), microdata `itemprop=author` (schema.org), hCard `fn`,
words in class, id or test id, links to an author's page, and short lines that begin with "By".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from lxml.html import HtmlElement

from ingest.extract.names import name_key
from ingest.extract.page import Page, text_of


class Sign(IntEnum):
    """What tells that an element is a byline; the greater the surer."""

    LONE = 0
    LINE = 1
    LINK = 2
    WORD = 3
    MARK = 4


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """An element that may hold names. `order` counts the walked elements of the page."""

    element: HtmlElement
    order: int
    sign: Sign


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """The spots in page order, with the main heading and the elements around it."""

    spots: tuple[Spot, ...]
    heading: HtmlElement | None
    heading_order: int
    around_heading: frozenset[HtmlElement] = field(default=frozenset())


_TAGS = (
    *("a", "span", "p", "div", "address", "li", "ul", "strong", "b", "em", "i", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("cite", "section", "footer", "header", "small", "dt", "dd", "td", "label"),
)
_WORD = re.compile(
    r"auth?or|byline|by-line|auteur|autrice|writer|redakteur|redaktør|redaktor|verfasser|forfatter|kirjoittaja|skribent"
    r"|journalist|reporter|contributor|columnist|penulis|yazar|signature|periodista|avtor|attribution"
)
_NOT_WORD = re.compile(
    r"avatar|image|img|photo|picture|bio\b|biog|desc|social|follow|share|comment|related|icon|category|more|modal|newsletter"
    r"|authori[sz]|disclaimer|hentry|type-post|\bpost-\d|breadcrumb|quote|-count"
)
_LINK = re.compile(
    r"/(?:[\w-]*(?:authors?|autor(?:en|es|a|e|i|in)?|auteurs?|writers?|reporters?|journalist\w*|redakt(?:eu|ø)re?|contributors?"
    r"|columnists?|skribent\w*|forfatter\w*|penulis|yazar\w*|bylines?|correspondents?|colunistas?|firmas?)|people|staff|team|by"
    r"|profiles?|profil|users?|members?|mitarbeiter)[/=-][^/?#]|[?&]authorname",
    re.IGNORECASE,
)
_LINE = re.compile(
    r"\s*(?:(?:(?:written|posted|reporting|story|words|text) )?by|von|par|por|di|oleh|door|av|af|przez|tekst|texte?|autor(?:in|en|es|a)?"
    r"|authors?|auteurs?|автор|текст|بقلم|تحریر|作者|記者|文|quelle)(?:\s*[:：]|\s|$)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\s*(?:autor(?:in|en|innen|es|a)?(?:/autor)?|authors?|auteurs?|autore|writer|reporter|written by|by|von|автор|المؤلف|مصنف"
    r"|作者|penulis|yazar)\s*[:：]?\s*",
    re.IGNORECASE,
)
_MAX_LINE = 100  # characters of a line that is a byline


def survey(page: Page, names: Iterable[str] = ()) -> Survey:
    """The spots and the main heading of a page, in one walk over its body.

    Short texts with one of `names` (those of the metadata) are spots too: there the page shows them.
    """
    pattern = "|".join(re.escape(name) for name in names)
    named = re.compile(pattern, re.IGNORECASE) if pattern else None
    spots: list[Spot] = []
    headings: list[tuple[int, HtmlElement]] = []
    words: dict[str, bool] = {}
    for order, element in enumerate(page.body.iter(*_TAGS)):
        if element.tag in ("h1", "h2"):
            headings.append((order, element))
        if spot := _spot(element, order, words, named):
            spots.append(spot)
    order, heading = _main_heading(page, headings)
    around = frozenset(heading.iterancestors()) if heading is not None else frozenset()
    return Survey(tuple(spots), heading, order, around)


def _spot(element: HtmlElement, order: int, words: dict[str, bool], named: re.Pattern[str] | None) -> Spot | None:
    get = element.get
    if "author" in get("rel", "") or "author" in get("itemprop", ""):
        return Spot(element, order, Sign.MARK)
    for name in ("class", "id", "data-testid"):
        value = get(name)
        if value is None:
            continue
        if (says := words.get(value)) is None:
            low = value.casefold()
            says = words[value] = bool(_WORD.search(low)) and not _NOT_WORD.search(low)
        if says:
            return Spot(element, order, Sign.WORD)
    is_link = element.tag == "a"
    if is_link and _LINK.search(get("href", "")):
        return Spot(element, order, Sign.LINK)
    text = (element.text or "").strip()
    if not 1 < len(text) < _MAX_LINE:
        return None
    if (named is not None and named.search(text)) or (not is_link and _LINE.match(text)):
        return Spot(element, order, Sign.LINE)
    parent = element.getparent()
    if element.tag in _LABELS and parent is not None and _LABEL.fullmatch(text) and (element.tail or "").strip():
        return Spot(parent, order, Sign.LINE)
    return Spot(element, order, Sign.LONE) if element.tag in _EMPHASIS and _is_lone(element) else None


_LABELS = frozenset({"strong", "b", "span", "dt", "label", "small"})
_EMPHASIS = frozenset({"strong", "b", "em", "i"})


def _is_lone(element: HtmlElement) -> bool:
    """Whether emphasised text is all that the first or the last paragraph of several holds."""
    parent = element.getparent()
    if (
        parent is None
        or parent.tag != "p"
        or len(parent) != 1
        or (parent.text or "").strip()
        or (element.tail or "").strip()
    ):
        return False
    before = next(parent.itersiblings("p", preceding=True), None) is not None
    after = next(parent.itersiblings("p"), None) is not None
    return before != after


def _main_heading(page: Page, headings: list[tuple[int, HtmlElement]]) -> tuple[int, HtmlElement | None]:
    """The heading whose words are most like the page's title; an `h1` before an `h2`."""
    title = page.meta("og:title", "twitter:title") or next((text_of(node) for node in page.tree.iter("title")), "")
    wanted = set(name_key(title).split())
    best: tuple[float, int, HtmlElement] | None = None
    for order, heading in headings:
        found = set(name_key(text_of(heading)).split())
        if not found:
            continue
        likeness = len(found & wanted) / max(1, len(found | wanted)) + (0.3 if heading.tag == "h1" else 0)
        if best is None or likeness > best[0] + 0.01:
            best = (likeness, order, heading)
    if best and best[0] >= 0.3:
        return best[1], best[2]
    return next(((order, heading) for order, heading in headings if heading.tag == "h1"), (0, None))


_OUTSIDE_TAGS = frozenset({"nav", "aside", "form", "figure", "figcaption", "select", "button", "dialog"})
_OUTSIDE = re.compile(
    r"comment|disqus|respond|wpdcom|related|teaser|sidebar|side-bar|widget|popular|trending|recommend|most-?read|mostread|"
    r"read-?more|more-(?:from|news|stories)|latest|you-may|footer-(?:nav|menu|links)|site-footer|menu|navbar|cookie|newsletter|"
    r"promo|sponsor|carousel|slider|ticker|breaking|popup|modal|outbrain|taboola"
)
_LISTED = frozenset({"article", "li"})


def is_outside(spot: Spot, seen: Survey) -> bool:
    """Whether a spot stands in a menu, a comment, a teaser of another story, or the like.

    Only the ancestors that do not hold the main heading are asked: what holds both belongs to the article.
    """
    if spot.element.tag in _LISTED and _is_teaser(spot.element):
        return True
    in_article = any(ancestor.tag == "article" for ancestor in seen.around_heading)
    for ancestor in spot.element.iterancestors():
        if ancestor in seen.around_heading or ancestor.tag in ("body", "html"):
            return False
        if ancestor.tag in _OUTSIDE_TAGS or _OUTSIDE.search(
            f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}".casefold()
        ):
            return True
        if (ancestor.tag == "article" and in_article) or (ancestor.tag in _LISTED and _is_teaser(ancestor)):
            return True
        if ancestor.tag == "footer" and not any(above.tag in ("article", "main") for above in ancestor.iterancestors()):
            return True
    return False


def _is_teaser(element: HtmlElement) -> bool:
    """Whether a list item or article announces another story: its heading is a link."""
    heading = next(element.iter("h1", "h2", "h3", "h4"), None)
    if heading is None:
        return False
    return next(heading.iter("a"), None) is not None or next(heading.iterancestors("a"), None) is not None


def outermost(spots: list[Spot]) -> Iterator[tuple[Spot, list[Spot]]]:
    """The spots that stand in no other one, each with those inside it."""
    current: Spot | None = None
    inner: list[Spot] = []
    for spot in spots:
        if current is not None and any(ancestor is current.element for ancestor in spot.element.iterancestors()):
            inner.append(spot)
            continue
        if current is not None:
            yield current, inner
        current, inner = spot, []
    if current is not None:
        yield current, inner
