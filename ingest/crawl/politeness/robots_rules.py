"""What of a robots.txt is worth parsing, for Scrapy's setting `ROBOTSTXT_PARSER`.

A group of 9,000 names and as many rules is 81 million pairs to Protego: such a file of 277 kB took it two minutes and
5.6 GB, in the process that crawls all sites.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

from scrapy.robotstxt import ProtegoRobotParser

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_AGENT = re.compile(r"\s*user[- ]?agent\b\s*:?\s*([^#]*)", re.IGNORECASE)
_MOST_NAMES = 4
"""Of one group: `*`, and the names that are in ours."""


class OwnRulesParser(ProtegoRobotParser):
    """Protego, given what means us."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Self:
        """Made by Scrapy."""
        return super().from_crawler(
            crawler, own_rules(robotstxt_body, crawler.settings["USER_AGENT"])
        )


def own_rules(body: bytes, user_agent: str) -> bytes:
    """The file with few names of each group: those that mean `user_agent`, or one other, so that the group stays one.

    A name means an agent that holds it (RFC 9309, 2.2.1). All other lines stay.
    """
    text = body.decode("utf-8-sig", "ignore")
    return "\n".join(_lines(text, user_agent.casefold())).encode("utf-8", "ignore")


def _lines(text: str, user_agent: str) -> Iterator[str]:
    kept, other = 0, False
    for line in text.splitlines():
        match = _AGENT.match(line)
        if match is None:
            if line.partition("#")[0].strip():
                kept, other = 0, False
            yield line
            continue
        name = match[1].strip().casefold()
        means_us = not name or name.replace("*", "") in user_agent
        if means_us and kept < _MOST_NAMES:
            kept += 1
            yield line
        elif not (means_us or other or kept):
            other = True
            yield line
