"""Decide whether a name fits the element that it is in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from lxml.html import HtmlElement

from ingest.extraction.byline.candidates import BylineCandidate
from ingest.extraction.byline.element import BARE_LABEL, Credit
from ingest.extraction.byline.kinds import is_whole
from ingest.extraction.byline.name_rules import name_key
from ingest.extraction.byline.signs import Sign, leads_to_topic
from ingest.extraction.byline.surroundings import is_in_prose, text_before
from ingest.extraction.byline.words import other_credit, words
from ingest.html.dom import text_start
from ingest.html.page import text_of
from ingest.record import AuthorKind

_MAX_LABEL = 40  # characters of a label before a name
_MAX_LONE = 60  # characters of a bold line that is a byline
_PICTURE_LEVELS = 4  # levels between a photographer's name and the block of the picture
_MAX_CAPTION = 400  # characters of such a block


def is_credible(credit: Credit, candidate: BylineCandidate) -> bool:
    """Whether a name fits the sign of its candidate.

    A link to a topic is not an author's. A name of one word in a link needs a link to an author's
    page.
    """
    name = credit.name
    if credit.url and leads_to_topic(credit.url):
        return False
    if candidate.sign is Sign.LONE:
        return _is_signature(credit, candidate.element)
    if is_whole(name.text) or name.kind is not AuthorKind.PERSON:
        return not _is_mentioned(candidate)
    if credit.url is None or credit.marked:
        return True
    return candidate.sign in (Sign.LINK, Sign.MARK)


def _is_signature(credit: Credit, line: HtmlElement) -> bool:
    """Whether a lone bold line is a whole name and nothing else."""
    name = credit.name.text
    return " " in name and not name.islower() and len(text_of(line)) <= _MAX_LONE


def _is_mentioned(candidate: BylineCandidate) -> bool:
    """Whether a link is in a sentence about a person, or before "Photographer" or the like."""
    if candidate.sign is not Sign.LINK:
        return False
    following = candidate.element.getnext()
    if following is not None and isinstance(following.tag, str):
        job = text_of(following).strip(" ,()|").casefold()
        if job in words("other_jobs"):
            return True
    return is_in_prose(candidate.element)


def follows_other_credit(element: HtmlElement) -> bool:
    """Whether the text before an element is a label such as "Updated by:" or "Photo:"."""
    label = text_before(element)
    if len(label) > _MAX_LABEL:
        return False
    credit = other_credit().match(label)
    return credit is not None and BARE_LABEL.fullmatch(label[credit.end() :].casefold()) is not None


def is_subject(names: Sequence[Credit], heading: HtmlElement | None) -> bool:
    """Whether one of the names is in the headline, and the story is about that person or thing."""
    if heading is None:
        return False
    headline = name_key(text_of(heading)).split()
    return any(_is_within(name_key(credit.name.text).split(), headline) for credit in names)


def _is_within(name: list[str], words: list[str]) -> bool:
    """Whether the words of a name follow each other in a headline, not after "by"."""
    starts = [at for at in range(len(words)) if words[at : at + len(name)] == name]
    return any(at == 0 or words[at - 1] != "by" for at in starts)


def below_pictures(elements: Iterable[HtmlElement]) -> set[HtmlElement]:
    """Return the lines of which a block around has a picture, and no more text than a caption.

    Each block is read once, however many of the lines are in it.
    """
    captioned: dict[HtmlElement, bool | None] = {}
    below: set[HtmlElement] = set()
    for element in elements:
        for above in islice(element.iterancestors(), _PICTURE_LEVELS):
            if above not in captioned:
                captioned[above] = _is_captioned(above)
            if captioned[above] is not None:
                below.update([element] if captioned[above] else [])
                break
    return below


def _is_captioned(block: HtmlElement) -> bool | None:
    """Whether a block with a picture has no more text than a caption; None without a picture."""
    if next(block.iter("img", "picture"), None) is None:
        return None
    return len(text_start(block, _MAX_CAPTION)) <= _MAX_CAPTION
