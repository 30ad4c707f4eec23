"""What Scrapy does with the body of every response, with bounds on the time that it takes.

It does so in the process of the crawl, where nothing else happens meanwhile, and no signal is
answered.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response, TextResponse
from scrapy.utils._compression import _DecompressionMaxSizeExceeded

from ingest.crawl.context import context_of
from ingest.crawl.http.redirects import RefreshMiddleware

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_IN_PLACE = 64 * 2**10
"""Bytes of a compressed body. Up to here the worst one takes 0.1 s: empty frames of zstd."""
_HEAD = 16 * 2**10
"""Bytes with the first 4,096 characters, where Scrapy looks for a refresh, in any encoding."""

Unpacked = tuple[bytes, list[bytes]]
"""A body, and the codings that are left since they are unknown."""


class Decompression(HttpCompressionMiddleware):
    """Scrapy's decompression, in a worker process if the body is large or packed several times.

    A small body that is packed twice can hold a large one whose time has no bound: 800,000 empty
    members of gzip take 7 s.
    """

    _unpacked: Unpacked | None = None

    def __init__(self, *, crawler: Crawler) -> None:
        super().__init__(crawler=crawler)
        self._context = context_of(crawler)

    async def process_response(  # type: ignore[override]  # Scrapy awaits what is awaitable
        self, request: Request, response: Response
    ) -> Request | Response:
        """Return the response with its body decompressed.

        Raises:
            IgnoreRequest: the decompressed body is over `limits.page_bytes`.
            LimitExceeded: it takes too long.
        """
        codings = response.headers.getlist("Content-Encoding")
        layers = b",".join(codings).count(b",") + 1
        if not codings or (layers == 1 and len(response.body) <= _IN_PLACE):
            return super().process_response(request, response)
        most = request.meta.get("download_maxsize", self._max_size)
        unpacked = await self._context.reader.run(
            unpack, response.url, response.body, codings, most
        )
        if unpacked is None:
            raise IgnoreRequest(f"{response.url}: over DOWNLOAD_MAXSIZE ({most} B) decompressed")
        ready = copy(self)
        ready._unpacked = unpacked  # noqa: SLF001 - of the same class
        # Not as text: Scrapy would decode the compressed bytes to find their charset.
        packed = Response(**{name: getattr(response, name) for name in Response.attributes})
        return super(Decompression, ready).process_response(request, packed)

    def _handle_encoding(
        self, body: bytes, content_encoding: list[bytes], max_size: int
    ) -> Unpacked:
        return self._unpacked or super()._handle_encoding(body, content_encoding, max_size)


def unpack(url: str, body: bytes, codings: list[bytes], most: int) -> Unpacked | None:  # noqa: ARG001 - errors name it
    """Return a decompressed body; None if it is over `most` bytes. Raises if it is broken."""
    plain = HttpCompressionMiddleware.__new__(HttpCompressionMiddleware)
    try:
        return plain._handle_encoding(body, codings, most)  # noqa: SLF001 - Scrapy has no other way in
    except _DecompressionMaxSizeExceeded:
        return None


class MetaRefresh(RefreshMiddleware):
    """Redirects by `<meta http-equiv="refresh">`, which is looked for in the head of the body alone.

    Scrapy decodes all of it, and 16 MiB that are not of the declared encoding take 12 s.
    """

    def process_response(  # type: ignore[override]  # no spider
        self, request: Request, response: Response
    ) -> Request | Response:
        """Return the request that a page redirects to, or the response."""
        if not isinstance(response, TextResponse) or len(response.body) <= _HEAD:
            return super().process_response(request, response)
        head = type(response)(
            response.url,
            status=response.status,
            headers=response.headers,
            body=response.body[:_HEAD],
            flags=response.flags,
            request=request,
        )
        result = super().process_response(request, head)
        return response if result is head else result
