"""Conversion between rows of the ledger and the types of the program (articles and addresses)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select, update

from ingest.discovery.candidate import Candidate
from ingest.processing.changes import Known, field_hashes
from ingest.processing.identity import Name
from ingest.processing.recrawl import Address, State, Visit
from ingest.record import Article, Status
from ingest.storage.segments import Position
from ingest.storage.tables import ALIASES, ARTICLES, URLS, put
from ingest.urls import id_of_key


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a visit of an address; None leaves the ledger's value unchanged.

    Attributes:
        address: the address, with the validators of the answer.
        state: the new state.
        at: the time of the visit.
        attempts: consecutive visits with this state.
        next_check: the time of the next visit; None if no visit is planned.
        full: whether a page came rather than a 304.
        article_id: the article of the page, whether it was written or not.
        written: the version that was written.
        unexplained: as in `Known`.
        position: the start of the line of `written`.
        published: the publication date, if it has a time of day.
        error: the failure or rejection in one line.
    names: further keys of the article.
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
    names: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """An address in the ledger and its last visit."""

    key: str
    url: str
    visit: Visit


def iso(moment: datetime) -> str:
    """Return a time as the tables store it: ISO 8601 in UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def iso_or_none(moment: datetime | None) -> str | None:
    """Return the same for a time that may be unknown."""
    return None if moment is None else iso(moment)


def moment_of(text: str | None) -> datetime | None:
    """Return the time of a text in the tables, or None."""
    return datetime.fromisoformat(text) if text else None


def visit_of(row: RowMapping) -> Visit:
    """Return the visit in a row of `urls`."""
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
    """Return the last version in a row of `articles`."""
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
        url=row["url"],
    )


def announced(site: str, key: str, candidate: Candidate, now: datetime) -> dict[str, Any]:
    """Return the row of an address that a source announced and no run has visited."""
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
    """Update the rows of an article and an address with the result of a visit."""
    if outcome.written is not None:
        _put_version(connection, site, outcome, outcome.written)
    elif outcome.article_id is not None:
        article = update(ARTICLES).where(ARTICLES.c.id == outcome.article_id)
        connection.execute(article.values(last_seen=iso(outcome.at)))
    _put_address(connection, site, outcome)
    for name in outcome.names:
        _put_name(connection, site, name)


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


def _put_name(connection: Connection, site: str, name: Name) -> None:
    """Store a key of an article; an address at which it was fetched is that of no other one."""
    if not name.claimed:
        others = (ALIASES.c.key == name.key, ALIASES.c.article_id != name.article_id)
        connection.execute(delete(ALIASES).where(*others, ALIASES.c.claimed.is_(False)))
    key = {"key": name.key, "article_id": name.article_id}
    put(connection, ALIASES, key, {"site": site, "claimed": name.claimed})


def names_of(connection: Connection, keys: Sequence[str]) -> list[Name]:
    """Return the names of articles with these keys.

    They are those in `aliases`, the articles of requested addresses, and the articles whose id is
    made of a key, which need not have been fetched there.
    """
    rows = connection.execute(select(ALIASES).where(ALIASES.c.key.in_(keys)))
    names = [Name(row.key, row.article_id, row.claimed) for row in rows]
    rows = connection.execute(
        select(URLS.c.key, URLS.c.article_id).where(
            URLS.c.key.in_(keys), URLS.c.article_id.is_not(None)
        )
    )
    names += [Name(row.key, row.article_id, claimed=False) for row in rows]
    by_id = {id_of_key(key): key for key in keys}
    ids = connection.scalars(select(ARTICLES.c.id).where(ARTICLES.c.id.in_(by_id)))
    return names + [Name(by_id[ident], ident, claimed=True) for ident in ids]


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
    # A failure has no validators, and keeps those of the last answer.
    if outcome.state not in (State.FAILED, State.PARKED):
        values |= {"etag": address.etag, "last_modified": address.last_modified}
        if outcome.full:
            values["last_full"] = iso(outcome.at)
    if outcome.article_id is not None:
        values["article_id"] = outcome.article_id
    if outcome.published is not None:
        values["published"] = iso(outcome.published)
    put(connection, URLS, {"key": address.key}, values)
