"""Which values are secrets, by their names and by their looks (pure)."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from math import log2
from typing import Self
from urllib.parse import unquote

REDACTED = "REDACTED"

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]")
_ARTICLE_VALUE = re.compile(r"\d{1,12}|\d{4}-\d\d-\d\d|[^\W_]+(?:[-_][^\W_]+){2,}")
"""A number, a date, or a slug of three words."""

_RUN = re.compile(r"[A-Za-z0-9]{16,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_LEAST_DIGITS = 2
_LEAST_LETTERS = 4
_LEAST_CHANGES = 0.25
"""Share of the characters that differ in kind from the one before: kinds are `a`, `A` and `1`.

It is about 0.5 in random text, and less than 0.2 in words with numbers and in times.
"""
_LEAST_BITS = 45.0
"""Entropy of a random run, by its own characters. That of 16 hexadecimal digits is about 50."""


@dataclass(frozen=True, slots=True)
class _Names:
    """The data of `names.toml`; its comments tell what each key is for."""

    endings: tuple[str, ...]
    last_words: frozenset[str]
    names: frozenset[str]
    beginnings: tuple[str, ...]
    headers: frozenset[str]
    articles: frozenset[str]
    ambiguous: frozenset[str]
    ids: frozenset[str]
    forms: tuple[tuple[str, re.Pattern[str]], ...]

    @classmethod
    @cache
    def load(cls) -> Self:
        """Return the data, read on first use."""
        file = resources.files("ingest.redaction").joinpath("names.toml")
        data = tomllib.loads(file.read_text("utf-8"))
        return cls(
            tuple(data["endings"]),
            frozenset(data["last_words"]),
            frozenset(data["names"]),
            tuple(data["beginnings"]),
            frozenset(data["headers"]),
            frozenset(data["articles"]),
            frozenset(data["ambiguous"]),
            frozenset(data["ids"]),
            tuple((part, re.compile(form)) for part, form in data["forms"].items()),
        )


def without_forms(text: str, replaced: Callable[[str], str]) -> str:
    """Return the text with the secrets replaced that show by their form, such as JSON Web Tokens."""
    for part, form in _Names.load().forms:
        if part in text:
            text = form.sub(lambda match: replaced(match[0]), text)
    return text


def is_secret_name(name: str) -> bool:
    """Whether the value of a parameter, a header or a field with this name is a secret."""
    return _is_listed(_joined(name), name)


def is_secret_header(name: str) -> bool:
    """Whether a header is a secret as a whole."""
    return _joined(name) in _Names.load().headers or is_secret_name(name)


def replacement(name: str, value: str, *, in_body: bool = False, random: bool = True) -> str | None:
    """Return what stands for a value in a recording, or None if the value is no secret.

    Args:
        name: of the parameter or field.
        value: percent-encoded or not, as that makes no difference.
        in_body: whether the value is a field of a body, where names are less certain.
        random: whether a value that looks random is a secret under any name.

    Returns:
        `REDACTED` by the name. By the looks it is `REDACTED-` and eight digits of the value's hash,
        so that two values remain two. A guess cannot confirm them: such a value has too many bits.
    """
    plain = unquote(value)
    if not plain or plain.startswith(REDACTED):
        return None
    joined = _joined(name)
    if _is_listed(joined, name):
        names = _Names.load()
        if joined in names.articles and _ARTICLE_VALUE.fullmatch(plain):
            return None
        certain = joined.endswith(names.endings) or _last_word(name) not in names.ambiguous
        if in_body and not certain and not looks_random(plain):
            return None
        return REDACTED
    if random and not _names_id(joined) and looks_random(plain):
        return hashed(plain)
    return None


def hashed(value: str) -> str:
    """Return what stands for a secret that was found by its looks or its form."""
    return f"{REDACTED}-{hashlib.sha256(value.encode('utf-8', 'replace')).hexdigest()[:8]}"


def looks_random(value: str) -> bool:
    """Whether a value has 16 or more characters in a row that no person chose.

    They have letters and digits in turns. Slugs, titles, dates, times and UUIDs do not look so.
    """
    base64 = _BASE64.fullmatch(value)  # only as a whole: a path has slashes, too
    runs = [value] if base64 else _RUN.findall(value)
    return any(_is_random(run) for run in runs)


def _is_random(run: str) -> bool:
    digits = sum(char.isdigit() for char in run)
    letters = sum(char.isalpha() for char in run)
    changes = sum(_kind(first) != _kind(second) for first, second in pairwise(run))
    return (
        digits >= _LEAST_DIGITS
        and letters >= _LEAST_LETTERS
        and changes >= _LEAST_CHANGES * len(run)
        and _bits(run) >= _LEAST_BITS
    )


def _kind(char: str) -> int:
    return 0 if char.isdigit() else 1 if char.islower() else 2


def _bits(text: str) -> float:
    counts = Counter(text)
    return -sum(count * log2(count / len(text)) for count in counts.values())


def _is_listed(joined: str, name: str) -> bool:
    names = _Names.load()
    return (
        joined in names.names
        or joined.endswith(names.endings)
        or joined.startswith(names.beginnings)
        or _last_word(name) in names.last_words
    )


def _names_id(joined: str) -> bool:
    return joined in _Names.load().ids or joined.endswith("id")


def _joined(name: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", name.lower())


def _last_word(name: str) -> str:
    words = _WORD.findall(name)
    return words[-1].lower() if words else ""
