"""Parse a byline's text to names: split it, clean the parts, and keep those that are names.

If in doubt, a name is left out: no name is better than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from ingest.extraction.byline.emails import plain
from ingest.extraction.byline.joints import split_at_joints
from ingest.extraction.byline.kinds import (
    CJK,
    Name,
    is_role,
    is_title,
    kind_of,
    without_labels,
)
from ingest.extraction.byline.name_rules import is_name, name_key
from ingest.extraction.byline.words import lead, other_credit, words
from ingest.extraction.vocabulary import (
    AGENCIES,
    PARTICLES,
    ROLE_JOINERS,
    ROLE_WORDS,
    SECTION_WORDS,
    SPEECH,
    WEAK_LEADS,
)
from ingest.record import AuthorKind
from ingest.text import one_line

_MAX_TEXT = 600  # characters of a byline: a dozen names, no paragraph

_CLUTTER = re.compile(
    r"\S+@\S+|https?://\S*|www\.\S+|(?<!\w)@\w+"
    r"|[\[(（【][^\])）】\n]*(?:[\])）】]|$)|[®™\"“”„«*•]|[)\]）】]",
    re.MULTILINE,
)
_BRACKETED = re.compile(r"[(（\[]([^()（）\[\]]{2,40})[)）\]]")
_HARD = re.compile(r"\s*(?:[|•·∙●▪»›;؛\n\t]|\s[–—―-]+\s|(?<![\d.])\s?/\s?(?!\d)|(?<=\w)[–—]\s)\s*")
_MONTHS = (
    r"jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]|ene|abr|ago|dic|out|set|gen|giu"
    r"|lug|ott|janv|févr|avr|juin|juil|août|déc|янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек"
)
_DATE = re.compile(
    rf"(?<!\w)(?:\d{{1,2}}(?:st|nd|rd|th|º)?[.,]?\s+(?:de\s+)?(?:{_MONTHS})"
    rf"|(?:{_MONTHS})[a-zé]*\.?\s+\d"
    r"|\d{1,2}[./:h年-]\d|(?:19|20)\d\d(?!\w)"
    r"|\d+\s*(?:min|hour|hr|day|sec|week|month|stund|tag|heure|jour|hora|día|ora|giorn|tim|dag|mnt"
    r"|jam|分|時間)"
    r"|(?:updated|published|posted|last|aktualisiert|veröffentlicht|stand|publié|mis à jour"
    r"|publicado|actualizado|atualizado|aggiornato|pubblicato|opdateret|oppdatert|publisert"
    r"|uppdaterad|publicerad|julkaistu|опубликовано|обновлено)(?!\w)"
    rf"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+(?:\d|{_MONTHS}))",
    re.IGNORECASE,
)
_DAY = re.compile(
    rf"(?<!\w)(?:\d{{1,2}}(?:st|nd|rd|th|º)?[.,]?\s+(?:de\s+)?(?:{_MONTHS})"
    rf"|(?:{_MONTHS})[a-zé]*\.?\s+\d{{1,2}}(?!\d)"
    r"|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[-./年]\d{1,2}[-./月]\d)",
    re.IGNORECASE,
)
_COMMA = re.compile(r"\s*[,、，،]\s*")
_GLUED_LEAD = re.compile(r"By(?=[A-ZÀ-Þ])")  # "By" in an element of its own, without a blank
_TAIL = re.compile(
    r"(?:\s+(?:in|aus|à|from|for|of\s+the|on\s+behalf\s+of|im\s+auftrag|at|reports?|berichtet"
    r"|unserem|unserer)\s+\S.*"
    r"|\s+외\s*\d+\s*명.*"
    r"|\s*(?:인턴기자|선임기자|기자|특파원|논설위원|編集委員|特派員|記者|记者))$",
    re.IGNORECASE,
)
_PICTURE = re.compile(
    r"\s(?:fotos?|photos?|photograph\w*|bild(?:er)?|images?|illustrations?|video|grafik)"
    r"\s*(?::|by\s|von\s|par\s|por\s|av\s)",
    re.IGNORECASE,
)
_DANGLING = frozenset(
    {"le", "am", "on", "at", "den", "il", "el", "em", "om", "op", "um", "vom", "the", "del"}
)
# "by A. Name, in News, Sport"
_FILED = re.compile(r"(?:in|under|filed|on|abgelegt|dans|en)\s", re.IGNORECASE)
_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})
_DEGREE = re.compile(
    r"(?:ph\.?\s?d|m\.?\s?d|m\.?b\.?a|m\.?sc?|b\.?sc?|esq|cfa|rd|r\.?n|mph|dvm|lcsw|ll\.?m|ll\.?b"
    r"|dr|prof)\.?",
    re.IGNORECASE,
)
_LAST_STOP = re.compile(r"(?:\b\w|\b[JS]r|\b[DM]r|\b[Pp]hil)\.$")


def read_names(text: str, desks: Collection[str] = ()) -> list[Name]:
    """Return the names of a byline's text, in order, each once.

    Args:
        text: The text. If it is longer than `_MAX_TEXT`, the result is empty.
        desks: In lower case, the desks of the site's definition and the site's own names. They are
            never split, and beside a person's name the site's own name is not an author.
    """
    if len(text) > _MAX_TEXT:
        return []
    names: dict[str, Name] = {}
    for part in _HARD.split(_CLUTTER.sub(" ", plain(text))):
        for name in _names_of_part(part, desks):
            names.setdefault(name_key(name.text), name)
    for inner in _BRACKETED.findall(text):
        agency = inner.strip()
        if agency.casefold() in AGENCIES:
            names.setdefault(name_key(agency), Name(agency, agency, AuthorKind.AGENCY))
    return without_labels(list(names.values()), desks)


def has_date(text: str) -> bool:
    """Whether a text has a date with day and month."""
    return _DAY.search(text) is not None


def _names_of_part(part: str, desks: Collection[str]) -> list[Name]:
    raw = one_line(part)
    if not raw or other_credit().match(raw):
        return []
    text = _without_leads(raw)
    if text.casefold() in desks:
        return [Name(text, text, kind_of(text, desks))]
    for pattern in (_PICTURE, _DATE):
        match = pattern.search(text)
        if match:
            text = text[: match.start()]
    if not SPEECH.isdisjoint(text.split()):
        return []
    pieces: list[str] = []
    for section in _COMMA.split(text):
        pieces += split_at_joints(section)
    return _judge(pieces, desks)


def _without_leads(text: str) -> str:
    """Return the text without up to three lead words such as "Posted by"."""
    text = _GLUED_LEAD.sub("", text.strip(" ,:-–—_~").lstrip("."), count=1)
    for _ in range(3):
        match = lead().match(text)
        if match is None or match.end() >= len(text):
            return text
        rest = text[match.end() :].strip(" ,:-–—")
        weak = match[0].strip().casefold() in WEAK_LEADS
        if weak and len(rest.split()) < 2 and kind_of(rest) is AuthorKind.PERSON:
            return text
        text = rest
    return text


def _judge(parts: list[str], desks: Collection[str]) -> list[Name]:
    """Return the pieces that are names, without job titles, places and degrees after a name."""
    names: list[Name] = []
    for piece in parts:
        raw = piece.strip(" ,:-–—")
        if names and _FILED.match(raw):
            break
        if names and raw.casefold() in _SUFFIXES:
            last = names.pop()
            names.append(Name(f"{last.text} {raw}", f"{last.raw} {raw}", last.kind))
            continue
        name = clean_name(raw, desks)
        if not name:
            continue
        if names and (_belongs_to(names[-1], raw) or _belongs_to(names[-1], name)):
            continue
        names.append(Name(name, raw, kind_of(name, desks)))
    return names


def _belongs_to(last: Name, piece: str) -> bool:
    """Whether a piece after a name is a detail of that name: a job title, a place, a degree."""
    pieces = piece.casefold().split()
    if _DEGREE.fullmatch(piece) or is_title(piece):
        return True
    if len(pieces) > 2 and pieces[0] in ROLE_WORDS and pieces[1] in ROLE_JOINERS:  # "head of data"
        return True
    if len(pieces) != 1 or CJK.search(piece) or kind_of(piece) is not AuthorKind.PERSON:
        return False
    return " " in last.text or last.kind is not AuthorKind.PERSON


def clean_name(text: str, desks: Collection[str] = ()) -> str | None:
    """Return one name without lead words, job titles and places.

    Args:
        text: The text.
        desks: The site's own names in lower case.

    Returns:
        The name, or None if the text is not a name.
    """
    text = _without_tails(_once(_without_leads(one_line(text))))
    pieces = text.strip(" ,:;-–—_|/\\'’‘`&+").split()
    while len(pieces) > 1 and pieces[-1] in _DANGLING:  # "A. Name on", before the date
        pieces.pop()
    text = _without_honorifics(_without_title(" ".join(pieces)))
    if text.endswith(".") and not _LAST_STOP.search(text):
        text = text.rstrip(".")
    return text if is_name(text, desks) else None


def _without_honorifics(text: str) -> str:
    """Return the name without "Dr." and the like before it, if two words are left."""
    pieces = text.split()
    while len(pieces) > 2 and pieces[0].casefold() in words("honorifics"):
        pieces.pop(0)
    return " ".join(pieces)


def _without_tails(text: str) -> str:
    """Return the text without "in Berlin" and the like after a name of two words, in CJK one."""
    tail = _TAIL.search(text)
    while tail:
        least = 1 if CJK.search(text) else 2
        if len(text[: tail.start()].split()) < least:
            return text
        text = text[: tail.start()]
        tail = _TAIL.search(text)
    return text


def _once(text: str) -> str:
    """Return the text once if it is there twice (for two widths of screen)."""
    pieces = text.split()
    half = len(pieces) // 2
    return " ".join(pieces[:half]) if half and pieces[:half] == pieces[half:] else text


def _without_title(text: str) -> str:
    """Return the name without a job title before or after it, if two words of name are left."""
    pieces = text.split()
    rest = _after_title(_before_title(pieces))
    if len(rest) == len(pieces):
        return text
    name = " ".join(rest)
    if is_title(name) or kind_of(name) is AuthorKind.DESK:
        return text
    return name.strip(" ,")


def _after_title(pieces: list[str]) -> list[str]:
    """Return the words after a job title that they begin with, at least two."""
    start = 0
    while len(pieces) - start > 2:
        joins = start > 0 and pieces[start] in ROLE_JOINERS
        if not (joins or is_role(pieces[start])):
            break
        start += 1
    return pieces[start:]


def _before_title(pieces: list[str]) -> list[str]:
    """Return the words before a job title, at least two: "A. Name deputy content director"."""
    title = next((at for at in range(2, len(pieces)) if is_role(pieces[at])), len(pieces))
    if title == len(pieces):
        return pieces
    while title > 2 and _belongs_to_title(pieces[title - 1]):
        title -= 1
    if title > 2 and _is_paper(pieces[title - 1], pieces[0]):
        title -= 1
    return pieces if pieces[title - 1].casefold() in PARTICLES else pieces[:title]


def _belongs_to_title(word: str) -> bool:
    return word.casefold() in SECTION_WORDS or word in ROLE_JOINERS


def _is_paper(word: str, first: str) -> bool:
    """Whether a word before a job title is a paper or "our".

    Examples: "A. Name XYZ News", "A. Name Our Correspondent".
    """
    return word.casefold() == "our" or (word.isupper() and not first.isupper())
