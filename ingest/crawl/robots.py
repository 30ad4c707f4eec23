"""robots.txt as RFC 9309 reads it, by Scrapy's middleware, which these two mend."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from ingest.crawl.context import CrawlContext, context_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)

_NOTHING_ALLOWED = b"User-agent: *\nDisallow: /\n"


class RobotsUnavailable(IgnoreRequest):
    """robots.txt could not be fetched; Scrapy passes over this without a word, and the page's own request tells."""


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's middleware, one request of a host at a time.

    In Scrapy 2.19 only the first of the requests that wait for a robots.txt is given its rules: the others are given
    none (a Deferred hands its result to one waiting task) and would be let through.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules for the host of a request."""
        async with self._turns[urlsplit(request.url).netloc]:
            return await super().robot_parser(request)


class RobotsAnswerMiddleware:
    """Puts what the answer to a request for robots.txt means in the place of its body, before Scrapy parses it.

    Not found (any 4xx) means that all is allowed, a server error that nothing is; 500 KiB of rules are enough. It must
    stand nearer to the engine than retries and decompression, and nearer to the network than `RobotsMiddleware`.
    """

    def __init__(self, context: CrawlContext) -> None:
        self._context = context

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Made by Scrapy."""
        return cls(context_of(crawler))

    async def process_response(self, request: Request, response: Response) -> Response:
        """The answer as its status means it (RFC 9309, 2.3.1), cut to size (2.5)."""
        if not _asks_for_rules(request):
            return response
        if 400 <= response.status < 500:
            return response.replace(body=b"")
        if response.status >= 500:
            problem = f"{response.url}: HTTP {response.status}: nothing may be fetched (RFC 9309, 2.3.1.4)"
            self._context.errors.append(problem)
            logger.warning("%s", problem)
            return response.replace(status=200, body=_NOTHING_ALLOWED)
        return response.replace(body=response.body[: self._context.settings.limits.robots_bytes])

    async def process_exception(self, request: Request, exception: Exception) -> None:
        """No answer at all: the page's own request will say so, in one line instead of Scrapy's traceback."""
        if _asks_for_rules(request):
            raise RobotsUnavailable(str(exception)) from exception


def _asks_for_rules(request: Request) -> bool:
    """Whether it is `RobotsMiddleware` that asks."""
    return bool(request.meta.get("dont_obey_robotstxt")) and urlsplit(request.url).path == "/robots.txt"
