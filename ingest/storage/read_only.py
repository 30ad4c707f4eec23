"""The ledger for readers: no lock, no waiting for a writer, no new file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import SQLAlchemyError

from ingest.errors import UsageError
from ingest.storage.engine import explain
from ingest.storage.write_ahead import check_log


@contextmanager
def reading_ledger(output: Path, url: str = "") -> Iterator[Connection]:
    """Give a read-only connection to the ledger of an output folder, or at a URL.

    It works during a crawl: it takes no lock, waits for no writer, and creates no file.

    Raises:
        UsageError: there is no ledger, or it cannot be read.
    """
    file = output / "ledger.sqlite"
    if not url and not file.is_file():
        raise UsageError(
            f"no ledger in {output}", "crawl first, or name the folder of a crawl with --output"
        )
    if not url:
        check_log(file)
    try:
        engine = create_engine(url or _read_only(file))
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()
    except (SQLAlchemyError, ImportError) as error:
        name = url.rpartition("@")[2] or file  # the part before the @ holds a password
        problem, remedy = explain(error, ("cannot be read", "run a crawl once with it"))
        raise UsageError(f"the ledger {name} {problem}", remedy) from error


def _read_only(file: Path) -> str:
    """Return the URL of an SQLite file to read.

    If no writer is active, `immutable` keeps SQLite from creating its own files beside it.
    """
    active = file.with_name(f"{file.name}-wal").exists()
    mode = "mode=ro" if active else "immutable=1"
    return f"sqlite:///file:{quote(str(file.resolve()))}?{mode}&uri=true"
