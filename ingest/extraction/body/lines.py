"""Lines inside an article's text that do not belong to it: labels, links elsewhere, notices, captions, stamps.

The words are in `words.toml`; a sentence that only uses such words stays.
"""

from __future__ import annotations

import re
import tomllib
from importlib import resources

from ingest.extraction.body.blocks import HEADINGS, Block

_WORDS: dict[str, list[str]] = tomllib.loads(
    resources.files("ingest.extraction.body").joinpath("words.toml").read_text(encoding="utf-8")
)


def _pattern(key: str, shape: str) -> re.Pattern[str]:
    return re.compile(shape % "|".join(_WORDS[key]), re.IGNORECASE)


_LABEL = _pattern("link_labels", r"\W*(?:%s)\W*")
_LABELLED = _pattern("link_labels", r"[^\w(]*(?:%s)\s*[:：|>»→–—-]\s*\S")
# One by one: alternatives of different beginnings in one pattern are searched for more slowly.
_NOTICES = [re.compile(notice, re.IGNORECASE) for notice in _WORDS["notices"]]
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
_SHORT_LINE = 200
_LINKED = 0.15
"""The share of linked text that sets a longer line apart; any link does so with a short one."""


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
    return len(block.text) <= _NOTICE_LENGTH and any(
        notice.search(block.text) for notice in _NOTICES
    )


def is_caption(block: Block) -> bool:
    """Whether the block is a picture's credit or caption."""
    return (
        len(block.text) <= _LINE_LENGTH
        and block.tag == "p"
        and _CREDIT.fullmatch(block.text) is not None
    )


def is_stamp(block: Block) -> bool:
    """Whether the block only says when the text was published."""
    text = block.text
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


def stands_out(block: Block) -> bool:
    """Whether the block is set apart from running text: well linked, wholly bold or italic, or a heading."""
    if block.link_share > (_LINKED if len(block.text) > _SHORT_LINE else 0):
        return True
    return block.carries("strong") or block.carries("em") or block.tag in HEADINGS
