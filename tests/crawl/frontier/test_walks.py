"""Walks through the pages of a source: where they end, and where the next one goes on."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from ingest.crawl.frontier.claims import DENIALS_AT_FIRST, TRIAL
from ingest.errors import ForbiddenByRobots, Unreachable
from ingest.settings import Limits
from tests.crawl.frontier.discovering import HOME, feed, listing, sitemap
from tests.crawl.frontier.rounds import Answer, Rounds


def paged(numbers: list[int], size: int = 2) -> dict[str, Answer]:
    """A listing of some numbers a page."""
    pages: dict[str, Answer] = {}
    parts = [numbers[start : start + size] for start in range(0, len(numbers), size)]
    for page, part in enumerate(parts, 1):
        following = f"/p/{page + 1}/" if page < len(parts) else ""
        pages["/p/" if page == 1 else f"/p/{page}/"] = listing(*part, following=following)
    return pages


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_page_after_the_last_one_is_the_end_of_the_list(status: int) -> None:
    pages: dict[str, Answer] = {"/p/": listing(1, following="/p/2/"), "/p/2/": status}
    rounds = Rounds.of(pages.__getitem__, listings=["/p/"])
    first = rounds.run()
    assert (first.errors, first.articles) == ([], ["/story/1"])
    assert rounds.run().sources == ["/p/"]


def test_a_list_that_its_robots_txt_forbids_from_the_second_page_on_ends_there() -> None:
    forbidden = ForbiddenByRobots(f"{HOME}/p/2/: Forbidden by robots.txt")
    pages: dict[str, Answer] = {"/p/": listing(1, following="/p/2/"), "/p/2/": forbidden}
    found = Rounds.of(pages.__getitem__, listings=["/p/"]).run()
    assert found.errors == []
    assert found.remark("/p/") == f"robots.txt forbids {HOME}/p/2/ and what follows"


def test_pages_that_repeat_end_the_walk_and_are_named() -> None:
    def answer(path: str) -> Answer:
        page = int(path.rpartition("=")[2]) if "=" in path else 1
        return listing(1, 2, 3, following=f"/p?page={page + 1}")

    rounds = Rounds.of(answer, listings=["/p"])
    found = rounds.run()
    assert found.sources == ["/p", "/p?page=2"]
    assert found.remark("/p") == f"{HOME}/p?page=2 repeats the pages before it"
    assert found.errors == []


def test_what_a_cut_walk_left_is_read_by_the_next_runs() -> None:
    pages = paged([1, 2])
    rounds = Rounds.of(lambda path: pages[path], Limits(listing_pages=2), listings=["/p/"])
    rounds.run()
    pages = paged([*range(30, 2, -1), 2, 1])  # 28 articles since the last run, 2 pages a run
    cut = rounds.run()
    assert cut.remark("/p/") == (
        f"cut after 2 pages, the next run goes on at {HOME}/p/3/ (limits.listing_pages)"
    )
    pages = paged([*range(34, 2, -1), 2, 1])  # further ones push the others down
    for _ in range(12):
        rounds.run()
    assert len(rounds.met) == 34
    assert rounds.known[f"{HOME}/p/"].resume == ()


def test_a_page_that_fails_in_the_middle_is_read_by_the_next_run() -> None:
    pages = paged([1])
    rounds = Rounds.of(lambda path: pages[path], listings=["/p/"])
    rounds.run()
    pages = paged([6, 5, 4, 3, 2, 1]) | {"/p/2/": Unreachable(f"{HOME}/p/2/: HTTP 503")}
    broken = rounds.run()
    assert broken.errors == [f"{HOME}/p/2/: HTTP 503"]
    pages = paged([6, 5, 4, 3, 2, 1])
    assert rounds.run().articles == ["/story/4", "/story/3", "/story/2"]


def test_a_first_walk_that_is_cut_says_so() -> None:
    pages = paged([5, 4, 3, 2, 1], size=1)
    rounds = Rounds.of(pages.__getitem__, Limits(listing_pages=3), listings=["/p/"])
    assert rounds.run().remark("/p/") == (
        "cut after 3 pages, older pages are not read (limits.listing_pages)"
    )
    assert rounds.run().sources == ["/p/"]


def test_a_source_that_moved_for_good_is_asked_at_its_new_address() -> None:
    pages: dict[str, Answer] = {"/rss/all.xml": feed(1), "/feed": 404}
    rounds = Rounds.of(pages.__getitem__, feeds=["/feed"])
    rounds.moved = {"/feed": "/rss/all.xml"}
    first = rounds.run()
    assert first.remark("/feed") == (
        f"moved for good to {HOME}/rss/all.xml, which the definition should name"
    )
    second = rounds.run()
    assert second.sources == ["/rss/all.xml"]
    assert "moved for good" in second.remark("/feed")


def test_a_source_that_moved_back_is_found() -> None:
    pages: dict[str, Answer] = {"/rss/all.xml": feed(1), "/feed": feed(2)}
    rounds = Rounds.of(lambda path: pages[path], feeds=["/feed"])
    rounds.moved = {"/feed": "/rss/all.xml"}
    rounds.run()
    rounds.moved = {}
    pages["/rss/all.xml"] = 404
    back = rounds.run()
    assert (back.articles, back.errors, back.remark("/feed")) == (["/story/2"], [], "")


def test_a_file_that_fails_does_not_hide_the_others() -> None:
    index = "".join(f"<sitemap><loc>{HOME}/{n}.xml</loc></sitemap>" for n in (1, 2, 3))
    pages: dict[str, Answer] = {
        "/map.xml": f"<sitemapindex>{index}</sitemapindex>",
        "/1.xml": sitemap(1),
        "/2.xml": 500,
        "/3.xml": sitemap(3),
    }
    found = Rounds.of(pages.__getitem__, sitemaps=["/map.xml"]).run()
    assert sorted(found.articles) == ["/story/1", "/story/3"]
    assert found.errors == [f"{HOME}/2.xml: HTTP 500"]


def test_each_source_has_a_share_of_its_own_and_what_is_left_is_named() -> None:
    names = [f"old-{letter}" for letter in "abcdefgh"]
    index = "".join(f"<sitemap><loc>{HOME}/{name}.xml</loc></sitemap>" for name in names)
    pages: dict[str, Answer] = {
        "/archive.xml": f"<sitemapindex>{index}</sitemapindex>",
        "/news.xml": sitemap(99),
        **{f"/{name}.xml": sitemap(number) for number, name in enumerate(names)},
    }
    rounds = Rounds.of(
        pages.__getitem__, Limits(listing_pages=4), sitemaps=["/archive.xml", "/news.xml"]
    )
    first = rounds.run()
    assert "/story/99" in first.articles
    assert first.remark("/archive.xml") == (
        "cut after 4 files, 5 are left to the next run (limits.listing_pages)"
    )
    for _ in range(4):
        rounds.run()
    assert len(rounds.met) == len(names) + 1


def test_very_many_sitemaps_in_robots_txt_take_turns() -> None:
    pages: dict[str, Answer] = {f"/s{n}.xml": sitemap(n) for n in range(9)}
    pages["/robots.txt"] = "".join(f"Sitemap: {HOME}/s{n}.xml\n" for n in range(9))
    rounds = Rounds.of(pages.__getitem__, Limits(listing_pages=4), robots_sitemaps=True)
    first = rounds.run()
    assert len(first.sources) == 5
    assert [visit.remark for visit in first.visits.values() if visit.status is None] == [
        "it and 4 others are left to the next run (limits.listing_pages)"
    ]
    for _ in range(3):
        rounds.run()
    assert len(rounds.met) == 9


def test_a_sitemap_that_robots_txt_names_and_forbids_is_no_fault() -> None:
    pages: dict[str, Answer] = {
        "/robots.txt": f"Sitemap: {HOME}/map.xml",
        "/map.xml": ForbiddenByRobots(f"{HOME}/map.xml: Forbidden by robots.txt"),
    }
    found = Rounds.of(pages.__getitem__, robots_sitemaps=True).run()
    assert (found.errors, found.remark("/map.xml")) == ([], "robots.txt names it and forbids it")
    defined = Rounds.of(pages.__getitem__, sitemaps=["/map.xml"]).run()
    assert defined.errors == [f"{HOME}/map.xml: Forbidden by robots.txt"]


def stamped(numbers: range, stamp: str) -> str:
    entries = "".join(
        f"<url><loc>{HOME}/story/{n}</loc><lastmod>{stamp}</lastmod></url>" for n in numbers
    )
    return f"<urlset>{entries}</urlset>"


def test_claims_of_changes_that_are_never_right_are_ignored_after_a_trial() -> None:
    rounds = Rounds.of(lambda _: stamped(range(50), rounds.now.isoformat()), sitemaps=["/map.xml"])
    numbers = [len(rounds.run().articles) for _ in range(4)]
    assert numbers == [50, TRIAL, 0, 0]
    last = rounds.run()
    assert last.remark("/map.xml") == (
        "the changes that it claims are ignored, since its pages did not change"
    )


def test_one_right_claim_brings_them_all_back() -> None:
    rounds = Rounds.of(lambda _: stamped(range(50), rounds.now.isoformat()), sitemaps=["/map.xml"])
    for _ in range(3):
        rounds.run()
    key = "news.example/story/7"
    rounds.edited.add("/story/7")
    # A planned visit is due, and finds the edit.
    rounds.met[key] = replace(rounds.met[key], next_check=rounds.now)
    assert rounds.run().articles == ["/story/7"]
    assert len(rounds.run().articles) == 50


def test_a_source_that_is_right_is_believed_in_full() -> None:
    stamp = {"at": "2026-11-01T00:00:00Z"}
    rounds = Rounds.of(lambda _: stamped(range(60), stamp["at"]), sitemaps=["/map.xml"])
    rounds.run()
    rounds.edited = {f"/story/{n}" for n in range(60)}
    stamp["at"] = (rounds.now + timedelta(minutes=30)).isoformat()
    rounds.run()
    assert len(rounds.edited) == 60 - TRIAL
    rounds.run()
    assert rounds.edited == set()


def test_few_wrong_claims_are_learned_over_several_runs() -> None:
    rounds = Rounds.of(lambda _: stamped(range(4), rounds.now.isoformat()), sitemaps=["/map.xml"])
    numbers = [len(rounds.run().articles) for _ in range(6)]
    assert numbers == [4, 4, 4, 4, 0, 0]
    assert sum(numbers[1:]) >= DENIALS_AT_FIRST


def posts(numbers: list[int]) -> str:
    return json.dumps(
        [{"id": n, "link": f"{HOME}/story/{n}", "date_gmt": "2026-11-20T08:00:00"} for n in numbers]
    )


def test_the_pages_of_the_api_follow_the_stated_number() -> None:
    def answer(path: str) -> Answer:
        page = int(path.partition("&page=")[2].partition("&")[0])
        return posts([page * 10 + n for n in range(7)]), {"X-WP-TotalPages": "4"}

    found = Rounds.of(answer, wordpress_api="/wp-json/").run()
    assert len(found.articles) == 28


def test_an_api_that_refuses_a_hundred_posts_is_asked_for_ten() -> None:
    def answer(path: str) -> Answer:
        if "per_page=100" in path:
            return 400
        return posts([1, 2])

    found = Rounds.of(answer, wordpress_api="/wp-json/").run()
    assert (found.articles, found.errors) == (["/story/1", "/story/2"], [])


def test_a_page_in_place_of_the_api_leads_to_its_other_form() -> None:
    def answer(path: str) -> Answer:
        return posts([3]) if "rest_route" in path else "<html><body><h1>Paper</h1></body></html>"

    found = Rounds.of(answer, wordpress_api="/wp-json/").run()
    assert (found.articles, found.errors) == (["/story/3"], [])


def test_an_empty_page_after_the_last_one_is_the_end_and_is_named() -> None:
    pages: dict[str, Answer] = {
        "/p/": listing(1, 2, 3, following="/p?page=2"),
        "/p?page=2": "<html><body><main><p>Nothing here</p></main></body></html>",
    }
    found = Rounds.of(pages.__getitem__, listings=["/p/"]).run()
    assert found.errors == []
    assert found.remark("/p/") == f"{HOME}/p?page=2 shows no article, so the list ends there"


def test_an_error_of_wordpress_with_status_200_is_no_fault_of_the_site() -> None:
    def answer(path: str) -> Answer:
        if "/wp-json/" in path or "rest_route" in path:
            return '{"code": "rest_login_required", "message": "Members only", "data": {"status": 401}}'
        return feed(1)

    found = Rounds.of(answer, wordpress_api="/wp-json/", feeds=["/feed"]).run()
    assert (found.articles, found.errors) == (["/story/1"], [])
    (visit,) = [visit for visit in found.visits.values() if visit.kind == "wordpress-api"]
    assert "Members only" in (visit.remark or "")


def test_files_of_an_index_that_robots_txt_forbids_are_named_and_no_fault() -> None:
    index = "".join(f"<sitemap><loc>{HOME}/{n}.xml</loc></sitemap>" for n in (1, 2))
    pages: dict[str, Answer] = {
        "/map.xml": f"<sitemapindex>{index}</sitemapindex>",
        "/1.xml": ForbiddenByRobots(f"{HOME}/1.xml: Forbidden by robots.txt"),
        "/2.xml": sitemap(2),
    }
    found = Rounds.of(pages.__getitem__, sitemaps=["/map.xml"]).run()
    assert (found.articles, found.errors) == (["/story/2"], [])
    assert found.remark("/map.xml") == (f"robots.txt forbids 1 of its files, such as {HOME}/1.xml")


def test_what_a_failure_left_is_read_although_more_than_that_was_published_since() -> None:
    pages = paged([2, 1])
    rounds = Rounds.of(lambda path: pages[path], listings=["/p/"])
    rounds.run()
    pages = paged([*range(10, 0, -1)]) | {"/p/3/": Unreachable(f"{HOME}/p/3/: HTTP 503")}
    rounds.run()
    pages = paged([*range(30, 0, -1)])  # ten pages more, so that the third one is a new one
    for _ in range(2):
        rounds.run()
    assert len(rounds.met) == 30
