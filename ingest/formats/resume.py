"""What an earlier run has written, so that a run can continue it: records and rejections by URL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.errors import UnwritableOutput, UsageError
from ingest.record import Reason

_CHUNK = 2**16
_PASSING = frozenset({Reason.CHALLENGE, Reason.CONSENT, Reason.EMPTY, Reason.TOO_SLOW})
"""Reasons for which a page may give a record at the next try."""
_LASTING = frozenset(Reason) - _PASSING - {Reason.HTTP_STATUS}


def written_urls(file: Path) -> set[str]:
    """Return the requested URLs of the records in a JSON Lines file; empty if there is no file.

    A last line without its newline was torn when a run was killed: it is cut off, so that its URL
    is fetched again.

    Raises:
        UsageError: another line is not a record with `requestedUrl`. The message names it.
        UnwritableOutput: the file cannot be read or cut.
    """
    _cut_torn_line(file)
    return {url for url, _ in _lines(file)}


def settled_urls(file: Path) -> set[str]:
    """Return the URLs in a file of rejections whose rejection would be the same at a second try.

    The lines of other URLs, such as those of hosts that did not answer, are removed, since their
    URLs are fetched again. Errors as for `written_urls`.
    """
    _cut_torn_line(file)
    lines = list(_lines(file))
    kept = {url for url, rejection in lines if _lasts(rejection)}
    if len(kept) < len(lines):
        part = file.with_name(f"{file.name}.part")
        try:
            with part.open("w", encoding="utf-8", newline="\n") as stream:
                for url, rejection in lines:
                    if url in kept:
                        stream.write(json.dumps(rejection, ensure_ascii=False) + "\n")
            part.replace(file)
        except OSError as error:
            raise _unusable(file, error) from error
    return kept


def _lasts(rejection: dict[str, Any]) -> bool:
    return rejection.get("reason") in _LASTING or rejection.get("status") in {404, 410}


def _lines(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the requested URL and the object of each line."""
    try:
        stream = file.open("rb")
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unusable(file, error) from error
    with stream:
        for number, line in enumerate(stream, 1):
            try:
                value = json.loads(line)
                url = value["requestedUrl"]
            except (ValueError, TypeError, KeyError) as error:
                raise UsageError(
                    f"{file}:{number} has no requestedUrl, so that the run cannot be resumed",
                    "write to another file, or keep requestedUrl with --fields",
                ) from error
            yield str(url), value


def _cut_torn_line(file: Path) -> None:
    """Cut the file after its last newline."""
    try:
        with file.open("r+b") as stream:
            end = stream.seek(0, 2)
            stream.truncate(_end_of_lines(stream, end))
    except FileNotFoundError:
        return
    except OSError as error:
        raise _unusable(file, error) from error


def _end_of_lines(stream: Any, end: int) -> int:  # noqa: ANN401 - a binary file
    """Return the offset after the last newline before `end`."""
    while end > 0:
        begin = max(0, end - _CHUNK)
        stream.seek(begin)
        newline = stream.read(end - begin).rfind(b"\n")
        if newline >= 0:
            return int(begin + newline + 1)
        end = begin
    return 0


def _unusable(file: Path, error: OSError) -> UnwritableOutput:
    return UnwritableOutput(f"cannot resume {file}: {error.strerror}", "choose another --output")
