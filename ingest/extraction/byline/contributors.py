"""Split the credits of a byline: those of the authors, and those of other contributors."""

from __future__ import annotations

import re
from collections.abc import Collection

from ingest.extraction.byline.name_rules import name_key
from ingest.extraction.byline.names import read_names
from ingest.extraction.byline.words import lead, other_credit

_SEGMENT = re.compile(r"\s*[\n|•]\s*")
BARE_LABEL = re.compile(r"[\s:]*(?:by|from|von|vom|durch|par|por|di|da|de|av|af|door)?[\s:]*")
"""What a label has behind "Edited" or "Photo": "by", a colon."""


def author_text(text: str, desks: Collection[str]) -> tuple[str, frozenset[str]]:
    """Split off the credits of a byline for photographers, editors and the like.

    A credit is "Edited by A. Name", or the lines from "Edited by" to the next "By".

    Args:
        text: The lines of a byline.
        desks: The site's own names in lower case.

    Returns:
        The lines of the authors, and the keys of the names in the others.
    """
    authors: list[str] = []
    others: list[str] = []
    is_other = False
    for segment in _SEGMENT.split(text):
        credit = other_credit().match(segment)
        rest = segment[credit.end() :] if credit else segment
        is_label = credit is not None and BARE_LABEL.fullmatch(rest.casefold()) is not None
        if credit and not is_label:
            others.append(BARE_LABEL.sub("", rest, count=1))
        is_other = is_label or (is_other and not credit and not lead().match(f"{segment} "))
        if not credit:
            (others if is_other else authors).append(segment)
    if not others:
        return text, frozenset()
    written = "\n".join(authors)
    return written, frozenset(_keys(others, desks) - _keys([written], desks))


def _keys(texts: Collection[str], desks: Collection[str]) -> set[str]:
    """Return the keys of all names in texts."""
    keys: set[str] = set()
    for text in texts:
        keys.update(name_key(name.text) for name in read_names(text, desks))
    return keys
