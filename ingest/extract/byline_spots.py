"""Where a page may show its byline: elements that say "author" in one way or another, found in one walk.

Signs: `rel=author` (HTML living standard, link types), microdata `itemprop=author` (schema.org), hCard `fn`,
words in class, id or test id, links to an author's page, and short lines that begin with "By".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise

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
    r"|authori[sz]|disclaimer|hentry|type-post|\bpost-\d|breadcrumb|quote|-count|caption|credit"
)
# Folders of the pages about authors, in their addresses: `/author/a-name/`, `/people/a-name`.
_FOLDERS = frozenset(
    ("author", "authors", "autor", "autores", "autoren", "autorin", "autora", "autore", "autori", "auteur", "auteurs")
    + (
        "writer",
        "writers",
        "reporter",
        "reporters",
        "journalist",
        "journalists",
        "journalisten",
        "journaliste",
        "journalistes",
    )
    + (
        "redakteur",
        "redakteure",
        "redaktion-autoren",
        "contributor",
        "contributors",
        "columnist",
        "columnists",
        "correspondent",
    )
    + (
        "skribent",
        "skribenter",
        "forfatter",
        "penulis",
        "yazar",
        "yazarlar",
        "byline",
        "bylines",
        "colunista",
        "colunistas",
    )
    + (
        "firma",
        "firmas",
        "people",
        "staff",
        "team",
        "by",
        "profile",
        "profiles",
        "profil",
        "user",
        "users",
        "member",
        "members",
    )
    + ("mitarbeiter", "avtor", "avtory", "auther", "staff-writers", "opinion-writers", "our-team", "team-member")
)
# First words of a line with names, in lower case; a CJK label has no blank after it.
_LEADS = frozenset(
    ("by", "written", "posted", "reporting", "story", "words", "von", "par", "por", "di", "oleh", "door", "av", "af")
    + (
        "przez",
        "text",
        "texte",
        "tekst",
        "autor",
        "autorin",
        "autoren",
        "autora",
        "author",
        "authors",
        "auteur",
        "quelle",
    )
    + ("автор", "текст", "بقلم", "تحریر", "作者", "記者", "文")
)
_FIRST_WORD = re.compile(r"[^\s:：/]+")
_LABEL = re.compile(
    r"\s*(?:autor(?:in|en|innen|es|a)?(?:/autor)?|authors?|auteurs?|autore|writer|reporter|written by|by|von|автор|المؤلف|مصنف"
    r"|作者|penulis|yazar)\s*[:：]?\s*",
    re.IGNORECASE,
)
_MAX_HEADINGS = 60  # headings of one level that are compared with the title
_MAX_LINE = 100  # characters of a line that is a byline
_LABELS = frozenset({"strong", "b", "span", "dt", "label", "small"})
_EMPHASIS = frozenset({"strong", "b", "em", "i"})


def survey(page: Page, names: Collection[str] = ()) -> Survey:
    """The spots and the main heading of a page, in one walk over its body.

    Short texts with one of `names` (those of the metadata) are spots too: there the page shows them.
    """
    wanted = tuple(dict.fromkeys(form for name in names for form in (name, name.upper())))
    spots: list[Spot] = []
    headings: list[tuple[int, HtmlElement]] = []
    for order, element in enumerate(page.body.iter(*_TAGS)):
        if element.tag in ("h1", "h2"):
            headings.append((order, element))
        sign = _sign(element, wanted)
        if sign is Sign.LINE and (item := _labelled(element)) is not None:
            spots.append(Spot(item, order, Sign.WORD))
        elif sign is not None:
            spots.append(Spot(element, order, sign))
    order, heading = _main_heading(page, headings)
    around = frozenset(heading.iterancestors()) if heading is not None else frozenset()
    return Survey(tuple(spots), heading, order, around)


def _sign(element: HtmlElement, wanted: tuple[str, ...]) -> Sign | None:
    get = element.get
    if "author" in get("rel", "") or "author" in get("itemprop", ""):
        return None if _NOT_WORD.search(get("class", "").casefold()) else Sign.MARK
    if (
        element.tag == "address"
        or _says_author(get("class"))
        or _says_author(get("id"))
        or _says_author(get("data-testid"))
    ):
        return Sign.WORD
    tag = element.tag
    if tag == "a" and leads_to_author(get("href", "")):
        return Sign.LINK
    text = element.text
    if not text or len(text) > 4 * _MAX_LINE or text.isspace():
        return None
    if tag != "a" and (word := _FIRST_WORD.search(text)) and word[0].casefold() in _LEADS and _is_line(text):
        return Sign.LINE
    for name in wanted:
        if name in text:
            return Sign.LINE if _is_line(text) else None
    return Sign.LONE if tag in _EMPHASIS and _is_lone(element) else None


def leads_to_author(address: str) -> bool:
    """Whether an address has the shape of an author's page."""
    folders = address.split("/")
    if not _FOLDERS.isdisjoint(folders[:-1]):
        return any(folder in _FOLDERS and bool(name) for folder, name in pairwise(folders))
    return folders[-1].startswith(("autor-", "author-", "?author")) or "authorname" in address


@lru_cache(maxsize=20_000)  # a site's pages share their classes
def _says_author(value: str | None) -> bool:
    if value is None:
        return False
    low = value.casefold()
    return _WORD.search(low) is not None and _NOT_WORD.search(low) is None


def _is_line(text: str) -> bool:
    return len(text) < _MAX_LINE or len(text.strip()) < _MAX_LINE


def _labelled(element: HtmlElement) -> HtmlElement | None:
    """The element around a mere label: in `<li><b>Author</b> A. Name</li>` it is the item that holds the name."""
    if element.tag not in _LABELS or not (element.tail or "").strip() or not _LABEL.fullmatch(element.text or ""):
        return None
    return element.getparent()


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
    for tag, enough in (("h1", 0.3), ("h2", 0.6)):
        named = [(order, heading) for order, heading in headings if heading.tag == tag][:_MAX_HEADINGS]
        likeness = [_likeness(heading, wanted) for _, heading in named]
        if likeness and max(likeness) >= enough:
            return named[likeness.index(max(likeness))]
    return next(((order, heading) for order, heading in headings if heading.tag == "h1"), (0, None))


def _likeness(heading: HtmlElement, wanted: Collection[str]) -> float:
    found = set(name_key(text_of(heading)).split())
    return len(found & set(wanted)) / max(1, len(found | set(wanted)))


_OUTSIDE_TAGS = frozenset({"nav", "form", "select", "button", "dialog", "blockquote"})
_OUTSIDE = re.compile(
    r"comment|disqus|respond|wpdcom|related|teaser|popular|trending|recommend|most-?read|read-?more|more-(?:from|news|stories)|you-may"
    r"|footer-(?:nav|menu|links)|site-footer|\bmenu|navbar|cookie|newsletter|carousel|ticker|breaking|popup|modal|outbrain|taboola|caption"
)
# Layouts put bylines in these too: only far from the heading do they tell of something else.
_FIGURES = frozenset({"figure", "figcaption"})
_ASIDE = re.compile(r"sidebar|side-bar|widget|latest|promo|sponsor|slider")
_LISTED = frozenset({"article", "li"})
_NEAR = (-25, 60, 150)  # walked elements between the main heading and a byline: before, near, not far


def nearness(spot: Spot, seen: Survey) -> int:
    """From 0 (before the article, or no heading is known) to 3 (right after the main heading)."""
    distance = spot.order - seen.heading_order
    if seen.heading is None:
        return 1
    if distance < 0:
        return 2 if distance >= _NEAR[0] else 0
    return 3 if distance <= _NEAR[1] else 2 if distance <= _NEAR[2] else 1


def is_outside(spot: Spot, seen: Survey) -> bool:
    """Whether a spot stands in a menu, a comment, a teaser of another story, or the like.

    Only the ancestors that do not hold the main heading are asked: what holds both belongs to the article.
    """
    if spot.element.tag in _LISTED and _is_teaser(spot.element):
        return True
    in_article = any(ancestor.tag == "article" for ancestor in seen.around_heading)
    strict = nearness(spot, seen) < 3 or spot.sign <= Sign.LINE
    in_figure = spot.sign is Sign.MARK or spot.element.tag == "address"
    for ancestor in spot.element.iterancestors():
        if ancestor in seen.around_heading or ancestor.tag in ("body", "html"):
            return False
        if _is_elsewhere(ancestor, strict=strict) or (in_article and ancestor.tag == "article"):
            return True
        if ancestor.tag in _FIGURES and not in_figure:
            return True  # a photographer
    return False


def _is_elsewhere(ancestor: HtmlElement, *, strict: bool) -> bool:
    tag = ancestor.tag
    if tag in _OUTSIDE_TAGS or (strict and tag == "aside") or (tag in _LISTED and _is_teaser(ancestor)):
        return True
    words = f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}".casefold()
    if _OUTSIDE.search(words) or (strict and _ASIDE.search(words)):
        return True
    return tag == "footer" and not any(above.tag in ("article", "main") for above in ancestor.iterancestors())


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
