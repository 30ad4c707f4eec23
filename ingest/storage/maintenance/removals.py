"""Remove files of an output, so that a kill at any moment leaves the ledger and the folder right.

The transaction that makes files needless notes their names. They are removed after it, and then
the note. Whoever has the site's lock next ends what a killed process left of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Connection, delete, select

from ingest.storage.engine import Database
from ingest.storage.segments import sync_folder, writable
from ingest.storage.tables import REMOVALS, add_missing


def note_removals(connection: Connection, site: str, names: Iterable[str]) -> None:
    """Note files, by their names below the output folder, in the transaction that writes."""
    rows = [{"path": name, "site": site} for name in names]
    add_missing(connection, REMOVALS, ["path"], rows)


def finish_removals(database: Database, output: Path, site: str) -> int:
    """Remove the files that are noted, and return their number. The caller has the site's lock.

    Raises:
        UnwritableOutput: the folder or the ledger cannot be written.
    """
    query = select(REMOVALS.c.path).where(REMOVALS.c.site == site)
    with database.reading() as connection:
        names = list(connection.scalars(query))
    if not names:
        return 0
    with writable(output):
        for name in names:
            (output / name).unlink(missing_ok=True)
        for folder in {(output / name).parent for name in names}:
            if folder.is_dir():
                sync_folder(folder)
                _remove_if_empty(folder)
    with database.writing() as connection:
        connection.execute(delete(REMOVALS).where(REMOVALS.c.site == site))
    return len(names)


def _remove_if_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
        sync_folder(folder.parent)
