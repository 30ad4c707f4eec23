"""The words of bylines (`byline_words.toml`), read once."""

from __future__ import annotations

import re
import tomllib
from importlib import resources

_WORDS = tomllib.loads(resources.files("ingest.extract").joinpath("byline_words.toml").read_text(encoding="utf-8"))


def _words(key: str) -> frozenset[str]:
    return frozenset(str(_WORDS[key]).split())


def _pattern(key: str) -> str:
    """The alternatives of a list as one; white space that only lays them out is taken out."""
    return "|".join(re.sub(r"\n\s*", "", str(part)) for part in _WORDS[key])


AGENCIES = frozenset(str(name) for name in _WORDS["agencies"])
"""News agencies, in lower case."""
DESK_WORDS = _words("desk")
"""A name with one of these words is a desk, a team or the paper itself, not a person."""
SECTION_WORDS = _words("sections")
"""Names of newspaper sections: joined by "&" or "and" they make one desk, not two people."""
ROLE_WORDS = _words("roles")
"""The words that job titles are made of."""
ROLE_JOINERS = frozenset(
    ("and", "of", "for", "in", "at", "the", "und", "für", "de", "der", "des", "du", "en", "&", "-")
)
"""Small words inside a job title ("head of data")."""
PARTICLES = _words("particles")
"""Lower-case words that stand inside people's names."""
NOT_IN_NAMES = _words("not_in_names")
"""Words that no name holds: a text with one of them is a button, a notice or a date."""
SENTENCE_WORDS = _words("sentence")
"""Words that stand in lower case only in sentences."""
LOGINS = _words("logins")
"""Accounts of a content management system that stand for nobody."""
WEAK_LEADS = _words("weak_leads")
"""Lead words that are also parts of names."""
LEAD = re.compile(rf"(?:{_pattern('leads')})(?:\s*[:：]\s*|\s+|(?<=[:：/|])\s*)", re.IGNORECASE)
"""What stands before the names: "By", "Written by", "Von", "Autor:" ..."""
NOT_AUTHORS = re.compile(rf"(?:©|\(c\)|(?:{_pattern('not_authors')})\b)", re.IGNORECASE)
"""What begins a part of a byline that credits somebody else."""
