"""robots.txt is read by the names that mean us."""

from __future__ import annotations

import pytest
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.utils.test import get_crawler

from ingest.crawl.politeness.robots import OwnRulesParser, own_rules, product_token

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


def parser_of(text: str | bytes, agent: str = AGENT, name: str = "") -> OwnRulesParser:
    body = text if isinstance(text, bytes) else text.encode()
    settings = {"USER_AGENT": agent, "ROBOTSTXT_USER_AGENT": name or None}
    return OwnRulesParser.from_crawler(get_crawler(settings_dict=settings), body)


def allowed(text: str | bytes, path: str, agent: str = AGENT, name: str = "") -> bool:
    return parser_of(text, agent, name).allowed(f"https://x.example{path}", agent)


@pytest.mark.parametrize("text", FILES)
def test_what_is_left_means_the_same_to_us(text: str) -> None:
    whole = ProtegoRobotParser(text.encode(), None)
    own = ProtegoRobotParser(own_rules(text.encode(), AGENT), None)
    for path in ("/", "/a", "/a/b", "/b", "/c"):
        url = f"https://x.example{path}"
        assert own.allowed(url, AGENT) == whole.allowed(url, AGENT), path
    assert own.crawl_delay(AGENT) == whole.crawl_delay(AGENT)


@pytest.mark.threat("S10")
def test_names_without_end_do_not_reach_the_parser() -> None:
    others = b"".join(b"User-agent: a%d\n" % number for number in range(9_000))
    rules = b"".join(b"Disallow: /%d\n" % number for number in range(9_000))
    body = others + b"User-agent: khabar\n" + rules + others + rules
    left = own_rules(body, AGENT)
    assert left.lower().count(b"user-agent") == 1
    assert not allowed(body, "/77")


@pytest.mark.parametrize(
    "name",
    [
        "desk",
        "news",
        "example",
        "news.example",
        "0.1.0",
        "+desk",
        "k",
        "kha",
        "khabar-news",
        "desk@news.example",
    ],
)
def test_a_group_of_another_name_is_not_ours_though_the_user_agent_contains_it(name: str) -> None:
    text = f"User-agent: {name}\nDisallow:\n\nUser-agent: *\nDisallow: /\n"
    assert not allowed(text, "/a")
    assert parser_of(text).crawl_delay(AGENT) is None


@pytest.mark.parametrize("name", ["Khabar", "KHABAR", "khabar/0.1", "Khabar/9.9 (any)", "*khabar*"])
def test_our_name_is_found_in_any_case_and_with_any_version(name: str) -> None:
    text = f"User-agent: *\nDisallow: /\nUser-agent: {name}\nDisallow: /b\nCrawl-delay: 7\n"
    assert allowed(text, "/a")
    assert not allowed(text, "/b")
    assert parser_of(text).crawl_delay(AGENT) == 7


@pytest.mark.parametrize(
    ("agent", "token"),
    [
        ("Khabar/0.1.0 (+https://desk.example)", "khabar"),
        ("DeskBot", "deskbot"),
        ("Mozilla/5.0 (compatible; Desk-Bot/2.1; +https://desk.example/bot)", "desk-bot"),
        ("Mozilla/5.0 (X11) Gecko (KHTML; compatible; Deskbot) Any/1", "deskbot"),
        ("Mozilla/5.0 (X11; Linux)", "mozilla"),
        ("", ""),
    ],
)
def test_the_product_token_of_a_user_agent(agent: str, token: str) -> None:
    assert product_token(agent) == token


def test_scrapys_setting_names_another_token() -> None:
    text = "User-agent: deskbot\nDisallow: /a\nUser-agent: *\nDisallow: /b\n"
    assert not allowed(text, "/a", name="DeskBot")
    assert allowed(text, "/b", name="DeskBot")


@pytest.mark.parametrize(
    "line",
    ["Host: x.example", "Noindex: /z", "Clean-param: ref /a", "Sitemap: /s.xml", "hello", ""],
)
def test_an_unknown_line_ends_no_group(line: str) -> None:
    names = f"User-agent: khabar\n{line}\nUser-agent: other\nDisallow: /a\n{line}\nDisallow: /b\n"
    text = f"{names}User-agent: *\nDisallow: /c\n"
    assert [allowed(text, path) for path in ("/a", "/b", "/c")] == [False, False, True]


def test_groups_of_one_name_are_one_and_an_empty_one_allows_all() -> None:
    text = "User-agent: khabar\nDisallow: /a\nUser-agent: *\nDisallow: /\nUser-agent: Khabar\nDisallow: /b\n"
    assert [allowed(text, path) for path in ("/a", "/b", "/c")] == [False, False, True]
    assert allowed("User-agent: *\nDisallow: /\n\nUser-agent: khabar\n", "/a")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_byte_order_mark_and_any_line_ends_are_read(end: str) -> None:
    lines = ["\ufeffUser-agent: Khabar # us", "Disallow: /a", "Sitemap: https://x.example/m.xml"]
    body = end.join(lines).encode()
    assert not allowed(body, "/a")
    assert list(parser_of(body).rp.sitemaps) == ["https://x.example/m.xml"]
