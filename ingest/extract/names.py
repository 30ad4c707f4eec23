"""A byline's text to names: split, cleaned, judged. An empty list is better than a wrong name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ingest.extract.byline_words import (
    AGENCIES,
    DESK_WORDS,
    LEAD,
    LOGINS,
    NOT_AUTHORS,
    NOT_IN_NAMES,
    PARTICLES,
    ROLE_JOINERS,
    ROLE_WORDS,
    SECTION_WORDS,
    SENTENCE_WORDS,
    WEAK_LEADS,
)
from ingest.extract.emails import plain
from ingest.record import AuthorKind
from ingest.text import one_line


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a byline: `text` cleaned, `raw` as it stands on the page."""

    text: str
    raw: str
    kind: AuthorKind


_MAX_NAME = 60  # characters of one person's name; longer ones are sentences
_MAX_DESK = 80
_MAX_TEXT = 600  # characters of a byline: a dozen names, no paragraph

_CLUTTER = re.compile(
    r"\S+@\S+|https?://\S*|www\.\S+|(?<!\w)@\w+|[\[(（【][^\])）】\n]*(?:[\])）】]|$)|[®™\"“”„«*•]|[)\]）】]",
    re.MULTILINE,
)
_BRACKETED = re.compile(r"[(（\[]([^()（）\[\]]{2,40})[)）\]]")
_HARD = re.compile(r"\s*(?:[|•·∙●▪»›;؛\n\t]|\s[–—―-]+\s|(?<![\d.])\s?/\s?(?!\d)|(?<=\w)[–—]\s)\s*")
_MONTHS = (
    r"jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz]|ene|abr|ago|dic|out|set|gen|giu|lug|ott"
    r"|janv|févr|avr|juin|juil|août|déc|янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек"
)
_DATE = re.compile(
    rf"(?<!\w)(?:\d{{1,2}}(?:st|nd|rd|th|º)?[.,]?\s+(?:de\s+)?(?:{_MONTHS})|(?:{_MONTHS})[a-zé]*\.?\s+\d|\d{{1,2}}[./:h年-]\d|(?:19|20)\d\d(?!\w)"
    r"|\d+\s*(?:min|hour|hr|day|sec|week|month|stund|tag|heure|jour|hora|día|minut|ora|giorn|tim|dag|mnt|jam|分|時間)"
    r"|(?:updated|published|posted|last|aktualisiert|veröffentlicht|stand|publié|mis à jour|publicado|actualizado|atualizado"
    r"|aggiornato|pubblicato|opdateret|oppdatert|publisert|uppdaterad|publicerad|julkaistu|опубликовано|обновлено)(?!\w)"
    r"|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+(?:\d|(?:" + _MONTHS + r")))",
    re.IGNORECASE,
)
_COMMA = re.compile(r"\s*[,、，،]\s*")
_AND = re.compile(
    r"\s+(?:and|und|et|och|og|en|ve|ja|dan|și|и|та|і|و|اور|और|with|mit|avec|sowie|a|e|y|i|&amp;|&|\+)\s+(?=\S)"
)
_AND_UPPER = re.compile(r"\s+(?:AND|UND|ET|OCH|OG|EN|WITH|MIT|E|Y|I|И|&|\+)\s+(?=\S)")
_NAMELESS = frozenset(("agencies", "agency", "agencias", "agenturen", "agences", "agenzie", "وكالات", "ایجنسیاں"))
_CONNECTORS = frozenset(
    ("and", "und", "et", "och", "og", "en", "ve", "ja", "și", "и", "та", "і", "و", "اور", "with", "mit", "avec", "&")
)
_INNER = frozenset(
    ("i", "y", "e", "of", "in", "at", "the", "for", "als", "aus", "och", "'s")
)  # no person's name begins so
_BETWEEN_ONE = frozenset({"&", "+", "e", "y", "i", "a", "en", "ve", "dan", "Y", "E", "I", "EN"})
_TAIL = re.compile(
    r"(?:\s+(?:in|aus|à|from|for|of\s+the|at|reports?|berichtet|unserem|unserer)\s+\S.*|\s+외\s*\d+\s*명.*"
    r"|\s*(?:인턴기자|선임기자|기자|특파원|논설위원|編集委員|特派員|記者|记者))$",
    re.IGNORECASE,
)
_FILED = re.compile(r"(?:in|under|filed|on|abgelegt|dans|en)\s", re.IGNORECASE)  # "by A, in News, Sport"
_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})
_DEGREES = re.compile(
    r"^(?:ph\.?\s?d|m\.?\s?d|m\.?b\.?a|m\.?sc?|b\.?sc?|esq|cfa|rd|r\.?n|mph|dvm|lcsw|ll\.?m|ll\.?b|dr|prof)\.?$",
    re.IGNORECASE,
)
_ROLE_ENDING = re.compile(
    r"(?:redakteur|korrespondent|reporter|journalist|kolumnist|redaktør|redaktör|medarbetare)(?:in|innen)?$"
)
_LETTER = re.compile(r"[^\W\d_]")
_DOMAIN = re.compile(r"^[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}$", re.IGNORECASE)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_CJK_DESKS = tuple(word for word in DESK_WORDS if _CJK.search(word))


def read_names(text: str, desks: Collection[str] = ()) -> list[Name]:
    """The names of a byline's text, in order, each once.

    `desks` are, in lower case, names that the site's definition calls desks, and the site's own names: they are never
    split, and the site's own name beside a person's is no author.
    """
    if len(text) > _MAX_TEXT:
        return []
    found: dict[str, Name] = {}
    agencies = [inner.strip() for inner in _BRACKETED.findall(text) if inner.strip().casefold() in AGENCIES]
    for part in _HARD.split(_CLUTTER.sub(" ", plain(text))):
        for name in _names_of_part(part, desks):
            found.setdefault(name_key(name.text), name)
    for agency in agencies:
        found.setdefault(name_key(agency), Name(agency, agency, AuthorKind.AGENCY))
    return without_labels(list(found.values()), desks)


def without_labels(names: list[Name], desks: Collection[str] = ()) -> list[Name]:
    """The names without what only stands beside them: job titles, sections, the site's own name, "agencies"."""
    people = [name for name in names if name.kind is AuthorKind.PERSON and is_whole(name.text)]
    if people:
        return [name for name in names if not _is_beside(name, desks)]
    proper = [name for name in names if not is_label(name.text) and name.text.casefold() not in _NAMELESS]
    return proper or names[:1]  # a job title stands for a desk only where nobody is named


def _is_beside(name: Name, desks: Collection[str]) -> bool:
    low = name.text.casefold()
    small = name.kind is AuthorKind.PERSON and name.text.isascii() and name.text.islower() and " " not in low
    return is_label(name.text) or is_own(low, desks) or small or low in _NAMELESS


def is_own(low: str, desks: Collection[str]) -> bool:
    """Whether a name in lower case is the site's own: one of its names, or such a name with a word after it."""
    words = low.split()
    if low in desks or "".join(words) in desks or low.partition(".")[0] in desks:
        return True
    return len(words) > 1 and len(words[0]) > 2 and words[0] in desks


def is_whole(name: str) -> bool:
    """Whether a name is more than a given name or an author's code."""
    return not is_label(name) and (" " in name or bool(_CJK.search(name)))


def name_key(name: str) -> str:
    """What two spellings of one name share: letters without case, accents, stops, titles and hyphens."""
    folded = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    return " ".join(
        word for word in re.split(r"[\W_]+", bare) if word and word not in {"dr", "prof", "mr", "mrs", "ms"}
    )


def same_name(one: str, other: str) -> bool:
    """Whether two keys of `name_key` name the same: equal, or one holds all of the other's two or more words."""
    if one == other:
        return bool(one)
    first, second = one.split(), other.split()
    return min(len(first), len(second)) > 1 and (set(first) <= set(second) or set(second) <= set(first))


def kind_of(name: str, desks: Collection[str] = ()) -> AuthorKind:
    """Whether a name is an agency's, a desk's or a person's; `desks` in lower case."""
    low = name.casefold()
    words = low.split()
    if low in AGENCIES or any(word in {"afp", "dpa", "reuters", "xinhua"} for word in re.split(r"[^\w]+", low)):
        return AuthorKind.AGENCY
    if is_own(low, desks) or _is_desk(name, words):
        return AuthorKind.DESK
    return AuthorKind.PERSON


def _is_desk(name: str, words: list[str]) -> bool:
    if any(word.strip(".,-") in DESK_WORDS for piece in words for word in (piece, *piece.split("-"))):
        return True
    if _DOMAIN.match(name) or any(word in name for word in _CJK_DESKS):
        return True
    return _is_section(words) or _all_roles(name)


def _is_section(words: list[str]) -> bool:
    return bool(words) and all(word in SECTION_WORDS or word in {"&", "and", "und", "et", "y", "e"} for word in words)


def _names_of_part(part: str, desks: Collection[str]) -> Iterator[Name]:
    raw = one_line(part)
    if not raw or NOT_AUTHORS.match(raw):
        return
    if is_own(raw.casefold(), desks):
        yield Name(raw, raw, kind_of(raw, desks))
        return
    text = _strip_leads(raw)
    if date := _DATE.search(text):
        text = text[: date.start()]
    yield from _judge(list(_people(text)), desks)


def _strip_leads(text: str) -> str:
    text = text.strip(" ,:-–—_~").lstrip(".")
    for _ in range(3):
        lead = LEAD.match(text)
        if lead is None or lead.end() >= len(text):
            return text
        rest = text[lead.end() :].strip(" ,:-–—")
        weak = lead[0].strip().casefold() in WEAK_LEADS
        if weak and len(rest.split()) < 2 and kind_of(rest) is AuthorKind.PERSON:
            return text
        text = rest
    return text


def _people(text: str) -> Iterator[str]:
    """The text cut at commas and at the words for "and", but not within a desk's name."""
    for listed in _COMMA.split(text):
        yield from _at_and(listed)


def _at_and(text: str) -> Iterator[str]:
    pattern = _AND_UPPER if text.isupper() else _AND
    for joint in pattern.finditer(text):
        left, right, word = text[: joint.start()].strip(), text[joint.end() :].strip(), joint[0].strip()
        if left and _splits(left, right, word):
            yield from _at_agency(left)
            yield from _at_and(right)
            return
    yield from _at_agency(text)


def _at_agency(text: str) -> Iterator[str]:
    """A name with an agency stuck to it as two: "A. Name The Associated Press"."""
    words = text.split()
    for size in range(min(4, len(words) - 2), 0, -1):
        agency = " ".join(words[-size:])
        if agency.casefold() in AGENCIES and (size > 1 or agency.isupper()):
            yield " ".join(words[:-size])
            yield agency
            return
    yield text


def _splits(left: str, right: str, word: str) -> bool:
    """Whether "left WORD right" are two names: "Ortega y Gasset" and "Art & Culture" are one."""
    sides = (left.casefold().split(), right.casefold().split())
    if any(" ".join(side) in AGENCIES for side in sides):
        return True
    if any(_is_section(side) for side in sides):
        return False
    if any(side[-1:] and side[-1] in {"desk", "team", "ڈیسک"} for side in sides) and word in {"&", "and"}:
        return all(len(side) > 1 for side in sides)
    return word not in _BETWEEN_ONE or all(len(side) > 1 for side in sides)


def _judge(pieces: list[str], known: Collection[str]) -> Iterator[Name]:
    """The pieces that are names; job titles, places and degrees after a name are dropped."""
    found: list[Name] = []
    for piece in pieces:
        raw = piece.strip(" ,:-–—")
        if found and _FILED.match(raw):
            break
        if found and raw.casefold() in _SUFFIXES:
            last = found.pop()
            found.append(Name(f"{last.text} {raw}", f"{last.raw} {raw}", last.kind))
            continue
        name = clean_name(raw, known)
        if name is None or (found and (_belongs_to(found[-1], raw) or _belongs_to(found[-1], name))):
            continue
        found.append(Name(name, raw, kind_of(name, known)))
    yield from found


def _belongs_to(last: Name, piece: str) -> bool:
    """Whether a piece after a name says more of that name: a job title, a place, a degree."""
    words = piece.casefold().split()
    if _DEGREES.match(piece) or _all_roles(piece) or _is_title(words):
        return True
    alone = len(words) == 1 and not _CJK.search(piece) and kind_of(piece) is AuthorKind.PERSON
    return alone and (" " in last.text or last.kind is not AuthorKind.PERSON)


def clean_name(text: str, known: Collection[str] = ()) -> str | None:
    """One name without lead words, job titles, places; None where the text is no name."""
    text = _once(_strip_leads(one_line(text)))
    while (tail := _TAIL.search(text)) and len(text[: tail.start()].split()) >= (1 if _CJK.search(text) else 2):
        text = text[: tail.start()]
    text = _without_roles(text.strip(" ,:;-–—_|/\\'’‘`&+"))
    if text.endswith(".") and not re.search(r"(?:\b\w|\b[JS]r|\b[DM]r|\b[Pp]hil)\.$", text):
        text = text.rstrip(".")
    return text if is_name(text, known) else None


def _once(text: str) -> str:
    """The text once where it stands twice (first and last name apart, for two widths of screen)."""
    words = text.split()
    half = len(words) // 2
    return " ".join(words[:half]) if half and words[:half] == words[half:] else text


def _without_roles(text: str) -> str:
    """The name without a job title before or after it, where two words of name are left."""
    words = text.split()
    kept = _before_title(words)
    start = 0
    while len(kept) - start > 2 and (_is_role(kept[start]) or (start and kept[start] in ROLE_JOINERS)):
        start += 1
    kept = kept[start:]
    if len(kept) == len(words) or all(_is_role(word) for word in kept) or any(_is_desk_word(word) for word in kept):
        return text
    return " ".join(kept).strip(" ,")


def _before_title(words: list[str]) -> list[str]:
    """The words before a job title that begins after two of them: "A. Name deputy content director"."""
    title = next((at for at in range(2, len(words)) if _is_role(words[at])), len(words))
    if title == len(words):
        return words
    while title > 2 and (words[title - 1].casefold() in SECTION_WORDS or words[title - 1] in ROLE_JOINERS):
        title -= 1
    return words if words[title - 1].casefold() in PARTICLES else words[:title]


def _is_title(words: list[str]) -> bool:
    """Whether words begin as a job title goes on: "head of data", "editor at large"."""
    return len(words) > 2 and words[0] in ROLE_WORDS and words[1] in ROLE_JOINERS


def is_label(text: str) -> bool:
    """Whether a text is a job title, a section, or both ("travel reporter"): no name beside a person's."""
    words = text.casefold().split()
    if " & " in text and not any(_is_role(word) for word in words):
        return False
    return all(_is_role(word) or word in SECTION_WORDS or word in ROLE_JOINERS for word in words)


def _is_role(word: str) -> bool:
    low = word.casefold().strip(",:")
    return (
        low in ROLE_WORDS
        or bool(_ROLE_ENDING.search(low))
        or ("-" in low and all(part in ROLE_WORDS | ROLE_JOINERS for part in low.split("-")))
    )


def _all_roles(text: str) -> bool:
    words = text.split()
    return any(_is_role(word) for word in words) and all(
        _is_role(word) or word.casefold() in ROLE_JOINERS or word.casefold() == "our" for word in words
    )


def _is_desk_word(word: str) -> bool:
    return word.casefold().strip(".,") in DESK_WORDS


def is_name(text: str, known: Collection[str] = ()) -> bool:
    """Whether a text can stand as a name: its length, its words, its case; no sentence, date, URL or login."""
    low = text.casefold()
    if is_own(low, known) or low in AGENCIES:
        return True
    words = low.split()
    kind = kind_of(text, known)
    if not 2 <= len(text) <= (_MAX_NAME if kind is AuthorKind.PERSON else _MAX_DESK) or low in LOGINS:
        return False
    if LEAD.fullmatch(f"{text} ") or words[0] in _CONNECTORS or words[0] in _INNER:
        return False
    if not _LETTER.search(text) or re.search(r"[?!=<>{}\\%#$€_…]|\.\.|\.\w+\.\w|//|: ", text):
        return False
    if len(words) > (6 if kind is AuthorKind.PERSON else 8) or _is_talk(text.split()):
        return False
    return _digits_fit(words, kind) and _case_fits(text.split(), kind)


def _is_talk(words: list[str]) -> bool:
    """Whether words are those of a sentence, a button or a notice."""
    bare = [word.strip(".,:") for word in words]
    return any(word in SENTENCE_WORDS or word.casefold() in NOT_IN_NAMES for word in bare)


def _digits_fit(words: list[str], kind: AuthorKind) -> bool:
    """Digits stand only in the names of papers and desks, inside a word: "Kanal5 Redaktion"."""
    digits = [word for word in words if re.search(r"\d", word)]
    return not digits or (
        all(_LETTER.search(word) for word in digits) and (kind is not AuthorKind.PERSON or len(words) == 1)
    )


def _case_fits(words: list[str], kind: AuthorKind) -> bool:
    """A person's words begin with capitals, where the script has them, but for particles; or none does."""
    if kind is not AuthorKind.PERSON:
        return True
    small = [word for word in words if word[0].islower() and word.casefold() not in PARTICLES]
    if not small:
        return len(words) == 1 or any(not word[0].islower() for word in words)
    camel = [word for word in small if any(char.isupper() for char in word)]
    return len(camel) == len(small) or (len(small) == len(words) <= 3)
