"""The recorded HTTP that a crawl plays or records. vcrpy is imported only if there is any.

Scrapy's settings name it:

KHABAR_REPLAY    cassettes to play: files, or folders of `*.yaml`; other requests fail
KHABAR_RECORD    a file to record to
KHABAR_CASSETTE  a `Tape`, or a vcrpy cassette that only plays. The record mode of a tape's cassette
                 decides whether it plays or records.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import UsageError

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings
    from vcr.cassette import Cassette

    from ingest.crawl.http.cassette import Tape

REPLAYED = "replayed"
"""The flag of a response that came from a cassette."""


def open_tape(
    replay: Iterable[Path | str | Cassette] = (), record: Path | str | None = None
) -> Tape | None:
    """Return the recording to play or to record to, or None.

    Raises:
        InvalidCassette: a cassette does not exist or cannot be read.
    """
    sources = list(replay)
    if not sources and record is None:
        return None
    from ingest.crawl.http.cassette import Tape  # noqa: PLC0415 - imports vcrpy

    if sources:
        return Tape.replay(sources)
    return None if record is None else Tape.record(record)


def tape_from(settings: BaseSettings) -> Tape | None:
    """Return the recording that Scrapy's settings name, or None.

    Raises:
        InvalidCassette: a cassette does not exist or cannot be read.
        UsageError: KHABAR_CASSETTE is a cassette that records.
    """
    cassette = settings.get("KHABAR_CASSETTE")
    if cassette is None:
        return open_tape(settings.getlist("KHABAR_REPLAY"), settings.get("KHABAR_RECORD") or None)
    from ingest.crawl.http.cassette import Tape  # noqa: PLC0415 - as above

    return cassette if isinstance(cassette, Tape) else _playing(cassette)


def replays(settings: BaseSettings) -> bool:
    """Whether Scrapy's settings name a recording that answers every request."""
    if settings.get("KHABAR_CASSETTE") is None:
        return bool(settings.getlist("KHABAR_REPLAY"))
    tape = tape_from(settings)
    return tape is not None and not tape.records


def _playing(cassette: Cassette) -> Tape:
    from ingest.crawl.http.cassette import Tape  # noqa: PLC0415 - as above

    if cassette.write_protected:
        return Tape.of(cassette)
    # Scrapy copies its settings deeply: a copy would record, and the test's cassette stay empty.
    raise UsageError(
        "KHABAR_CASSETTE is a cassette that records",
        "give it as ingest.crawl.http.cassette.Tape.of(cassette)",
    )
