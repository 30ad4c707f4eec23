"""The images in an article, each once.

Logos, avatars, icons, trackers and the images of other stories are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from ingest.extraction.media.captions import find_caption
from ingest.html.page import Page
from ingest.html.vocabulary import (
    ADVERTS,
    AUTHOR_BOXES,
    BRANDING,
    COMMENTS,
    NEWSLETTERS,
    OTHER_STORIES,
    SHARING,
    SIDEBARS,
    WIDGETS,
    class_words,
    named,
    words_pattern,
)
from ingest.record import Image

_SMALLEST = 80  # pixels; smaller images are icons, avatars and trackers
_MOST_LEVELS = 25
_MOST_IMAGES = 100
_LAZY = (
    "data-src", "data-lazy-src", "data-original", "data-lazy", "data-orig-file", "data-full-url", "data-srcset",
    "data-lazy-srcset", "data-img-src", "data-image", "data-echo", "data-url", "data-hi-res-src", "data-large-file",
)  # fmt: skip
_IMAGE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|bmp|tiff?)(?:$|[?#:!/])", re.IGNORECASE)
_OUT_TAGS = frozenset({"aside", "nav", "footer", "form", "button", "header"})
_OUT_WORDS = words_pattern(
    *(
        OTHER_STORIES,
        SIDEBARS,
        WIDGETS,
        AUTHOR_BOXES,
        SHARING,
        COMMENTS,
        NEWSLETTERS,
        ADVERTS,
        BRANDING,
    ),
    ("avatar|author-?(?:image|photo|avatar|pic)|icons?|emoji|wp-smiley|banner|app-?store",),
)
_OUT_FILES = re.compile(
    r"(?:^|[/_.-])(?:logos?|icons?|favicon|avatar|spacer|blank|pixel|placeholder|sprite|loader|loading|spinner|emoji|1x1"
    r"|default|transparent|grey|gray|dummy|lazy|google[_-]news|whatsapp|app[_-]?store|play[_-]?store)(?:[/_.-]|\d|$)"
    r"|gravatar\.com|/s\.w\.org/|doubleclick|/pixel\?|\.svg(?:$|\?)|scorecardresearch|facebook\.com/tr",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"featured|lead|hero|main|cover|thumb|post-?image|article-?(?:image|img|pic|media)|wp-post-image|story-?(?:image|img|pic)"
)
_SIZE = re.compile(
    r"(?:[-_]\d{2,4}x\d{2,4}|-scaled|@\dx|[-_](?:small|medium|large|thumb|full))+(?=\.\w{2,5}$|$)",
    re.IGNORECASE,
)
_CANDIDATES = re.compile(r",\s+|(?<=\d[wx]),")


@dataclass(frozen=True, slots=True)
class Scope:
    """The elements that contain an article's media.

    `text` contains most of the paragraphs, and `whole` also the headline.
    """

    text: HtmlElement
    whole: HtmlElement

    def elements(self, *tags: str) -> Iterator[tuple[HtmlElement, bool]]:
        """Yield the elements before and in the text in page order, each with whether it is in it.

        Elements after the text are skipped.
        """
        inside = set(self.text.iter(*tags))
        passed = False
        for node in self.whole.iter(*tags, self.text.tag):
            passed = passed or node is self.text
            if node.tag in tags and (node in inside or not passed):
                yield node, node in inside


def find_scope(text: HtmlElement | None) -> Scope | None:
    """Return the scope of the text container `text`, or None if that is None."""
    if text is None:
        return None
    whole = text
    for _, ancestor in zip(range(_MOST_LEVELS), text.iterancestors(), strict=False):
        if ancestor.tag in {"body", "html"}:
            break
        whole = ancestor
        if ancestor.tag in {"article", "main"} or next(ancestor.iter("h1"), None) is not None:
            break
    return Scope(text, whole)


def find_images(page: Page, scope: Scope) -> tuple[Image, ...]:
    """Return the article's images in page order; several sizes of one image count once."""
    found: dict[str, Image] = {}
    for node, inside in scope.elements("img", "amp-img"):
        url = image_url(page, node)
        if not url or not _is_content(
            page, node, scope.text if inside else scope.whole, leading=not inside
        ):
            continue
        known = found.get(key := image_key(url))
        if known is None or not known.caption:
            caption = find_caption(node)
            if known is None or caption.text:
                found[key] = Image(
                    url=known.url if known else url,
                    caption=caption.text,
                    credit_text=caption.credit,
                )
        if len(found) >= _MOST_IMAGES:
            break
    return tuple(found.values())


def image_url(page: Page, image: HtmlElement) -> str | None:
    """Return the address of an image, or None.

    Attributes for lazy loading come first, because `src` is then only a placeholder; then `src`,
    then `srcset`.
    """
    for name in (*_LAZY, *_other_lazy(image), "src", "srcset"):
        value = (image.get(name) or "").strip()
        if not value:
            continue
        if "srcset" in name:
            value = _largest(value)
        url = None if value.startswith(("data:", "{", "[")) else page.absolute(value)
        if url and not _OUT_FILES.search(url):
            return url
    return None


def _other_lazy(image: HtmlElement) -> list[str]:
    """Return the other data attributes of an image that contain the address of an image file."""
    return [
        str(name)
        for name, value in image.attrib.items()
        if str(name).startswith("data-") and name not in _LAZY and _IMAGE_FILE.search(str(value))
    ]


def _largest(srcset: str) -> str:
    """Return the candidate of a `srcset` with the largest width or density."""
    best, most = "", -1.0
    for candidate in _CANDIDATES.split(srcset):
        address, _, size = candidate.strip().partition(" ")
        weight = (
            float(size[:-1])
            if re.fullmatch(r"\d{1,6}(?:\.\d{1,6})?[wx]", size := size.strip())
            else 0.0
        )
        if address and weight > most:
            best, most = address, weight
    return best


def image_key(url: str) -> str:
    """Return a key that is the same for all sizes of one image.

    It is the file's name without the size. If that is short, it is the path, and if it is not the
    name of an image, the path with the query.
    """
    parts = urlsplit(url)
    name = unquote(parts.path.rsplit("/", 1)[-1])
    stem = _SIZE.sub("", name.rsplit(".", 1)[0] if _IMAGE_FILE.search(name) else name)
    if not _IMAGE_FILE.search(name):
        return f"{_SIZE.sub('', parts.path)}?{parts.query}"
    return stem.casefold() if len(stem) >= 8 else _SIZE.sub("", parts.path)


def _is_content(page: Page, image: HtmlElement, top: HtmlElement, *, leading: bool) -> bool:
    if _is_small(image) or named(image, _OUT_WORDS):
        return False
    lead = bool(_LEAD.search(class_words(image)))
    for node in image.iterancestors():
        if node is top:
            break
        words = class_words(node)
        if node.tag in _OUT_TAGS - ({"header"} if leading else set()) or named(node, _OUT_WORDS):
            return False
        if node.tag == "a" and _leads_away(page, node):
            return False
        lead = lead or node.tag in {"figure", "picture"} or bool(_LEAD.search(words))
    return lead or not leading


def _is_small(image: HtmlElement) -> bool:
    sizes = (re.match(r"\d{1,9}", (image.get(side) or "").strip()) for side in ("width", "height"))
    return any(size and 0 < int(size[0]) < _SMALLEST for size in sizes)


def _leads_away(page: Page, link: HtmlElement) -> bool:
    """Whether a link goes to another page. An image in it is a teaser of that page."""
    address = page.absolute(link.get("href"))
    if address is None or _IMAGE_FILE.search(urlsplit(address).path) or "attachment_id=" in address:
        return False
    return urlsplit(address).path.rstrip("/") != urlsplit(page.url).path.rstrip("/")
