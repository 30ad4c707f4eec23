"""The caption of an image, separated from its credit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from lxml.html import HtmlElement

from ingest.html.page import text_of
from ingest.html.vocabulary import class_words
from ingest.text import known, one_line


class Caption(NamedTuple):
    """The caption and the credit of an image; each is None if the page does not have it.

    `credit` is without a label such as "Photo:".
    """

    text: str | None = None
    credit: str | None = None


_MOST_LEVELS = 5
_LONGEST_CREDIT = 100
# Characters at the end of a caption that are searched for a credit: the patterns take quadratic
# time.
_TAIL = 250
_MOST_NODES = 200  # elements in the container of an image and its caption; the article has more
_CAPTION_CLASS = re.compile(r"caption|cutline|legend|bildtext|img-?desc|image-?desc|photo-?desc")
_CREDIT_CLASS = re.compile(
    r"credit|copyright|photographer|image-?source|photo-?by|rights|agency|attribution"
)
_CREDIT_ITEMS = {"copyrightholder", "credittext", "creator", "copyrightnotice", "author"}
_CREDIT_ATTRIBUTES = (
    "data-credit",
    "data-copyright",
    "data-photographer",
    "data-image-credit",
    "data-caption-credit",
)

_LABEL = (
    r"(?:photo(?:graph)?s?|images?|pictures?|pics?|credits?|copyright|source|courtesy|screengrab|screenshot|illustration"
    r"|fotos?|bild(?:er|quelle)?|quelle|crédits?|imagen|imágenes|fotografía|crédito|immagine|beeld|kuva|zdjęcie|fot"
    r"|фото|fotoğraf|ảnh|صورة|تصویر|فوٹو|عکس|写真|사진|图)"
)
_LABELLED = re.compile(
    rf"[\s(\[|—–-]*\b{_LABEL}(?:\s*(?:credits?|courtesy|by|via|source|copyright|photo|von|de|di|/))*"
    rf"\s*(?:[:：=/©|]|(?<=by)\s|(?<=courtesy)\s)\s*(?P<name>(?:[^:.!?]|\.(?=\S)){{2,{_LONGEST_CREDIT}}}?)[)\].]*$",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(
    rf"\s*[(\[]\s*{_LABEL}[^()\[\]:：=©]{{0,12}}(?:[:：=©]|\bby\b)\s*(?P<name>[^()\[\]]{{2,{_LONGEST_CREDIT}}})[)\]]\.?$",
    re.IGNORECASE,
)
_SIGN = re.compile(
    rf"[\s(\[|]*(?:©|\(c\))\s*(?P<name>.{{2,{_LONGEST_CREDIT}}}?)[)\].]*$", re.IGNORECASE
)
_AGENCIES = "|".join(
    """AFP;Reuters;AP;Associated Press;Getty(?: Images)?;APP;EPA(?:-EFE)?;EFE;PTI;ANI;IANS;Xinhua;dpa;ANSA;AA;Belga
    Anadolu(?: Agency)?;Bloomberg;Shutterstock;iStock;Alamy;Online;INP;PPI;PID;NNI;ISPR;White ?Star;TASS;Keystone;APA
    ANP;TT;Ritzau;NTB;Lehtikuva;Imago;Yonhap;Kyodo;Jiji;Unsplash;Pexels;Pixabay;PA(?: Media| Wire)?;Facebook;Instagram
    Twitter;X;YouTube;File(?: photo)?;Handout;Courtesy""".replace("\n    ", ";").split(";")
)
_NAME = r"[\w.'’ ]{2,40}"
# An agency's name at the end of a caption, after a dash or in brackets, maybe with a person's name
# or "File".
_AGENCY = re.compile(
    rf"(?:\s*[—–]\s*|\s+-+\s*|\s*[(\[|]\s*|(?<=[^\W\d_]{{3}}[.!?])\s*)"
    rf"(?P<name>(?:{_NAME}\s*/\s*)?(?:{_AGENCIES})(?:\s*(?:/|via|,|\b[Pp]hoto)\s*(?:{_NAME})?)*)[)\].]*$"
)
# A name alone in brackets after the caption's last sentence.
_BRACKETED = re.compile(r"(?<=[.!?”\"])\s*[(\[](?P<name>(?:[^\W\d_]|[.'’/& -]){2,60})[)\]]\.?$")
_ONLY_LABEL = re.compile(rf"(?:{_LABEL}|©|\W)+", re.IGNORECASE)


def find_caption(image: HtmlElement) -> Caption:
    """Return the caption of an `<img>` and its credit.

    The caption is that of its `<figure>`, of WordPress's `.wp-caption`, or of an element with the
    class of a caption beside it; if there is none, the `data-caption` attribute.
    """
    holder = _holder(image)
    if holder is None:
        return Caption(known(image.get("data-caption")), _attribute_credit(image))
    caption = next(_captions(holder), None)
    text = text_of(caption) if caption is not None else one_line(image.get("data-caption"))
    named = next(_credit_texts(holder if caption is None else caption, holder), "")
    before, found, after = text.rpartition(named) if named else ("", "", "")
    # In "(<a>AP Photo</a>/A Name)" the credit is longer than the link.
    if found and not after.startswith("/"):
        text = re.sub(r"[(\[]\s*[)\]]", "", one_line(f"{before} {after}"))
    split = split_credit(text)
    credit = None if after.startswith("/") else unlabel(named)
    return Caption(split.text, credit or split.credit or _attribute_credit(image))


def _holder(image: HtmlElement) -> HtmlElement | None:
    """Return the element that contains the image and its caption and no other image, or None."""
    for _, node in zip(range(_MOST_LEVELS), image.iterancestors(), strict=False):
        inner = list(islice(node.iter(), _MOST_NODES))
        images = {child.get("src") for child in inner if child.tag == "img"}
        # Two images are allowed: the image itself and its copy in <noscript>.
        if node.tag == "body" or len(inner) == _MOST_NODES or len(images) > 2:
            return None
        if node.tag == "figure" or next(_captions(node), None) is not None:
            return node
    return None


def _captions(holder: HtmlElement) -> Iterator[HtmlElement]:
    yield from holder.iter("figcaption")
    for node in holder.iter("p", "div", "span", "small", "em", "dd"):
        named = _CAPTION_CLASS.search(class_words(node)) or node.get("itemprop") == "caption"
        if named and node is not holder and next(node.iter("img"), None) is None:
            yield node


def _credit_texts(*holders: HtmlElement) -> Iterator[str]:
    """Yield the texts of the elements that are marked as credits, those in the caption first."""
    for holder in dict.fromkeys(holders):
        for node in holder.iter("span", "small", "p", "div", "cite", "em", "a", "i", "footer"):
            if (
                node is not holder
                and _credits(node)
                and next(node.iter("img"), None) is None
                and (text := text_of(node))
            ):
                yield text


def _credits(node: HtmlElement) -> bool:
    return (
        node.tag == "cite"
        or bool(_CREDIT_CLASS.search(class_words(node)))
        or (node.get("itemprop") or "").casefold() in _CREDIT_ITEMS
    )


def _attribute_credit(image: HtmlElement) -> str | None:
    return next(
        (text for name in _CREDIT_ATTRIBUTES if (text := unlabel(image.get(name) or ""))), None
    )


def unlabel(text: str) -> str | None:
    """Return a credit without its label, brackets and dashes: "AFP" for "(Photo: AFP)".

    Returns None if the text is only a label, or too long for a credit.
    """
    text = _trim(text)
    if not text or len(text) > _LONGEST_CREDIT or _ONLY_LABEL.fullmatch(text):
        return None
    match = _LABELLED.fullmatch(text) or _SIGN.fullmatch(text)
    return known(_trim(match["name"] if match else text))


def split_credit(text: str) -> Caption:
    """Split the credit off the end of a caption: "Photo: X", "(Credit: X)", "© X" or "— AFP"."""
    text = one_line(text)
    start, end = text[:-_TAIL], text[-_TAIL:]
    for pattern in (_IN_BRACKETS, _SIGN, _AGENCY, _LABELLED, _BRACKETED):
        if match := pattern.search(end):
            credit = _trim(match["name"])
            return Caption(known((start + end[: match.start()]).rstrip(" —–-|/(,[")), known(credit))
    return Caption(known(text))


def _trim(text: str) -> str:
    """Return the text without dashes and colons at its ends and without unmatched brackets."""
    text = one_line(text).strip("—–-|/:,. ")
    for opening, closing in ("()", "[]"):
        if text.startswith(opening) and text.endswith(closing):
            text = text[1:-1].strip()
        if text.count(opening) > text.count(closing):
            text = text.removeprefix(opening) if text.startswith(opening) else text + closing
        elif text.count(opening) < text.count(closing):
            text = text.removesuffix(closing)
    return text
