"""Conversion between rows of the ledger and the types of the program (articles and addresses)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Connection,
    Delete,
    RowMapping,
    Select,
    Update,
    bindparam,
    delete,
    false,
    func,
    select,
    true,
    union_all,
    update,
)

from ingest.discovery.candidate import Candidate
from ingest.processing.changes import Known, field_hashes
from ingest.processing.identity import Name
from ingest.processing.recrawl import Address, State, Visit
from ingest.record import Article, Status
from ingest.storage.field_hashes import packed, unpacked
from ingest.storage.segments import Position
from ingest.storage.tables import ALIASES, ARTICLES, SEGMENTS, URLS, put_all
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
        field_hashes: those of `written`, if the caller has them.
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
    field_hashes: Mapping[str, str] | None = None
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
    """Return the last version in a row of `articles`, with the `path` of its segment."""
    return Known(
        version=row["version"],
        content_hash=row["content_hash"],
        field_hashes=unpacked(row["field_hashes"]),
        gone=row["status"] == Status.GONE,
        modified=row["modified"],
        unexplained=row["unexplained"],
        first_seen=datetime.fromisoformat(row["first_seen"]),
        segment=row["path"],
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


def put_outcomes(connection: Connection, site: str, outcomes: Sequence[Outcome]) -> None:
    """Update the rows of articles and addresses with the results of visits, in their order."""
    versions = [
        _version_row(site, outcome, outcome.written)
        for outcome in outcomes
        if outcome.written is not None
    ]
    put_all(connection, ARTICLES, ("id",), versions, on_insert=("first_seen",))
    if seen := {
        outcome.article_id: iso(outcome.at)
        for outcome in outcomes
        if outcome.written is None and outcome.article_id is not None
    }:
        connection.execute(
            _touch(), [{"ident": ident, "at": moment} for ident, moment in seen.items()]
        )
    for rows in _same_columns(_address_row(site, outcome) for outcome in outcomes):
        put_all(connection, URLS, ("key",), rows)
    _put_names(connection, site, [name for outcome in outcomes for name in outcome.names])


@cache
def _touch() -> Update:
    return (
        update(ARTICLES)
        .where(ARTICLES.c.id == bindparam("ident"))
        .values(last_seen=bindparam("at"))
    )


def _same_columns(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Yield rows of an address in lists with the same columns, each address in the order given."""
    lists: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    columns_of: dict[str, tuple[str, ...]] = {}
    for row in rows:
        columns = tuple(row)
        if columns_of.setdefault(row["key"], columns) != columns:  # an address twice
            yield from lists.values()
            lists, columns_of = {}, {row["key"]: columns}
        lists.setdefault(columns, []).append(row)
    yield from lists.values()


def _version_row(site: str, outcome: Outcome, article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "site": site,
        "url": article.url,
        "status": article.status.value,
        "content_hash": article.content_hash,
        "field_hashes": packed(outcome.field_hashes or field_hashes(article)),
        "version": article.version,
        "modified": article.date_modified,
        "unexplained": outcome.unexplained,
        "sequence": article.metadata.sequence,
        "segment": None,
        "position": outcome.position.length if outcome.position else None,
        "first_seen": iso(outcome.at),
        "last_seen": iso(outcome.at),
    }


def _put_names(connection: Connection, site: str, names: Sequence[Name]) -> None:
    """Store keys of articles; an address at which one was fetched is that of no other one."""
    latest: dict[tuple[str, str], Name] = {}
    fetched: dict[str, str] = {}
    for name in names:
        if not name.claimed:
            before = latest.get((name.key, fetched.get(name.key, "")))
            if before is not None and not before.claimed:
                del latest[before.key, before.article_id]
            fetched[name.key] = name.article_id
        latest[name.key, name.article_id] = name
    if fetched:
        connection.execute(
            _forget_others(), [{"name": key, "ident": ident} for key, ident in fetched.items()]
        )
    rows = [
        {"key": key, "article_id": ident, "site": site, "claimed": name.claimed}
        for (key, ident), name in latest.items()
    ]
    put_all(connection, ALIASES, ("key", "article_id"), rows)


@cache
def _forget_others() -> Delete:
    return delete(ALIASES).where(
        ALIASES.c.key == bindparam("name"),
        ALIASES.c.article_id != bindparam("ident"),
        ALIASES.c.claimed.is_(False),
    )


def names_of(connection: Connection, keys: Sequence[str]) -> list[Name]:
    """Return the names of articles with these keys.

    They are those in `aliases`, the articles of requested addresses, and the articles whose id is
    made of a key, which need not have been fetched there.
    """
    key_of = {id_of_key(key): key for key in keys}
    rows = connection.execute(_names(), {"keys": list(keys), "idents": list(key_of)})
    return [Name(key_of.get(key, key), ident, bool(claimed)) for key, ident, claimed in rows]


@cache
def _names() -> CompoundSelect[Any]:
    keys: BindParameter[str] = bindparam("keys", expanding=True)
    idents: BindParameter[str] = bindparam("idents", expanding=True)
    return union_all(
        select(ALIASES.c.key, ALIASES.c.article_id, ALIASES.c.claimed).where(
            ALIASES.c.key.in_(keys)
        ),
        select(URLS.c.key, URLS.c.article_id, false()).where(
            URLS.c.key.in_(keys), URLS.c.article_id.is_not(None)
        ),
        select(ARTICLES.c.id, ARTICLES.c.id, true()).where(ARTICLES.c.id.in_(idents)),
    )


def known_in(connection: Connection, article_id: str) -> Known | None:
    """Return the last version of an article, or None if there is none."""
    row = connection.execute(_article(), {"ident": article_id}).mappings().first()
    return None if row is None else known_of(row)


@cache
def _article() -> Select[Any]:
    holding = (SEGMENTS.c.site == ARTICLES.c.site) & (SEGMENTS.c.first <= ARTICLES.c.sequence)
    newest = select(SEGMENTS.c.path, SEGMENTS.c.first, SEGMENTS.c.records)
    newest = newest.where(holding).order_by(SEGMENTS.c.first.desc()).limit(1)
    segment = newest.correlate(ARTICLES).subquery()
    is_there = segment.c.first + segment.c.records > ARTICLES.c.sequence  # else it was pruned
    number_path = select(segment.c.path).where(is_there).scalar_subquery()
    path = func.coalesce(ARTICLES.c.segment, number_path).label("path")
    return select(ARTICLES, path).where(ARTICLES.c.id == bindparam("ident"))


def _address_row(site: str, outcome: Outcome) -> dict[str, Any]:
    address = outcome.address
    values: dict[str, str | int | None] = {
        "key": address.key,
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
    return values
