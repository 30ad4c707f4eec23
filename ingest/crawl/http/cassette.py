"""Recorded HTTP: vcrpy cassettes, matched by method and normalised URL, without secrets.

vcrpy compares a request with every recorded one, and plays each response once. A crawl sends
thousands of requests, some of them again. So a `Tape` has an index, plays the responses of a URL in
order, and repeats the last one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from w3lib.url import canonicalize_url

from ingest.codings import is_packed
from ingest.crawl.http import recording_files
from ingest.crawl.http.headers import answered_at
from ingest.crawl.http.recording import REPLAYED
from ingest.crawl.http.recording_files import PackedRecording
from ingest.errors import InvalidCassette, NotRecorded
from ingest.redaction.text import redacted_body, redacted_field, redacted_form, redacted_url
from ingest.redaction.values import is_secret_header

if TYPE_CHECKING:
    from vcr.cassette import Cassette

_ENCODING_HEADERS = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""Headers that are not true of a body that was unpacked and changed."""


def request_key(method: str, url: str) -> tuple[str, str]:
    """Return the key for matching a request: method and normalised URL.

    Secrets, the fragment, the default port and the order of parameters do not count.
    """
    url = canonicalize_url(redacted_url(url))
    return method.upper(), re.sub(
        r"^(http://[^/]*):80(?=/)|^(https://[^/]*):443(?=/)", r"\1\2", url
    )


class Tape:
    """One or more cassettes as one recording, which several crawlers may share.

    A copy is the same object, because Scrapy copies its settings deeply.
    """

    def __init__(
        self, cassettes: Iterable[Cassette | PackedRecording], *, save_to: Path | None = None
    ) -> None:
        self._cassettes = list(cassettes)
        self._save_to = save_to
        self._index: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self._played: dict[tuple[str, str], int] = {}
        for number, cassette in enumerate(self._cassettes):
            if cassette.record_mode != "all":  # a member of vcrpy's `RecordMode`, or its text
                for place, request in enumerate(cassette.requests):
                    self._index.setdefault(request_key(request.method, request.uri), []).append(
                        (number, place)
                    )

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    @classmethod
    def replay(cls, sources: Iterable[Path | str | Cassette]) -> Self:
        """Return a recording of files, folders and cassettes.

        Raises:
            InvalidCassette: a file does not exist or cannot be read.
            UsageError: a file needs vcrpy, which is not installed.
        """
        cassettes: list[Cassette | PackedRecording] = []
        for source in sources:
            if isinstance(source, str | Path):
                cassettes += map(recording_files.load, recording_files.files_of(Path(source)))
            else:
                cassettes.append(source)
        return cls(cassettes)

    @classmethod
    def record(cls, path: Path | str) -> Self:
        """Return a new recording. `save` writes it to `path`, and replaces a file that is there.

        Raises:
            UsageError: vcrpy is not installed.
        """
        return cls([recording_files.cassette_files().new(Path(path))], save_to=Path(path))

    @classmethod
    def of(cls, cassette: Cassette) -> Self:
        """Return a recording of a cassette that another library loads and saves.

        Its record mode decides whether it plays or records: pytest-recording's `vcr` fixture.
        """
        return cls([cassette])

    @property
    def records(self) -> bool:
        """Whether a request without a recorded response is sent, and recorded."""
        return any(not cassette.write_protected for cassette in self._cassettes)

    def play(self, request: Request) -> Response | None:
        """Return the recorded response to this request, or None."""
        key = request_key(request.method, request.url)
        takes = self._index.get(key)
        if not takes:
            return None
        turn = self._played.get(key, 0)
        self._played[key] = turn + 1
        number, place = takes[min(turn, len(takes) - 1)]
        cassette = self._cassettes[number]
        cassette.play_counts[place] += 1
        return to_response(request, cassette.responses[place])

    def recorded_at(self) -> datetime | None:
        """Return the newest time that a response states, the recording's clock; None without any."""
        answers = (
            Response("http://recording/", headers=Headers(recorded.get("headers") or {}))
            for cassette in self._cassettes
            for recorded in cassette.responses
        )
        return max(filter(None, map(answered_at, answers)), default=None)

    def missing(self, request: Request) -> NotRecorded:
        """Return the error for a request without a response; it names the nearest recorded URL."""
        recorded = {url for method, url in self._index if method == request.method.upper()}
        wanted = request_key(request.method, request.url)[1]
        near = _nearest(wanted, recorded)
        remedy = (
            f"the nearest recorded one is {near}"
            if near
            else "the recording holds no request; use --record"
        )
        return NotRecorded(f"not recorded: {request.method} {request.url}", remedy)

    def add(self, request: Request, response: Response, plain: Response | None = None) -> None:
        """Record a response without secrets, otherwise as it was received.

        Args:
            request: as sent.
            response: as received.
            plain: the response with its body unpacked. It is recorded if it has secrets, because
                the packed body would contain them as well. By default the body is not packed.
        """
        cassette = next(cassette for cassette in self._cassettes if not cassette.write_protected)
        body, headers = response.body, _without_secrets(response.headers)
        redacted = redacted_body((plain or response).body)
        if redacted != (plain or response).body:
            body = redacted
            headers = {name: headers[name] for name in headers if not _is_encoding(name)}
        recording_files.cassette_files().append(
            cassette,
            (
                request.method,
                redacted_url(request.url),
                redacted_form(request.body) or None,
                _without_secrets(request.headers),
            ),
            {
                "status": {"code": response.status, "message": ""},
                "headers": headers,
                "body": {"string": body},
            },
        )

    def save(self) -> None:
        """Write the recording, whole or not at all; raises `UnwritableOutput`."""
        cassette = self._cassettes[0]
        if self._save_to is None or isinstance(cassette, PackedRecording) or not cassette.dirty:
            return
        recording_files.cassette_files().save(self._save_to, cassette)
        cassette.dirty = False


def to_response(request: Request, recorded: Mapping[str, Any]) -> Response:
    """Return a response of a cassette as Scrapy's; raises `InvalidCassette` if it is not valid."""
    try:
        status = int(recorded["status"]["code"])
        headers = Headers(recorded["headers"] or {})
        body = recorded["body"]["string"] or b""
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidCassette(
            f"no response is recorded for {request.url}: {error!r}", "record it again"
        ) from error
    body = body.encode("utf-8") if isinstance(body, str) else bytes(body)
    if not is_packed(body, headers.getlist("Content-Encoding")):
        headers.pop("Content-Encoding")
    kind = responsetypes.from_args(headers=headers, url=request.url, body=body)
    return kind(url=request.url, status=status, headers=headers, body=body, flags=[REPLAYED])


def _nearest(wanted: str, recorded: set[str]) -> str | None:
    """Return the most similar URL, of the same host if there is one.

    At most 200 URLs of similar length are compared, so that a miss is cheap.
    """
    host = urlsplit(wanted).netloc
    pool = sorted(url for url in recorded if urlsplit(url).netloc == host) or sorted(recorded)
    pool = sorted(pool, key=lambda url: abs(len(url) - len(wanted)))[:200]
    return next(iter(difflib.get_close_matches(wanted, pool, n=1, cutoff=0.0)), None)


def _without_secrets(headers: Headers) -> dict[str, list[str]]:
    """Return headers as text, without those that are secrets, and without secrets in the others."""
    kept = {}
    for raw, values in headers.items():  # all values of a name; `headers[name]` is the last
        name = raw.decode("latin-1")
        if not is_secret_header(name):
            redact = redacted_url if name.casefold() == "location" else redacted_field
            kept[name] = [redact(value.decode("latin-1")) for value in values]
    return kept


def _is_encoding(name: str) -> bool:
    return name.casefold() in _ENCODING_HEADERS
