"""What an article is beside what is known of it: new, changed in named fields, or the same (pure)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from ingest.record import Article


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knows of an article: its last version, and the hashes of that version's fields."""

    version: int
    content_hash: str
    field_hashes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class New:
    """The article is met for the first time."""

    article: Article


@dataclass(frozen=True, slots=True)
class Changed:
    """The article was edited: it is the next version, and names what changed."""

    article: Article

    @property
    def version(self) -> int:
        """The number of this version, 2 or more."""
        return self.article.version

    @property
    def fields(self) -> list[str]:
        """The JSON names of the fields that changed."""
        return list(self.article.changed)


@dataclass(frozen=True, slots=True)
class Same:
    """Nothing of the article's content changed."""

    article: Article


def field_hashes(article: Article) -> dict[str, str]:
    """A short hash of each field that counts as content, by its JSON name."""
    return {name: _hash(value) for name, value in article.content().items()}


def decide(article: Article, known: Known | None) -> New | Changed | Same:
    """What this reading of an article is. The article given back carries its version and what changed in it."""
    if known is None:
        return New(article.model_copy(update={"version": 1, "changed": []}))
    if article.content_hash == known.content_hash:
        return Same(article.model_copy(update={"version": known.version, "changed": []}))
    before, now = known.field_hashes, field_hashes(article)
    # A field that an earlier release of Khabar did not hash is no edit of the publisher's.
    changed = [name for name, value in now.items() if name in before and before[name] != value]
    if before and not changed:
        return Same(article.model_copy(update={"version": known.version, "changed": []}))
    return Changed(article.model_copy(update={"version": known.version + 1, "changed": changed}))


def _hash(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
