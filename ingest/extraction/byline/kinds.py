"""Classify names: a person's, a desk's or an agency's, or only a label beside a name."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from ingest.extraction.vocabulary import (
    AGENCIES,
    DESK_WORDS,
    NAMELESS,
    ROLE_JOINERS,
    ROLE_WORDS,
    SECTION_WORDS,
)
from ingest.record import AuthorKind


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a byline: `text` cleaned, `raw` as on the page."""

    text: str
    raw: str
    kind: AuthorKind


# Also inside a name: "AFP Deutschland".
_STRONG_AGENCIES = frozenset({"afp", "dpa", "reuters", "xinhua", "efe", "ansa", "tass", "yonhap"})
_AND = frozenset({"&", "and", "und", "et", "y", "e"})
_ROLE_ENDING = re.compile(
    r"(?:redakteur|korrespondent|reporter|journalist|kolumnist|redaktør|redaktör|medarbetare)"
    r"(?:in|innen)?$"
)
DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}", re.IGNORECASE)
"""A host name, which is the name of a paper."""
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Letters of scripts that put no blanks inside names."""
_CJK_DESKS = tuple(word for word in DESK_WORDS if CJK.search(word))


def kind_of(name: str, desks: Collection[str] = ()) -> AuthorKind:
    """Return the kind of a name.

    Args:
        name: The name.
        desks: The site's own names in lower case; each is a desk.
    """
    low = name.casefold()
    if _is_agency(low):
        return AuthorKind.AGENCY
    if is_own(low, desks) or _is_desk(name):
        return AuthorKind.DESK
    return AuthorKind.PERSON


def _is_agency(low: str) -> bool:
    """Whether a name in lower case is a news agency's, or that of one of its departments."""
    if low in AGENCIES:
        return True
    words = re.split(r"\W+", low)
    return not _STRONG_AGENCIES.isdisjoint(words)


def _is_desk(name: str) -> bool:
    """Whether a name is that of a desk, a team, a paper or a section, or a job title."""
    words = name.casefold().split()
    if any(_has_desk_word(word) for word in words):
        return True
    if DOMAIN.fullmatch(name):
        return True
    if any(word in name for word in _CJK_DESKS):
        return True
    return is_section(words) or is_title(name)


def _has_desk_word(word: str) -> bool:
    """Whether a word or a part of it is one of desks: "desk", "nz-redaktion"."""
    parts = (word, *word.split("-"))
    return any(part.strip(".,-") in DESK_WORDS for part in parts)


def is_own(low: str, desks: Collection[str]) -> bool:
    """Whether a name is the site's own: one of its names, or such a name with a word after it.

    Args:
        low: The name in lower case.
        desks: The site's own names in lower case.
    """
    if low in desks:
        return True
    words = low.split()
    if "".join(words) in desks:
        return True
    if low.partition(".")[0] in desks:
        return True
    if len(words) < 2 or len(words[0]) < 3:
        return False
    return words[0] in desks


def is_section(words: list[str]) -> bool:
    """Whether words in lower case are the name of a section, or of two: "art & culture"."""
    if not words:
        return False
    return all(word in SECTION_WORDS or word in _AND for word in words)


def is_role(word: str) -> bool:
    """Whether a word is one that job titles are made of: "editor", "co-founder"."""
    low = word.casefold().strip(",:")
    if low in ROLE_WORDS or has_role_ending(low):
        return True
    if "-" not in low:
        return False
    return all(_is_role_part(part) for part in low.split("-"))


def _is_role_part(low: str) -> bool:
    """Whether a word in lower case is a part of a compound job title: "editor-in-chief"."""
    return low in ROLE_WORDS or low in ROLE_JOINERS


def has_role_ending(low: str) -> bool:
    """Whether a word in lower case is a compound job title.

    German and the Nordic languages have them: "sportredakteurin".
    """
    return _ROLE_ENDING.search(low) is not None


def is_title(text: str) -> bool:
    """Whether a text is nothing but a job title: "our senior correspondent"."""
    has_role = False
    for word in text.split():
        if is_role(word):
            has_role = True
        elif not _is_between_roles(word.casefold()):
            return False
    return has_role


def _is_between_roles(low: str) -> bool:
    """Whether a word in lower case stays in a job title without being a role."""
    return low in ROLE_JOINERS or low == "our"


def is_label(text: str) -> bool:
    """Whether a text is a job title, a section, or both: "travel reporter".

    Beside a person's name such a text is not a name.
    """
    words = text.casefold().split()
    roles = [word for word in words if is_role(word)]
    if " & " in text and not roles:
        return False
    for word in words:
        if word in roles or word in SECTION_WORDS:
            continue
        if word not in ROLE_JOINERS:
            return False
    return True


def is_whole(name: str) -> bool:
    """Whether a name is more than a given name or an author's code."""
    if is_label(name):
        return False
    return " " in name or CJK.search(name) is not None


def without_labels(names: list[Name], desks: Collection[str] = ()) -> list[Name]:
    """Return the names that are authors.

    Beside a person these are not: job titles, sections, the site's own name and "agencies".

    Args:
        names: The names of one byline.
        desks: The site's own names in lower case.
    """
    has_person = any(_is_whole_person(name) for name in names)
    if has_person:
        return [name for name in names if not _is_beside(name, desks)]
    return _without_titles(names)


def _without_titles(names: list[Name]) -> list[Name]:
    """Return the names without job titles and sections, if another is left."""
    kinds = {name.kind for name in names}
    if AuthorKind.AGENCY in kinds:
        names = [name for name in names if not _is_code(name)]
    authors = [name for name in names if _is_proper(name)]
    return authors or names[:1]  # a job title is a desk only if no name is given


def _is_whole_person(name: Name) -> bool:
    """Whether a name is a person's and more than a code."""
    return name.kind is AuthorKind.PERSON and is_whole(name.text)


def _is_proper(name: Name) -> bool:
    """Whether a name is not a job title, a section, or "agencies"."""
    return not is_label(name.text) and not _is_nameless(name)


def _is_nameless(name: Name) -> bool:
    return name.text.casefold() in NAMELESS


def _is_beside(name: Name, desks: Collection[str]) -> bool:
    """Whether a name beside a person's is not an author.

    Args:
        name: The name.
        desks: The site's own names in lower case.
    """
    if _is_code(name) or not _is_proper(name):
        return True
    return is_own(name.text.casefold(), desks)


def _is_code(name: Name) -> bool:
    """Whether a name is an author's code or a label: one word in small letters."""
    if name.kind is not AuthorKind.PERSON:
        return False
    if " " in name.text:
        return False
    return name.text.isascii() and name.text.islower()
