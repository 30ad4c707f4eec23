"""The download handler for http and https: the cassette first, then, guarded, the network.

It sits below every middleware, so that robots.txt, redirects, compression, retries and conditional requests happen in
a replay as they do live. Its settings:

KHABAR_REPLAY          cassettes to play: files, or folders of `*.yaml`; a request that they miss fails
KHABAR_RECORD          a file to record to
KHABAR_CASSETTE        a `Tape`, or a vcrpy cassette that only plays; the record mode of a tape's cassette decides
KHABAR_CONNECT_TO      {host: base URL that answers in its place}, as curl's --connect-to
KHABAR_ALLOW_LOOPBACK  let requests go to this machine
KHABAR_ALLOW_NETWORKS  networks beside the public ones that requests may go to
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import certifi
from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.utils.misc import build_from_crawler
from vcr.cassette import Cassette

from ingest.crawl.http import netguard
from ingest.crawl.http.cassette import Tape
from ingest.crawl.http.network import NetworkHandler, OverLimit
from ingest.crawl.http.pace import paces_of
from ingest.errors import NotRecorded, Unreachable, UsageError

if TYPE_CHECKING:
    from scrapy.core.downloader.handlers import DownloadHandlerProtocol
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings


_CONDITIONS = ("If-None-Match", "If-Modified-Since")

_tapes: WeakKeyDictionary[Crawler, Tape] = WeakKeyDictionary()
"""One recording for the two handlers, http and https, that Scrapy makes for a crawler."""


class MissedRequest(NotRecorded, IgnoreRequest):
    """`NotRecorded` as Scrapy wants it: not to be retried, and logged by who asked rather than by Scrapy."""


def tape_from(settings: BaseSettings) -> Tape | None:
    """The recording that the settings ask for, or None; raises `InvalidCassette` or `UsageError`."""
    given = settings.get("KHABAR_CASSETTE")
    if given is not None:
        return given if isinstance(given, Tape) else _wrapped(given)
    if paths := settings.getlist("KHABAR_REPLAY"):
        return Tape.replay(paths)
    path = settings.get("KHABAR_RECORD")
    return Tape.record(Path(path)) if path else None


def _wrapped(cassette: Cassette) -> Tape:
    if cassette.write_protected:
        return Tape.of(cassette)
    # Scrapy copies its settings deeply: this is a copy, and what it records would never reach the test's cassette.
    raise UsageError(
        "KHABAR_CASSETTE is a cassette that records",
        "give it as ingest.crawl.http.cassette.Tape.of(cassette)",
    )


def tape_of(crawler: Crawler) -> Tape | None:
    """The recording of this crawler, or None where it works on the network alone."""
    if crawler not in _tapes:
        tape = tape_from(crawler.settings)
        if tape is None:
            return None
        _tapes[crawler] = tape
    return _tapes[crawler]


class KhabarDownloadHandler(BaseDownloadHandler):
    """Answers from the crawler's recording, or downloads with Scrapy's own handler and records."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._tape = tape_of(crawler)
        self._open: dict[str, Any] = {
            "allow_loopback": crawler.settings.getbool("KHABAR_ALLOW_LOOPBACK"),
            "networks": netguard.opened_networks(crawler.settings),
        }
        self._proxies = netguard.proxy_hosts()
        self._connect_to: dict[str, str] = crawler.settings.getdict("KHABAR_CONNECT_TO")
        self._paces = paces_of(crawler)
        self._network: DownloadHandlerProtocol | None = None

    async def download_request(self, request: Request) -> Response:
        """The response to a request, in its turn.

        Raises `NotRecorded`, `ForbiddenAddress`, `InvalidURL`, `RefusedRequest`, and what Scrapy raises.
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
            self._tape.add(request, response)
        return response

    async def close(self) -> None:
        """Close the connections and save what was recorded."""
        if self._network is not None:
            await self._network.close()
        if self._tape is not None:
            self._tape.save()

    async def _download(self, request: Request) -> Response:
        sent = self._redirected(request)
        netguard.check_user(
            request.url
        )  # of the page: `sent` names none where another base answers
        netguard.guard_url(sent.url, **self._open)
        host = urlsplit(sent.url).hostname or ""
        if (
            request.meta.get("proxy") or host in self._proxies
        ):  # our resolver is not asked, or lets the proxy pass
            await netguard.check_name(host, **self._open)
        network = self._handler()  # made before the turn comes: it takes time
        await self._paces[urlsplit(request.url).hostname or ""].turn(request.url)
        try:
            response = await network.download_request(sent)
        except CannotResolveHostError as error:
            if address := netguard.refused_address(host):
                raise netguard.forbidden(host, address) from error
            raise
        except OverLimit as error:
            raise Unreachable(f"{request.url}: {error}") from error
        if sent is not request:
            request.meta["download_latency"] = sent.meta.get("download_latency", 0.0)
            response = response.replace(url=request.url)
        return response

    def _handler(self) -> DownloadHandlerProtocol:
        """The handler of the network, made on first use: it needs a Twisted reactor, and a replay has none."""
        if self._network is None:
            _find_authorities()
            self._network = build_from_crawler(NetworkHandler, self.crawler)
        return self._network

    def _redirected(self, request: Request) -> Request:
        """The request as it goes out: to another base where `KHABAR_CONNECT_TO` names one for its host."""
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
    """Refuse a "not modified" (304) to a request that named no condition: it has no body, and says nothing of it."""
    if response.status == 304 and not any(name in request.headers for name in _CONDITIONS):
        raise Unreachable(
            f"{request.url}: HTTP 304 to a request without conditions (RFC 9110, 15.4.5)"
        )


def _find_authorities() -> None:
    """Where the system keeps no certificates of authorities (macOS, bare containers), take certifi's."""
    paths = ssl.get_default_verify_paths()
    if not (paths.cafile or paths.capath):
        os.environ.setdefault("SSL_CERT_FILE", certifi.where())
