"""Finding a site's articles: all sources united, followed as long as they are worth it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from scrapy.http import Response

from ingest.crawl.frontier.discovery import Discovery
from ingest.crawl.frontier.page_reader import Access
from ingest.crawl.frontier.source_log import SourceLog
from ingest.crawl.reader import Reader
from ingest.discovery.candidate import LISTING, WORDPRESS, Candidate
from ingest.discovery.feed import read_feed
from ingest.discovery.sitemap import read_robots, read_sitemap
from ingest.discovery.source import Source
from ingest.errors import HostExcluded
from ingest.processing.recrawl import State, Visit
from ingest.settings import Limits
from ingest.storage.rows import Due
from tests.crawl.frontier.discovering import (
    HOME,
    NOW,
    discover,
    feed,
    followed,
    frontier,
    index,
    listing,
    sitemap,
    story,
    urls,
)


def test_candidates_are_united_and_newest_first() -> None:
    found = frontier()
    found.add([story(1, hours=9), story(2), story(3, hours=1)])
    found.add([story(2, hours=5), story(4), story(1)])
    assert [url[-1] for url in urls(found)] == ["3", "2", "1", "4"]
    assert found.newest() == NOW - timedelta(hours=1)


@pytest.mark.parametrize(
    "copy",
    [
        "http://www.news.example/story/1/",
        f"{HOME}/story/1?utm_source=feed",
        f"{HOME}/story/1/amp/",
        f"{HOME}/story/1#c",
    ],
)
def test_copies_of_one_article_are_one_candidate(copy: str) -> None:
    found = frontier()
    found.add([story(1), story(0, url=copy)])
    assert urls(found) == [f"{HOME}/story/1"]


@pytest.mark.threat("A6")
@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/story/1",
        f"{HOME}/about/",
        "https://news.example.evil.example/story/1",
    ],
)
def test_other_sites_and_other_pages_stay_out(url: str) -> None:
    found = frontier()
    assert not found.add([story(0, url=url)]).keys
    assert urls(found) == []


def test_an_alias_of_the_site_is_the_site() -> None:
    assert len(frontier().add([story(0, url="https://www.news-mirror.example/story/1")]).keys) == 1


def test_known_articles_are_due_only_when_they_were_modified() -> None:
    found = frontier({"news.example/story/1": Visit(State.ARTICLE, NOW - timedelta(hours=2))})
    added = found.add([story(1), story(2)])
    assert (len(added.keys), added.news, added.left_out) == (2, 1, 0)
    assert not found.due("news.example/story/1")
    found.add([Candidate(f"{HOME}/story/1", LISTING, modified=NOW - timedelta(hours=1))])
    assert found.due("news.example/story/1")


def test_what_is_dated_before_the_wanted_time_stays_out() -> None:
    found = frontier(since=NOW - timedelta(hours=6))
    found.add([story(1, hours=9), story(2, hours=3), story(3)])
    assert [url[-1] for url in urls(found)] == ["2", "3"]


def test_all_sources_are_asked_and_united() -> None:
    found = frontier(
        feeds=["/feed/"],
        listings=["/"],
        sitemaps=["/news.xml"],
        robots_sitemaps=True,
        wordpress_api="/wp-json/",
    )
    post = f'[{{"id": 5, "link": "{HOME}/story/5", "date_gmt": "2026-11-20T08:00:00", "title": {{"rendered": "T"}}}}]'
    api = "/wp-json/wp/v2/posts?per_page=100&page=1&_fields=id%2Clink%2Cdate%2Cdate_gmt%2Cmodified%2Cmodified_gmt%2Ctitle"
    pages = {
        "/feed/": feed(1),
        "/": listing(1, 2),
        "/news.xml": sitemap(2, 3),
        "/robots.txt": f"User-agent: *\nSitemap: {HOME}/posts.xml\n",
        "/posts.xml": sitemap(4),
        api: post,
    }
    asked, errors = discover(found, pages)
    assert errors == []
    assert sorted(asked) == sorted(pages)
    assert sorted(url[-1] for url in urls(found)) == ["1", "2", "3", "4", "5"]


def test_the_api_answers_without_permalinks_too_and_its_absence_is_no_error() -> None:
    found = frontier(wordpress_api="/wp-json/")
    asked, errors = discover(found, {})
    assert [path.partition("?")[0] for path in asked] == ["/wp-json/wp/v2/posts", "/"]
    assert "rest_route=/wp/v2/posts" in asked[1]
    assert errors == []


def test_a_listing_is_followed_while_it_shows_something_new() -> None:
    seen = Visit(State.ARTICLE, NOW)
    found = frontier({f"news.example/story/{number}": seen for number in (5, 6, 7)}, listings=["/"])
    pages = {
        "/": listing(1, 2, following="/page/2/"),
        "/page/2/": listing(3, 5, following="/page/3/"),
        "/page/3/": listing(6, 7, following="/page/4/"),
        "/page/4/": listing(8),
    }
    asked, errors = discover(found, pages, log=followed("/"))
    assert asked == ["/", "/page/2/", "/page/3/"]
    assert errors == []


def test_a_listing_that_was_never_followed_to_its_end_is_followed_past_known_articles() -> None:
    found = frontier({"news.example/story/1": Visit(State.ARTICLE, NOW)}, listings=["/"])
    pages = {"/": listing(1, following="/page/2/"), "/page/2/": listing(2)}
    log = SourceLog({}, NOW, 72)
    assert discover(found, pages, log=log)[0] == ["/", "/page/2/"]
    assert [(source.url, source.complete) for source in log.learned()] == [(f"{HOME}/", True)]


def test_what_is_only_to_be_looked_at_again_leads_to_no_further_page() -> None:
    again = Visit(State.ARTICLE, NOW - timedelta(hours=6), next_check=NOW)
    found = frontier({"news.example/story/1": again}, listings=["/"])
    pages = {"/": listing(1, following="/page/2/"), "/page/2/": listing(2)}
    assert discover(found, pages, log=followed("/"))[0] == ["/"]
    assert found.due("news.example/story/1")


def test_a_walk_that_a_limit_cuts_short_is_not_complete() -> None:
    log = SourceLog({}, NOW, 72)
    discover(frontier(listings=["/"]), {"/": listing(1, 2, following="/page/2/")}, limit=2, log=log)
    assert [source.complete for source in log.learned()] == [False]


def test_a_source_that_is_as_it_was_ends_there() -> None:
    log = followed("/", "/feed/", etag='"x"', newest=NOW)
    pages = {"/": "304", "/feed/": "304"}
    asked, errors = discover(frontier(listings=["/"], feeds=["/feed/"]), pages, log=log)
    assert asked == ['/feed/ if not "x"', '/ if not "x"']
    assert errors == []
    assert [(visit.url, visit.status, visit.items, visit.newest) for visit in log.visits()] == [
        (f"{HOME}/feed/", 304, 0, NOW),
        (f"{HOME}/", 304, 0, NOW),
    ]
    assert all(source.etag == '"x"' for source in log.learned())


def test_sources_are_asked_whole_now_and_then() -> None:
    log = followed("/", etag='"x"')
    log.now += timedelta(hours=73)
    assert discover(frontier(listings=["/"]), {"/": listing(1)}, log=log)[0] == ["/"]
    (learned,) = log.learned()
    assert (learned.etag, learned.last_full) == ('"/"', log.now)


def test_a_full_run_asks_for_all_and_takes_all() -> None:
    found = frontier({"news.example/story/1": Visit(State.ARTICLE, NOW)}, listings=["/"])
    found.full = True
    log = followed("/", etag='"x"')
    log.full = True
    pages = {"/": listing(1, following="/page/2/"), "/page/2/": listing(2)}
    assert discover(found, pages, log=log)[0] == ["/", "/page/2/"]
    assert found.due("news.example/story/1")


def test_a_source_with_something_left_out_comes_whole_to_the_next_run() -> None:
    log = SourceLog({}, NOW, 72, since=True)
    pages = {
        "/feed/": f"<rss><channel><item><link>{HOME}/story/1</link><pubDate>Sun, 01 Nov 2026 00:00:00 GMT</pubDate>"
    }
    discover(frontier(since=NOW - timedelta(days=2), feeds=["/feed/"]), pages, log=log)
    (learned,) = log.learned()
    assert (learned.etag, learned.complete) == (None, False)


def test_a_broken_source_is_asked_whole_again() -> None:
    log = SourceLog({}, NOW, 72)
    discover(frontier(feeds=["/feed/"]), {"/feed/": "<html>Sorry"}, log=log)
    (learned,) = log.learned()
    assert (learned.etag, learned.complete, learned.error) == (
        None,
        False,
        f"{HOME}/feed/: an HTML page, not a feed",
    )


def test_an_index_that_is_as_it_was_leads_to_the_sitemaps_that_it_named() -> None:
    pages = {
        "/index.xml": index(old="2020-01-01", new="2026-11-20"),
        "/new.xml": sitemap(1),
        "/old.xml": sitemap(2),
    }
    log = SourceLog({}, NOW, 72)
    discover(frontier(sitemaps=["/index.xml"]), pages, log=log)
    again = SourceLog({source.url: source for source in log.learned()}, NOW, 72)
    seen = {f"news.example/story/{number}": Visit(State.ARTICLE, NOW) for number in (1, 2)}
    pages |= {"/index.xml": "304", "/new.xml": "304"}
    asked, _ = discover(frontier(seen, sitemaps=["/index.xml"]), pages, log=again)
    assert sorted(asked) == [
        '/index.xml if not "/index.xml"',
        '/new.xml if not "/new.xml"',
        '/old.xml if not "/old.xml"',
    ]


def test_the_api_is_asked_for_what_changed_since_the_last_time() -> None:
    base = f"{HOME}/wp-json/wp/v2/posts?per_page=100&page=1&_fields=id%2Clink%2Cdate%2Cdate_gmt%2Cmodified"
    url = f"{base}%2Cmodified_gmt%2Ctitle"
    known = {url: Source(url, WORDPRESS, 200, complete=True, newest=NOW, last_full=NOW)}
    asked, _ = discover(frontier(wordpress_api="/wp-json/"), {}, log=SourceLog(known, NOW, 72))
    assert asked[0].endswith("&modified_after=2026-11-19T09%3A00%3A00%2B00%3A00")


def test_what_earlier_runs_left_to_do_is_taken_in() -> None:
    found = frontier()
    found.add([story(1, hours=1)])
    found.add_due(
        [
            Due("news.example/story/2", f"{HOME}/story/2", Visit(State.FOUND, NOW, published=NOW)),
            Due(
                "news.example/story/3", f"{HOME}/story/3", Visit(State.FAILED, NOW, next_check=NOW)
            ),
            Due(
                "news.example/story/4", f"{HOME}/story/4", Visit(State.ARTICLE, NOW, next_check=NOW)
            ),
            Due("news.example/story/5", f"{HOME}/story/5", Visit(State.OLDER, NOW, published=NOW)),
        ]
    )
    assert [url[-1] for url in urls(found)] == ["2", "5", "1", "3", "4"]
    assert [key[-1] for key, _ in found.unknown()] == ["1"]
    assert all(found.due(key) for key, _ in found.newest_first())


def test_an_article_that_was_gone_is_due_when_it_is_announced_anew() -> None:
    found = frontier({"news.example/story/1": Visit(State.GONE, NOW)})
    assert found.add([story(1)]).news == 1


def test_a_listing_is_followed_only_to_the_wanted_number() -> None:
    pages = {"/": listing(1, 2, following="/page/2/"), "/page/2/": listing(3, following="/page/3/")}
    assert discover(frontier(listings=["/"]), pages, limit=2)[0] == ["/"]
    assert discover(frontier(listings=["/"]), pages, limit=3)[0] == ["/", "/page/2/"]


@pytest.mark.threat("S12")
def test_a_listing_without_end_is_bounded() -> None:
    pages = {
        f"/page/{number}/": listing(number, following=f"/page/{number + 1}/")
        for number in range(1, 50)
    }
    asked, _ = discover(frontier(listings=["/page/1/"]), pages, limits=Limits(listing_pages=4))
    assert len(asked) == 4


def test_a_listing_that_leads_back_to_itself_ends() -> None:
    pages = {"/": listing(1, following="/page/2/"), "/page/2/": listing(2, following="/")}
    assert discover(frontier(listings=["/"]), pages)[0] == ["/", "/page/2/"]


@pytest.mark.threat("S13")
def test_sources_are_read_beside_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    readers = []

    def noting(name: str, read: Any) -> None:
        def reader(*arguments: Any, **options: Any) -> Any:
            readers.append(
                (name.rpartition(".")[2], threading.current_thread() is threading.main_thread())
            )
            return read(*arguments, **options)

        monkeypatch.setattr(name, reader)

    noting("ingest.crawl.frontier.sources.read_feed", read_feed)
    noting("ingest.crawl.frontier.sources.read_robots", read_robots)
    noting("ingest.crawl.frontier.sources.read_sitemap", read_sitemap)
    pages = {"/feed": feed(1), "/s.xml": sitemap(2), "/robots.txt": ""}
    discover(frontier(feeds=["/feed"], sitemaps=["/s.xml"], robots_sitemaps=True), pages)
    assert sorted(readers) == [
        ("read_feed", False),
        ("read_robots", False),
        ("read_sitemap", False),
    ]


def test_a_listing_over_the_limits_is_named() -> None:
    _, (error,) = discover(frontier(listings=["/list"]), {"/list": "<b>" * 150_000})
    assert error.startswith(f"{HOME}/list: about 75000 tags are over the limit")


def test_what_is_wrong_with_a_source_is_said_and_the_others_count() -> None:
    found = frontier(feeds=["/feed/", "/gone/"], listings=["/"], sitemaps=["/news.xml"])
    pages = {
        "/feed/": "<!doctype html><html><p>Not found",
        "/": "<html><p>Nothing here",
        "/news.xml": sitemap(3),
    }
    _, errors = discover(found, pages)
    assert sorted(errors) == [
        f"{HOME}/: the listing shows no article",
        f"{HOME}/feed/: an HTML page, not a feed",
        f"{HOME}/gone/: HTTP 404",
    ]
    assert urls(found) == [f"{HOME}/story/3"]


def test_what_is_wrong_with_the_whole_host_is_not_said_of_each_source() -> None:
    found = frontier(feeds=["/feed/"], listings=["/"], sitemaps=["/news.xml"])

    async def fetch(url: str, _: Mapping[str, str]) -> Response:
        raise HostExcluded(f"{url}: not asked for: news.example is left alone")

    log = SourceLog({}, NOW, 72)
    reader = Reader()
    discovery = Discovery(found.site, found, log, Access(fetch, reader, Limits()))
    asyncio.run(discovery.discover())
    reader.close()
    assert discovery.errors == []
    assert all("is left alone" in str(source.error) for source in log.visits())
    assert len(log.visits()) == 3


def test_sitemaps_of_other_pages_do_not_end_the_search() -> None:
    pages = {
        "/index.xml": index(categories="2026-11-20", posts="2026-11-19"),
        "/categories.xml": f"<urlset><url><loc>{HOME}/category/a/</loc></url></urlset>",
        "/posts.xml": sitemap(1),
    }
    found = frontier(sitemaps=["/index.xml"])
    assert discover(found, pages)[0] == ["/index.xml", "/categories.xml", "/posts.xml"]
    assert urls(found) == [f"{HOME}/story/1"]


def test_undated_sitemaps_are_taken_from_the_last_and_old_ones_left_out() -> None:
    pages = {"/index.xml": index(a="", b=""), "/a.xml": sitemap(1), "/b.xml": sitemap(2)}
    assert discover(frontier(sitemaps=["/index.xml"]), pages)[0] == [
        "/index.xml",
        "/b.xml",
        "/a.xml",
    ]
    dated = {"/index.xml": index(a="2020-01-01", b="2026-11-20"), "/b.xml": sitemap(2)}
    since = frontier(since=NOW - timedelta(days=7), sitemaps=["/index.xml"])
    assert discover(since, dated)[0] == ["/index.xml", "/b.xml"]
