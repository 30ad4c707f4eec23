"""Holds an output folder to what it promises: whole lines, each article once per version, a ledger that agrees."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from ingest.record import json_schema
from ingest.storage.segments import OPEN

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Content:
    """What a crawl came to: the content hashes of each article's versions, and each address with its state."""

    versions: dict[str, tuple[str, ...]]
    addresses: frozenset[tuple[str, str]]


def content_of(output: Path) -> Content:
    """The content of a folder that is as it should be."""
    versions: dict[str, list[str]] = {}
    for record in _records(output):
        versions.setdefault(record["id"], []).append(record["contentHash"])
    with _ledger(output) as ledger:
        addresses = frozenset(_rows(ledger, "SELECT key, state FROM urls"))
    return Content({name: tuple(hashes) for name, hashes in versions.items()}, addresses)


def problems(output: Path, expected: Content) -> Iterator[str]:
    """What is wrong with the output of a crawl that has ended well, line by line."""
    yield from (f"{file}: left open" for file in output.rglob(f"*{OPEN}"))
    yield from _bad_lines(output)
    records = list(_records(output))
    twice = [
        key
        for key, times in Counter((record["id"], record["version"]) for record in records).items()
        if times > 1
    ]
    yield from (
        f"{article}, version {version}: written more than once" for article, version in twice
    )
    yield from _misnumbered(records)
    latest: dict[str, dict[str, Any]] = {}
    for record in records:
        if record["version"] != latest.get(record["id"], {"version": 0})["version"] + 1:
            yield f"{record['id']}: version {record['version']} is out of turn"
        latest[record["id"]] = record
    found = content_of(output)
    for name in sorted(found.versions.keys() | expected.versions.keys()):
        has, wanted = found.versions.get(name, ()), expected.versions.get(name, ())
        if has != wanted:
            yield f"{name}: has the versions {has}, not {wanted}"
    if found.addresses != expected.addresses:
        yield f"the ledger's addresses differ: {sorted(found.addresses ^ expected.addresses)}"
    with _ledger(output) as ledger:
        yield from _ledger_problems(ledger, output, latest)


def early(output: Path) -> Iterator[str]:
    """What is wrong with the output of a crawl that was killed: nothing may count as seen before it is on the disk."""
    if not (output / "ledger.sqlite").exists():
        return
    with _ledger(output) as ledger:
        if not _rows(ledger, "SELECT 1 FROM sqlite_master WHERE name = 'articles'"):
            return
        written = {
            (record["id"], record["version"], record["contentHash"])
            for record in _records(output, torn=True)
        }
        for row in _rows(ledger, "SELECT id, version, content_hash FROM articles"):
            if row not in written:
                yield f"{row[0]}: the ledger knows version {row[1]}, which is not on the disk"


def whole_files(output: Path) -> dict[Path, bytes]:
    """The segments that have their final names: they never change again."""
    return {file: file.read_bytes() for file in output.rglob("*.jsonl")}


def runs(output: Path) -> int:
    """How many runs the ledger has noted."""
    if not (output / "ledger.sqlite").exists():
        return 0
    with _ledger(output) as ledger:
        there = _rows(ledger, "SELECT 1 FROM sqlite_master WHERE name = 'runs'")
        return int(_rows(ledger, "SELECT count(*) FROM runs")[0][0]) if there else 0


def stage(output: Path, runs_before: int) -> str:
    """How far a crawl has come, as far as its folder shows it."""
    if runs(output) == runs_before:
        return "starting up or recovering"
    if any(output.rglob(f"*{OPEN}")):
        return "writing a segment"
    return "no segment open"


def _ledger_problems(
    ledger: sqlite3.Connection, output: Path, latest: dict[str, dict[str, Any]]
) -> Iterator[str]:
    check = _rows(ledger, "PRAGMA integrity_check")
    if check != [("ok",)]:
        yield f"the ledger is damaged: {check}"
    articles = set(_rows(ledger, "SELECT id, version, content_hash FROM articles"))
    written = {
        (record["id"], record["version"], record["contentHash"]) for record in latest.values()
    }
    if articles != written:
        yield f"the ledger's articles differ from those written: {sorted(articles ^ written)}"
    segments = set(_rows(ledger, "SELECT path, length, records, closed FROM segments"))
    files = {
        (file.relative_to(output).as_posix(), len(data), data.count(b"\n"), 1)
        for file, data in whole_files(output).items()
    }
    if segments != files:
        yield f"the ledger's segments differ from the files: {sorted(segments ^ files)}"


def _bad_lines(output: Path) -> Iterator[str]:
    for file, data in whole_files(output).items():
        if not data.endswith(b"\n"):
            yield f"{file}: the last line is torn"
        for number, line in enumerate(data.splitlines(), 1):
            try:
                error = next(_validator().iter_errors(json.loads(line)), None)
            except ValueError as problem:
                yield f"{file}:{number}: no JSON: {problem}"
            else:
                if error is not None:
                    yield f"{file}:{number}: {error.json_path} {error.message[:200]}"


def _misnumbered(records: list[dict[str, Any]]) -> Iterator[str]:
    last: Counter[str] = Counter()
    for record in records:
        site, number = record["metadata"]["site"], record["metadata"]["sequence"]
        if number != last[site] + 1:
            yield f"{record['id']}: number {number} of {site} follows {last[site]}"
        last[site] = number


def _records(output: Path, *, torn: bool = False) -> Iterator[dict[str, Any]]:
    """All records in the order of writing; `torn`: of open segments too, without a last line that is not whole."""
    for file in sorted(output.rglob("*.jsonl*" if torn else "*.jsonl")):
        for line in file.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):
                yield json.loads(line)


@contextmanager
def _ledger(output: Path) -> Iterator[sqlite3.Connection]:
    """A copy of the ledger: to open a database means to recover it, which is what the next crawl has to do."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("ledger.sqlite", "ledger.sqlite-wal"):
            if (output / name).exists():
                shutil.copy(output / name, folder)
        with closing(sqlite3.connect(Path(folder) / "ledger.sqlite")) as connection:
            yield connection


def _rows(ledger: sqlite3.Connection, query: str) -> Rows:
    return [tuple(row) for row in ledger.execute(query)]


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json_schema())
