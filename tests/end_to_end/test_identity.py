"""The identity and the life of an article across crawls: shared canonical URLs, moves, removals, loops of redirects."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from ingest.monitoring.report import exit_code
from ingest.storage.output import versions_of
from ingest.urls import article_id
from tests.small_paper import (
    HOME,
    Paper,
    always,
    article,
    front_page,
    in_fresh_process,
    moved,
    ok,
    sentences,
    title,
)

Told = dict[str, Any]


def link(path: str) -> str:
    return f'<link rel="canonical" href="{HOME}{path}">'


def paths(*numbers: int) -> list[str]:
    return [f"/news/{number}-keeper-of-the-old-place/" for number in numbers]


def ids(paper: Paper) -> list[str]:
    return [record["id"] for record in paper.records()]


def one_canonical_for_all(paper: Paper) -> Told:
    """Every page names the third one, and there is nothing else to tell them apart but their texts."""
    for number, path in enumerate(paths(*range(7))):
        paper.put(path, article(number, head=link(paths(3)[0])))
    summary = paper.crawl()
    again = paper.crawl(full=True)
    paper.put(paths(7)[0], article(7, head=link(paths(3)[0])))
    paper.crawl()
    return {"summary": summary, "again": again, "records": paper.records()}


def one_open_graph_address(paper: Paper) -> Told:
    head = f'<meta property="og:url" content="{HOME}/news/about-the-tern/">'
    for number, path in enumerate(paths(*range(5))):
        paper.put(path, article(number, head=head + link("/news/about-the-tern/")))
    paper.crawl()
    return {"records": paper.records()}


def copies(paper: Paper) -> Told:
    """The same text under two sections and as a print version; the copies name the first section's."""
    (own,) = paths(1)
    elsewhere = own.replace("/news/", "/harbour/")
    paper.put(
        elsewhere,
        article(1, head=f'<meta property="og:url" content="{HOME}{elsewhere}">' + link(own)),
    )
    paper.put(own, article(1, head=link(own)))
    paper.put("/printing/view-1/", article(1, head=link(own)))
    summary = paper.crawl()
    return {"summary": summary, "records": paper.records()}


def rewritten_slug(paper: Paper) -> Told:
    """The number stays, the slug, the headline and all of the text change, and the old address redirects."""
    old, new = "/news/4412/lock-to-get-a-keeper/", "/news/4412/lock-has-a-keeper/"
    paper.put(old, article(1))
    paper.crawl()
    paper.announced.remove(old)
    paper.pages[old] = always(moved(HOME + new))
    paper.pages[new] = always(ok(article(2)))
    paper.crawl(full=True, only={"tern": [f"tern.example{old.rstrip('/')}"]})
    paper.announced.append(new)
    paper.crawl()
    versions = [version.version for version in versions_of(paper.output, HOME + new)]
    return {"records": paper.records(), "first": article_id(HOME + old), "versions": versions}


def new_slug_alone(paper: Paper) -> Told:
    """Only the new address is announced, with a part of the text rewritten. Another article has the number as well."""
    paper.put("/news/77/lock-to-get-a-keeper/", article(1))
    paper.put("/letters/77/a-letter-about-the-mill/", article(5))
    paper.crawl()
    paper.announced.clear()
    changed = [*sentences(1)[:2], "Nothing is known yet of what the boats will have to pay there."]
    paper.put(
        "/news/77/lock-has-a-keeper/", article(1, headline="A keeper at last", paragraphs=changed)
    )
    paper.crawl()
    return {"records": paper.records()}


def late_redirect(paper: Paper) -> Told:
    """The new address was read as an article of its own, before the old one redirects to it."""
    old, new = "/news/501/the-weir/", "/news/501/the-weir-again/"
    paper.put(old, article(1))
    paper.crawl()
    paper.announced.clear()
    paper.put(new, article(2))
    paper.crawl()
    paper.pages[old] = always(moved(HOME + new))
    paper.crawl(full=True, only={"tern": [f"tern.example{old.rstrip('/')}"]})
    return {"records": paper.records(), "ids": (article_id(HOME + old), article_id(HOME + new))}


def wordpress_number(paper: Paper) -> Told:
    def head(number: int) -> str:
        return f'<link rel="shortlink" href="{HOME}/?p={number}">'

    paper.put("/news/weir-to-open/", article(6, head=head(9031)))
    paper.crawl()
    paper.announced.clear()
    paper.put("/news/weir-opens/", article(6, head=head(9031), headline="The weir is open"))
    paper.put("/news/quite-another/", article(7, head=head(9031)))
    paper.crawl()
    return {"records": paper.records()}


def removed(paper: Paper) -> Told:
    """Articles redirect to the front page, to a section and to another article; one answers a missing page."""
    home, section, other, missing, stays = paths(1, 2, 3, 4, 5)
    for number, path in enumerate((home, section, other, missing, stays)):
        paper.put(path, article(number))
    paper.pages["/"] = paper.pages["/news/"] = always(front_page(*paths(*range(20, 30))))
    paper.crawl()
    paper.now += timedelta(days=8)
    paper.pages[home] = always(moved(HOME + "/", 302))
    paper.pages[section] = always(moved(HOME + "/news/"))
    paper.pages[other] = always(moved(HOME + stays))
    paper.pages[missing] = always(
        ok("<title>Page not found</title><h1>Page not found</h1><p>Sorry.</p>")
    )
    paper.crawl(full=True)
    closed = paper.records()[5:]
    asked = []
    for _ in range(3):
        paper.now += timedelta(hours=1)
        paper.crawl()
        asked += paper.requests(home)
    paper.now += timedelta(days=40)
    paper.put(home, article(0))
    paper.crawl()
    return {
        "closed": closed,
        "asked": asked,
        "back": paper.records()[-1],
        "last": len(paper.records()),
    }


def maintenance(paper: Paper) -> Told:
    """For a while the whole site redirects to a notice, even with 301."""
    for number, path in enumerate(paths(*range(6))):
        paper.put(path, article(number))
    paper.crawl()
    before = dict(paper.pages)
    notice = "<p>We are moving to new machines tonight, and will be back in the morning. " * 5
    for path in before:
        paper.pages[path] = always(moved(HOME + "/closed/"))
    paper.pages["/closed/"] = always(ok(f"<title>Back soon</title><h1>Back soon</h1>{notice}"))
    broken = paper.crawl(full=True)
    paper.pages = before
    paper.now += timedelta(minutes=10)
    mended = paper.crawl()
    return {"broken": broken, "mended": mended, "records": paper.records()}


def guards(paper: Paper) -> Told:
    """Pages that want a cookie by a redirect or a refresh to themselves, and one that reloads itself."""
    redirecting, refreshing, live, never, circle, busting = paths(1, 2, 3, 4, 5, 6)

    def wants_cookie(path: str, number: int, guard: Any) -> None:
        paper.put(path, "")
        paper.pages[path] = lambda headers: (
            ok(article(number)) if "pass=yes" in headers.get("cookie", "") else guard
        )

    refresh = f'<meta http-equiv="refresh" content="0; url={refreshing}">'
    wants_cookie(redirecting, 1, moved(HOME + redirecting, 302, Set_Cookie="pass=yes; Path=/"))
    wants_cookie(
        refreshing,
        2,
        (200, {"Content-Type": "text/html", "Set-Cookie": "pass=yes"}, f"<head>{refresh}</head>"),
    )
    paper.put(
        live, article(3, head=f'<meta http-equiv="refresh" content="2;url={HOME}{live}#now">')
    )
    for count in range(12):
        again = f"{busting}?at={count + 1}"
        head = f'<meta http-equiv="refresh" content="1; url={again}">'
        paper.pages[f"{busting}?at={count}"] = always(ok(article(4, head=head)))
    paper.put(
        busting, article(4, head=f'<meta http-equiv="refresh" content="1; url={busting}?at=1">')
    )
    paper.put(never, "")
    paper.pages[never] = always(moved(HOME + never, 302, Set_Cookie="pass=no"))
    paper.put(circle, "")
    paper.pages[circle] = always(moved("/news/there/", 302))
    paper.pages["/news/there/"] = always(moved(circle, 302))
    summary = paper.crawl()
    with closing(sqlite3.connect(paper.output / "ledger.sqlite")) as ledger:
        said = [row[0] for row in ledger.execute("select last_error from urls") if row[0]]
    cookies = [(path, headers["cookie"]) for path, headers in paper.asked if "cookie" in headers]
    requests = {
        path: len(paper.requests(path))
        for path in (redirecting, refreshing, live, never, circle, busting)
    }
    return {
        "summary": summary,
        "said": said,
        "cookies": cookies,
        "requests": requests,
        "paths": (redirecting, refreshing, never),
    }


SCENARIOS = {
    scenario.__name__: scenario
    for scenario in (
        one_canonical_for_all, one_open_graph_address, copies, rewritten_slug, new_slug_alone, late_redirect,
        wordpress_number, removed, maintenance, guards,
    )
}  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return in_fresh_process(SCENARIOS, tmp_path_factory.mktemp("tern"))


def standing(records: list[Told]) -> dict[str, str]:
    """Return the headlines of the articles that are not gone, by id."""
    last = {record["id"]: record for record in records}
    return {
        ident: record["headline"]
        for ident, record in last.items()
        if record["status"] == "published"
    }


def test_a_canonical_url_that_a_template_repeats_joins_nothing(told: Told) -> None:
    story = told["one_canonical_for_all"]
    records = story["records"]
    assert [record["version"] for record in records] == [1] * 8
    assert sorted(standing(records).values()) == sorted(map(title, range(8)))
    warned = [
        record
        for record in records
        if any("shared by different" in text for text in record["metadata"]["warnings"])
    ]
    assert len(warned) >= 6
    assert "rel=canonical is shared by different articles" in story["summary"].notes[0]
    assert exit_code([story["summary"]]) == 0
    assert (story["again"].new, story["again"].changed) == (0, 0)


def test_an_address_of_open_graph_joins_nothing_either(told: Told) -> None:
    assert len(standing(told["one_open_graph_address"]["records"])) == 5


def test_copies_of_an_article_are_one(told: Told) -> None:
    assert len(told["copies"]["records"]) == 1
    assert (told["copies"]["summary"].new, told["copies"]["summary"].unchanged) == (1, 2)
    assert told["copies"]["summary"].notes == []


def test_an_article_whose_slug_changes_keeps_its_id(told: Told) -> None:
    story = told["rewritten_slug"]
    assert [(record["id"], record["version"]) for record in story["records"]] == [
        (story["first"], 1),
        (story["first"], 2),
    ]
    assert story["records"][1]["url"].endswith("/lock-has-a-keeper/")
    assert story["versions"] == [1, 2]


def test_a_new_slug_with_the_number_and_the_text_is_a_version(told: Told) -> None:
    records = told["new_slug_alone"]["records"]
    assert sorted(standing(records).values()) == ["A keeper at last", title(5)]
    assert [record["version"] for record in records] == [1, 1, 2]


def test_an_article_that_turns_out_to_be_another_is_closed(told: Told) -> None:
    story = told["late_redirect"]
    old, new = story["ids"]
    assert list(standing(story["records"])) == [new]
    closing = story["records"][-1]
    assert (closing["id"], closing["status"], closing["metadata"]["status"]) == (old, "gone", 301)
    assert f"continues as {new}" in closing["metadata"]["warnings"][-1]


def test_the_number_of_a_post_needs_the_text(told: Told) -> None:
    records = told["wordpress_number"]["records"]
    assert [record["version"] for record in records] == [1, 2, 1] or [
        record["version"] for record in records
    ] == [1, 1, 2]
    assert sorted(standing(records).values()) == [title(7), "The weir is open"]


def test_articles_that_lead_elsewhere_are_gone(told: Told) -> None:
    story = told["removed"]
    assert (
        sorted((record["version"], record["status"]) for record in story["closed"])
        == [(2, "gone")] * 4
    )
    causes = sorted(record["metadata"]["warnings"][-1] for record in story["closed"])
    assert [cause.partition(":")[0] for cause in causes] == ["a missing page"] + [
        "redirects to https"
    ] * 3
    assert len(story["asked"]) == 1
    assert (story["back"]["version"], story["back"]["status"]) == (3, "published")
    assert story["last"] == 10


def test_a_site_that_redirects_all_of_its_articles_loses_none(told: Told) -> None:
    story = told["maintenance"]
    assert (story["broken"].gone, story["broken"].failed) == (0, 6)
    assert (story["mended"].unchanged, story["mended"].failed) == (6, 0)
    assert len(story["records"]) == 6


def test_a_cookie_lives_for_the_redirects_of_one_request(told: Told) -> None:
    story = told["guards"]
    redirecting, refreshing, never = story["paths"]
    assert story["summary"].new == 4
    assert story["cookies"] == [
        (path, "pass=yes" if path != never else "pass=no") for path, _ in story["cookies"]
    ]
    assert sorted(path for path, _ in story["cookies"]) == sorted([redirecting, refreshing, never])
    assert list(story["requests"].values()) == [2, 2, 1, 2, 1, 2]


def test_a_loop_of_redirects_is_named(told: Told) -> None:
    story = told["guards"]
    assert story["summary"].failed == 2
    assert any("redirects to itself" in line and "cookies" in line for line in story["said"])
    assert any("redirects in a circle" in line for line in story["said"])
