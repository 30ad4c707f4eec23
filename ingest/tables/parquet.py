"""Records as Parquet: one file, or folders by site and month (`site=news/month=2026-11/*.parquet`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from ingest.errors import UsageError
from ingest.tables.arrow import arrow_schema, arrow_table

Key = tuple[str, int]

_FILE_ROWS = 10_000
"""Rows of a file in a partition, at most."""
_WAITING_ROWS = 10_000
"""Rows that wait for their files, over all partitions: some 300 MB in memory."""


class ParquetFile:
    """One Parquet file, compressed with zstd.

    Args:
        old: a file whose rows come first; None for a new table.
        new: the file to write.

    Raises:
        UsageError: the old file has other columns or is no Parquet file.
    """

    def __init__(self, old: Path | None, new: Path) -> None:
        self._keys: set[Key] | None = None
        self._writer = pq.ParquetWriter(new, arrow_schema(), compression="zstd")
        if old is not None:
            try:
                self._keys = self._copied(old)
            except pa.ArrowException as error:
                self._writer.close()
                raise UsageError(
                    f"{old} is no Parquet file: {error}", "export to a new file"
                ) from error

    def add(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """Write rows as a group; return how many of them are new."""
        new = _without(rows, self._keys)
        if new:
            self._writer.write_table(arrow_table(new))
        return len(new)

    def close(self, *, commit: bool) -> None:
        """End the file."""
        del commit  # its place drops the file
        self._writer.close()

    def _copied(self, old: Path) -> set[Key]:
        """Copy the rows of a file; return their keys."""
        keys: set[Key] = set()
        with pq.ParquetFile(old) as file:
            if not file.schema_arrow.equals(arrow_schema()):
                raise UsageError(f"{old} has other columns", "export to a new file")
            for group in range(file.num_row_groups):
                table = file.read_row_group(group)
                keys |= _keys_of(table)
                self._writer.write_table(table)
        return keys


class ParquetFolder:
    """Parquet files in folders by site and by month of the download, named as Hive has them.

    Args:
        folder: where new files go.
        old: a file system and the path of the folder that has the rows so far; None for none.
    """

    def __init__(self, folder: Path, old: tuple[fs.FileSystem, str] | None) -> None:
        self._folder = folder
        self._old = old
        self._waiting: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        self._keys: dict[str, set[Key]] = {}
        self._count = 0

    def add(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """Take rows; return how many of them are new."""
        added = 0
        for row in rows:
            partition = _partition(row)
            for new in _without([row], self._known(partition)):
                self._waiting[partition].append(new)
                added += 1
                self._count += 1
            if len(self._waiting[partition]) >= _FILE_ROWS:
                self._write(partition)
        while self._count > _WAITING_ROWS:
            self._write(max(self._waiting, key=lambda name: len(self._waiting[name])))
        return added

    def close(self, *, commit: bool) -> None:
        """Write what is left."""
        for partition in list(self._waiting) if commit else ():
            self._write(partition)

    def _write(self, partition: str) -> None:
        rows = self._waiting.pop(partition)
        self._count -= len(rows)
        if rows:
            folder = self._folder / partition
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / f"{uuid4().hex}.parquet"
            pq.write_table(arrow_table(rows), file, compression="zstd")

    def _known(self, partition: str) -> set[Key] | None:
        """Return the keys of a partition; they are read once."""
        if self._old is None:
            return None
        if partition not in self._keys:
            self._keys[partition] = self._read_keys(*self._old, partition)
        return self._keys[partition]

    @staticmethod
    def _read_keys(system: fs.FileSystem, path: str, partition: str) -> set[Key]:
        selector = fs.FileSelector(f"{path}/{partition}", allow_not_found=True)
        keys: set[Key] = set()
        for info in system.get_file_info(selector):
            if info.extension == "parquet":
                columns = ["id", "version"]
                keys |= _keys_of(
                    pq.read_table(info.path, columns=columns, filesystem=system, partitioning=None)
                )
        return keys


def _partition(row: Mapping[str, Any]) -> str:
    site = row["metadata"]["site"] or row["publisher"]["domain"]
    return f"site={quote(site, safe='')}/month={row['metadata']['dateDownloaded'][:7]}"


def _without(
    rows: Sequence[Mapping[str, Any]], keys: set[Key] | None
) -> Sequence[Mapping[str, Any]]:
    """Return the rows with other keys, and add theirs."""
    if keys is None:
        return rows
    new = []
    for row in rows:
        key = (row["id"], row["version"])
        if key not in keys:
            keys.add(key)
            new.append(row)
    return new


def _keys_of(table: pa.Table) -> set[Key]:
    ids, versions = table["id"].to_pylist(), table["version"].to_pylist()
    return set(zip(ids, versions, strict=True))
