"""The credited source of an article: "Source: X", "via X", "(Reuters)", the agency of a dateline.

A wrong source is worse than none. So a line must contain nothing else than the credit, an agency
must be in the list of agencies, and the publisher's own names are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ingest.extraction.vocabulary import AGENCIES
from ingest.html.blocks import Block, squeeze
from ingest.record import Organization
from ingest.text import hollow, one_line

Absolute = Callable[[str | None], str | None]

# "Source" in many languages. A colon, a dash or a link must follow.
_SOURCE = (
    r"source|quelle|fuente|fonte|bron|kilde|källa|lähde|heimild|źródło|zdroj|vir|izvor|forrás|sursa|šaltinis|avots|"
    r"allikas|kaynak|πηγή|источник|джерело|източник|извор|المصدر|مصدر|ماخذ|منبع|ذریعہ|מקור|स्रोत|साभार|সূত্র|"
    r"出典|情報源|提供|来源|來源|출처|자료|nguồn|sumber|ที่มา"
)
_VIA = (
    r"via|(?:by )?courtesy(?: of)?|with thanks to|cortes[íi]a de|mit freundlicher genehmigung von"
)
_BY_COURTESY = r"بشکریہ|بہ شکریہ"
_LINE = re.compile(
    rf"\W*(?:(?:{_SOURCE})\s*(?P<sign>[:：|–—-])\s*|(?:{_VIA})\s*(?P<via>[:：]\s*|\s)\s*|(?:{_BY_COURTESY})\s*[:：]?\s*)(?P<name>.+?)\W*",
    re.IGNORECASE | re.DOTALL,
)
_FIRST_PUBLISHED = re.compile(
    r"\W*(?:this (?:article|story|post|piece) )?(?:was |is |has been )?(?:first|originally) (?:published|appeared) "
    r"(?:on|in|by|at) (?P<name>.+?)\W*",
    re.IGNORECASE,
)
_AGENCY = "|".join(
    sorted(
        (re.escape(name) for name in AGENCIES if name != "online news agency"),
        key=len,
        reverse=True,
    )
)
_AGENCIES = rf"(?:{_AGENCY})(?:\s*(?:[/,&]|and|und)\s*(?:{_AGENCY}))*"
_ONLY_AGENCIES = re.compile(rf"\W*({_AGENCIES})\W*", re.IGNORECASE)
_COPYRIGHT = re.compile(rf"\W*©\s*(?P<name>{_AGENCY})(?:[,:/\s].*)?", re.IGNORECASE)
_ENDING = re.compile(
    rf"(?:^|[.!?…۔»”\"’'])\s*(?:\(\s*(?P<inside>{_AGENCIES})\s*\)|[–—-]+\s*(?P<dashed>{_AGENCIES}))\W*$",
    re.IGNORECASE,
)
_PLACE = r"[^\W\d_][^():–—]{1,48}?"
_DATELINE = re.compile(
    rf"\W*(?:{_PLACE}[\s,:]*)?\(\s*(?P<inside>{_AGENCIES})\s*\)\s*[:–—-]?\s*\S|"
    rf"(?:{_PLACE}\s*[:,–—-]\s*)(?P<named>{_AGENCIES})\s*[:–—-]\s*\S",
    re.IGNORECASE,
)
# Urdu datelines have the paper or the agency, with the day, in parentheses after the city.
_URDU_DATELINE = re.compile(
    r"[\u0600-\u06ff]+(?:\s[\u0600-\u06ff]+){0,2}\s*\(\s*(?P<name>[\u0600-\u06ff][\u0600-\u06ff\s]{2,50}?)\s*"
    r"[۔.,،-]+\s*\d{1,2}\s*[\u0600-\u06ff]+\s*\d{4}[^)]{0,6}\)"
)
_NOT_SOURCES = re.compile(
    r"\b(?:twitter|facebook|instagram|youtube|tiktok|giphy|getty|shutterstock|unsplash|pixabay|supplied|file|google|"
    r"wikimedia|wikipedia|screen\w*|desk|(?:staff|our|special|web|news|senior) (?:correspondent|reporter)|newsletter|"
    r"e-?mail|whatsapp|foto|photo|image|bild|"
    r"infografik|grafik|graphic|video|social media|press release)\b|ڈیسک|رپورٹر|نمائندہ",
    re.IGNORECASE,
)
_SMALL = frozenset(
    [
        "of",
        "the",
        "and",
        "for",
        "de",
        "la",
        "le",
        "les",
        "el",
        "los",
        "del",
        "der",
        "die",
        "das",
        "des",
        "und",
        "et",
        "y",
        "e",
        "da",
        "do",
        "di",
        "van",
        "von",
        "in",
        "on",
    ]
)
_SIGNS = re.compile(r"[\W_]+")
_TAIL = 6
"""The number of blocks at the end of the text, and after it, that may be a credit line."""
_NAME_LENGTH = 60
_NAME_WORDS = 7
_LINE_LENGTH = _NAME_LENGTH + 40
"""The most characters of a credit line."""


class _Place(NamedTuple):
    """The values of `Body.credit_source`: the kinds of places with a credit."""

    line: str = "credit-line"
    ending: str = "ending"
    dateline: str = "dateline"


PLACES = _Place()


@dataclass(frozen=True, slots=True)
class Credit:
    """The credited source.

    Attributes:
        organization: Its name, and its address if the name is a link.
        source: The kind of place, one of `PLACES`.
        block: The credit line, which is removed from the text; None if the place has other text.
    """

    organization: Organization
    source: str
    block: Block | None = None


def find_credit(
    blocks: Sequence[Block], text: Sequence[Block], own_names: Collection[str], absolute: Absolute
) -> Credit | None:
    """Return the credit of a text, or None.

    Args:
        blocks: All blocks of the page, in page order.
        text: Those of them that are the text.
        own_names: The publisher's names and domain, which are never a credited source.
        absolute: A function that returns the absolute address of a link, or None.
    """
    if not text:
        return None
    own = frozenset(plain for name in own_names if len(plain := _plain(name)) > 1)
    lines = (*reversed(_after(blocks, text)), *reversed(text[-_TAIL:]))
    beside = {block.element.getparent() for block in text[-_TAIL:]}
    for block in sorted(lines, key=lambda block: block not in text):
        # A line with only a link is often not in `text`, but beside its last blocks.
        in_text = block in text or block.element.getparent() in beside
        if (name := _credited(block, own, in_text=in_text)) is not None:
            return Credit(
                Organization(name=name, url=_link_of(block, name, absolute)), PLACES.line, block
            )
    return _agency_of(text, own)


def _after(blocks: Sequence[Block], text: Sequence[Block]) -> Sequence[Block]:
    """Return the first blocks of the page after the text."""
    end = next((index for index, block in enumerate(blocks) if block is text[-1]), len(blocks))
    return blocks[end + 1 : end + 1 + _TAIL]


def _credited(block: Block, own: frozenset[str], *, in_text: bool) -> str | None:
    """Return the name in a line that contains only a credit, or None."""
    line = one_line(block.text)
    if len(line) > _LINE_LENGTH:
        return None
    for pattern in (_LINE, _FIRST_PUBLISHED, _COPYRIGHT):
        if (match := pattern.fullmatch(line)) is not None:
            name = _name(match["name"], own)
            return name if name and _is_sure(match, name, block, in_text=in_text) else None
    return _agency_alone(line, own)


def _is_sure(match: re.Match[str], name: str, block: Block, *, in_text: bool) -> bool:
    """Whether the name of a credit line is that of a source.

    After "via" without a colon it must be an agency, or the line must have a link in the text.
    """
    is_bare = (match.groupdict().get("via") or ":").isspace()
    return not is_bare or name.casefold() in AGENCIES or (in_text and block.link_share > 0)


def _agency_alone(line: str, own: frozenset[str]) -> str | None:
    """Return the agencies that are all of a line, or None."""
    match = _ENDING.fullmatch(line) or _ONLY_AGENCIES.fullmatch(line)
    if match is None:
        return None
    name = next(group for group in match.groups() if group)
    return _name(name, own) if _is_spelt(name) else None


def _name(text: str, own: frozenset[str]) -> str | None:
    """Return the name of a source in a text, or None if the text is not one.

    Args:
        text: The text after a label such as "Source:".
        own: The publisher's names, in the form of `_plain`.
    """
    name = one_line(text).strip(" :|-–—()[]")
    if name.count(".") == 1:
        name = name.rstrip(".")
    return name if _is_name(name) and not _is_own(name, own) else None


def _is_name(name: str) -> bool:
    """Whether the text has the length and the words of a source's name."""
    words = name.split()
    if hollow(name) or len(name) > _NAME_LENGTH or len(words) > _NAME_WORDS:
        return False
    if _NOT_SOURCES.search(name):
        return False
    return name.casefold() in AGENCIES or not any(_is_plain_word(word) for word in words)


def _is_own(name: str, own: frozenset[str]) -> bool:
    """Whether a part of the name is a name of the publisher, or contains one."""
    parts = [part for each in re.split(r"[,/;]", name) if (part := _plain(each))]
    return any(part in mine or mine in part for part in parts for mine in own)


def _plain(name: str) -> str:
    """Return the letters and digits of a name in lower case, for comparison: "F.A.Z." is "faz"."""
    return _SIGNS.sub("", name).casefold()


def _is_plain_word(word: str) -> bool:
    """Whether the word is a lower-case word of a sentence.

    Names have capitals, and domains have a full stop.
    """
    letters = word.strip("()[]\"'“”’,;")
    return (
        letters[:1].islower()
        and letters not in _SMALL
        and letters not in AGENCIES
        and "." not in letters
        and "/" not in letters
    )


def _is_spelt(name: str) -> bool:
    """Whether short agency names have the right case: "AP" and "dpa", but not "Ap" or "app"."""
    short = [part for part in re.split(r"[\s/,&]+", name) if len(part) <= 4]
    return all(
        part.isupper()
        or not part.isascii()
        or part in {"dpa", "epd", "sda", "ats", "kna", "sid", "apa", "afp"}
        for part in short
    )


def _link_of(block: Block, name: str, absolute: Absolute) -> str | None:
    """Return the address of the first link whose text is in the name, or None."""
    key = squeeze(name).casefold()
    for run in block.runs:
        if (
            run.link
            and squeeze(run.text).casefold().strip(".") in key
            and (url := absolute(run.link))
        ):
            return url
    return None


def _agency_of(text: Sequence[Block], own: frozenset[str]) -> Credit | None:
    """Return the agency of the dateline or at the end of the last block, or None.

    It stays in the text.
    """
    first, last = text[0], text[-1]
    for source, match in (
        (PLACES.dateline, _DATELINE.match(first.text)),
        (PLACES.dateline, _URDU_DATELINE.match(first.text)),
        (PLACES.ending, _ENDING.search(last.text)),
    ):
        if match is None:
            continue
        name = one_line(next((group for group in match.groups() if group), ""))
        if (match.re is _URDU_DATELINE or _is_spelt(name)) and _name(name, own):
            return Credit(Organization(name=name), source)
    return None
