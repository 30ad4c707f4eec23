"""The ledger's rows on a site's sources."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from ingest.discovery.source import Source
from ingest.storage.rows import iso, iso_or_none, moment_of
from ingest.storage.tables import SOURCES, put


def sources_of(connection: Connection, site: str) -> dict[str, Source]:
    """A site's sources, by URL."""
    rows = connection.execute(select(SOURCES).where(SOURCES.c.site == site)).mappings()
    return {
        row["url"]: Source(
            url=row["url"],
            kind=row["kind"],
            status=row["status"],
            error=row["error"],
            etag=row["etag"],
            last_modified=row["last_modified"],
            links=tuple(row["links"]),
            items=row["items"],
            complete=row["complete"],
            newest=moment_of(row["newest"]),
            last_full=moment_of(row["last_full"]),
        )
        for row in rows
    }


def put_source(connection: Connection, site: str, source: Source, now: datetime) -> None:
    """Insert or replace a source's row."""
    values = {
        "kind": source.kind,
        "status": source.status,
        "error": source.error,
        "etag": source.etag,
        "last_modified": source.last_modified,
        "links": list(source.links),
        "items": source.items,
        "complete": source.complete,
        "newest": iso_or_none(source.newest),
        "last_seen": iso(now),
        "last_full": iso_or_none(source.last_full),
    }
    put(connection, SOURCES, {"site": site, "url": source.url}, values)
