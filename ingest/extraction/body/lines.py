"""What a single line is by its words: a label, a pointer, a notice, a caption, a date, a credit."""

from __future__ import annotations

import re
import tomllib
from importlib import resources

from ingest.html.blocks import Block

_WORDS: dict[str, list[str]] = tomllib.loads(
    resources.files("ingest.extraction.body").joinpath("words.toml").read_text(encoding="utf-8")
)


def _pattern(key: str, shape: str) -> re.Pattern[str]:
    """Return the words of a key as alternatives in a pattern, in which `%s` is their place."""
    return re.compile(shape % "|".join(_WORDS[key]), re.IGNORECASE)


_LABEL = _pattern("link_labels", r"\W*(?:%s)\W*")
_LABELLED = _pattern("link_labels", r"[^\w(]*(?:%s)\s*[:：|>»→–—-]\s*\S")
# These are for lower case because a search that ignores case takes twice as long.
_NOTICES, _NOTICES_ANYWHERE, _NOTICES_NOT_ASCII = (
    re.compile("|".join(_WORDS[key]))
    for key in ("notices", "notices_anywhere", "notices_not_ascii")
)
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

# The most characters of each of these kinds of blocks.
_LABEL_LENGTH = 60
_LINE_LENGTH = 220
_NOTICE_LENGTH = 400
_STAMP_LENGTH = 60
_CLOCK_LENGTH = 20
LINKED_LIST = 0.5
"""The least share of linked text of a list of links."""
_LINK_LINES = 3
"""The least number of lines of a block that is a list of links."""
_LIST_MARK = re.compile(r"\s*(?:[-–—•·*▪►»>]|\d{1,2}[.)])\s*\S")


def is_list_of_links(block: Block) -> bool:
    """Whether almost all lines of the block have a list mark, and half of its text is linked."""
    lines = block.text.split("\n")
    if len(lines) < _LINK_LINES or block.link_share < LINKED_LIST:
        return False
    marked = sum(1 for line in lines if _LIST_MARK.match(line))
    return marked >= len(lines) - 1


def is_label(block: Block) -> bool:
    """Whether the block is only a label of links or adverts, such as "Also read:"."""
    text = block.text
    return len(text) <= _LABEL_LENGTH and _LABEL.fullmatch(text) is not None


def is_pointer(block: Block) -> bool:
    """Whether the block is a pointer to another article: a label, then a linked title."""
    text = block.text
    if len(text) > _LINE_LENGTH or block.link_share < 0.25:
        return False
    return _LABELLED.match(text) is not None


def is_notice(block: Block) -> bool:
    """Whether the block is a notice of the publisher.

    Notices are about newsletters, channels, apps, subscriptions and consent.
    """
    if len(block.text) > _NOTICE_LENGTH:
        return False
    text = block.text.lower()
    if _NOTICES.search(text) or _NOTICES_ANYWHERE.search(text):
        return True
    return not text.isascii() and _NOTICES_NOT_ASCII.search(text) is not None


def is_caption(block: Block) -> bool:
    """Whether the block is a picture's credit or caption."""
    return (
        len(block.text) <= _LINE_LENGTH
        and block.tag == "p"
        and _CREDIT.fullmatch(block.text) is not None
    )


def is_stamp(block: Block) -> bool:
    """Whether each line of the block is only a date or time, perhaps with a label."""
    return all(_is_stamp_line(line) for line in block.text.split("\n"))


def _is_stamp_line(text: str) -> bool:
    if len(text) > _STAMP_LENGTH or not _TIME.search(text):
        return False
    return _STAMP.fullmatch(text) is not None or len(_LETTERS.findall(text)) < 14


def is_contribution(block: Block) -> bool:
    """Whether the block only names further people who worked on the article."""
    return len(block.text) <= _LINE_LENGTH * 2 and _CONTRIBUTION.fullmatch(block.text) is not None


def is_silent(block: Block) -> bool:
    """Whether the block has no letter and no digit, as in "***", or only a time of day.

    Live blogs have a time of day before each entry.
    """
    text = block.text
    return _SPEAKING.search(text) is None or (
        len(text) < _CLOCK_LENGTH and _CLOCK.fullmatch(text) is not None
    )
