"""The files of recordings: which of them a path names, and how each kind is read.

A cassette (`*.yaml`) is in vcrpy's format, and needs vcrpy. A packed recording (`*.jsonl.gz`) is a
gzipped line of JSON for each response, and needs nothing: so the demo plays without vcrpy.
"""

from __future__ import annotations

import gzip
import json
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module, resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from ingest.errors import InvalidCassette, UsageError

if TYPE_CHECKING:
    from types import ModuleType

    from vcr.cassette import Cassette

DEMO = "demo"
"""The name of the recordings that Khabar ships with; a file of this name has precedence."""

_PACKED = ".jsonl.gz"


class RecordedRequest(NamedTuple):
    """A request of a packed recording, with the attributes of vcrpy's."""

    method: str
    uri: str


@dataclass(frozen=True, slots=True)
class PackedRecording:
    """A recording that only plays, with what `Tape` needs of a vcrpy cassette."""

    requests: list[RecordedRequest]
    responses: list[dict[str, Any]]
    play_counts: Counter[int] = field(default_factory=Counter)
    write_protected: bool = True
    record_mode: str = "none"

    @classmethod
    def load(cls, file: Path) -> Self:
        """Return the recording in a file; raises `InvalidCassette` with file and problem."""
        requests, responses = [], []
        try:
            for line in gzip.decompress(file.read_bytes()).splitlines():
                method, uri, status, headers, body = json.loads(line)
                requests.append(RecordedRequest(method, uri))
                text = b64decode(body["base64"]) if isinstance(body, dict) else body.encode()
                responses.append(
                    {"status": {"code": status}, "headers": headers, "body": {"string": text}}
                )
        except (OSError, EOFError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise _damaged(file, error) from error
        if not requests:
            raise _damaged(file, "it is empty")
        return cls(requests, responses)


def _damaged(file: Path, problem: object) -> InvalidCassette:
    return InvalidCassette(f"{file}: not a packed recording: {problem}", "install Khabar again")


def packed(cassette: Cassette) -> bytes:
    """Return the bytes of a packed recording with the content of a cassette."""
    lines = (
        json.dumps([*_line(request, response)], ensure_ascii=False)
        for request, response in zip(cassette.requests, cassette.responses, strict=True)
    )
    return gzip.compress("\n".join(lines).encode(), mtime=0)


def _line(request: Any, response: Mapping[str, Any]) -> Iterable[object]:  # noqa: ANN401 - vcrpy's
    body = response["body"]["string"] or b""
    try:
        text: object = body.decode()
    except UnicodeDecodeError:
        text = {"base64": b64encode(body).decode()}
    return request.method, request.uri, response["status"]["code"], response["headers"], text


def files_of(path: Path) -> Iterator[Path]:
    """Yield the file of a path, or all recordings below a folder; raises `InvalidCassette`."""
    if path == Path(DEMO) and not path.exists():
        path = Path(str(resources.files("ingest").joinpath(DEMO)))
    if path.is_dir():
        files = sorted([*path.rglob("*.yaml"), *path.rglob(f"*{_PACKED}")])
        if not files:
            raise InvalidCassette(
                f"{path}: no cassette (*.yaml) in this folder", "record one with --record FILE"
            )
        yield from files
    elif path.is_file():
        yield path
    else:
        raise InvalidCassette(f"{path}: no such cassette", "record it with --record FILE")


def load(file: Path) -> Cassette | PackedRecording:
    """Return a recording to play; raises `InvalidCassette`, or `UsageError` without vcrpy."""
    if file.name.endswith(_PACKED):
        return PackedRecording.load(file)
    return cassette_files().load(file)


def cassette_files() -> ModuleType:
    """Return `ingest.crawl.http.cassette_files`, which imports vcrpy.

    Raises:
        UsageError: vcrpy is not installed.
    """
    try:
        return import_module("ingest.crawl.http.cassette_files")
    except ModuleNotFoundError as error:
        if error.name not in {"vcr", "yaml"}:
            raise
        raise UsageError(
            "cassettes need vcrpy, which is not installed", "pip install 'khabar[record]'"
        ) from error
