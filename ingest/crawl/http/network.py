"""Scrapy's handler for HTTP/1.1 with more limits: a response's head, its codings, robots.txt.

Scrapy limits the size of the body (`DOWNLOAD_MAXSIZE`) and the time for the whole response
(`DOWNLOAD_TIMEOUT`). But a server may send header lines without end (Twisted limits the single line
only), may name thousands of content codings, each of which is decoded, and may send gigabytes as
robots.txt, of which 500 KiB count (RFC 9309, 2.5).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError, StopDownload
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS

from ingest.crawl.context import context_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.web.client import HTTPConnectionPool

_CUT_AT = "khabar_cut_at"
"""Key in a request's meta: how many bytes of the body are still wanted."""


class OverLimit(Exception):
    """A response is over one of `ingest.settings.Limits`; the message names it."""


class NetworkHandler(HTTP11DownloadHandler):
    """Downloads over http and https, within the limits of `ingest.settings.Limits`."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._limits = context_of(crawler).settings.limits
        _bound_heads(self._pool, self._limits.head_bytes)
        crawler.signals.connect(self._stop_at_cut, signals.bytes_received)

    async def download_request(self, request: Request) -> Response:
        """Return the response; raises `OverLimit`, and what Scrapy raises."""
        cut = self._limits.robots_bytes if urlsplit(request.url).path == "/robots.txt" else 0
        sent = request
        if cut:  # a larger robots.txt is cut, not refused
            sent = request.replace(meta={**request.meta, _CUT_AT: cut, "download_maxsize": 0})
        try:
            response = await super().download_request(sent)
        except DownloadFailedError as error:
            for reason in _reasons(error):
                if isinstance(reason.value, OverLimit):
                    raise reason.value from error
            raise
        except DownloadCancelledError as error:
            if str(error):
                raise
            # Scrapy 2.19 gives a reason only if the length was announced.
            raise DownloadCancelledError(f"{request.url}: over the download max size") from error
        if cut:
            request.meta["download_latency"] = sent.meta.get("download_latency", 0.0)
        return self._checked(response)

    def _checked(self, response: Response) -> Response:
        codings = b",".join(response.headers.getlist("Content-Encoding")).count(b",") + 1
        if codings > self._limits.content_codings:
            raise OverLimit(f"the answer is packed {codings} times over")
        return response

    def _stop_at_cut(self, data: bytes, request: Request) -> None:
        """Stop the download of a robots.txt once it has the wanted bytes."""
        if _CUT_AT not in request.meta:
            return
        request.meta[_CUT_AT] -= len(data)
        if request.meta[_CUT_AT] <= 0:
            raise StopDownload(fail=False)


def _bound_heads(pool: HTTPConnectionPool, most: int) -> None:
    """Let every connection of the pool fail if a response's head is over `most` bytes.

    Heads of interim responses (1xx) count, too.
    """
    plain = pool._factory  # noqa: SLF001 - Twisted has no other place for it, as Scrapy found

    class Factory(plain):  # type: ignore[misc, valid-type]  # whichever Scrapy has chosen
        def buildProtocol(self, addr: object) -> Any:  # noqa: N802, ANN401 - Twisted's name
            protocol = super().buildProtocol(addr)
            protocol.dataReceived = _HeadCounter(protocol, most)
            return protocol

    pool._factory = Factory  # noqa: SLF001 - Twisted offers no other way in


class _HeadCounter:
    """Replaces a connection's `dataReceived`, and counts the bytes of each response's head."""

    def __init__(self, protocol: Any, most: int) -> None:  # noqa: ANN401 - a private class
        self._protocol = protocol
        self._receive = protocol.dataReceived
        self._most = most
        self._parser: Any = None  # there is a new one for each response
        self._bytes = 0

    def __call__(self, data: bytes) -> None:
        parser = self._protocol._parser  # noqa: SLF001 - as above
        if parser is not self._parser:
            self._parser, self._bytes = parser, 0
        if self._in_head():
            self._bytes += len(data)
        self._receive(data)
        if self._bytes > self._most and self._in_head():
            self._protocol.transport.abortConnection()
            problem = OverLimit(f"the head of the answer is over limits.head_bytes ({self._most})")
            failure = Failure(problem)  # type: ignore[no-untyped-call]  # Twisted leaves it untyped
            self._protocol._giveUp(failure)  # noqa: SLF001 - as above

    def _in_head(self) -> bool:
        parser = self._protocol._parser  # noqa: SLF001 - as above
        return parser is not None and parser is self._parser and parser.state in {STATUS, HEADER}


def _reasons(error: DownloadFailedError) -> Iterator[Failure]:
    """Yield Twisted's reasons for a failed response."""
    yield from getattr(error.__cause__, "reasons", ())
