"""What the ledger's rows on articles and addresses say, and how the outcome of a visit is put into them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, update

from ingest.discovery.candidate import Candidate
from ingest.processing.changes import Known, field_hashes
from ingest.processing.recrawl import Address, State, Visit
from ingest.record import Article, Status
from ingest.storage.segments import Position
from ingest.storage.tables import ARTICLES, URLS, put


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the visit of an address came to; None leaves the ledger's value as it is.

    `written` is the version that was written, `position` where its line begins, `unexplained` as in `Known`;
    `article_id` is that of an article that was met, written or not. `full` says that a page came, rather than a 304.
    """

    address: Address
    state: State
    at: datetime
    attempts: int = 0
    next_check: datetime | None = None
    full: bool = True
    article_id: str | None = None
    written: Article | None = None
    unexplained: int = 0
    position: Position | None = None
    published: datetime | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """An address that is to be visited, and its last visit."""

    key: str
    url: str
    visit: Visit


def iso(moment: datetime) -> str:
    """A time as the tables have it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def iso_or_none(moment: datetime | None) -> str | None:
    """The same for a time that may be unknown."""
    return None if moment is None else iso(moment)


def moment_of(text: str | None) -> datetime | None:
    """The time that a table's text means."""
    return datetime.fromisoformat(text) if text else None


def visit_of(row: RowMapping) -> Visit:
    """A row of `urls`."""
    return Visit(
        state=State(row["state"]),
        last_seen=datetime.fromisoformat(row["last_seen"]),
        attempts=row["attempts"],
        next_check=moment_of(row["next_check"]),
        etag=row["etag"],
        last_modified=row["last_modified"],
        article_id=row["article_id"],
        published=moment_of(row["published"]),
        last_full=moment_of(row["last_full"]),
    )


def known_of(row: RowMapping) -> Known:
    """A row of `articles`."""
    return Known(
        version=row["version"],
        content_hash=row["content_hash"],
        field_hashes=dict(row["field_hashes"]),
        gone=row["status"] == Status.GONE,
        modified=row["modified"],
        unexplained=row["unexplained"],
        first_seen=datetime.fromisoformat(row["first_seen"]),
        segment=row["segment"],
        position=row["position"],
    )


def announced(site: str, key: str, candidate: Candidate, now: datetime) -> dict[str, Any]:
    """The row of an address that a source has announced and nobody has visited."""
    return {
        "key": key,
        "site": site,
        "url": candidate.url,
        "state": State.FOUND.value,
        "last_seen": iso(now),
        "next_check": iso(now),
        "attempts": 0,
        "published": iso_or_none(candidate.dated),
    }


def put_outcome(connection: Connection, site: str, outcome: Outcome) -> None:
    """Put what a visit came to into the rows of its article and its address."""
    if outcome.written is not None:
        _put_version(connection, site, outcome, outcome.written)
    elif outcome.article_id is not None:
        seen = update(ARTICLES).where(ARTICLES.c.id == outcome.article_id)
        connection.execute(seen.values(last_seen=iso(outcome.at)))
    _put_address(connection, site, outcome)


def _put_version(connection: Connection, site: str, outcome: Outcome, article: Article) -> None:
    values = {
        "site": site,
        "url": article.url,
        "status": article.status.value,
        "content_hash": article.content_hash,
        "field_hashes": field_hashes(article),
        "version": article.version,
        "modified": article.date_modified,
        "unexplained": outcome.unexplained,
        "segment": outcome.position.path if outcome.position else None,
        "position": outcome.position.length if outcome.position else None,
        "last_seen": iso(outcome.at),
    }
    put(connection, ARTICLES, {"id": article.id}, values, on_insert={"first_seen": iso(outcome.at)})


def _put_address(connection: Connection, site: str, outcome: Outcome) -> None:
    address = outcome.address
    values: dict[str, str | int | None] = {
        "site": site,
        "url": address.url,
        "state": outcome.state.value,
        "last_seen": iso(outcome.at),
        "next_check": iso_or_none(outcome.next_check),
        "attempts": outcome.attempts,
        "last_error": outcome.error,
    }
    if outcome.state not in (
        State.FAILED,
        State.PARKED,
    ):  # a failure brings no validators, and takes none
        values |= {"etag": address.etag, "last_modified": address.last_modified}
        if outcome.full:
            values["last_full"] = iso(outcome.at)
    if outcome.article_id is not None:
        values["article_id"] = outcome.article_id
    if outcome.published is not None:
        values["published"] = iso(outcome.published)
    put(connection, URLS, {"key": address.key}, values)
