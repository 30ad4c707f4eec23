"""The words of bylines (`vocabulary.toml`), read once."""

from __future__ import annotations

import re
import tomllib
from importlib import resources

_WORDS = tomllib.loads(
    resources.files("ingest.extraction").joinpath("vocabulary.toml").read_text(encoding="utf-8")
)


def _words(key: str) -> frozenset[str]:
    return frozenset(str(_WORDS[key]).split())


def _pattern(key: str) -> str:
    """The alternatives of a list as one; line breaks that only lay them out are taken out."""
    value = _WORDS[key]
    parts = value if isinstance(value, list) else [value]
    return "|".join(re.sub(r"\n\s*", "", str(part)) for part in parts)


AGENCIES = frozenset(str(name) for name in _WORDS["agencies"])
"""News agencies, in lower case."""
DESK_WORDS = _words("desk")
"""A name with one of these words is a desk, a team or the paper itself, not a person."""
SECTION_WORDS = _words("sections")
"""Names of newspaper sections: joined by "&" or "and" they make one desk, not two people."""
ROLE_WORDS = _words("roles") | _words("role_adjectives")
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
SPEECH = _words("speech")
"""Verbs that make a sentence of any text, in lower case."""
LOGINS = _words("logins")
"""Accounts of a content management system that stand for nobody."""
NAMELESS = _words("nameless")
"""Names of nobody in particular ("agencies")."""
PLACES = frozenset(str(name) for name in _WORDS["places"])
"""Places and days that stand in bylines, in lower case."""
JOINTS = _words("joints")
"""Words between two names, in lower case."""
INNER = _words("inner") | JOINTS
"""Words that no person's name begins with, in lower case."""
LINE_STARTS = _words("line_starts")
"""First words of a line that may hold a byline, in lower case."""
FOLDERS = _words("folders")
"""Folders in the addresses of pages about authors."""
WEAK_LEADS = _words("weak_leads")
"""Lead words that are also parts of names."""
LEAD = re.compile(rf"(?:{_pattern('leads')})(?:\s*[:：]\s*|\s+|(?<=[:：/|])\s*)", re.IGNORECASE)
"""What stands before the names: "By", "Written by", "Von", "Autor:" ..."""
LABEL = re.compile(rf"\s*(?:{_pattern('label')})\s*[:：]?\s*", re.IGNORECASE)
"""A label with the name beside it."""
NOT_AUTHORS = re.compile(rf"(?:©|\(c\)|(?:{_pattern('not_authors')})\b)", re.IGNORECASE)
"""What begins a part of a byline that credits somebody else."""
SIGN, NO_SIGN, BOX = (re.compile(_pattern(key)) for key in ("sign", "no_sign", "box"))
"""What says in class or id, in lower case, that an element is an author's, what denies it, what is about one."""
BIO_SUBJECT = re.compile(rf"(?:{_pattern('bio_subjects')})\b", re.IGNORECASE)
"""How a sentence about the author begins where it gives no name."""
PRONOUNS = _words("pronouns")
"""Pronouns that may stand for the author, in lower case."""
BIO_WORK = _words("bio_work")
"""Verbs of a journalist's work."""
BIO_VERBS = _words("bio_verbs") | BIO_WORK
"""What such a sentence says next."""
BIO_ROLES = _words("bio_roles") | _words("roles")
"""Professions of authors, in lower case."""
SOURCE_LABELS, AFTER_SOURCE = _pattern("source_labels"), _pattern("after_source")
"""Labels of a credited source in scripts without spaces, and what ends its name in the same line."""
COMMENT_HEADING = re.compile(rf"[\W\d_]*(?:{_pattern('comment_headings')})[\W\d_]*", re.IGNORECASE)
"""The whole heading of a comment section: "0 Comments"."""
