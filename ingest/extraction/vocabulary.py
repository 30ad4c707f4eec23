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
    """Return the pattern of a key. Line breaks and indentation in it are removed."""
    value = _WORDS[key]
    parts = value if isinstance(value, list) else [value]
    return "|".join(re.sub(r"\n\s*", "", str(part)) for part in parts)


AGENCIES = frozenset(str(name) for name in _WORDS["agencies"])
"""News agencies, in lower case."""
DESK_WORDS = _words("desk")
"""Words in the names of desks, teams and papers. A name with one of them is not a person's."""
SECTION_WORDS = _words("sections")
"""Names of sections of a paper. Two of them with "&" or "and" are one desk, not two people."""
ROLE_WORDS = _words("roles") | _words("role_adjectives")
"""Words of job titles."""
ROLE_JOINERS = frozenset(
    ("and", "of", "for", "in", "at", "the", "und", "für", "de", "der", "des", "du", "en", "&", "-")
)
"""Small words inside a job title ("head of data")."""
PARTICLES = _words("particles")
"""Lower-case words inside people's names."""
NOT_IN_NAMES = _words("not_in_names")
"""Words that are never in names. A text with one of them is a button, a notice or a date."""
SENTENCE_WORDS = _words("sentence")
"""Words that are in lower case only in sentences."""
SPEECH = _words("speech")
"""Verbs that show that a text is a sentence, in lower case."""
LOGINS = _words("logins")
"""Names of accounts in a content management system that are not a person's."""
NAMELESS = _words("nameless")
"""Names that are not of one person or organization, such as "agencies"."""
PLACES = frozenset(str(name) for name in _WORDS["places"])
"""Places and days in bylines, in lower case."""
JOINTS = _words("joints")
"""Words between two names, in lower case."""
INNER = _words("inner") | JOINTS
"""Words that do not begin a person's name, in lower case."""
LINE_STARTS = _words("line_starts")
"""First words of a line that may contain a byline, in lower case."""
FOLDERS = _words("folders")
"""Folders in the addresses of pages about authors."""
WEAK_LEADS = _words("weak_leads")
"""Lead words that are also parts of names."""
LEAD = re.compile(rf"(?:{_pattern('leads')})(?:\s*[:：]\s*|\s+|(?<=[:：/|])\s*)", re.IGNORECASE)
"""The words before the names, such as "By", "Written by", "Von" and "Autor:"."""
LABEL = re.compile(rf"\s*(?:{_pattern('label')})\s*[:：]?\s*", re.IGNORECASE)
"""A label with the name beside it."""
NOT_AUTHORS = re.compile(rf"(?:©|\(c\)|(?:{_pattern('not_authors')})\b)", re.IGNORECASE)
"""The beginning of a part of a byline that names somebody who is not the author."""
SIGN, NO_SIGN, BOX = (re.compile(_pattern(key)) for key in ("sign", "no_sign", "box"))
"""Words in class and id, in lower case: of a byline, of elements that only look like one, and of a
box about an author."""
BIO_SUBJECT = re.compile(rf"(?:{_pattern('bio_subjects')})\b", re.IGNORECASE)
"""The beginning of a sentence about the author that does not name them."""
PRONOUNS = _words("pronouns")
"""Pronouns for the author, in lower case."""
BIO_WORK = _words("bio_work")
"""Verbs of a journalist's work."""
BIO_VERBS = _words("bio_verbs") | BIO_WORK
"""Verbs after the subject of a sentence about the author, in lower case."""
BIO_ROLES = _words("bio_roles") | _words("roles")
"""Professions of authors, in lower case."""
SOURCE_LABELS, AFTER_SOURCE = _pattern("source_labels"), _pattern("after_source")
"""Labels of a credited source in scripts without spaces, and what ends its name in the same line."""
COMMENT_HEADING = re.compile(rf"[\W\d_]*(?:{_pattern('comment_headings')})[\W\d_]*", re.IGNORECASE)
"""The whole heading of a comment section: "0 Comments"."""
