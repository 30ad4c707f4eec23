"""Adds to requests what the operator gives: a proxy, headers and cookies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from ingest.crawl.context import context_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from ingest.crawl.pages.given import Given, NamedHosts


class OperatorRequests:
    """Downloader middleware between Scrapy's for cookies and its own for proxies.

    A spider with the attributes `given` and `named_hosts` has headers and cookies for its requests,
    other than those for robots.txt.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._proxy = context_of(crawler).settings.proxy

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Create the middleware; called by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Add the proxy, and the headers if the request goes to a host that the operator named."""
        if self._proxy:
            request.meta["proxy"] = self._proxy  # with its password, which Scrapy takes out
        given: Given | None = getattr(self._crawler.spider, "given", None)
        if given is None:
            return
        hosts: NamedHosts = self._crawler.spider.named_hosts  # type: ignore[union-attr]
        if hosts.has(request.url) and urlsplit(request.url).path != "/robots.txt":
            for name, value in given.headers:
                request.headers[name] = value
            if given.cookie:
                earlier = request.headers.get("Cookie")
                cookies = [earlier.decode("latin-1")] if earlier else []
                request.headers["Cookie"] = "; ".join([*cookies, given.cookie])
        else:
            for name, _ in given.headers:  # a redirect has copied them
                request.headers.pop(name, None)
