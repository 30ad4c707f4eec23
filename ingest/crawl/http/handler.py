"""The download handler for http and https: the recording first, then the network, guarded.

It is below every middleware, so that robots.txt, redirects, compression, retries and conditional
requests happen in a replay as they do live. Of the operator's settings it uses `connect_to`,
`allow_loopback` and `allow_networks`.
"""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import certifi
from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Response
from scrapy.utils.misc import build_from_crawler

from ingest.crawl.archiving import RECEIVED
from ingest.crawl.context import context_of
from ingest.crawl.http import netguard
from ingest.crawl.http.address_policy import AddressPolicy, check_user, forbidden
from ingest.crawl.http.network import NetworkHandler, OverLimit
from ingest.errors import NotRecorded, Unreachable

if TYPE_CHECKING:
    from scrapy.core.downloader.handlers import DownloadHandlerProtocol
    from scrapy.crawler import Crawler


_CONDITIONS = ("If-None-Match", "If-Modified-Since")


class MissedRequest(NotRecorded, IgnoreRequest):
    """`NotRecorded` in Scrapy's terms: not retried, and logged by the spider, not by Scrapy."""


class KhabarDownloadHandler(BaseDownloadHandler):
    """Answers from the crawler's recording, or downloads with Scrapy's handler and records."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        context = context_of(crawler)
        self._context = context
        self._tape = context.tape
        self._policy = AddressPolicy.of(context.settings)
        self._proxies = netguard.proxy_hosts() | {self._policy.proxy}
        self._connect_to = context.settings.connect_to
        self._paces = context.paces
        self._network: DownloadHandlerProtocol | None = None
        self._unpacking = HttpCompressionMiddleware(crawler=crawler)
        self._unpacking.stats = None  # the middleware of the crawl counts the responses

    async def download_request(self, request: Request) -> Response:
        """Return the response to a request, and keep it as received for the archive."""
        response = await self._answered(request)
        if self._context.archive is not None:
            request.meta[RECEIVED] = response
        return response

    async def _answered(self, request: Request) -> Response:
        """Return the response to a request, once its host may be asked.

        Raises:
            NotRecorded, ForbiddenAddress, InvalidURL, RefusedRequest: as their names say.
            Exception: whatever Scrapy's handler raises.
        """
        if self._tape is not None:
            if (response := self._tape.play(request)) is not None:
                _check_condition(request, response)
                return response
            if not self._tape.records:
                miss = self._tape.missing(request)
                raise MissedRequest(miss.message, miss.remedy)
        response = await self._download(request)
        _check_condition(request, response)
        if self._tape is not None:
            self._tape.add(request, response, self._unpacked(request, response))
        return response

    async def close(self) -> None:
        """Close the connections and save what was recorded."""
        if self._network is not None:
            await self._network.close()
        if self._tape is not None:
            self._tape.save()

    async def _download(self, request: Request) -> Response:
        sent = self._connected(request)
        check_user(request.url)  # `sent` has no user if `connect_to` replaced the base
        self._policy.check_url(sent.url)
        host = urlsplit(sent.url).hostname or ""
        # Behind a proxy the resolver is not used, and it lets the proxy itself pass.
        if request.meta.get("proxy") or host in self._proxies:
            await self._policy.check_name(host)
        network = self._handler()  # made before the request's turn, since this takes time
        await self._paces[urlsplit(request.url).hostname or ""].turn(request.url)
        try:
            response = await network.download_request(sent)
        except CannotResolveHostError as error:
            if address := netguard.refused_address(host):
                raise forbidden(host, address) from error
            raise
        except OverLimit as error:
            raise Unreachable(f"{request.url}: {error}") from error
        if sent is not request:
            request.meta["download_latency"] = sent.meta.get("download_latency", 0.0)
            response = response.replace(url=request.url)
        return response

    def _unpacked(self, request: Request, response: Response) -> Response | None:
        """Return the response with its body unpacked; None if it is broken or over a limit."""
        try:
            unpacked = self._unpacking.process_response(request, response)
        except Exception:  # noqa: BLE001 - the crawl will fail alike, and say so
            return None
        return unpacked if isinstance(unpacked, Response) else None

    def _handler(self) -> DownloadHandlerProtocol:
        """Return the network's handler, made on first use: a replay has no reactor for it."""
        if self._network is None:
            _find_authorities()
            self._network = build_from_crawler(NetworkHandler, self.crawler)
        return self._network

    def _connected(self, request: Request) -> Request:
        """Return the request to send: to another base if `connect_to` has one for the host."""
        parts = urlsplit(request.url)
        base = self._connect_to.get(parts.hostname or "")
        if base is None:
            return request
        headers = request.headers.copy()
        headers["Host"] = parts.netloc.rpartition("@")[2]
        headers["X-Forwarded-Proto"] = parts.scheme
        path = parts.path or "/"
        url = base.rstrip("/") + path + (f"?{parts.query}" if parts.query else "")
        return request.replace(url=url, headers=headers)


def _check_condition(request: Request, response: Response) -> None:
    """Refuse a 304 to a request without conditions: it has no body and no meaning then."""
    if response.status == 304 and not any(name in request.headers for name in _CONDITIONS):
        raise Unreachable(
            f"{request.url}: HTTP 304 to a request without conditions (RFC 9110, 15.4.5)"
        )


def _find_authorities() -> None:
    """Use certifi's certificates if the system has none (macOS, bare containers)."""
    paths = ssl.get_default_verify_paths()
    if not (paths.cafile or paths.capath):
        os.environ.setdefault("SSL_CERT_FILE", certifi.where())
