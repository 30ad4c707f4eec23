"""Recorded HTTP: vcrpy cassettes, matched by method and normalised URL, without secrets.

vcrpy compares a request with every recorded one, and plays each response once. A crawl sends
thousands of requests, some of them again. So a `Tape` has an index, plays the responses of a URL in
order, and repeats the last one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from scrapy import Request
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from vcr.cassette import Cassette
from vcr.record_mode import RecordMode
from vcr.request import Request as VcrRequest
from w3lib.url import canonicalize_url

from ingest.crawl.http import cassette_files
from ingest.crawl.http.codings import is_packed
from ingest.crawl.http.recording import REPLAYED
from ingest.errors import InvalidCassette, NotRecorded

REDACTED = "REDACTED"

_SECRET_HEADERS = frozenset(
    {"authorization", "cookie", "proxy-authorization", "set-cookie", "set-cookie2", "x-api-key"}
)
_SECRET_PARAMETER = re.compile(
    r"""^(?: [\w.-]*token
        | (?:[\w.-]*[_-])?(?:api|access|secret|private|consumer|app|aws\w*)?[_-]?key(?:_?id)?
        | [\w.-]*(?:secret|passw(?:or)?d|passphrase|signature|credentials?|session_?id)
        | pwd | pass | sig | auth | authorization | jwt | bearer )$""",
    re.IGNORECASE | re.VERBOSE,
)


def without_secrets(url: str) -> str:
    """Return the URL without user and password, with the values of secret parameters redacted."""
    parts = urlsplit(url)
    netloc = parts.netloc.rpartition("@")[2]
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = parts.query
    if any(_SECRET_PARAMETER.match(name) for name, _ in pairs):
        query = urlencode(
            [(name, REDACTED if _SECRET_PARAMETER.match(name) else value) for name, value in pairs]
        )
    return urlunsplit((parts.scheme, netloc, parts.path, query, parts.fragment))


def request_key(method: str, url: str) -> tuple[str, str]:
    """Return the key for matching a request: method and normalised URL.

    Secrets, the fragment, the default port and the order of parameters do not count.
    """
    url = canonicalize_url(without_secrets(url))
    return method.upper(), re.sub(
        r"^(http://[^/]*):80(?=/)|^(https://[^/]*):443(?=/)", r"\1\2", url
    )


class Tape:
    """One or more cassettes as one recording, which several crawlers may share.

    A copy is the same object, because Scrapy copies its settings deeply.
    """

    def __init__(self, cassettes: Iterable[Cassette], *, save_to: Path | None = None) -> None:
        self._cassettes = list(cassettes)
        self._save_to = save_to
        self._index: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self._played: dict[tuple[str, str], int] = {}
        for number, cassette in enumerate(self._cassettes):
            if cassette.record_mode is not RecordMode.ALL:
                for place, request in enumerate(cassette.requests):
                    self._index.setdefault(request_key(request.method, request.uri), []).append(
                        (number, place)
                    )

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    @classmethod
    def replay(cls, sources: Iterable[Path | str | Cassette]) -> Self:
        """Return a recording of files, folders and cassettes; raises `InvalidCassette`."""
        cassettes: list[Cassette] = []
        for source in sources:
            files = [] if isinstance(source, Cassette) else cassette_files.files_of(Path(source))
            cassettes += (
                [source]
                if isinstance(source, Cassette)
                else [cassette_files.load(file) for file in files]
            )
        return cls(cassettes)

    @classmethod
    def record(cls, path: Path | str) -> Self:
        """Return a new recording. `save` writes it to `path`, and replaces a file that is there."""
        return cls([Cassette(path=str(path), record_mode=RecordMode.ALL)], save_to=Path(path))

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

    def add(self, request: Request, response: Response) -> None:
        """Record a response as it was received."""
        cassette = next(cassette for cassette in self._cassettes if not cassette.write_protected)
        headers = {
            name: values
            for name, values in _text_headers(request.headers).items()
            if not _secret(name)
        }
        cassette.append(
            VcrRequest(request.method, without_secrets(request.url), request.body or None, headers),
            {
                "status": {"code": response.status, "message": ""},
                "headers": _clean_headers(_text_headers(response.headers)),
                "body": {"string": response.body},
            },
        )

    def save(self) -> None:
        """Write the recording, whole or not at all; raises `UnwritableOutput`."""
        if self._save_to is not None and self._cassettes[0].dirty:
            cassette_files.save(self._save_to, self._cassettes[0])
            self._cassettes[0].dirty = False


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


def _text_headers(headers: Headers) -> dict[str, list[str]]:
    return {
        name.decode("latin-1"): [value.decode("latin-1") for value in values]
        for name, values in headers.items()  # all values of a name; `headers[name]` is the last
    }


def _secret(name: str) -> bool:
    return name.casefold() in _SECRET_HEADERS


def _clean_headers(headers: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return the headers of a response without cookies, and without secrets in its redirect."""
    return {
        name: [without_secrets(value) for value in values]
        if name.casefold() == "location"
        else list(values)
        for name, values in headers.items()
        if not _secret(name)
    }
