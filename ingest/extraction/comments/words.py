"""Roles of elements in comment markup, by the words in their class names and ids."""

from __future__ import annotations

import re
import tomllib
from enum import Flag, auto
from functools import lru_cache
from importlib import resources


class Role(Flag):
    """The role of an element according to one of its names; an element can have several roles."""

    NONE = 0
    ITEM = auto()  # one comment
    SECTION = auto()  # all of them
    TEXT = auto()
    AUTHOR = auto()
    DATE = auto()
    NOISE = auto()  # buttons, avatars, votes, headers and footers of a comment
    FORM = auto()  # forms, notices and headings
    COUNT = auto()
    REPLIES = auto()  # the answers to the comment before it or around it
    ELSEWHERE = auto()  # comments on other articles
    PING = auto()  # trackbacks
    HOSTED = auto()  # of an external comment system


# "Comment" in many languages with its plural endings, anywhere in a name: "commentlist",
# "thiscommentbody". "Commentator", "commentary" and "commented" don't match. Each group matches a
# plural ending.
_STEM = re.compile(
    r"comm?entaire(s?)|comentari[oau]?(s?)|comment(?:aar|i(?=-|$))?(s?)(?!at|ed|ing|ary)"
    r"|kommenti(t)|kommentti|kommentaar(?:i(d))?|kommentar(er|en|e(?!nt)|s?)(?!t)"
    r"|komentar(ze|[eiyz])?|komment(ek)?(?=-|$)"
    r"|leser(?:brief|post|kommentar|meinung)(en|e|s)?|reactie(s?)|yorum(lar)?|talkback(s?)"
    r"|hozzaszolas(ok)?|tabsr(?:a|ah)?(ay|ey|e)?(?![a-z])|sxoli(?:o|a)(?![a-z])|tippani(yan)?"
)
# The containers of external comment systems.
_HOSTED = re.compile(
    r"^(?:disqus_thread|dsq-|fb[-_]comments|vuukle|wpdcom$|wpcomm$|wpdiscuz)|vuukle"
    r"|disqus-?comments",
    re.IGNORECASE,
)
# Every name with a role matches this. Nearly all names on a page don't, and cost only this search.
_ANY = re.compile(
    "ment|leser|reactie|yorum|back|hozzaszol|tabsr|sxoli|tippani|disqus|dsq-|vuukle|wpdcom|wpcomm|wpdisc|fb|ping"
)
# Romance languages put the noun first: "texto-comentario".
_NOUN_FIRST = ("comentari", "commentair", "comentair")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORD = re.compile(r"[a-z]+")
_ASCII = str.maketrans("áàâóôř", "aaaoor")
_LISTS = tomllib.loads(
    resources.files("ingest.extraction.comments").joinpath("words.toml").read_text(encoding="utf-8")
)


def _list(key: str) -> frozenset[str]:
    return frozenset(str(_LISTS[key]).split())


def pattern(key: str) -> str:
    """Return the alternatives of a list in words.toml, for use inside a regular expression."""
    parts = _LISTS[key]
    return "|".join(parts.split() if isinstance(parts, str) else map(str, parts))


_PING = _list("ping")
_ELSEWHERE = _list("elsewhere")
_HOOKS = _list("hooks")
_NOISE = _list("noise")
_META = _list("meta")
_AUTHOR = _list("author")
_DATE = _list("date")
_TEXT = _list("text")
_FORM = _list("form")
_SECTION = _list("section")
_ITEM = _list("item")
_COUNT = _list("count")
_REPLIES = _list("replies")
_MOST_WORDS = 3
_ONE_OF_MANY = frozenset({"item", "entry", "single", "con", "li", "row", "element"})
_NO_TEXT = Role.NOISE | Role.AUTHOR | Role.DATE


def _words(token: str) -> tuple[list[str], list[str] | None, bool]:
    """Split a name at the word for "comment".

    Returns:
        The words before it, the words after it (None if the name has no such word), and whether
        the word is a plural.
    """
    name = _CAMEL.sub("-", token).casefold().translate(_ASCII)
    matches = list(_STEM.finditer(name))
    if not matches:
        return _WORD.findall(name), None, False
    stem = matches[-1]  # "comments-list-comment" is a comment
    before, after = _WORD.findall(name[: stem.start()]), _WORD.findall(name[stem.end() :])
    if before and not after and stem[0].startswith(_NOUN_FIRST):
        before, after = [], before
    return before, after, any(stem.groups())


def _part(words: set[str]) -> Role:
    """Return the part of a comment that these words name; the text has the lowest priority."""
    if words & _NOISE:
        return Role.NOISE
    if words & _AUTHOR:
        return Role.AUTHOR
    if words & _DATE:
        return Role.DATE
    if words & _META:
        return Role.NOISE | Role.DATE
    return Role.TEXT if words & _TEXT else Role.NONE


@lru_cache(maxsize=20_000)
def role_of(token: str) -> Role:
    """Return the role of one class name or id that contains the word for "comment".

    Without that word only `Role.PING` and `Role.HOSTED` are possible.
    """
    before, after, plural = _words(token)
    role = Role.NONE
    if _PING & {*before, *(after or ())}:
        role |= Role.PING
    if _HOSTED.search(token):
        role |= Role.HOSTED
    if after is None:
        return role
    if _ELSEWHERE & set(before):
        return role | Role.ELSEWHERE
    if _HOOKS & set(before):
        return role
    if not after:
        return role | (Role.SECTION if plural else Role.ITEM)
    return role | _role_of_words(after, plural=plural)


def _role_of_words(after: list[str], *, plural: bool) -> Role:
    """Return the role of a name by its words after the one for "comment"."""
    words = set(after)
    part = role = _part(words)
    if words & _REPLIES:
        role |= Role.REPLIES
    if words & _FORM:
        role |= Role.FORM
    if words & _COUNT:
        role |= Role.COUNT
    if len(after) > _MOST_WORDS or part & _NO_TEXT:  # a sentence: in French, "comment" is "how"
        return role
    if after[-1] in _SECTION:
        role |= Role.SECTION
    if after[-1] in _ITEM and (not plural or after[-1] in _ONE_OF_MANY):
        role |= Role.ITEM
    return role


@lru_cache(maxsize=20_000)
def roles_of(names: str) -> Role:
    """Return the roles of all names in a class attribute together."""
    role = Role.NONE
    if not _ANY.search(names.casefold()):
        return role
    for token in names.split():
        role |= role_of(token)
    return role


@lru_cache(maxsize=20_000)
def part_of(names: str) -> Role:
    """Return the role of an element inside a comment by its class.

    Here plain words such as "author" or "post-date" count too, without the word for "comment".
    """
    role = Role.NONE
    for token in names.split():
        before, after, _ = _words(token)
        if after is not None:
            role |= _part(set(after) or (set(before) & _NOISE))
        elif before and before[0] not in _HOOKS:
            role |= _plain_part(before)
    return role


def _plain_part(words: list[str]) -> Role:
    """As `_part`, for a name without the word for "comment": not every name with "text" is a text.

    "post-text" is a text, "text-right" is an alignment.
    """
    if len(words) > 4:
        return Role.NONE
    part = _part(set(words))
    return Role.NONE if part is Role.TEXT and words[-1] not in _TEXT else part
