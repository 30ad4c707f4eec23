"""Cassette files: loading with one-line errors, writing.

The format is vcrpy's (YAML, version 1), so that pytest-recording and vcrpy can read what Khabar
wrote and the other way round. Only the style differs: a body of several lines is a literal block,
which is readable in reviews and in `git diff`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml
from vcr.cassette import Cassette
from vcr.record_mode import RecordMode
from vcr.request import Request
from vcr.serialize import deserialize, serialize
from vcr.serializers import yamlserializer

from ingest.errors import InvalidCassette, UnwritableOutput

_NO_BLOCK = ("\r", "\x85", "\u2028", "\u2029")
"""Line ends that YAML turns into a newline inside a block, but not in a quoted text."""


def load(file: Path) -> Cassette:
    """Return a cassette to replay; raises `InvalidCassette` with file and problem."""
    cassette = Cassette(path=str(file), record_mode=RecordMode.NONE, allow_playback_repeats=True)
    try:
        requests, responses, *_ = deserialize(file.read_text(encoding="utf-8"), yamlserializer)
        for request, response in zip(requests, responses, strict=True):
            cassette.append(request, response)
    except (OSError, yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError) as error:
        # vcrpy does not check the file: whatever it raises, the file is not a cassette.
        raise InvalidCassette(
            f"{file}: not a cassette: {error}", "record it again with --record FILE"
        ) from error
    cassette.dirty = False
    cassette.rewound = True
    return cassette


def new(path: Path) -> Cassette:
    """Return an empty cassette that records."""
    return Cassette(path=str(path), record_mode=RecordMode.ALL)


def append(
    cassette: Cassette,
    request: tuple[str, str, bytes | None, dict[str, list[str]]],
    response: dict[str, Any],
) -> None:
    """Add a request (method, URL, body and headers) with its response."""
    cassette.append(Request(*request), response)


def save(path: Path, cassette: Cassette) -> None:
    """Write a cassette to a new file, then rename it, so that it is whole at any time."""
    content = {"requests": cassette.requests, "responses": cassette.responses}
    text = serialize(content, _Readable)
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        # Not everything that is secret can be found in it, so that only its owner may read it.
        draft.touch(mode=0o600, exist_ok=False)
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise UnwritableOutput(
            f"cannot write {path}: {error.strerror}", "choose another --record FILE"
        ) from error


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]  # PyYAML ships no types
    """YAML with literal blocks for texts that they keep unchanged."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    block = "\n" in text and not any(mark in text for mark in _NO_BLOCK)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if block else None)


_Dumper.add_representer(str, _text)


class _Readable:
    """The serializer that `vcr.serialize` asks for."""

    @staticmethod
    def serialize(content: dict[str, Any]) -> str:
        return str(
            yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=4096)
        )

    @staticmethod
    def deserialize(text: str) -> Any:  # noqa: ANN401 - whatever the file holds
        return yamlserializer.deserialize(text)
