"""Binds the rows of a site in a shared database to one output folder.

The ledger says which lines are in the segments of a folder. A second folder, on this host or
another, that used the same ledger would miss records and write others twice.

A folder is known by a random token in `OUTPUT/<site>/.ledger`, and so is the same after it was
moved. Each run replaces the token in folder and ledger, so that a copy of the folder that is used
beside it is noticed, as is one that was restored from a backup. The folder has both tokens until
the ledger has the new one: a crash between them binds to neither.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Connection, delete, select

from ingest.errors import UsageError
from ingest.storage.engine import Database
from ingest.storage.segments import make_folder, sync_folder, writable
from ingest.storage.tables import OUTPUTS, add_missing, put

_FILE = ".ledger"


def bind(database: Database, output: Path, site: str) -> None:
    """Bind a site to an output folder if it is not bound yet. The caller has the site's lock.

    Raises:
        UsageError: the site is bound to another folder.
        UnwritableOutput: the folder or the database cannot be written.
    """
    known, token = _tokens(output, site), secrets.token_hex(16)
    here = f"{socket.gethostname()}:{output.resolve()}"
    with database.writing() as connection:
        # Two hosts at the same time: the second insert waits for the first one.
        add_missing(connection, OUTPUTS, ["site"], [{"site": site, "token": token, "place": here}])
        bound, place = _row(connection, site)
        if bound not in {*known, token}:
            raise UsageError(
                f"the ledger binds {site} to {place}, not to {here}",
                f"use that folder; if this one has all of its records: khabar rebind {site}",
            )
        _write(output, site, [bound, token])
        put(connection, OUTPUTS, {"site": site}, {"token": token, "place": here})
    _write(output, site, [token])


def unbind(database: Database, site: str) -> str | None:
    """Bind a site to no folder, so that the next crawl binds it; return where its folder was."""
    with database.writing() as connection:
        place: str | None = connection.scalar(select(OUTPUTS.c.place).where(OUTPUTS.c.site == site))
        connection.execute(delete(OUTPUTS).where(OUTPUTS.c.site == site))
    return place


def _row(connection: Connection, site: str) -> tuple[str, str]:
    query = select(OUTPUTS.c.token, OUTPUTS.c.place).where(OUTPUTS.c.site == site)
    row = connection.execute(query.with_for_update()).one()
    return str(row.token), str(row.place)


def _tokens(output: Path, site: str) -> set[str]:
    file = output / site / _FILE
    with writable(output):
        return set(file.read_text("ascii").split()) if file.exists() else set()


def _write(output: Path, site: str, tokens: Iterable[str]) -> None:
    """Write the tokens durably, and whole or not at all."""
    folder = output / site
    draft = folder / f"{_FILE}.new"
    with writable(output):
        make_folder(folder)
        with draft.open("w", encoding="ascii", newline="\n") as file:
            file.write("\n".join(tokens) + "\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / _FILE)
        sync_folder(folder)
