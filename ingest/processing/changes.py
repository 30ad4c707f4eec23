"""Compare an article with its last known version: new, changed or unchanged (pure)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ingest.record import ArchivePlace, Article, Status

NOISE = 5
"""Versions in a row without a new modified time, after which changes are treated as noise.

A redesign or a few silent corrections are accepted as edits. A clock or a view count in the text
changes at every visit and is not an edit. Changes of comments alone do not count, and a new
modified time resets the count.
"""


@dataclass(frozen=True, slots=True)
class Known:
    """The last known version of an article.

    Attributes:
        version: its number.
        content_hash: of its content.
        field_hashes: of each field of the content, by its JSON name.
        gone: whether the version says that the article is gone.
        modified: its modified time, as in the record.
        unexplained: versions since `modified` last changed.
        first_seen: the time of the article's first version.
        segment: the file of its line, below the output folder.
        position: the first byte of its line.
    url: the address of the last version.
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
    url: str | None = None


@dataclass(frozen=True, slots=True)
class New:
    """The article has no earlier version."""

    article: Article


@dataclass(frozen=True, slots=True)
class Changed:
    """The article was edited, is gone, or is back: `article` is its next version."""

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
    """The content is unchanged; with `noise`, only parts changed that change at every visit."""

    article: Article
    noise: bool = False


Decision = New | Changed | Same


def content_hash(article: Article) -> str:
    """Return the SHA-256 of an article's content, as its record has it."""
    content = json.dumps(article.content(), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode("utf-8")).hexdigest()


def field_hashes(article: Article) -> dict[str, str]:
    """Return a short hash of each field of the content, by its JSON name."""
    return {name: _hash(value) for name, value in article.content().items()}


def known_by(decision: Decision) -> Known:
    """Return the last known version of an article after a decision."""
    article = decision.article
    return Known(
        version=article.version,
        content_hash=article.content_hash,
        field_hashes=field_hashes(article),
        gone=article.status is Status.GONE,
        modified=article.date_modified,
        unexplained=decision.unexplained if isinstance(decision, Changed) else 0,
        url=article.url,
    )


def decide(article: Article, previous: Known | None) -> Decision:
    """Decide on an article; the one in the decision has `version` and `changed` set."""
    if previous is None:
        return New(article.model_copy(update={"version": 1, "changed": []}))
    edited = _edited(article, previous)
    if previous.gone:
        return Changed(_next(article, previous, ["status", *(edited or [])]))
    if edited is None:
        return Same(article.model_copy(update={"version": previous.version, "changed": []}))
    unexplained = _unexplained(article, previous, edited)
    if unexplained > NOISE:
        return Same(
            article.model_copy(update={"version": previous.version, "changed": []}), noise=True
        )
    return Changed(_next(article, previous, edited), unexplained)


def closing(
    last: Article,
    previous: Known,
    *,
    downloaded: str,
    status: int,
    run_id: str | None,
    cause: str = "",
    archive: ArchivePlace | None = None,
) -> Changed:
    """Return the closing version of an article that is gone: its last record with another status.

    Args:
        last: the record of the last version.
        previous: the last version in the ledger.
        downloaded: the time of the request, ISO 8601 with offset.
        status: the HTTP status of the answer.
        run_id: the run of the request.
        cause: a warning of the record, if the status does not say that the article is gone.
        archive: place of the answer in the archive of the run.
    """
    metadata = last.metadata.model_copy(
        update={
            "date_downloaded": downloaded,
            "status": status,
            "run_id": run_id,
            "archive": archive,
            "warnings": [*last.metadata.warnings, *([cause] if cause else [])],
        }
    )
    gone = last.model_copy(update={"status": Status.GONE, "metadata": metadata})
    return Changed(_next(gone, previous, ["status"]), previous.unexplained)


def _next(article: Article, previous: Known, changed: list[str]) -> Article:
    return article.model_copy(update={"version": previous.version + 1, "changed": changed})


def _edited(article: Article, previous: Known) -> list[str] | None:
    """Return the JSON names of the changed fields, or None if the article was not edited."""
    if article.content_hash == previous.content_hash:
        return None
    before, now = previous.field_hashes, field_hashes(article)
    # A field that an earlier release did not hash has not been edited by the publisher.
    changed = [name for name, value in now.items() if name in before and before[name] != value]
    return None if before and not changed else changed


def unexplained_after(article: Article, previous: Known | None) -> int:
    """Return `Known.unexplained` of a version that was written, by the version before it."""
    if previous is None or previous.gone:
        return 0
    if article.status is Status.GONE:
        return previous.unexplained
    return _unexplained(article, previous, article.changed)


def _unexplained(article: Article, previous: Known, changed: list[str]) -> int:
    """Return the number of versions since the modified time last changed, with this one."""
    if article.date_modified != previous.modified:
        return 0
    return previous.unexplained + (set(changed) != {"comments"})


def _hash(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
