"""Which blocks of the region are the running text, and which stand between it: boxes, links, captions, notices."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from importlib import resources
from itertools import takewhile

from lxml.html import HtmlElement

from ingest.extraction.body.account import Account, Cause
from ingest.extraction.body.evidence import ends_a_sentence, is_prose, stands_out
from ingest.extraction.body.region import Asides, place_of, style_of, usual_places, usual_styles
from ingest.html.blocks import Block
from ingest.html.vocabulary import HEADINGS
from ingest.text import one_line

_WORDS: dict[str, list[str]] = tomllib.loads(
    resources.files("ingest.extraction.body").joinpath("words.toml").read_text(encoding="utf-8")
)


def _pattern(key: str, shape: str) -> re.Pattern[str]:
    return re.compile(shape % "|".join(_WORDS[key]), re.IGNORECASE)


_LABEL = _pattern("link_labels", r"\W*(?:%s)\W*")
_LABELLED = _pattern("link_labels", r"[^\w(]*(?:%s)\s*[:：|>»→–—-]\s*\S")
# One by one: alternatives of different beginnings in one pattern are searched for more slowly.
# In lower case, since a search that ignores case takes twice as long.
_NOTICES = [re.compile(notice) for notice in _WORDS["notices"]]
_CREDIT = _pattern("credits", r"[\s(\[]*(?:%s)\s*")
_STAMP = _pattern("stamps", r"\W*(?:%s)")
_CONTRIBUTION = _pattern("contributions", r"[\s(\[]*(?:%s)\s*")
_SPEAKING = re.compile(r"\w")
_LETTERS = re.compile(r"[^\W\d_]")
_ZONE = r"gmt|utc|pkt|pst|ist|bst|e[sd]t|c?est|cet|kst|jst"
_CLOCK = re.compile(
    rf"\W*\d{{1,2}}(?::\d{{2}}(?::\d{{2}})?|[.:h]?\d{{0,2}}\s*(?:[ap]\.?m\.?|uhr|hrs?))\s*(?:[ap]\.?m\.?|{_ZONE})?\W*",
    re.IGNORECASE,
)
_TIME = re.compile(r"\d{1,2}[:.h]\d{2}|\b(?:19|20)\d{2}\b|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")

_LABEL_LENGTH = 60
_LINE_LENGTH = 220
_NOTICE_LENGTH = 400
_STAMP_LENGTH = 60
_CLOCK_LENGTH = 20


def is_label(block: Block) -> bool:
    """Whether the block is only a label over links to elsewhere, such as "Also read:" or "Advertisement"."""
    text = block.text
    return len(text) <= _LABEL_LENGTH and _LABEL.fullmatch(text) is not None


def is_pointer(block: Block) -> bool:
    """Whether the block points to another article: a label, then a linked title."""
    text = block.text
    if len(text) > _LINE_LENGTH or block.link_share < 0.25:
        return False
    return _LABELLED.match(text) is not None


def is_notice(block: Block) -> bool:
    """Whether the block speaks for the publisher: of newsletters, channels, apps, subscriptions, consent."""
    if len(block.text) > _NOTICE_LENGTH:
        return False
    text = block.text.lower()
    return any(notice.search(text) for notice in _NOTICES)


def is_caption(block: Block) -> bool:
    """Whether the block is a picture's credit or caption."""
    return (
        len(block.text) <= _LINE_LENGTH
        and block.tag == "p"
        and _CREDIT.fullmatch(block.text) is not None
    )


def is_stamp(block: Block) -> bool:
    """Whether the block only says when the text was published."""
    return all(_is_stamp_line(line) for line in block.text.split("\n"))


def _is_stamp_line(text: str) -> bool:
    if len(text) > _STAMP_LENGTH or not _TIME.search(text):
        return False
    return _STAMP.fullmatch(text) is not None or len(_LETTERS.findall(text)) < 14


def is_contribution(block: Block) -> bool:
    """Whether the block only names who else worked on the text."""
    return len(block.text) <= _LINE_LENGTH * 2 and _CONTRIBUTION.fullmatch(block.text) is not None


def is_silent(block: Block) -> bool:
    """Whether the block says nothing: no letter and no digit, as in "***", or only the clock time of a live blog."""
    text = block.text
    return _SPEAKING.search(text) is None or (
        len(text) < _CLOCK_LENGTH and _CLOCK.fullmatch(text) is not None
    )


_LINKED = 0.7
"""The share of linked text from which on a block is a link to elsewhere."""
_LINKED_LIST = 0.5
"""The same for a whole list."""
_LINK_LINES = 3
"""From this number of lines on a block may be a list of links."""
_LIST_MARK = re.compile(r"\s*(?:[-–—•·*▪►»>]|\d{1,2}[.)])\s*\S")
_SHORT = 25
"""Up to this length a text may stand twice on a page, such as a heading."""
_SENTENCE = 50
"""From this length on a linked line that ends in a full stop is a sentence of the text."""
_LINKED_HEADING = 0.45
"""The same for a heading that makes its box a card of another article."""
_LINKED_LINE = 0.4
"""The same for a line that is one of a series of pointers."""
_LEAD = (4, 40)
"""The length of the words before a link that make it one of a series."""
_CAPTION = 300
"""A box with a picture and at most so much text is the picture's caption."""
_MOST = 0.4
"""No rule on names may take away this share of the text."""
_CELLS = frozenset({"td", "th"})
"""A table is kept whole: what a cell says is nothing without its row."""
_END = re.compile(r"[.!?…。！？۔][\"”»’)\]]*$")


class Flow:
    """The running text of a region. `weights` are the paragraphs that the region was found by, with their sizes."""

    def __init__(
        self,
        region: HtmlElement,
        weights: Mapping[Block, int],
        asides: Asides,
        account: Account,
    ) -> None:
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
        """Those of the page's blocks that are the running text, in page order."""
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
        speaking = {block for block in blocks if block.tag in _CELLS or not _says_nothing(block)}
        blocks = account.keep(blocks, speaking, Cause.SILENT)
        return account.keep(blocks, set(_distinct(blocks)), Cause.REPEATED)

    def _weight(self, blocks: Collection[Block]) -> int:
        return sum(self._weights.get(block, 0) for block in blocks)

    def _of_main_places(self, blocks: Sequence[Block], voted: Collection[Block]) -> list[Block]:
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
        """Whether the block is mostly links; a whole sentence in the text's own style may be one and stay."""
        if _is_list_of_links(block):
            return True
        if block.link_share <= _LINKED or block.tag in _CELLS:
            return False
        is_sentence = len(block.text) > _SENTENCE and _END.search(block.text) is not None
        return not (is_sentence and block.tag == "p" and style_of(block) in self._styles)

    def _without_linked_lists(self, blocks: Sequence[Block]) -> list[Block]:
        linked, whole = Counter[HtmlElement](), Counter[HtmlElement]()
        for block in blocks:
            if (found := _list_of(block)) is not None:
                whole[found] += len(block.text)
                linked[found] += round(len(block.text) * block.link_share)
        return [
            block
            for block in blocks
            if (found := _list_of(block)) is None or linked[found] < _LINKED_LIST * whole[found]
        ]

    def _without_boxes(self, blocks: Sequence[Block]) -> list[Block]:
        gone = _serial_pointers(blocks)
        figures: set[Block] = set()
        boxes: set[HtmlElement] = set()
        for block in blocks:
            if block.tag in _CELLS:
                continue
            box = self._box(block)
            is_boxed = box is not None and box is not block.element
            has_notice = (is_boxed or stands_out(block)) and is_notice(block)
            if self._is_figure(box):
                figures.add(block)
            elif has_notice or is_label(block) or is_pointer(block):
                gone.add(block)
            if (offer := self._offer(block)) is not None:
                boxes.update(offer.iter())
            if box is not None and (
                is_label(block) or (is_boxed and _heads_a_card(block, is_notice=has_notice))
            ):
                boxes.update(box.iter())
        blocks = self._account.keep(blocks, set(blocks) - figures, Cause.FIGURE)
        outside = {block for block in blocks if block not in gone and block.element not in boxes}
        return self._account.keep(blocks, outside, Cause.BOX)

    def _offer(self, block: Block) -> HtmlElement | None:
        """Return the box that a heading opens which is a notice, such as an offer to subscribe."""
        if block.tag not in HEADINGS or not is_notice(block):
            return None
        box = block.element.getparent()
        if box is None or box is self._region or box[0] is not block.element:
            return None
        held = sum(weight for one, weight in self._weights.items() if box in _around(one))
        return box if held < _MOST * self._whole else None

    def _without_headings_of_nothing(
        self, before: Sequence[Block], blocks: Sequence[Block]
    ) -> list[Block]:
        """The blocks without headings of a box whose other blocks are all gone: a card's title, its links taken."""
        left, stood = Counter[HtmlElement](), Counter[HtmlElement]()
        for counted, among in ((left, blocks), (stood, before)):
            counted.update(box for block in among if (box := self._box(block)) is not None)
        return [
            block
            for block in blocks
            if block.tag not in HEADINGS
            or (box := self._box(block)) is None
            or left[box] == stood[box]
            or left[box] > 1
        ]

    def _box(self, block: Block) -> HtmlElement | None:
        """The largest element around the block that holds none of the running text."""
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
        """The elements that hold paragraphs of the text's usual styles."""
        holders: set[HtmlElement] = set()
        for block in self._weights:
            if style_of(block) in self._styles:
                element: HtmlElement | None = block.element
                while element is not None and element not in holders:
                    holders.add(element)
                    element = element.getparent()
        return frozenset(holders)


def _around(block: Block) -> list[HtmlElement]:
    return [block.element, *block.element.iterancestors()]


def _is_list_of_links(block: Block) -> bool:
    """Whether nearly all lines of the block, divided by `<br>`, are links with a mark before each."""
    lines = block.text.split("\n")
    if len(lines) < _LINK_LINES or block.link_share < _LINKED_LIST:
        return False
    marked = sum(1 for line in lines if _LIST_MARK.match(line))
    return marked >= len(lines) - 1


def _is_quoted(block: Block) -> bool:
    """Whether the block is a sentence in a quote."""
    in_quote = any(element.tag == "blockquote" for element in block.path)
    return in_quote and ends_a_sentence(block.text)


def _says_nothing(block: Block) -> bool:
    return is_silent(block) or is_caption(block)


def _heads_a_card(block: Block, *, is_notice: bool) -> bool:
    """Whether a heading says that its box is a card: it links to another article, or invites to subscribe."""
    return block.tag in HEADINGS and (is_notice or block.link_share >= _LINKED_HEADING)


def _serial_pointers(blocks: Sequence[Block]) -> set[Block]:
    """Lines that begin with the same words before a link: "Read more: ..." in whatever language."""
    leads: dict[str, list[Block]] = {}
    for block in blocks:
        lead = one_line(
            "".join(run.text for run in takewhile(lambda run: not run.linked, block.runs))
        )
        links = {run.link for run in block.runs if run.linked}
        if (
            block.link_share >= _LINKED_LINE
            and len(links) == 1
            and _LEAD[0] <= len(lead) <= _LEAD[1]
        ):
            leads.setdefault(lead, []).append(block)
    return {block for group in leads.values() if len(group) > 1 for block in group}


def _list_of(block: Block) -> HtmlElement | None:
    return next((element for element in reversed(block.path) if element.tag in {"ul", "ol"}), None)


def _distinct(blocks: Sequence[Block]) -> list[Block]:
    """The blocks without those that repeat an earlier one, as copies for phones do."""
    seen: set[str] = set()
    kept = []
    for block in blocks:
        if len(block.key) > _SHORT and block.key in seen and block.tag not in _CELLS:
            continue
        seen.add(block.key)
        kept.append(block)
    return kept
