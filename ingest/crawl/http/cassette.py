"""Recorded HTTP: vcrpy cassettes, asked by method and normalised URL, free of secrets.

vcrpy finds a request by trying every recorded one, and gives each response once. A crawl asks thousands of times, and
asks some URLs again, so a `Tape` keeps an index, plays what was recorded for a URL in order, then repeats the last.
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
from ingest.crawl.http.recording import REPLAYED
from ingest.errors import InvalidCassette, NotRecorded

REDACTED = "REDACTED"

_SECRET_HEADERS = frozenset(
    {"authorization", "cookie", "proxy-authorization", "set-cookie", "set-cookie2", "x-api-key"}
)
_SECRET_PARAMETER = re.compile(
    r"""^(?: [\w.-]*token | (?:[\w.-]*[_-])?(?:api|access|secret|private|consumer|app|aws\w*)?[_-]?key(?:_?id)?
        | [\w.-]*(?:secret|passw(?:or)?d|passphrase|signature|credentials?|session_?id) | pwd | pass | sig | auth
        | authorization | jwt | bearer )$""",
    re.IGNORECASE | re.VERBOSE,
)


def without_secrets(url: str) -> str:
    """The URL without user name and password, and with the value of every parameter that names a secret redacted."""
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
    """What requests are matched by: method and URL without secrets, fragment, default port and order of parameters."""
    url = canonicalize_url(without_secrets(url))
    return method.upper(), re.sub(
        r"^(http://[^/]*):80(?=/)|^(https://[^/]*):443(?=/)", r"\1\2", url
    )


class Tape:
    """One or more cassettes as one recording; several crawlers may share it.

    It is copied by reference, for Scrapy copies its settings deeply.
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
        """A recording to play, of files, folders of `*.yaml` and cassettes as `of` takes; raises `InvalidCassette`."""
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
        """A new recording, which `save` writes to `path`, over what is there."""
        return cls([Cassette(path=str(path), record_mode=RecordMode.ALL)], save_to=Path(path))

    @classmethod
    def of(cls, cassette: Cassette) -> Self:
        """A cassette that another (pytest-recording's `vcr` fixture) loads and saves; its record mode decides."""
        return cls([cassette])

    @property
    def records(self) -> bool:
        """Whether a request that is not recorded may go to the network, to be recorded."""
        return any(not cassette.write_protected for cassette in self._cassettes)

    def play(self, request: Request) -> Response | None:
        """The recorded response to this request, or None where there is none."""
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
        """The error for a request that is not recorded; it names the nearest one that is."""
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
        """Record a response as it came over the wire."""
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
        """Write what was recorded, all or nothing; raises `UnwritableOutput`."""
        if self._save_to is not None and self._cassettes[0].dirty:
            cassette_files.save(self._save_to, self._cassettes[0])
            self._cassettes[0].dirty = False


def to_response(request: Request, recorded: Mapping[str, Any]) -> Response:
    """The response of a cassette as Scrapy's; raises `InvalidCassette` where it is none."""
    try:
        status = int(recorded["status"]["code"])
        headers = Headers(recorded["headers"] or {})
        body = recorded["body"]["string"] or b""
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidCassette(
            f"no response is recorded for {request.url}: {error!r}", "record it again"
        ) from error
    body = body.encode("utf-8") if isinstance(body, str) else bytes(body)
    if headers.get("Content-Encoding") == b"gzip" and not body.startswith(b"\x1f\x8b"):
        headers.pop(
            "Content-Encoding"
        )  # other recorders store the body unpacked and leave the header
    kind = responsetypes.from_args(headers=headers, url=request.url, body=body)
    return kind(url=request.url, status=status, headers=headers, body=body, flags=[REPLAYED])


def _nearest(wanted: str, recorded: set[str]) -> str | None:
    """The most similar URL; on the same host where there is one, and of at most 200 so that a miss stays cheap."""
    host = urlsplit(wanted).netloc
    pool = sorted(url for url in recorded if urlsplit(url).netloc == host) or sorted(recorded)
    pool = sorted(pool, key=lambda url: abs(len(url) - len(wanted)))[:200]
    return next(iter(difflib.get_close_matches(wanted, pool, n=1, cutoff=0.0)), None)


def _text_headers(headers: Headers) -> dict[str, list[str]]:
    return {
        name.decode("latin-1"): [value.decode("latin-1") for value in values]
        for name, values in headers.items()  # all values of a name, where `headers[name]` is the last of them
    }


def _secret(name: str) -> bool:
    return name.casefold() in _SECRET_HEADERS


def _clean_headers(headers: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The headers of a response without cookies, and without secrets in the address that it redirects to."""
    return {
        name: [without_secrets(value) for value in values]
        if name.casefold() == "location"
        else list(values)
        for name, values in headers.items()
        if not _secret(name)
    }
