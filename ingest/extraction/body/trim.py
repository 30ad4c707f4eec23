"""Trim the blocks before the running text (kicker, deck, byline) and after it (notes, bios)."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from ingest.extraction.body.account import Account, Cause
from ingest.extraction.body.evidence import ends_a_sentence
from ingest.extraction.body.filter import is_contribution, is_notice, is_pointer, is_stamp
from ingest.extraction.body.region import style_of, usual_styles
from ingest.html.blocks import Block
from ingest.html.vocabulary import HEADINGS, named

_ENOUGH = 0.5
"""The least share of the text that must remain after trimming. Otherwise nothing is removed."""
_PARAGRAPH = 40
"""The least length of a paragraph; shorter blocks do not count as one."""
_NAMES_LENGTH = 300
_NOTE_LENGTH = 600
"""The most characters of an italic note at the end. A longer one is part of the text."""
_NOTES = 2
"""The most headings or italic notes at the end. If there are more, they are part of the text."""
_LEAD = 60
"""From this length on a sentence before the text is its first paragraph, whatever it is called.

Of bold first paragraphs 42 of 48 are text, of those with a class of a deck 72 of 94 (other domains
than those of `wide`)."""
_DESCRIPTION = 80
"""So many characters without white space tell a description, which metadata may cut."""
_LEADING = 8
"""The most blocks before the text that can be removed."""

# Classes and ids of a deck, in the languages of content systems.
_DECK = re.compile(
    r"-(?:lead|lede|lead-?(?:in|text|paragraph)|deck|dek|stand-?first|sub-?(?:tit|title|headline|head|heading|header|deck)|"
    r"preface|intro(?:-?text|duction)?|einleitung|vorspann|anreisser|topline|kicker|overline|dachzeile|eyebrow|"
    r"ingress|chapo|chapeau|excerpt|summary|abstract|description|sottotitolo|occhiello|sommario|entradilla|bajada|"
    r"copete|volanta|antetitulo|sumario|spot|underrubrik|manchet(?:te)?|perex|zajawka|short-?text|strapline|bold|"
    r"font-(?:bold|semibold|medium)|weight-(?:bold|medium)|post-?date|timestamp|date|dateline|meta|byline)-"
)

# Text between names, without spaces.
_JOINERS = re.compile(
    r"(?:[\W\d_]|by|and|und|et|von|por|di|da|av|og|och|y|e|text|words|reporting)*", re.IGNORECASE
)
# An author's initials in brackets at the end, such as (abc) or [abc/dpa].
_SIGNATURE = re.compile(r"[(\[]\s*\w{2,8}(?:\s*[/,]\s*\w{2,8})*\s*[)\]]")
# A dateline, which begins the text even if it is bold: "KARACHI:", "LONDON (Reuters) -",
# "NEW DELHI, Jan 5 -", "Lahore:", "کراچی:".
_DATELINE = re.compile(
    r"[A-Z][A-Z .,'’/-]{2,40}\b.{0,40}?(?::|\s[-–—]|\)\s*[-–—]?)\s|"
    r"[A-Z][^\W\d_]+(?:[ -][A-Z][^\W\d_]+){0,2}:\s|"
    r"[\u0600-\u06ff]+(?: [\u0600-\u06ff]+){0,2}\s*(?:[:(]|[-–—]\s)"
)


@dataclass(frozen=True, slots=True)
class Known:
    """The results of other extractors, in the form of `blocks.squeeze`."""

    names: frozenset[str] = frozenset()
    descriptions: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()

    def describes(self, block: Block) -> bool:
        """Whether the block repeats the page's description, or as much of it as the metadata has."""
        start = block.key[:_DESCRIPTION]
        return any(text[:_DESCRIPTION] == start for text in self.descriptions)


def cut_edges(blocks: list[Block], known: Known, account: Account) -> list[Block]:
    """Return the blocks without those before and after the running text."""
    blocks = account.keep(blocks, set(_without_opening(blocks, known)), Cause.OPENING)
    return account.keep(blocks, set(_without_notes(blocks, known)), Cause.NOTE)


def _size(blocks: Collection[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _without_opening(blocks: list[Block], known: Known) -> list[Block]:
    styles = usual_styles(
        {
            block: len(block.text)
            for block in blocks
            if block.tag in {"p", "li"} and len(block.text) >= _PARAGRAPH
        }
    )
    start = next((index for index, block in enumerate(blocks) if style_of(block) in styles), 0)
    if start > _LEADING:
        start = 0
    holder = blocks[start].element.getparent() if blocks else None
    first = max(
        (index + 1 for index, block in enumerate(blocks[:start]) if block.element.tag == "h1"),
        default=0,
    )
    kept = [
        block
        for index, block in enumerate(blocks[:start])
        if index >= first and not _is_opening(block, known, holder)
    ]
    rest = blocks[start:]
    while len(rest) > 1 and (_is_bold_deck(rest, known) or rest[0].text.startswith(("…", "..."))):
        rest = rest[1:]
    found = [*kept, *rest]
    return found if _size(found) >= _ENOUGH * _size(blocks) else blocks


def _is_opening(block: Block, known: Known, holder: HtmlElement | None) -> bool:
    """Whether a block before the running text is not part of it."""
    if block.key in known.titles or is_names(block, known) or is_stamp(block) or is_notice(block):
        return True
    parent = block.element.getparent()
    apart = parent is not holder
    if len(block.text) >= _LEAD and ends_a_sentence(block.text):
        # What the record has as its description may go if the page sets it off as a deck.
        return known.describes(block) and (
            apart or block.carries("strong") or named(block.element, _DECK)
        )
    if known.describes(block) or block.carries("strong"):
        return True
    if block.tag in HEADINGS:
        return apart
    return named(block.element, _DECK) or (apart and parent is not None and named(parent, _DECK))


def _is_bold_deck(blocks: Sequence[Block], known: Known) -> bool:
    """Whether the first block is a deck in bold type, the byline, or the date."""
    first, following = blocks[0], blocks[1:4]
    if is_names(first, known) or is_stamp(first):
        return True
    if first.tag != "p" or len(following) < 2:
        return False
    if _DATELINE.match(first.text) or (len(first.text) >= _LEAD and ends_a_sentence(first.text)):
        return False
    return first.carries("strong") and not any(
        block.carries("strong") for block in following if block.tag == "p"
    )


def is_names(block: Block, known: Known) -> bool:
    """Whether the block contains only names of the byline."""
    key = block.key
    if len(key) > _NAMES_LENGTH:
        return False
    for name in known.names:
        key = key.replace(name, "")
    return len(key) < len(block.key) and _JOINERS.fullmatch(key) is not None


def _without_notes(blocks: list[Block], known: Known) -> list[Block]:
    end = len(blocks)
    while end > 1 and _is_note(blocks[end - 1], known) and not _are_headings(blocks[end - 2 : end]):
        end -= 1
    rest = blocks[end:]
    if len(rest) > _NOTES and not any(is_notice(block) or is_contribution(block) for block in rest):
        return blocks  # the text itself ends with headings or italics
    return blocks[:end] if _size(blocks[:end]) >= _ENOUGH * _size(blocks) else blocks


def _are_headings(blocks: Sequence[Block]) -> bool:
    return all(block.tag in HEADINGS for block in blocks)


def _is_note(block: Block, known: Known) -> bool:
    """Whether a block at the end is not running text.

    Such blocks are headings without text, italic notes, dates, names, credits and notices.
    """
    if block.tag in HEADINGS or is_contribution(block) or is_notice(block) or is_stamp(block):
        return True
    if is_pointer(block) or is_names(block, known) or _SIGNATURE.fullmatch(block.text):
        return True
    return len(block.text) <= _NOTE_LENGTH and block.carries("em")
