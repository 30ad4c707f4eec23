"""Trim the blocks before the running text (kicker, deck, byline) and after it (notes, bios)."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from ingest.extraction.body.account import Account, Cause
from ingest.extraction.body.evidence import ends_a_sentence
from ingest.extraction.body.lines import is_contribution, is_notice, is_pointer, is_stamp
from ingest.extraction.body.region import style_of, usual_styles
from ingest.html.blocks import Block
from ingest.html.vocabulary import HEADINGS, named

_ENOUGH = 0.5
"""The least share of the text that must remain after trimming. Otherwise nothing is removed."""
_PARAGRAPH = 40
"""The least length of a paragraph; shorter blocks do not count as one."""
_NAMES_LENGTH = 300
"""The most characters of a block that contains only names."""
_NOTE_LENGTH = 600
"""The most characters of an italic note at the end. A longer one is part of the text."""
_NOTES = 2
"""The most headings or italic notes at the end. If there are more, they are part of the text."""
_LEAD = 60
"""The least characters of a sentence before the text that is its first paragraph.

That holds in any style and with any class: of bold first paragraphs 42 of 48 are text, of those
with a class of a deck 72 of 94 (on other domains than those of `wide`).
"""
_DESCRIPTION = 80
"""The characters of a description that are compared, because metadata may cut the rest."""
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
    """The results of other extractors, in the form of `blocks.squeeze`.

    Attributes:
        names: The names of the byline and of the metadata's authors.
        descriptions: The descriptions of the page's metadata.
        titles: The headline, its deck, and the texts of the dates.
    """

    names: frozenset[str] = frozenset()
    descriptions: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()

    def describes(self, block: Block) -> bool:
        """Whether the block begins like a description of the page."""
        start = block.key[:_DESCRIPTION]
        return any(text[:_DESCRIPTION] == start for text in self.descriptions)


def cut_edges(blocks: list[Block], known: Known, account: Account) -> list[Block]:
    """Return the blocks without those before and after the running text.

    At most half of the text is removed at either end. Otherwise nothing is removed there.

    Args:
        blocks: The blocks of the text, in page order.
        known: The results of other extractors, which the edges may repeat.
        account: It gets the blocks that are removed.
    """
    blocks = account.keep(blocks, set(_without_opening(blocks, known)), Cause.OPENING)
    return account.keep(blocks, set(_without_notes(blocks, known)), Cause.NOTE)


def _size(blocks: Collection[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _without_opening(blocks: list[Block], known: Known) -> list[Block]:
    """Return the blocks without those before the running text."""
    start = _start_of_text(blocks)
    holder = blocks[start].element.getparent() if blocks else None
    leads = [
        block for block in _after_headline(blocks[:start]) if not _is_opening(block, known, holder)
    ]
    while len(blocks) - start > 1 and (
        _is_bold_deck(blocks[start : start + 4], known)
        or blocks[start].text.startswith(("…", "..."))
    ):
        start += 1
    kept = [*leads, *blocks[start:]]
    return kept if _size(kept) >= _ENOUGH * _size(blocks) else blocks


def _start_of_text(blocks: Sequence[Block]) -> int:
    """Return the index of the first block in a usual style; 0 if too many are before it."""
    sizes = {
        block: len(block.text)
        for block in blocks
        if block.tag in {"p", "li"} and len(block.text) >= _PARAGRAPH
    }
    styles = usual_styles(sizes)
    start = next((index for index, block in enumerate(blocks) if style_of(block) in styles), 0)
    return start if start <= _LEADING else 0


def _after_headline(blocks: Sequence[Block]) -> Sequence[Block]:
    """Return the blocks after the last `<h1>`, or all if there is none."""
    headlines = [index for index, block in enumerate(blocks) if block.element.tag == "h1"]
    return blocks[headlines[-1] + 1 :] if headlines else blocks


def _is_opening(block: Block, known: Known, holder: HtmlElement | None) -> bool:
    """Whether a block before the running text is not part of it.

    Args:
        block: The block.
        known: The results of other extractors.
        holder: The parent of the first block of the running text.
    """
    if _repeats_other_fields(block, known) or is_notice(block):
        return True
    is_apart = block.element.getparent() is not holder
    if _is_sentence(block):
        # The description has a field of its own. It is removed if the page shows it as a deck.
        return known.describes(block) and (
            is_apart or block.carries("strong") or named(block.element, _DECK)
        )
    if known.describes(block) or block.carries("strong"):
        return True
    return is_apart if block.tag in HEADINGS else _is_named_deck(block, is_apart=is_apart)


def _repeats_other_fields(block: Block, known: Known) -> bool:
    """Whether the block is a title, names of the byline, or a date."""
    return block.key in known.titles or is_names(block, known) or is_stamp(block)


def _is_sentence(block: Block) -> bool:
    """Whether the block is long enough for a first paragraph, and a sentence ends in it."""
    return len(block.text) >= _LEAD and ends_a_sentence(block.text)


def _is_named_deck(block: Block, *, is_apart: bool) -> bool:
    """Whether the block, or its parent outside the text, has a class or id of a deck."""
    if named(block.element, _DECK):
        return True
    parent = block.element.getparent()
    return is_apart and parent is not None and named(parent, _DECK)


def _is_bold_deck(blocks: Sequence[Block], known: Known) -> bool:
    """Whether the first of the blocks is a deck in bold type, the byline, or a date."""
    first, following = blocks[0], blocks[1:4]
    if is_names(first, known) or is_stamp(first):
        return True
    if first.tag != "p" or len(following) < 2:
        return False
    if _DATELINE.match(first.text) or _is_sentence(first):
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
    """Return the blocks without those after the running text."""
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
