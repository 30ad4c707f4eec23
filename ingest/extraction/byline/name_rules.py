"""What can stand as a name, whose name it is, and when two spellings name the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from ingest.extraction.vocabulary import (
    AGENCIES,
    DESK_WORDS,
    INNER,
    LEAD,
    LOGINS,
    NAMELESS,
    NOT_IN_NAMES,
    PARTICLES,
    PLACES,
    ROLE_JOINERS,
    ROLE_WORDS,
    SECTION_WORDS,
    SENTENCE_WORDS,
)
from ingest.record import AuthorKind


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a byline: `text` cleaned, `raw` as it stands on the page."""

    text: str
    raw: str
    kind: AuthorKind


_MAX_PERSON = (60, 6)  # characters and words of one person's name; longer ones are sentences
_MAX_DESK = (80, 8)
_STRONG_AGENCIES = frozenset(
    {"afp", "dpa", "reuters", "xinhua", "efe", "ansa", "tass", "yonhap"}
)  # also inside a name: "AFP Deutschland"
_AND = frozenset({"&", "and", "und", "et", "y", "e"})
_ROLE_ENDING = re.compile(
    r"(?:redakteur|korrespondent|reporter|journalist|kolumnist|redaktør|redaktör|medarbetare)(?:in|innen)?$"
)
_LETTER = re.compile(r"[^\W\d_]")
_NO_NAME = re.compile(r"[?!=<>{}\\%#$€_…]|\.\.|\.\w+\.\w|//|: ")
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}", re.IGNORECASE)
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Letters of scripts that put no blanks inside names."""
_CJK_DESKS = tuple(word for word in DESK_WORDS if CJK.search(word))
_TITLES = frozenset({"dr", "prof", "mr", "mrs", "ms"})


def name_key(name: str) -> str:
    """What two spellings of one name share: letters without case, accents, stops, titles and hyphens."""
    folded = unicodedata.normalize("NFKD", name.casefold())
    if not folded.isascii():
        folded = "".join(char for char in folded if not unicodedata.combining(char))
    return " ".join(word for word in re.split(r"[\W_]+", folded) if word and word not in _TITLES)


def same_name(one: str, other: str) -> bool:
    """Whether two keys of `name_key` name the same: equal, or one holds all of the other's two or more words.

    An agency is the same as its departments: "dpa", "dpa sport".
    """
    if one == other:
        return bool(one)
    shorter, longer = sorted((one, other), key=len)
    if shorter in AGENCIES and longer.startswith(f"{shorter} "):
        return True
    first, second = set(one.split()), set(other.split())
    return min(len(first), len(second)) > 1 and (first <= second or second <= first)


def kind_of(name: str, desks: Collection[str] = ()) -> AuthorKind:
    """Whether a name is an agency's, a desk's or a person's; `desks` in lower case."""
    low = name.casefold()
    if low in AGENCIES or not _STRONG_AGENCIES.isdisjoint(re.split(r"\W+", low)):
        return AuthorKind.AGENCY
    return (
        AuthorKind.DESK if is_own(low, desks) or _is_desk(name, low.split()) else AuthorKind.PERSON
    )


def _is_desk(name: str, words: list[str]) -> bool:
    if any(
        word.strip(".,-") in DESK_WORDS for piece in words for word in (piece, *piece.split("-"))
    ):
        return True
    if _DOMAIN.fullmatch(name) or any(word in name for word in _CJK_DESKS):
        return True
    return is_section(words) or is_title(name)


def is_own(low: str, desks: Collection[str]) -> bool:
    """Whether a name in lower case is the site's own: one of its names, or such a name with a word after it."""
    words = low.split()
    if low in desks or "".join(words) in desks or low.partition(".")[0] in desks:
        return True
    return len(words) > 1 and len(words[0]) > 2 and words[0] in desks


def is_section(words: list[str]) -> bool:
    """Whether words in lower case are the name of a section, or of two: "art & culture"."""
    return bool(words) and all(word in SECTION_WORDS or word in _AND for word in words)


def is_role(word: str) -> bool:
    """Whether a word is one that job titles are made of."""
    low = word.casefold().strip(",:")
    if low in ROLE_WORDS or has_role_ending(low):
        return True
    return "-" in low and all(part in ROLE_WORDS or part in ROLE_JOINERS for part in low.split("-"))


def has_role_ending(low: str) -> bool:
    """Whether a word in lower case is a compound job title, as German and the Nordic languages make them."""
    return _ROLE_ENDING.search(low) is not None


def is_title(text: str) -> bool:
    """Whether a text is nothing but a job title: "our senior correspondent"."""
    words = text.split()
    if not any(is_role(word) for word in words):
        return False
    return all(
        is_role(word) or word.casefold() in ROLE_JOINERS or word.casefold() == "our"
        for word in words
    )


def is_label(text: str) -> bool:
    """Whether a text is a job title, a section, or both ("travel reporter"): no name beside a person's."""
    words = text.casefold().split()
    if " & " in text and not any(is_role(word) for word in words):
        return False
    return all(is_role(word) or word in SECTION_WORDS or word in ROLE_JOINERS for word in words)


def is_whole(name: str) -> bool:
    """Whether a name is more than a given name or an author's code."""
    return not is_label(name) and (" " in name or bool(CJK.search(name)))


def without_labels(names: list[Name], desks: Collection[str] = ()) -> list[Name]:
    """The names without what only stands beside them: job titles, sections, the site's own name, "agencies"."""
    if any(name.kind is AuthorKind.PERSON and is_whole(name.text) for name in names):
        return [name for name in names if not _is_beside(name, desks)]
    if any(name.kind is AuthorKind.AGENCY for name in names):
        names = [name for name in names if not _is_code(name)]
    proper = [
        name for name in names if not is_label(name.text) and name.text.casefold() not in NAMELESS
    ]
    return proper or names[:1]  # a job title stands for a desk only where nobody is named


def _is_beside(name: Name, desks: Collection[str]) -> bool:
    low = name.text.casefold()
    return _is_code(name) or low in NAMELESS or is_own(low, desks) or is_label(name.text)


def _is_code(name: Name) -> bool:
    """Whether a name is an author's code or a label: one word in small letters."""
    return (
        name.kind is AuthorKind.PERSON
        and name.text.isascii()
        and name.text.islower()
        and " " not in name.text
    )


def is_name(text: str, desks: Collection[str] = ()) -> bool:
    """Whether a text can stand as a name: its length, its words, its case; no sentence, date, URL or login."""
    low = text.casefold()
    if is_own(low, desks) or low in AGENCIES:
        return True
    words = low.split()
    person = kind_of(text, desks) is AuthorKind.PERSON
    length, count = _MAX_PERSON if person else _MAX_DESK
    if not 2 <= len(text) <= length or not 1 <= len(words) <= count or low in LOGINS:
        return False
    if low in INNER or low in PLACES or text.split(maxsplit=1)[0] in INNER:
        return False
    strange = _NO_NAME.search(text) is not None and not _DOMAIN.fullmatch(text)
    if not _LETTER.search(text) or strange or _is_talk(text.split()) or LEAD.fullmatch(f"{text} "):
        return False
    return _digits_fit(words, person=person) and (not person or _case_fits(text.split()))


def _is_talk(words: list[str]) -> bool:
    """Whether words are those of a sentence, a button or a notice."""
    bare = [word.strip(".,:") for word in words if word != "our"]
    return any(word in SENTENCE_WORDS or word.casefold() in NOT_IN_NAMES for word in bare)


def _digits_fit(words: list[str], *, person: bool) -> bool:
    """Digits stand only in the names of papers and desks, inside a word: "Kanal5 Redaktion"."""
    digits = [word for word in words if any(char.isdigit() for char in word)]
    return not digits or (
        all(_LETTER.search(word) for word in digits) and (not person or len(words) == 1)
    )


def _case_fits(words: list[str]) -> bool:
    """A person's words begin with capitals, where the script has them, but for particles; or none does."""
    small = [word for word in words if word[0].islower() and word.casefold() not in PARTICLES]
    if not small:
        return len(words) == 1 or any(not word[0].islower() for word in words)
    camel = [word for word in small if any(char.isupper() for char in word)]
    return len(camel) == len(small) or (len(small) == len(words) <= 3)
