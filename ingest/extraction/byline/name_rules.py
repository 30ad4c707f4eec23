"""Decide what can be a name, and when two spellings are the same name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from ingest.extraction.byline.kinds import DOMAIN, is_own, kind_of
from ingest.extraction.byline.words import lead, words
from ingest.extraction.vocabulary import (
    AGENCIES,
    INNER,
    LOGINS,
    NOT_IN_NAMES,
    PARTICLES,
    PLACES,
    SENTENCE_WORDS,
)
from ingest.record import AuthorKind

_MAX_PERSON = (60, 6)  # characters and words of one person's name; longer ones are sentences
_MAX_DESK = (80, 8)
_MAX_SMALL = 3  # words of a person's name that is all in lower case
_LETTER = re.compile(r"[^\W\d_]")
_NO_NAME = re.compile(r"[?!=<>{}\\%#$€_…]|\.\.|\.\w{2,}\.\w|//|: ")
_TITLES = frozenset({"dr", "prof", "mr", "mrs", "ms"})


def name_key(name: str) -> str:
    """Return a key that different spellings of one name share.

    It has no case, accents, stops, titles and hyphens.
    """
    folded = unicodedata.normalize("NFKD", name.casefold())
    if not folded.isascii():
        folded = "".join(char for char in folded if not unicodedata.combining(char))
    pieces = re.split(r"[\W_]+", folded)
    return " ".join(piece for piece in pieces if piece and piece not in _TITLES)


def same_name(one: str, other: str) -> bool:
    """Whether two keys of `name_key` are the same name.

    They are if they are equal, or if one has all of the other's two or more words. An agency is
    the same as its departments: "dpa", "dpa sport".
    """
    if one == other:
        return bool(one)
    shorter, longer = sorted((one, other), key=len)
    if shorter in AGENCIES and longer.startswith(f"{shorter} "):
        return True
    first, second = set(one.split()), set(other.split())
    if min(len(first), len(second)) < 2:
        return False
    return first <= second or second <= first


def is_glued(text: str, name: str) -> bool:
    """Whether a key begins with a name of two or more words and continues without a space.

    Elements without white space between them cause this: "anna holteditor" for "anna holt".
    """
    if " " not in name or not text.startswith(name):
        return False
    return len(text) > len(name) and text[len(name)] != " "


def is_name(text: str, desks: Collection[str] = ()) -> bool:
    """Whether a text can be a name, by its length, words and case.

    Sentences, dates, URLs, logins and places cannot.

    Args:
        text: The text, cleaned.
        desks: The site's own names in lower case; each is a name whatever it looks like.
    """
    low = text.casefold()
    if is_own(low, desks):
        return True
    if low in AGENCIES:
        return low not in words("empty_values") or text.isupper()
    is_person = kind_of(text, desks) is AuthorKind.PERSON
    if not _length_fits(text, is_person=is_person):
        return False
    if _is_no_name(text) or not _characters_fit(text):
        return False
    pieces = text.split()
    if _is_talk(pieces) or not _digits_fit(pieces, is_person=is_person):
        return False
    return not is_person or _case_fits(pieces)


def _length_fits(text: str, *, is_person: bool) -> bool:
    """Whether a text has as many characters and words as names have."""
    most_characters, most_words = _MAX_PERSON if is_person else _MAX_DESK
    if not 2 <= len(text) <= most_characters:
        return False
    return 1 <= len(text.split()) <= most_words


def _is_no_name(text: str) -> bool:
    """Whether a text is a login, a place, a lead word, or begins with a word that no name does."""
    low = text.casefold()
    if low in LOGINS or low in PLACES:
        return True
    if low in words("buttons") or low in words("labels"):
        return True
    pieces = text.split()
    if low in INNER or _begins_as_inner(pieces):
        return True
    if all(piece.casefold() in words("empty_values") for piece in pieces):
        return True
    return lead().fullmatch(f"{text} ") is not None


def _begins_as_inner(pieces: list[str]) -> bool:
    """Whether words begin with one that only stays inside names: "and", "of".

    "the" may begin the name of a desk: "the Shore Team".
    """
    first = pieces[0]
    if first == "the":
        return kind_of(" ".join(pieces)) is not AuthorKind.DESK
    return first in INNER or first in words("joints")


def _characters_fit(text: str) -> bool:
    """Whether a text has a letter, and no characters of code and sentences.

    The stops of a host name are allowed.
    """
    if not _LETTER.search(text):
        return False
    if _NO_NAME.search(text) is None:
        return True
    return DOMAIN.fullmatch(text) is not None


def _is_talk(pieces: list[str]) -> bool:
    """Whether words are those of a sentence, a button or a notice."""
    for piece in pieces:
        bare = piece.strip(".,:")
        if piece == "our":
            continue
        if bare in SENTENCE_WORDS or _is_never_in_names(bare.casefold()):
            return True
    return False


def _is_never_in_names(low: str) -> bool:
    """Whether no name contains a word; "Nan" and "Null" can be names."""
    return low in NOT_IN_NAMES and low not in words("empty_values")


def _digits_fit(pieces: list[str], *, is_person: bool) -> bool:
    """Whether digits are only in names of papers and desks, inside a word: "Kanal5 Redaktion"."""
    numbered = [word for word in pieces if any(char.isdigit() for char in word)]
    if not numbered:
        return True
    if is_person and len(pieces) > 1:
        return False
    return all(_LETTER.search(word) for word in numbered)


def _case_fits(pieces: list[str]) -> bool:
    """Whether a person's words begin with capitals, if the script has them, or none does.

    Particles may be in lower case, and words with a capital inside: "deBrun".
    """
    small = [word for word in pieces if _is_small(word)]
    if not small:
        return len(pieces) == 1 or any(not word[0].islower() for word in pieces)
    if len(small) == len(pieces) <= _MAX_SMALL:
        return True
    return all(_has_capital(word) for word in small)


def _is_small(word: str) -> bool:
    """Whether a word begins in lower case and is not a particle such as "van"."""
    return word[0].islower() and word.casefold() not in PARTICLES


def _has_capital(word: str) -> bool:
    return any(char.isupper() for char in word)
