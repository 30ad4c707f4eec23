"""Redirects of one request: the cookies in between, and loops.

Some sites answer a page without a cookie by a redirect to the page itself, which sets the cookie.
So the cookies of a request are kept for its redirects and retries, and dropped with it: no other
request gets them. An address that was already asked with the same cookies gives the same answer
again, so that the request fails, or the page that refreshes itself is the answer.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from http.cookiejar import Cookie
from itertools import count
from typing import Self
from urllib.parse import urldefrag, urlsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.cookies import CookiesMiddleware
from scrapy.downloadermiddlewares.redirect import MetaRefreshMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response, TextResponse
from scrapy.http.cookies import CookieJar
from scrapy.utils.response import get_meta_refresh

from ingest.crawl.http.recording import REPLAYED
from ingest.urls import host_of

_CHAIN = "khabar_chain"
"""Key of a request's `Chain` in its meta, which redirects and retries copy."""
_VISITS = 3
"""Requests for one address in a chain: some sites set two cookies, one after the other."""

Cookies = frozenset[tuple[str, str, str, str]]
"""Domain, path, name and value of each cookie."""


class RedirectLoop(IgnoreRequest):
    """The redirects of a request lead back to an address that it has already asked for."""


class Chain:
    """One request with its redirects and retries.

    Attributes:
        jar: the key of its cookies.
        home: the host of its first address, without `www.`.
        asked: the addresses that were asked for, without fragments, each with the cookies that it
            was asked with.
        replayed: whether a recording answered, which has no cookies.
    """

    def __init__(self, jar: int, home: str) -> None:
        self.jar = jar
        self.home = home
        self.asked: list[tuple[str, Cookies]] = []
        self.replayed = False

    def repeats(self, url: str, cookies: Cookies) -> bool:
        """Whether the same answer is to be expected for the address as before."""
        url = urldefrag(url).url
        visits = [sent for asked, sent in self.asked if asked == url]
        return len(visits) >= _VISITS or (not self.replayed and cookies in visits)

    def reloads(self, url: str, cookies: Cookies) -> bool:
        """Whether a refresh of a page to this address only loads the page again.

        A parameter against caches may differ each time.
        """
        paths = [_without_query(asked) for asked, _ in self.asked]
        return self.repeats(url, cookies) or paths.count(_without_query(url)) > 1

    def problem(self, url: str) -> str:
        """Return what is wrong with a redirect to an address that was asked for before."""
        addresses = [asked for asked, _ in self.asked]
        circle = addresses[addresses.index(urldefrag(url).url) :]
        if len(set(circle)) == 1:
            problem = f"redirects to itself ({circle[0]})"
        else:
            problem = f"redirects in a circle: {' -> '.join([*circle, circle[0]])}"
        if any(cookies for _, cookies in self.asked):
            problem += ", also with the cookies that it sets"
        return problem


class ChainCookiesMiddleware(CookiesMiddleware):
    """Keeps cookies for the redirects and retries of one request, and ends loops of redirects."""

    def __init__(self, debug: bool = False) -> None:  # noqa: FBT001, FBT002 - Scrapy's
        super().__init__(debug)
        self._numbers = count()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Create the middleware; called by Scrapy. COOKIES_ENABLED is for cookies that are kept."""
        middleware = cls(crawler.settings.getbool("COOKIES_DEBUG"))
        middleware.crawler = crawler
        return middleware

    def process_request(self, request: Request, spider: Spider | None = None) -> None:  # noqa: ARG002 - Scrapy's
        """Add the cookies of the chain; raises `RedirectLoop`."""
        chain = self._chain(request)
        cookies = _cookies(self.jars[chain.jar])
        is_retry = bool(chain.asked) and request.meta.get("redirect_times", 0) < len(chain.asked)
        if not is_retry:
            if chain.repeats(request.url, cookies):
                raise RedirectLoop(chain.problem(request.url))
            chain.asked.append((urldefrag(request.url).url, cookies))
        super().process_request(request)

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Spider | None = None,  # noqa: ARG002 - as above
    ) -> Request | Response:
        """Keep the cookies of a response for the rest of the chain."""
        self._chain(request).replayed |= REPLAYED in response.flags
        return super().process_response(request, response)

    def refreshes_itself(self, request: Request, url: str) -> bool:
        """Whether a refresh to this address would only give the same page again."""
        chain = self._chain(request)
        return chain.reloads(url, _cookies(self.jars[chain.jar]))

    def _chain(self, request: Request) -> Chain:
        chain: Chain | None = request.meta.get(_CHAIN)
        if chain is None:
            chain = Chain(next(self._numbers), host_of(request.url))
            request.meta[_CHAIN] = chain
            weakref.finalize(chain, self.jars.pop, chain.jar, None)
        request.meta["cookiejar"] = chain.jar
        return chain

    def _process_cookies(
        self, cookies: Iterable[Cookie], *, jar: CookieJar, request: Request
    ) -> None:
        """Keep the cookies for this host, or for the one that the chain began with.

        Scrapy's rule needs the list of public suffixes, which it downloads.
        """
        host = (urlsplit(request.url).hostname or "").casefold()
        domains = {host, host.removeprefix("www."), request.meta[_CHAIN].home}
        for cookie in cookies:
            if cookie.domain.removeprefix(".").casefold() in domains:
                jar.set_cookie_if_ok(cookie, request)


class RefreshMiddleware(MetaRefreshMiddleware):
    """Follows a `<meta http-equiv=refresh>` to another address.

    A live page that reloads itself has not moved: it is the answer, unless it has set a cookie that
    may bring another one.
    """

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Spider | None = None,  # noqa: ARG002 - as above
    ) -> Request | Response:
        """Return the request that a refresh asks for, or the response."""
        if isinstance(response, TextResponse) and request.meta.get(_CHAIN) is not None:
            _, url = get_meta_refresh(response, ignore_tags=self._ignore_tags)
            cookies = self.crawler.get_downloader_middleware(ChainCookiesMiddleware)
            if url and cookies is not None and cookies.refreshes_itself(request, url):
                return response
        return super().process_response(request, response)


def _without_query(url: str) -> str:
    return url.partition("#")[0].partition("?")[0]


def _cookies(jar: CookieJar) -> Cookies:
    return frozenset((each.domain, each.path, each.name, each.value or "") for each in jar)
