"""The requests that a rendered page makes: which ones are made, and how.

Scrapy's downloader makes them, so that the address guard, robots.txt, delays, limits, user agent
and recording are those of every request.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urlsplit

from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from tldextract import TLDExtract

from ingest.crawl.http.failure import is_too_large, reason_of
from ingest.crawl.http.headers import headers_of
from ingest.errors import ForbiddenAddress, HostExcluded, InvalidURL, Unreachable

if TYPE_CHECKING:
    from ingest.record import FetchedPage
    from ingest.sites import Site

Download = Callable[[Request], Awaitable[Response]]
"""Scrapy's `engine.download_async`."""

_KINDS = frozenset({"document", "fetch", "script", "stylesheet", "xhr"})
"""Playwright's names of the kinds of requests. All others are refused without a remark: images,
fonts, media, beacons, event streams and prefetches have no text."""
_REDIRECTS = 5
_SCRIPT_BYTES = 16 * 2**20
"""Bytes of scripts that are kept for the pages of a crawl. Later ones are fetched for each page."""
_MOVED = frozenset({301, 302, 303, 307, 308})
_OWN_HEADERS = ("cookie", "user-agent", "host", "connection", "upgrade-insecure-requests", "range")
_OWN_PREFIXES = ("sec-", "proxy-", "accept-encoding", "content-", "if-")
"""Headers that Scrapy sets, or that only a browser sends."""
_TRANSPORT = frozenset(
    {
        "connection",
        "content-disposition",
        "content-encoding",
        "content-length",
        "set-cookie",
        "transfer-encoding",
    }
)
"""Response headers that do not hold for a decompressed body, keep cookies or start a download."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of the browser.

    Attributes:
        url: absolute.
        method: in upper case.
        kind: Playwright's `resource_type`.
        headers: with lower-case names.
        is_page: whether it is for the page itself, not for a frame, a worker or a new window.
    """

    url: str
    method: str = "GET"
    kind: str = "fetch"
    headers: Mapping[str, str] = field(default_factory=dict)
    is_page: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The response to a request of the browser."""

    status: int
    headers: Mapping[str, str]
    body: bytes


_STAY = Answer(204, {}, b"")
"""To a page that leads to another one: after any other answer the browser would leave the page."""


class FirstParty:
    """Which hosts belong to the site of a page.

    These are the hosts of the page's registrable domain and of those in the site's definition, and
    what its `render_hosts` name. The list of public suffixes is that of the library: nothing is
    downloaded.
    """

    def __init__(self, page_url: str, site: Site) -> None:
        own = [urlsplit(page_url).hostname or "", site.domain, *site.aliases]
        self._domains = [*map(_registrable, own), *site.render_hosts]

    def includes(self, url: str) -> bool:
        """Whether a URL is of the site."""
        host = urlsplit(url).hostname or ""
        return any(host == domain or host.endswith(f".{domain}") for domain in self._domains)


def _registrable(host: str) -> str:
    """Return the registrable domain of a host; the host itself if it has none, as an address."""
    return _suffixes()(host).top_domain_under_public_suffix or host.removeprefix("www.")


@cache
def _suffixes() -> TLDExtract:
    """Return the public suffixes as the library ships them."""
    return TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)


class PageRequests:
    """Answers the requests of one page, and counts what was left out.

    Args:
        page: the page, as it was fetched; the browser gets this body, without a second request.
        first_party: the hosts of its site.
        download: makes a request; raises whatever the layers of the network raise.
        most: maximum number of requests.
        scripts: responses with scripts, by URL, which pages of a crawl share.

    Attributes:
        problem: why the page lacks something that another time may bring: a host that must not be
            contacted any more, or a request without a usable answer.
    """

    def __init__(
        self,
        page: FetchedPage,
        first_party: FirstParty,
        download: Download,
        *,
        most: int,
        scripts: MutableMapping[str, Answer],
    ) -> None:
        self._page = page
        self._first_party = first_party
        self._download = download
        self._most = most
        self._scripts = scripts
        self._is_loaded = False
        self._is_closed = False
        self._made = 0
        self._left_out: Counter[str] = Counter()
        self.problem: Unreachable | None = None

    async def answer(self, asked: Asked) -> Answer | None:
        """Return the response to a request, or None if it is refused or failed.

        A page that leads to another one gets an answer that keeps the browser where it is.
        """
        if self._is_closed:
            return None
        if asked.is_page and not self._is_loaded and _same(asked.url, self._page.url):
            self._is_loaded = True
            return Answer(200, _for_browser(self._page.headers), self._page.body)
        if asked.kind not in _KINDS or self._is_refused(asked):
            return _STAY if asked.is_page else None
        if asked.kind == "stylesheet":  # has no text; scripts wait for it
            return Answer(200, {"content-type": "text/css"}, b"")
        return self._scripts.get(asked.url) or await self._fetched(asked)

    def close(self) -> None:
        """Answer no request any more."""
        self._is_closed = True

    def remark(self) -> str:
        """Return what the record says of these requests."""
        text = f"rendered in a browser: {_counted(self._made, 'request')}"
        if not self._left_out:
            return text
        reasons = ", ".join(f"{number} {reason}" for reason, number in self._left_out.items())
        return f"{text}; {self._left_out.total()} left out: {reasons}"

    def _is_refused(self, asked: Asked) -> bool:
        """Whether a request is not made, which is counted; a request that is made counts, too."""
        reason = self._refusal(asked)
        if reason:
            self._left_out[reason] += 1
        elif asked.kind != "stylesheet" and asked.url not in self._scripts:
            self._made += 1
        return bool(reason)

    def _refusal(self, asked: Asked) -> str:
        """Return why a request is not made; empty if it is."""
        if asked.kind == "document":
            return "for another page or a frame"
        if asked.method != "GET":
            return "not GET"
        if not self._first_party.includes(asked.url):
            return _ALIEN
        return "over limits.render_requests" if self._made >= self._most else ""

    async def _fetched(self, asked: Asked) -> Answer | None:
        try:
            response = await self._response(asked)
        except Exception as error:  # noqa: BLE001 - whatever the layers of the network raise
            self._fail(asked, _reason(error), error)
            return None
        if response.status == 429 or response.status >= 500:
            self._fail(asked, f"with HTTP {response.status}")
        answer = Answer(response.status, _for_browser(headers_of(response)), response.body)
        if asked.kind == "script" and response.status == 200 and self._has_room(answer):
            self._scripts[asked.url] = answer
        return answer

    def _fail(self, asked: Asked, reason: str, error: Exception | None = None) -> None:
        self._left_out[reason] += 1
        if isinstance(error, HostExcluded):
            self.problem = HostExcluded(error.message, error.remedy)
        elif self.problem is None and reason not in _LASTING:
            self.problem = Unreachable(
                f"{self._page.url}: not rendered whole: {asked.url}: {reason}"
            )

    def _has_room(self, answer: Answer) -> bool:
        kept = sum(len(script.body) for script in self._scripts.values())
        return kept + len(answer.body) <= _SCRIPT_BYTES

    async def _response(self, asked: Asked) -> Response:
        """Return the response, after redirects that stay on the site.

        Raises:
            _LeftOut: a redirect leads to another site, or there are too many.
            Exception: whatever the layers of the network raise.
        """
        url, headers = asked.url, _for_server(asked.headers)
        for _ in range(_REDIRECTS):
            response = await self._download(
                Request(url, headers=headers, meta={"dont_redirect": True}, callback=NO_CALLBACK)
            )
            target = response.headers.get("Location")
            if response.status not in _MOVED or not target:
                return response
            url = response.urljoin(target.decode("latin-1"))
            if not self._first_party.includes(url):
                raise _LeftOut(_ALIEN)
        raise _LeftOut(_CIRCLE)


class _LeftOut(Exception):
    """A request is left out; the message is the reason."""


_ALIEN, _CIRCLE = "of other sites", "with too many redirects"
_CLOSED, _ROBOTS = "to an address that is not allowed", "forbidden by robots.txt"
_LARGE = "over limits.page_bytes"
_LASTING = frozenset({_ALIEN, _CIRCLE, _CLOSED, _ROBOTS, _LARGE})
"""Reasons that another time brings again."""


def _reason(error: Exception) -> str:
    """Return why a request got no response, in words for a count."""
    if isinstance(error, _LeftOut):
        return str(error)
    if isinstance(error, ForbiddenAddress | InvalidURL):
        return _CLOSED
    if isinstance(error, HostExcluded):
        return "to a host that is left alone"
    if reason_of(error) == "Forbidden by robots.txt":
        return _ROBOTS
    return _LARGE if is_too_large(error) else "without an answer"


def _same(one: str, other: str) -> bool:
    return urldefrag(one).url == urldefrag(other).url


def _for_server(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in headers.items()
        if name not in _OWN_HEADERS and not name.startswith(_OWN_PREFIXES)
    }


def _for_browser(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in _TRANSPORT}


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
