"""The account of what is left out of an article's body, each part with its cause."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from lxml.html import HtmlElement

from ingest.extraction.model import Omission
from ingest.html.blocks import Block, read_blocks
from ingest.text import one_line


class Cause(StrEnum):
    """Why a part of the page is not in the body."""

    CONTROL = "a control, or content for browsers without scripts or frames"
    FRAME = "navigation or footer of the page"
    HEADLINE = "the headline or its deck"
    BYLINE = "the byline"
    COMMENTS = "readers' comments"
    OTHER_ARTICLE = "another article with a headline of its own"
    DISCLAIMER = "a legal notice of the publisher"
    DEFINITION = "cut by the site's definition"
    LINKS = "a list of links"
    OUTSIDE = "outside the region of the text"
    ASIDE = "an element that is no running text by its tag, class or id"
    AWAY = "a link to another page"
    PLACE = "neither in a place of the running text nor found by trafilatura"
    BOX = "a box with a notice, a label or a link to another article"
    FIGURE = "a caption beside its picture"
    HEADING = "a heading whose text is gone"
    SILENT = "no letter and no digit, or a picture's credit"
    REPEATED = "a repetition"
    CREDIT = "the line of the credited source"
    OPENING = "before the running text: a date, a byline, a kicker or the page's description"
    NOTE = "after the running text: a note, a date, names or a notice"


@dataclass
class Account:
    """Collects what the steps of the extraction leave out.

    Deleted elements are only noted. Their text is read in `omissions`, which few callers need.
    """

    _elements: list[tuple[HtmlElement, Cause]] = field(default_factory=list)
    _blocks: dict[Block, Cause] = field(default_factory=dict)

    def cut(self, element: HtmlElement, cause: Cause) -> None:
        """Note that an element was deleted, with everything in it."""
        self._elements.append((element, cause))

    def leave_out(self, blocks: Iterable[Block], cause: Cause) -> None:
        """Note that blocks were left out. If a block has a cause already, that one stays."""
        for block in blocks:
            self._blocks.setdefault(block, cause)

    def keep(self, blocks: Iterable[Block], kept: Collection[Block], cause: Cause) -> list[Block]:
        """Return the blocks that are in `kept`, and note the others with the cause.

        Args:
            blocks: The blocks before a step, in page order.
            kept: Those that the step keeps.
            cause: Why the step leaves out the others.
        """
        remaining = [block for block in blocks if block in kept]
        self.leave_out((block for block in blocks if block not in kept), cause)
        return remaining

    def omissions(self, kept: Collection[Block]) -> Iterator[Omission]:
        """Yield the text and the cause of each part that was left out.

        Args:
            kept: The blocks of the body. One of them can have a cause, if a step was reversed.
        """
        for element, cause in self._elements:
            if cause is Cause.CONTROL:
                if text := one_line(element.text_content()):
                    yield Omission(text, cause.value)
                continue
            for block in read_blocks(element):
                yield Omission(block.text, cause.value)
        for block, cause in self._blocks.items():
            if block not in kept:
                yield Omission(block.text, cause.value)
