"""Filter the blocks of a region: keep the running text, and leave out what is between it.

Left out are boxes, links, captions and notices.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import takewhile

from lxml.html import HtmlElement

from ingest.extraction.body.account import Account, Cause
from ingest.extraction.body.evidence import ends_a_sentence, is_prose, stands_out
from ingest.extraction.body.lines import (
    LINKED_LIST,
    is_caption,
    is_label,
    is_list_of_links,
    is_notice,
    is_pointer,
    is_silent,
)
from ingest.extraction.body.region import Asides, place_of, style_of, usual_places, usual_styles
from ingest.html.blocks import Block
from ingest.html.vocabulary import HEADINGS
from ingest.text import one_line

_LINKED = 0.7
"""A block with a greater share of linked text is a link to another page."""
_SHORT = 25
"""The most characters of a text that may be twice on a page, such as a heading."""
_SENTENCE = 50
"""A longer linked line that ends in a full stop can be a sentence of the text."""
_LINKED_HEADING = 0.45
"""The least share of linked text of a heading that is the title of a card."""
_LINKED_LINE = 0.4
"""The least share of linked text of a line that is one of several pointers."""
_LEAD = (4, 40)
"""The least and the most characters before the link of such a line."""
_CAPTION = 300
"""A box with a picture and at most so many characters is the picture's caption."""
_MOST = 0.4
"""A rule about the names of elements is ignored if it would remove this share of the text."""
_CELLS = frozenset({"td", "th"})
"""Most rules do not remove cells, because a row needs all of its cells to be understood."""
_END = re.compile(r"[.!?…。！？۔][\"”»’)\]]*$")


class Flow:
    """Filters the running text of a region."""

    def __init__(
        self,
        region: HtmlElement,
        weights: Mapping[Block, int],
        asides: Asides,
        account: Account,
    ) -> None:
        """Prepare the filter.

        Args:
            region: The element around the text.
            weights: The paragraphs that determined the region, with their sizes.
            asides: The elements of the page that are not running text.
            account: It gets the blocks that are left out.
        """
        self._account = account
        self._region = region
        self._asides = asides
        self._weights = weights
        self._whole = sum(weights.values())
        self._styles = usual_styles(weights)
        self._places = usual_places(weights)
        self._holders = self._holders_of_text()
        self._figures: dict[HtmlElement, bool] = {}

    def of(self, blocks: Sequence[Block], voted: Collection[Block]) -> list[Block]:
        """Return the blocks that are the running text, in page order.

        Args:
            blocks: The blocks of the page, in page order.
            voted: Those that trafilatura or the site's definition chooses.
        """
        account = self._account
        inside = set(self._region.iter())
        blocks = account.keep(
            blocks, {block for block in blocks if block.element in inside}, Cause.OUTSIDE
        )
        main = {
            block
            for block in blocks
            if not self._asides.hold(block, is_text=block in voted and ends_a_sentence(block.text))
        }
        if self._whole - self._weight(main) < _MOST * self._whole:
            blocks = account.keep(blocks, main, Cause.ASIDE)
        boxed = blocks
        blocks = self._of_main_places(self._without_boxes(blocks), voted)
        blocks = account.keep(blocks, set(self._without_linked_lists(blocks)), Cause.LINKS)
        blocks = account.keep(
            blocks, set(self._without_headings_of_nothing(boxed, blocks)), Cause.HEADING
        )
        silent = {block for block in blocks if is_silent(block) or is_caption(block)}
        silent = {block for block in silent if block.tag not in _CELLS}
        blocks = account.keep(blocks, set(blocks) - silent, Cause.SILENT)
        return account.keep(blocks, set(_distinct(blocks)), Cause.REPEATED)

    def _weight(self, blocks: Collection[Block]) -> int:
        """Return the size of the paragraphs among the blocks."""
        return sum(self._weights.get(block, 0) for block in blocks)

    def _of_main_places(self, blocks: Sequence[Block], voted: Collection[Block]) -> list[Block]:
        """Return the blocks in a usual place of the text, and those that other evidence shows."""
        staying = {block for block in blocks if not self._leads_away(block)}
        blocks = self._account.keep(blocks, staying, Cause.AWAY)
        main = {
            block
            for block in blocks
            if block in voted
            or block in self._weights
            or _is_quoted(block)
            or (block.tag in HEADINGS | {"p", "li"} and place_of(block) in self._places)
            or is_prose(block)
        }
        return self._account.keep(blocks, main, Cause.PLACE)

    def _leads_away(self, block: Block) -> bool:
        """Whether the block is mostly links.

        A whole sentence in a usual style of the text may be a link.
        """
        if is_list_of_links(block):
            return True
        if block.link_share <= _LINKED or block.tag in _CELLS:
            return False
        is_sentence = len(block.text) > _SENTENCE and _END.search(block.text) is not None
        return not (is_sentence and block.tag == "p" and style_of(block) in self._styles)

    def _without_linked_lists(self, blocks: Sequence[Block]) -> list[Block]:
        """Return the blocks without those of lists that are mostly links."""
        linked, whole = Counter[HtmlElement](), Counter[HtmlElement]()
        for block in blocks:
            if (around := _list_of(block)) is not None:
                whole[around] += len(block.text)
                linked[around] += round(len(block.text) * block.link_share)
        return [
            block
            for block in blocks
            if (around := _list_of(block)) is None or linked[around] < LINKED_LIST * whole[around]
        ]

    def _without_boxes(self, blocks: Sequence[Block]) -> list[Block]:
        """Return the blocks without captions, notices, labels and pointers, and their boxes."""
        gone = _serial_pointers(blocks)
        figures: set[Block] = set()
        boxes: set[HtmlElement] = set()
        for block in blocks:
            if block.tag in _CELLS:
                continue
            box = self._box(block)
            if self._is_figure(box):
                figures.add(block)
            elif _is_furniture(block, box):
                gone.add(block)
            for other in self._headed_boxes(block, box):
                if other not in boxes:  # nor is anything in it
                    boxes.update(other.iter())
        blocks = self._account.keep(blocks, set(blocks) - figures, Cause.FIGURE)
        outside = {block for block in blocks if block not in gone and block.element not in boxes}
        return self._account.keep(blocks, outside, Cause.BOX)

    def _headed_boxes(self, block: Block, box: HtmlElement | None) -> Iterator[HtmlElement]:
        """Yield the boxes that are not running text because of a heading or label in them.

        Args:
            block: A block, which may be the heading or label.
            box: The box around it; see `_box`.
        """
        if (offer := self._offer(block)) is not None:
            yield offer
        if box is not None and (
            is_label(block) or (box is not block.element and _heads_a_card(block))
        ):
            yield box

    def _offer(self, block: Block) -> HtmlElement | None:
        """Return the box whose first element is a heading with a notice, or None.

        Such a box is an offer to subscribe, for example. A box with much of the text is not one.
        """
        if block.tag not in HEADINGS or not is_notice(block):
            return None
        box = block.element.getparent()
        if box is None or box is self._region or box[0] is not block.element:
            return None
        return box if self._text_sizes[box] < _MOST * self._whole else None

    @cached_property
    def _text_sizes(self) -> Counter[HtmlElement]:
        """The size of the paragraphs in each element, computed at first use."""
        sizes: Counter[HtmlElement] = Counter()
        for block, weight in self._weights.items():
            for element in (block.element, *block.element.iterancestors()):
                sizes[element] += weight
        return sizes

    def _without_headings_of_nothing(
        self, before: Sequence[Block], blocks: Sequence[Block]
    ) -> list[Block]:
        """Return the blocks without headings of boxes whose other blocks were left out.

        Such a heading is the title of a card, for example, whose links were left out.

        Args:
            before: The blocks before any box was left out.
            blocks: Those that remain.
        """
        remaining, original = Counter[HtmlElement](), Counter[HtmlElement]()
        for counted, among in ((remaining, blocks), (original, before)):
            counted.update(box for block in among if (box := self._box(block)) is not None)
        return [
            block
            for block in blocks
            if block.tag not in HEADINGS
            or (box := self._box(block)) is None
            or remaining[box] == original[box]
            or remaining[box] > 1
        ]

    def _box(self, block: Block) -> HtmlElement | None:
        """Return the largest element around the block without running text, or None."""
        box, element = None, block.element
        while element is not None and element is not self._region and element not in self._holders:
            box, element = element, element.getparent()
        return box

    def _is_figure(self, box: HtmlElement | None) -> bool:
        """Whether the box is a picture with a caption."""
        if box is None:
            return False
        if box not in self._figures:
            has_picture = next(box.iter("img", "picture"), None) is not None
            self._figures[box] = has_picture and len(box.text_content()) <= _CAPTION
        return self._figures[box]

    def _holders_of_text(self) -> frozenset[HtmlElement]:
        """Return the elements that contain paragraphs in the usual styles of the text."""
        holders: set[HtmlElement] = set()
        for block in self._weights:
            if style_of(block) in self._styles:
                element: HtmlElement | None = block.element
                while element is not None and element not in holders:
                    holders.add(element)
                    element = element.getparent()
        return frozenset(holders)


def _is_quoted(block: Block) -> bool:
    """Whether the block is a sentence in a quote."""
    in_quote = any(element.tag == "blockquote" for element in block.path)
    return in_quote and ends_a_sentence(block.text)


def _is_furniture(block: Block, box: HtmlElement | None) -> bool:
    """Whether the block is a label, a pointer or a notice.

    A notice must be in a box, or look different from running text.
    """
    if is_label(block) or is_pointer(block):
        return True
    is_boxed = box is not None and box is not block.element
    return (is_boxed or stands_out(block)) and is_notice(block)


def _heads_a_card(block: Block) -> bool:
    """Whether a heading shows that its box is a card: it is mostly a link, or a notice."""
    return block.tag in HEADINGS and (block.link_share >= _LINKED_HEADING or is_notice(block))


def _serial_pointers(blocks: Sequence[Block]) -> set[Block]:
    """Return the lines that begin with the same words before a link, such as "Read more:".

    No word list is needed, so that this works in any language.
    """
    leads: dict[str, list[Block]] = {}
    for block in blocks:
        if (lead := _lead_of(block)) is not None:
            leads.setdefault(lead, []).append(block)
    return {block for group in leads.values() if len(group) > 1 for block in group}


def _lead_of(block: Block) -> str | None:
    """Return the few words before the only link of a line, or None if it is not such a line."""
    links = {run.link for run in block.runs if run.linked}
    if len(links) != 1 or block.link_share < _LINKED_LINE:
        return None
    before = takewhile(lambda run: not run.linked, block.runs)
    lead = one_line("".join([run.text for run in before]))
    return lead if _LEAD[0] <= len(lead) <= _LEAD[1] else None


def _list_of(block: Block) -> HtmlElement | None:
    """Return the innermost list around the block, or None."""
    return next((element for element in reversed(block.path) if element.tag in {"ul", "ol"}), None)


def _distinct(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks without repetitions, such as copies for phones."""
    seen: set[str] = set()
    kept = []
    for block in blocks:
        if len(block.key) > _SHORT and block.key in seen and block.tag not in _CELLS:
            continue
        seen.add(block.key)
        kept.append(block)
    return kept
