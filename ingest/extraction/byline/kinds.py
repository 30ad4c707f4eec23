"""Classify names: a person's, a desk's or an agency's, or only a label beside a name."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from ingest.extraction.byline.words import words
from ingest.extraction.vocabulary import (
    AGENCIES,
    DESK_WORDS,
    NAMELESS,
    PARTICLES,
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
    if low in AGENCIES or _ends_as_agency(low):
        return True
    parts = re.split(r"\W+", low)
    return not _STRONG_AGENCIES.isdisjoint(parts)


def _ends_as_agency(low: str) -> bool:
    """Whether a name ends with a word of wires: "X Wire", "Y News Agency"."""
    pieces = low.split()
    ends = (" ".join(pieces[at:]) for at in range(1, len(pieces)))
    return any(end in words("agency_ends") for end in ends)


def _is_desk(name: str) -> bool:
    """Whether a name is that of a desk, a team, a paper or a section, or a job title."""
    lows = name.casefold().split()
    if any(_has_desk_word(low) for low in lows):
        return True
    if DOMAIN.fullmatch(name) or _has_article(name):
        return True
    if any(word in name for word in _CJK_DESKS):
        return True
    return is_section(lows) or is_title(name)


def _has_article(name: str) -> bool:
    """Whether a name is that of a paper or a group with an article: "The Shore Post"."""
    first, _, rest = name.partition(" ")
    others = rest.split()
    if first.casefold() != "the" or not others:
        return False
    return all(other[0].isupper() or other in PARTICLES for other in others)


def _has_desk_word(low: str) -> bool:
    """Whether a word in lower case or a part of it is one of desks: "desk", "nz-redaktion"."""
    if low in words("institutions"):
        return True
    parts = (low, *low.split("-"))
    return any(part.strip(".,-") in DESK_WORDS for part in parts)


def is_own(low: str, desks: Collection[str]) -> bool:
    """Whether a name is the site's own: one of its names, or such a name with a word after it.

    Args:
        low: The name in lower case.
        desks: The site's own names in lower case.
    """
    if low in desks:
        return True
    pieces = low.split()
    if "".join(pieces) in desks:
        return True
    if low.partition(".")[0] in desks:
        return True
    if len(pieces) < 2 or len(pieces[0]) < 3:
        return False
    return pieces[0] in desks


def is_section(lows: list[str]) -> bool:
    """Whether words in lower case are the name of a section, or of two: "art & culture"."""
    if not lows:
        return False
    return all(low in SECTION_WORDS or low in _AND for low in lows)


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
    """Whether a text is only a job title: "our senior correspondent"."""
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
    lows = text.casefold().split()
    roles = [low for low in lows if is_role(low)]
    if " & " in text and not roles:
        return False
    for low in lows:
        if low in roles or low in SECTION_WORDS:
            continue
        if low not in ROLE_JOINERS:
            return False
    return True


def is_job_title(text: str) -> bool:
    """Whether a text beside a person's name is a job title: "National Biotech Reporter".

    Its last word is a profession, and at least one of the others is a title's or a section's, or
    there are only two others. A text of two words needs a word of newsrooms or titles: professions
    are surnames too.
    """
    pieces = [piece.strip(",.:;") for piece in text.split()]
    if len(pieces) > 2 and _is_profession(pieces[0]) and pieces[1] in ROLE_JOINERS:
        return True
    if not pieces or not _is_profession(pieces[-1]):
        return False
    others = [piece for piece in pieces[:-1] if not _is_title_word(piece, text)]
    if len(pieces) <= 2 and others:
        return is_role(pieces[-1])
    return len(others) <= max(1, len(pieces) - 2)


def _is_profession(word: str) -> bool:
    low = word.casefold()
    return low in words("professions") or is_role(low)


def _is_title_word(word: str, text: str) -> bool:
    """Whether a word of a text is one of job titles: a field, an adjective, or an acronym."""
    low = word.casefold()
    if low in ROLE_JOINERS or low in SECTION_WORDS or low in words("title_words"):
        return True
    if word.isupper() and not text.isupper():
        return len(word) > 1
    if "-" in low and any(_is_field(part) for part in low.split("-")):
        return True
    return _is_profession(low)


def _is_field(low: str) -> bool:
    return low in SECTION_WORDS or low in words("title_words")


def is_whole(name: str) -> bool:
    """Whether a name is more than a given name or an author's code."""
    if is_label(name):
        return False
    return " " in name or CJK.search(name) is not None


def without_labels(names: list[Name], desks: Collection[str] = ()) -> list[Name]:
    """Return the names that are authors.

    Beside a person these are not: job titles, sections, institutions, the site's own name and
    "agencies".

    Args:
        names: The names of one byline.
        desks: The site's own names in lower case.
    """
    people = [name for name in names if is_whole_person(name)]
    if not people:
        return _without_titles(names)
    return [name for name in names if not _is_beside(name, people, desks)]


def _without_titles(names: list[Name]) -> list[Name]:
    """Return the names without job titles and sections, if another is left."""
    kinds = {name.kind for name in names}
    if AuthorKind.AGENCY in kinds:
        names = [name for name in names if not _is_code(name)]
    authors = [name for name in names if _is_proper(name)]
    return authors or names[:1]  # a job title is a desk only if no name is given


def is_whole_person(name: Name) -> bool:
    """Whether a name is a person's and more than a code, and not what is left of a job title."""
    if name.kind is not AuthorKind.PERSON or is_job_title(name.raw):
        return False
    return is_whole(name.text)


def _is_proper(name: Name) -> bool:
    """Whether a name is not a job title, a section, or "agencies"."""
    return not is_label(name.text) and not _is_nameless(name)


def _is_nameless(name: Name) -> bool:
    return name.text.casefold() in NAMELESS


def _is_beside(name: Name, people: list[Name], desks: Collection[str]) -> bool:
    """Whether a name beside a person's is not an author.

    Args:
        name: The name.
        people: The persons of the byline.
        desks: The site's own names in lower case.
    """
    if name.kind is AuthorKind.AGENCY:
        return _is_nameless(name)
    if _is_code(name) or not _is_proper(name) or _is_job(name, people):
        return True
    if _is_institution(name) or _is_cased_otherwise(name, people):
        return True
    return is_own(name.text.casefold(), desks)


def _is_job(name: Name, people: list[Name]) -> bool:
    """Whether a name is a job title, or a field of work: "Health and Welfare Policy"."""
    if is_job_title(name.raw) or is_job_title(name.text):
        return True
    if name.kind is not AuthorKind.PERSON or _AND.isdisjoint(name.text.split()):
        return False
    return any(_AND.isdisjoint(person.text.split()) for person in people)


def _is_institution(name: Name) -> bool:
    """Whether a name is that of a university, a company or the like: an affiliation."""
    return not words("institutions").isdisjoint(name.text.casefold().split())


def _is_cased_otherwise(name: Name, people: list[Name]) -> bool:
    """Whether a name is cased as a sentence or a degree ("BSN"), and those of persons are not."""
    first = people[0].text
    if name.text.isascii() and name.text.islower():
        return not first.islower()
    return (
        name.text.isascii() and name.text.isupper() and " " not in name.text and not first.isupper()
    )


def _is_code(name: Name) -> bool:
    """Whether a name is an author's code or a label: one word in small letters."""
    if name.kind is not AuthorKind.PERSON or " " in name.text:
        return False
    return name.text.isascii() and name.text.islower()
