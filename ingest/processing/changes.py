"""What an article is beside what is known of it: new, changed in named fields, or the same (pure)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ingest.record import Article, Status

NOISE = 5
"""Versions in a row for which the page states no change; beyond it something in the page moves by itself.

A redesign or a silent correction or two are believed; a clock or a view count in the text is not an edit. What readers
add (comments) does not count, and a new modified time begins the count anew.
"""


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knows of an article: its last version, and the hashes of that version's fields.

    `modified` is the modified time that the version stated, `unexplained` counts the versions since that last moved;
    `segment` and `position` say where its line is: the file below the output folder and the first byte.
    """

    version: int
    content_hash: str
    field_hashes: Mapping[str, str]
    gone: bool = False
    modified: str | None = None
    unexplained: int = 0
    first_seen: datetime | None = None
    segment: str | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class New:
    """The article is met for the first time."""

    article: Article


@dataclass(frozen=True, slots=True)
class Changed:
    """The article was edited, was taken away, or is back: it is the next version, and names what changed."""

    article: Article
    unexplained: int = 0

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
    """Nothing of the article's content changed; or, with `noise`, only what changes at every look."""

    article: Article
    noise: bool = False


Decision = New | Changed | Same


def field_hashes(article: Article) -> dict[str, str]:
    """A short hash of each field that counts as content, by its JSON name."""
    return {name: _hash(value) for name, value in article.content().items()}


def known_by(decision: Decision) -> Known:
    """What is known of an article once this decision is carried out."""
    article = decision.article
    return Known(
        version=article.version,
        content_hash=article.content_hash,
        field_hashes=field_hashes(article),
        gone=article.status is Status.GONE,
        modified=article.date_modified,
        unexplained=decision.unexplained if isinstance(decision, Changed) else 0,
    )


def decide(article: Article, known: Known | None) -> Decision:
    """What this reading of an article is. The article given back carries its version and what changed in it."""
    if known is None:
        return New(article.model_copy(update={"version": 1, "changed": []}))
    edited = _edited(article, known)
    if known.gone:
        return Changed(_next(article, known, ["status", *(edited or [])]))
    if edited is None:
        return Same(article.model_copy(update={"version": known.version, "changed": []}))
    unexplained = _unexplained(article, known, edited)
    if unexplained > NOISE:
        return Same(
            article.model_copy(update={"version": known.version, "changed": []}), noise=True
        )
    return Changed(_next(article, known, edited), unexplained)


def closing(
    last: Article, known: Known, *, downloaded: str, status: int, run_id: str | None
) -> Changed:
    """The version that says that an article was taken away: what the last one said, with `status` gone.

    Args:
        last: the last version's record.
        known: what the ledger knows of it.
        downloaded: when its address was asked, ISO 8601 with offset.
        status: HTTP's, 404 or 410.
        run_id: of the run that asked.
    """
    metadata = last.metadata.model_copy(
        update={"date_downloaded": downloaded, "status": status, "run_id": run_id}
    )
    gone = last.model_copy(update={"status": Status.GONE, "metadata": metadata})
    return Changed(_next(gone, known, ["status"]), known.unexplained)


def _next(article: Article, known: Known, changed: list[str]) -> Article:
    return article.model_copy(update={"version": known.version + 1, "changed": changed})


def _edited(article: Article, known: Known) -> list[str] | None:
    """The fields that an edit changed, or None where there was none."""
    if article.content_hash == known.content_hash:
        return None
    before, now = known.field_hashes, field_hashes(article)
    # A field that an earlier release of Khabar did not hash is no edit of the publisher's.
    changed = [name for name, value in now.items() if name in before and before[name] != value]
    return None if before and not changed else changed


def _unexplained(article: Article, known: Known, changed: list[str]) -> int:
    if article.date_modified != known.modified:
        return 0
    return known.unexplained + (set(changed) != {"comments"})


def _hash(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
