"""The hashes of an article's fields as the ledger stores them: one short text."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping

_HASHED = (
    "headline",
    "alternativeHeadline",
    "articleBody",
    "authors",
    "datePublished",
    "articleSection",
    "keywords",
    "comments",
    "sourceOrganization",
)
"""The order of the hashes in a packed text. Ledgers have it: append, and change nothing else."""
_PACKED = 8
"""Characters of a hash: 48 bits in base 64."""


def packed(hashes: Mapping[str, str]) -> str:
    """Return hashes of fields as one short text; `.` stands for each character of a missing one."""
    return "".join(_in_base_64(hashes.get(name, "")) for name in _HASHED).rstrip(".")


def unpacked(text: str) -> dict[str, str]:
    """Return the hashes in a packed text, by the JSON names of the fields."""
    parts = (text[start : start + _PACKED] for start in range(0, len(text), _PACKED))
    return {
        name: urlsafe_b64decode(part).hex()
        for name, part in zip(_HASHED, parts, strict=False)
        if part[0] != "."
    }


def _in_base_64(digits: str) -> str:
    return urlsafe_b64encode(bytes.fromhex(digits)).decode("ascii") if digits else "." * _PACKED
