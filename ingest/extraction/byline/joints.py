"""Split a text at the words for "and", which part names in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ingest.extraction.byline.kinds import is_section
from ingest.extraction.byline.words import words
from ingest.extraction.vocabulary import AGENCIES, JOINTS

# "Ortega y Gasset": between single words these join one name.
_WITHIN = frozenset(
    ("&", "+", "e", "y", "i", "a", "en", "ve", "dan", "va", "eta", "lan", "ir", "ug", "ac", "kaj")
)
_WAW = ("\u0648", "\u05d5")  # "and" in Arabic and Hebrew, which is written with the next word
_DESK_ENDS = frozenset({"desk", "team", "ڈیسک"})


def split_at_joints(text: str) -> Iterator[str]:
    """Yield the parts of a text without commas.

    The parts are names that "and" joins, and agencies after a name.
    """
    for part in _at_waw(_without_joint(text)):
        yield from _at_and(part)


@cache
def joined_before() -> re.Pattern[str]:
    """Return the pattern of a line that ends with a comma or a word for "and"."""
    return re.compile(rf"(?:^|\s)(?:{_line_joints()}|&|,|，|،|、)\s*$", re.IGNORECASE)


@cache
def joined_after() -> re.Pattern[str]:
    """Return the pattern of a line that begins with a comma or a word for "and"."""
    return re.compile(rf"^\s*(?:,|，|،|、|&|(?:{_line_joints()})\s)\s*(.+)$", re.IGNORECASE)


def _line_joints() -> str:
    return "|".join(re.escape(joint) for joint in sorted({*words("joints"), "with", "mit"}))


@cache
def _joint_pattern(*, upper: bool) -> re.Pattern[str]:
    """Return the pattern of a word for "and" between two names.

    In capitals only the most common words count: others are names then ("DAN", "LAN").
    """
    joints = [joint.upper() for joint in JOINTS] if upper else [*JOINTS, *words("joints"), "&amp;"]
    choice = "|".join(re.escape(joint) for joint in sorted(joints))
    return re.compile(rf"\s+(?:{choice})\s+(?=\S)")


def _without_joint(text: str) -> str:
    """Return the text without a word for "and" at its start: ", and A. Name"."""
    first, _, rest = text.partition(" ")
    return rest if rest and first in words("joints") else text


def _at_waw(text: str) -> list[str]:
    """Split Arabic and Hebrew names at the letter for "and", with two words on each side."""
    pieces = text.split()
    for at in range(2, len(pieces) - 1):
        word = pieces[at]
        if word.startswith(_WAW) and len(word) > 3 and word not in words("waw_names"):
            return [" ".join(pieces[:at]), *_at_waw(" ".join([word[1:], *pieces[at + 1 :]]))]
    return [text]


def _at_and(text: str) -> Iterator[str]:
    """Split the text at the words for "and", but not inside a desk's name."""
    pattern = _joint_pattern(upper=text.isupper())
    for joint in pattern.finditer(text):
        left, right = text[: joint.start()].strip(), text[joint.end() :].strip()
        if left and _are_two(left, right, joint[0].strip().casefold()):
            yield from _at_agency(left)
            yield from _at_and(right)
            return
    yield from _at_agency(text)


def _are_two(left: str, right: str, joint: str) -> bool:
    """Whether "left JOINT right" are two names: "Ortega y Gasset" and "Art & Culture" are one."""
    sides = (left.casefold().split(), right.casefold().split())
    if any(" ".join(side) in AGENCIES for side in sides):
        return True
    if any(is_section(side) for side in sides):
        return False
    if all(len(side) > 1 for side in sides):
        return True
    if joint in _WITHIN:
        return False
    return not any(side and side[-1] in _DESK_ENDS for side in sides)


def _at_agency(text: str) -> Iterator[str]:
    """Split a name from an agency that follows it: "A. Name The Associated Press"."""
    pieces = text.split()
    for size in range(min(4, len(pieces) - 2), 0, -1):
        agency = " ".join(pieces[-size:])
        if agency.casefold() in AGENCIES and (size > 1 or agency.isupper()):
            yield " ".join(pieces[:-size])
            yield agency
            return
    yield text
