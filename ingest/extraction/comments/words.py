"""What class names and ids say of comment markup: the words that sites of many languages use in them."""

from __future__ import annotations

import re
import tomllib
from enum import Flag, auto
from functools import lru_cache
from importlib import resources


class Role(Flag):
    """What an element is, judged by a name that it bears; an element may be several of these."""

    NONE = 0
    ITEM = auto()  # one comment
    SECTION = auto()  # all of them
    TEXT = auto()
    AUTHOR = auto()
    DATE = auto()
    NOISE = auto()  # buttons, avatars, votes, headers and footers of a comment
    FORM = auto()  # forms, notices and headings
    COUNT = auto()
    REPLIES = auto()  # what answers the comment before or around it
    ELSEWHERE = auto()  # comments on other articles
    PING = auto()  # trackbacks
    HOSTED = auto()  # of a system that is not the site's own


# "Comment" in the languages of the web, with its plural endings, wherever it stands in a name: "commentlist",
# "thiscommentbody". A commentator, a commentary and what is commented are something else.
_STEM = re.compile(
    r"comm?entaire(s?)|comentari[oau]?(s?)|comment(?:aar|i(?=-|$))?(s?)(?!at|ed|ing|ary)"
    r"|kommenti(t)|kommentti|kommentaar(?:i(d))?|kommentar(er|en|e(?!nt)|s?)(?!t)|komentar(ze|[eiyz])?|komment(ek)?(?=-|$)"
    r"|leser(?:brief|post|kommentar|meinung)(en|e|s)?|reactie(s?)|yorum(lar)?|talkback(s?)"
    r"|hozzaszolas(ok)?"
)
# The containers of comment systems that are not the site's own.
_HOSTED = re.compile(
    r"^(?:disqus_thread|dsq-|fb[-_]comments|vuukle|wpdcom$|wpcomm$|wpdiscuz)|vuukle|disqus-?comments",
    re.IGNORECASE,
)
# Every name with a role holds one of these; nearly all names on a page hold none and cost no more than this.
_ANY = re.compile(
    "ment|leser|reactie|yorum|back|hozzaszol|disqus|dsq-|vuukle|wpdcom|wpcomm|wpdisc|fb|ping"
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
    """The alternatives of a list, for use inside a regular expression."""
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


def _words(token: str) -> tuple[list[str], list[str] | None, bool]:
    """The words before and after the one for "comment", and whether that is a plural; no second list without it."""
    name = _CAMEL.sub("-", token).casefold().translate(_ASCII)
    places = list(_STEM.finditer(name))
    if not places:
        return _WORD.findall(name), None, False
    found = places[-1]  # "comments-list-comment" is a comment
    before, after = _WORD.findall(name[: found.start()]), _WORD.findall(name[found.end() :])
    if before and not after and found[0].startswith(_NOUN_FIRST):
        before, after = [], before
    return before, after, any(found.groups())


def _part(words: set[str]) -> Role:
    """The part of a comment that these words name; what is no text of it comes first."""
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
    """The role that one class name or id states with the word for "comment"; `Role.NONE` without that word."""
    before, after, plural = _words(token)
    role = Role.PING if _PING & {*before, *(after or ())} else Role.NONE
    role |= Role.HOSTED if _HOSTED.search(token) else Role.NONE
    if after is None:
        return role
    if _ELSEWHERE & set(before):
        return role | Role.ELSEWHERE
    if _HOOKS & set(before):
        return role
    if not after:
        return role | (Role.SECTION if plural else Role.ITEM)
    words = set(after)
    for names, named in ((_REPLIES, Role.REPLIES), (_FORM, Role.FORM), (_COUNT, Role.COUNT)):
        role |= named if words & names else Role.NONE
    part = _part(words)
    if len(after) > _MOST_WORDS:  # a sentence: in French, "comment" is "how"
        return role | part
    if after[-1] in _SECTION and not part & (Role.NOISE | Role.AUTHOR | Role.DATE):
        role |= Role.SECTION
    if (
        after[-1] in _ITEM
        and (not plural or after[-1] in _ONE_OF_MANY)
        and not part & (Role.NOISE | Role.AUTHOR | Role.DATE)
    ):
        role |= Role.ITEM
    return role | part


@lru_cache(maxsize=20_000)
def roles_of(names: str) -> Role:
    """The roles of all the names in a class attribute."""
    role = Role.NONE
    if not _ANY.search(names.casefold()):
        return role
    for token in names.split():
        role |= role_of(token)
    return role


@lru_cache(maxsize=20_000)
def part_of(names: str) -> Role:
    """What an element inside a comment is by its class, also by plain words such as "author" or "post-date"."""
    role = Role.NONE
    for token in names.split():
        before, after, _ = _words(token)
        if after is not None:
            role |= _part(set(after) or (set(before) & _NOISE))
        elif before and before[0] not in _HOOKS:
            role |= _plain_part(before)
    return role


def _plain_part(words: list[str]) -> Role:
    """As `_part`, for a name without the word for "comment": "post-text" is text, "text-right" is not."""
    if len(words) > 4:
        return Role.NONE
    part = _part(set(words))
    return Role.NONE if part is Role.TEXT and words[-1] not in _TEXT else part
