"""Records as a CSV file: a column for each value, lists as JSON."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ingest.errors import UsageError
from ingest.formats import without_formula
from ingest.tables.columns import flat_columns, flat_values, record_struct

_LONGEST_FIELD = 2**30
"""Characters; 128 Ki by default, which a body with HTML may exceed."""


class CsvFile:
    """A CSV file (RFC 4180) in UTF-8. An empty cell is null, since a string is never empty.

    A cell that a spreadsheet would run as a formula begins with an apostrophe, as in all tables.

    Args:
        old: a file whose rows come first; None for a new table.
        new: the file to write.

    Raises:
        UsageError: the old file has other columns.
    """

    def __init__(self, old: Path | None, new: Path) -> None:
        self._struct = record_struct()
        self._names = list(flat_columns(self._struct, "."))
        self._keys = None if old is None else self._keys_of(old)
        if old is not None:
            shutil.copyfile(old, new)
        self._stream = new.open("a", encoding="utf-8", newline="")
        self._writer = csv.writer(self._stream, lineterminator="\n")
        if old is None:
            self._writer.writerow(self._names)

    def add(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """Write rows; return how many of them are new."""
        added = 0
        for row in rows:
            if self._keys is not None:
                key = (row["id"], str(row["version"]))
                if key in self._keys:
                    continue
                self._keys.add(key)
            self._writer.writerow(_cell(value) for value in flat_values(row, self._struct))
            added += 1
        return added

    def close(self, *, commit: bool) -> None:
        """End the file."""
        del commit  # its place drops the file
        self._stream.close()

    def _keys_of(self, old: Path) -> set[tuple[str, str]]:
        before = csv.field_size_limit(_LONGEST_FIELD)
        try:
            with old.open(encoding="utf-8", newline="") as stream:
                reader = csv.DictReader(stream)
                if reader.fieldnames != self._names:
                    raise UsageError(f"{old} has other columns", "export to a new file")
                return {(row["id"], row["version"]) for row in reader}
        finally:
            csv.field_size_limit(before)


def _cell(value: Any) -> str:  # noqa: ANN401 - any JSON value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return without_formula(str(value))
