"""robots.txt is read by the names that mean us."""

from __future__ import annotations

import pytest
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.utils.test import get_crawler

from ingest.crawl.politeness.robots import OwnRulesParser, own_rules

AGENT = "Khabar/0.1.0 (+desk@news.example)"
FILES = [
    "User-agent: *\nDisallow: /a\n",
    "User-agent: khabar\nDisallow: /a\n\nUser-agent: *\nDisallow: /b\n",
    "User-agent: other\nUser-agent: third\nDisallow: /\n\nUser-agent: khabar\nUser-agent: fourth\nDisallow: /b\n",
    "user agent KHABAR # us\n\nDisallow: /a\nAllow: /a/b\nUser-agent: x\nDisallow: /\n",
    "User-agent: x\nDisallow: /a\nSitemap: https://x.example/s.xml\nUser-agent: *\nUser-agent: y\nDisallow: /b\n",
    "User-agent: y\nUser-agent: *\nUser-agent: z\nCrawl-delay: 3\nDisallow: /b\n",
    "User-agent: other\n# a remark\nUser-agent: *\n\nUser-agent: more\nDisallow: /a\n",
    "User-agent:\nDisallow: /a\nUser-agent: *\nDisallow: /b",
    "Disallow: /a\nUser-agent: *khabar*\nDisallow: /b\n",
    "",
]


@pytest.mark.parametrize("text", FILES)
def test_what_is_left_means_the_same_to_us(text: str) -> None:
    whole = ProtegoRobotParser(text.encode(), None)
    own = ProtegoRobotParser(own_rules(text.encode(), AGENT), None)
    for path in ("/", "/a", "/a/b", "/b", "/c"):
        url = f"https://x.example{path}"
        assert own.allowed(url, AGENT) == whole.allowed(url, AGENT), path
    assert own.crawl_delay(AGENT) == whole.crawl_delay(AGENT)


@pytest.mark.threat("S10")
def test_names_without_end_are_few_to_the_parser() -> None:
    others = b"".join(b"User-agent: a%d\n" % number for number in range(9_000))
    ours = b"".join(
        b"User-agent: %s\n" % name
        for name in (b"*", b"k", b"kh", b"kha", b"khab", b"khaba", b"khabar")
    )
    rules = b"".join(b"Disallow: /%d\n" % number for number in range(9_000))
    left = own_rules(others + ours + rules + others + rules, AGENT)
    assert left.lower().count(b"user-agent") <= 6
    parser = OwnRulesParser.from_crawler(
        get_crawler(settings_dict={"USER_AGENT": AGENT}), others + ours + rules
    )
    assert not parser.allowed("https://x.example/77", AGENT)
