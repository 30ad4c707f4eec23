"""Select records of an output: by site, time, language, section and author, or the newest versions.

A line is parsed only if the selection needs a value of it. What is not parsed is still a record by
its beginning, which Khabar always writes in the same order.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import UsageError
from ingest.storage.compression.files import opened
from ingest.storage.segment_files import segment_files

if TYPE_CHECKING:
    from ingest.record import Article

_BEGINNING = re.compile(
    rb'\{"schemaVersion":"[^"\\]+","id":"([^"\\]+)","version":(\d+),"changed":\[[^\]]*\],'
    rb'"status":"(\w+)",'
)
_KEYS = ("language", "section", "author")


class Moment(StrEnum):
    """Which time of a record `since` and `until` are about."""

    PUBLISHED = "published"
    DOWNLOADED = "downloaded"


class RecordLine:
    """A line of a file, and its record once something asks for it.

    Args:
        data: the JSON text in UTF-8, without the newline.
        file: where it is, for messages.
        number: of the line in the file.
    """

    def __init__(self, data: bytes, file: Path, number: int) -> None:
        self.data = data
        self._file = file
        self._number = number

    @cached_property
    def record(self) -> Mapping[str, Any]:
        """The record in plain JSON types; raises `UsageError` if the line is not one."""
        try:
            record = json.loads(self.data)
        except ValueError as error:
            raise self._no_record(str(error)) from error
        if not isinstance(record, dict) or not isinstance(record.get("metadata"), dict):
            raise self._no_record("no object with metadata")
        if missing := [key for key in ("id", "version", "url") if key not in record]:
            raise self._no_record(f"{missing[0]} is missing")
        return record

    @property
    def identity(self) -> tuple[str, int, str]:
        """The id, the version and the status; raises `UsageError` if the line is not a record."""
        match = _BEGINNING.match(self.data)
        if match is not None and self.data.endswith(b"}"):
            return match[1].decode(), int(match[2]), match[3].decode()
        record = self.record
        return str(record["id"]), int(record["version"]), str(record.get("status"))

    def article(self) -> Article:
        """Return the record as an `Article`; raises `UsageError` if the line is not one."""
        from pydantic import ValidationError  # noqa: PLC0415 - lines without models need none

        from ingest.record import Article  # noqa: PLC0415 - as above

        try:
            return Article.model_validate_json(self.data)
        except ValidationError as error:
            problem = error.errors()[0]
            key = ".".join(str(part) for part in problem["loc"])
            raise self._no_record(f"{key} {problem['msg']}") from error

    def _no_record(self, problem: str) -> UsageError:
        return UsageError(
            f"{self._file}:{self._number} is not a record: {problem}", "see `khabar schema`"
        )


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records to take; by default all of them.

    Attributes:
        sites: names of sites; all if empty.
        since: only from this time on.
        until: only before this time.
        by: the time that both mean. A record without it is left out. A day without a time is taken
            if a part of it is in between (in UTC).
        where: pairs of `language`, `section` or `author` and a value, in any case. Of several pairs
            with one key, one has to hold. `language` `ur` is also `ur-PK`.
        latest: only the newest version of each article, without those that are gone. Versions are
            compared before all else but `sites`.
    """

    sites: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    by: Moment = Moment.PUBLISHED
    where: tuple[tuple[str, str], ...] = ()
    latest: bool = False

    @property
    def takes_all(self) -> bool:
        """Whether no value of a record decides, except those of `latest`."""
        return not (self.sites or self.since or self.until or self.where)

    def takes(self, record: Mapping[str, Any]) -> bool:
        """Whether a record is one of them, apart from `latest`."""
        return self.takes_site(record) and self._takes_time(record) and self._takes_values(record)

    def takes_site(self, record: Mapping[str, Any]) -> bool:
        """Whether a record is of one of the sites."""
        return not self.sites or record["metadata"].get("site") in self.sites

    def _takes_time(self, record: Mapping[str, Any]) -> bool:
        if self.since is None and self.until is None:
            return True
        is_published = self.by is Moment.PUBLISHED
        text = record.get("datePublished") if is_published else record["metadata"]["dateDownloaded"]
        if text is None:
            return False
        first, last = _span(text)
        return (self.since is None or last >= self.since) and (
            self.until is None or first < self.until
        )

    def _takes_values(self, record: Mapping[str, Any]) -> bool:
        keys = dict.fromkeys(key for key, _ in self.where)
        return all(
            any(_has(record, key, value) for other, value in self.where if other == key)
            for key in keys
        )


def parse_where(texts: list[str]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of `key=value` texts; raises `UsageError` for another key or no value."""
    pairs = []
    for text in texts:
        key, _, value = (part.strip() for part in text.partition("="))
        if key not in _KEYS or not value:
            raise UsageError(
                f"--where {text}: not language=, section= or author= and a value",
                "write for example language=ur",
            )
        pairs.append((key, value))
    return tuple(pairs)


def read_lines(path: Path, selection: Selection) -> Iterator[RecordLine]:
    """Yield the selected records of a file or of the finished segments below a folder.

    Memory does not grow with their number, except for the ids of the articles if `latest`.

    Raises:
        UsageError: there is no such file or folder, it lacks a site, or a line is not a record.
    """
    if selection.latest:
        yield from _latest(path, selection)
        return
    for file in segment_files(path, selection.sites):
        for line in _lines_of(file):
            if selection.takes_all:
                line.identity  # noqa: B018 - raises if it is not a record
            elif not selection.takes(line.record):
                continue
            yield line


def _latest(path: Path, selection: Selection) -> Iterator[RecordLine]:
    """Read twice: which lines are the newest versions, and these lines."""
    files = list(segment_files(path, selection.sites))  # further ones may come meanwhile
    newest = _newest(files, selection)
    number = 0
    for file in files:
        for line in _lines_of(file):
            number += 1
            if number in newest and (selection.takes_all or selection.takes(line.record)):
                yield line


def _newest(files: list[Path], selection: Selection) -> set[int]:
    """Return the numbers of the lines, over all files, that are newest versions and not gone."""
    newest: dict[bytes, tuple[int, int]] = {}
    gone: set[bytes] = set()
    number = 0
    for file in files:
        for line in _lines_of(file):
            number += 1
            if selection.sites and not selection.takes_site(line.record):
                continue
            ident, version, status = line.identity
            key = _key(ident)
            if key in newest and version < newest[key][0]:
                continue
            newest[key] = (version, number)
            if status == "gone":
                gone.add(key)
            else:
                gone.discard(key)
    return {line for key, (_, line) in newest.items() if key not in gone}


def _key(ident: str) -> bytes:
    try:
        return bytes.fromhex(ident)  # half of the memory
    except ValueError:
        return ident.encode()


def _lines_of(file: Path) -> Iterator[RecordLine]:
    with opened(file) as lines:
        for number, data in enumerate(lines, 1):
            yield RecordLine(data.rstrip(b"\n"), file, number)


def _span(text: str) -> tuple[datetime, datetime]:
    """Return the first and the last moment that a time or a day of a record means."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if "T" in text:
        return moment, moment
    return moment, moment + timedelta(days=1, microseconds=-1)


def _has(record: Mapping[str, Any], key: str, value: str) -> bool:
    wanted = value.casefold()
    if key == "language":
        language = (record.get("inLanguage") or "").casefold()
        return language == wanted or language.startswith(f"{wanted}-")
    if key == "section":
        return (record.get("articleSection") or "").casefold() == wanted
    return any(author["name"].casefold() == wanted for author in record.get("authors") or ())
