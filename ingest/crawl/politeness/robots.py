"""robots.txt as RFC 9309 reads it.

`RobotsMiddleware.robot_parser` finds the rules of a host. Scrapy's `RobotsTxtMiddleware` calls it for
each request, and refuses the request if they forbid it. `Crawl-delay` and `Request-rate` are obeyed
in `throttle`.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.utils.misc import build_from_crawler

from ingest.crawl.context import SOURCE_JUDGED, context_of
from ingest.crawl.http.failure import is_cancelled, is_too_large, reason_of
from ingest.crawl.http.pace import RefusedRequest
from ingest.crawl.politeness.large_rules import IN_PLACE, LargeRules
from ingest.crawl.reader import challenge_in
from ingest.errors import KhabarError, LimitExceeded, Unreachable

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)

_LASTING = frozenset({200, 404, 410})
"""Statuses for which a second request would get the same response."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """The result of fetching a robots.txt.

    Attributes:
        parser: its rules; None if there are none.
        problem: why it could not be fetched, so that nothing may be fetched.
        read_at: when, by the monotonic clock.
        unknown: whether it was not requested, because Khabar itself refuses the URL.
        answered: whether the host answered, with an error or otherwise.
        answer: the response, if a second request would get the same.
    """

    parser: RobotParser | None
    problem: str | None
    read_at: float
    unknown: bool = False
    answered: bool = True
    answer: Response | None = None


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's middleware, with the rules of RFC 9309.

    - A 4xx status allows everything (2.3.1.3). A failed request or a 5xx status allows nothing
      (2.3.1.4); Scrapy would allow everything.
    - 500 KiB of rules are read (2.5), and fetched again after `limits.robots_hours` (2.4). If that
      fails, the old rules stay.
    - Requests of one host wait for each other: in Scrapy 2.19 only the first request that waits for
      a robots.txt gets its rules (a Deferred has one result for one waiting task), and the others
      would pass unchecked.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._context = context_of(crawler)
        self._context.robots = self.answer
        self._rules: dict[str, _Rules] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def process_request(self, request: Request) -> None:  # type: ignore[override]  # no spider
        """Refuse a request that the rules forbid, as in Scrapy."""
        if request.meta.get("dont_obey_robotstxt") or request.url.startswith(("data:", "file:")):
            return
        rules = await self.robot_parser(request)
        if isinstance(rules, LargeRules):
            await self._judge(rules, request.url)
        self.process_request_2(rules, request)

    async def _judge(self, rules: LargeRules, url: str) -> None:
        """Look up a URL in rules; raises `RefusedRequest` if that takes too long."""
        try:
            await rules.judge(url)
        except LimitExceeded as over:
            host = urlsplit(url).netloc
            problem = f"robots.txt of {host}: {over.message}: not fetched"
            self._context.note_once(f"robots.txt {host}", problem)
            raise RefusedRequest(problem) from over

    async def answer(self, request: Request) -> Response | None:
        """Return the response to a request for robots.txt that was already fetched for its rules.

        It is None if a second request may get another response.

        Raises:
            RefusedRequest: the robots.txt could not be fetched.
        """
        await self.robot_parser(request)
        return self._rules[urlsplit(request.url).netloc].answer

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """Return the rules for the host of a request; raises `RefusedRequest` without any."""
        parts = urlsplit(request.url)
        netloc, url = parts.netloc, f"{parts.scheme}://{parts.netloc}/robots.txt"
        async with self._turns[netloc]:
            rules = self._rules.get(netloc)
            if (
                rules is None
                or monotonic() - rules.read_at >= 3600 * self._context.settings.limits.robots_hours
            ):
                rules = self._rules[netloc] = self._newer(
                    rules, await self._read(url, request), url
                )
        if rules.problem:
            raise RefusedRequest(
                f"{request.url}: robots.txt: {rules.problem}: nothing may be fetched"
            )
        return rules.parser

    def _newer(self, old: _Rules | None, new: _Rules, url: str) -> _Rules:
        """Return the rules that hold from now on: the old ones if a second request fails (2.4)."""
        if new.unknown:
            return _Rules(old.parser, old.problem, new.read_at) if old else new
        if new.problem is None:
            return new
        if old is not None:
            logger.warning(
                "%s: %s: what it said before still holds (RFC 9309, 2.4)", url, new.problem
            )
            return _Rules(old.parser, old.problem, new.read_at)
        message = f"{url}: {new.problem}: nothing may be fetched (RFC 9309, 2.3.1.4)"
        self._context.close_host(message, answered=new.answered)
        logger.warning("%s", message)
        return new

    async def _read(self, url: str, request: Request) -> _Rules:
        self._stats.inc_value("robotstxt/request_count")
        try:
            response = await self.crawler.engine.download_async(
                Request(
                    url,
                    priority=self.DOWNLOAD_PRIORITY,
                    meta={"dont_obey_robotstxt": True},
                    callback=NO_CALLBACK,
                )
            )
        except Exception as error:
            if is_cancelled(error):
                raise asyncio.CancelledError from error
            return self._without_answer(error, url)
        self._stats.inc_value("robotstxt/response_count")
        self._stats.inc_value(f"robotstxt/response_status_count/{response.status}")
        if response.status >= 500:
            return self._unreachable(f"HTTP {response.status}")
        try:
            return await self._parsed(response, request)
        except LimitExceeded as over:
            return self._unreachable(over.message.removeprefix(f"{url}: "))

    def _without_answer(self, error: Exception, url: str) -> _Rules:
        if is_too_large(error):
            return self._unreachable("over limits.page_bytes")
        if isinstance(error, Unreachable | LimitExceeded):  # over another limit of ours
            return self._unreachable(error.message.removeprefix(f"{url}: "))
        if isinstance(error, KhabarError):  # refused by Khabar, as the page itself will be
            return _Rules(None, None, monotonic(), unknown=True)
        if isinstance(error, IgnoreRequest):  # too many redirects count as not found (2.3.1.2)
            return _Rules(None, None, monotonic())
        return self._unreachable(reason_of(error), answered=False)

    async def _parsed(self, response: Response, request: Request) -> _Rules:
        body = (
            response.body[: self._context.settings.limits.robots_bytes]
            if response.status < 300
            else b""
        )
        if response.status == 200:
            sign = await challenge_in(response, self._context.reader)
            self.crawler.signals.send_catch_log(SOURCE_JUDGED, url=response.url, challenge=sign)
        parser = await self._parser_of(body)
        await self.crawler.signals.send_catch_log_async(
            signal=signals.robots_parsed, robotparser=parser, request=request
        )
        return _Rules(
            parser, None, monotonic(), answer=response if response.status in _LASTING else None
        )

    async def _parser_of(self, body: bytes) -> RobotParser:
        implementation: object = self._parserimpl  # a class, though its type is of an instance
        if len(body) <= IN_PLACE or implementation is not OwnRulesParser:
            parser: RobotParser = build_from_crawler(self._parserimpl, self.crawler, body)
            return parser
        agent = self._robotstxt_useragent or self._default_useragent
        large = LargeRules(self._context.reader, body, agent)
        await large.read()
        return large

    def _unreachable(self, problem: str, *, answered: bool = True) -> _Rules:
        self._stats.inc_value("robotstxt/unreachable_count")
        return _Rules(None, problem, monotonic(), answered=answered)


_AGENT = re.compile(r"\s*user[- ]?agent\b\s*:?\s*([^#]*)", re.IGNORECASE)
_MEMBER = re.compile(
    r"""\s*(?: dis{1,2}all?ow | diasllow | disallaw | allow
        | crawl[ -]delay | request[ -]rate | visit[ -]time )\s*(?:[:\s]|$)""",
    re.IGNORECASE | re.VERBOSE,
)
"""A line of a group: of RFC 9309, or an extension that Protego reads, in the spellings it accepts."""
_PRODUCT = re.compile(r"\s*([^\s/;()]+)")
_COMPATIBLE = re.compile(r"\bcompatible;\s*([^\s/;()]+)", re.IGNORECASE)


class OwnRulesParser(ProtegoRobotParser):
    """Protego with only those groups of a robots.txt that apply to us."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Self:
        """Create the parser; called by Scrapy."""
        settings = crawler.settings
        agent = settings["ROBOTSTXT_USER_AGENT"] or settings["USER_AGENT"]
        return super().from_crawler(crawler, own_rules(robotstxt_body, agent))


def product_token(user_agent: str) -> str:
    """Return the name by which a crawler looks for its group, in lower case (RFC 9309, 2.2.1).

    It is the first product of the header. After `Mozilla/5.0` that is the one that follows
    `compatible;`, as crawlers write it. Versions and comments, with the contact, do not count.
    """
    match = _PRODUCT.match(user_agent)
    name = match[1].casefold() if match else ""
    if name == "mozilla" and (named := _COMPATIBLE.search(user_agent)):
        return named[1].casefold()
    return name


def own_rules(body: bytes, user_agent: str) -> bytes:
    """Return the groups of a robots.txt that apply to us, as groups of every agent.

    These are the groups that name our product token, or if there are none, those of `*`. Protego
    would look for each name anywhere in the user agent, and so find some of them in the contact.
    Lines that belong to no group, such as `Sitemap`, are kept in front.
    """
    groups = _Groups()
    for line in body.decode("utf-8-sig", "ignore").splitlines():
        groups.read(line)
    return "\n".join(groups.lines(product_token(user_agent))).encode("utf-8", "ignore")


class _Groups:
    """The groups of a robots.txt by name; see `read` for where a group ends."""

    def __init__(self) -> None:
        self._by_name: defaultdict[str, list[list[str]]] = defaultdict(list)
        self._other: list[str] = []
        self._group: list[str] = []
        self._named = False

    def read(self, line: str) -> None:
        """Add the next line.

        A group ends at the first user-agent line after a line of the group. Other lines and empty
        ones end no group (RFC 9309, 2.2.4).
        """
        if match := _AGENT.match(line):
            self._begin(match[1])
        elif not _MEMBER.match(line):
            self._other.append(line)
        elif self._named:
            self._group.append(line)

    def lines(self, token: str) -> Iterator[str]:
        """Yield the lines of no group, then the groups of this name, or else those of `*`."""
        yield from self._other
        for group in self._by_name.get(token) or self._by_name["*"]:
            yield "User-agent: *"
            yield from group

    def _begin(self, value: str) -> None:
        if self._group or not self._named:
            self._group, self._named = [], True
        match = _PRODUCT.match(value)
        if match is None:  # the group of no agent
            return
        name = match[1].casefold()
        groups = self._by_name[name.strip("*") or "*"]
        if not any(group is self._group for group in groups[-1:]):
            groups.append(self._group)
