"""What is wrong with a site, told from the summaries of its runs alone."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.api import read
from ingest.crawl.run import crawl_sites
from ingest.discovery.candidate import FEED, LISTING, SITEMAP
from ingest.discovery.source import SourceVisit
from ingest.monitoring.coverage import FieldCounter
from ingest.monitoring.rhythm import Pace
from ingest.monitoring.summary import End, Finding, Kind, RunSummary
from ingest.monitoring.verdict import verdict
from ingest.record import Article
from ingest.settings import Settings

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PACE = Pace(stated=None, default=timedelta(days=3))
CLOSED = "https://news.example/robots.txt: HTTP 503: nothing may be fetched (RFC 9309, 2.3.1.4)"
FEED_URL = "https://news.example/feed/"
CASSETTES = Path(__file__).parents[2] / "fixtures" / "cassettes"


def feed(newest: datetime | None = NOW, status: int | None = 200, **more: Any) -> SourceVisit:
    return SourceVisit(
        **{"url": FEED_URL, "kind": FEED, "status": status, "items": 10, "error": None, **more},
        newest=newest,
    )


def run(days: float = 0, **values: Any) -> RunSummary:
    """A healthy run so many days ago, but for the values."""
    moment = NOW - timedelta(days=days)
    usual = {
        "run_id": f"{moment:%Y%m%dT%H%M%S}",
        "site": "news",
        "started": moment,
        "finished": moment,
        "as_of": moment,
        "found": 10,
        "new": 10,
        "read": 10,
        "newest": moment - timedelta(hours=1),
        "fields": {
            "headline": 1.0,
            "authors": 1.0,
            "authors.name": 1.0,
            "comments": 0.3,
            "metadata": 1.0,
        },
        "provenance": {"headline:h1": 1.0, "authors:rule": 1.0},
        "sources": [feed(moment - timedelta(hours=1))],
    }
    return RunSummary(**{**usual, **values})


DAILY = [run(days=days) for days in range(1, 21)]


def kinds(found: Sequence[Finding]) -> list[Kind]:
    return [finding.kind for finding in found]


def reason(found: Sequence[Finding], kind: Kind) -> str:
    (one,) = [finding.reason for finding in found if finding.kind is kind]
    return one


@pytest.mark.parametrize("earlier", [[], DAILY[:1], DAILY])
def test_a_healthy_run_has_no_finding(earlier: list[RunSummary]) -> None:
    assert verdict(run(), earlier, PACE) == []


def test_nothing_to_do_is_healthy() -> None:
    quiet = run(
        found=0, new=0, read=0, fields={}, provenance={}, newest=None, sources=[feed(status=304)]
    )
    assert quiet.idle
    assert verdict(quiet, DAILY, PACE) == []


def test_a_feed_stuck_in_the_past_is_named_while_the_site_goes_on() -> None:
    old = NOW - timedelta(days=12)
    listing = SourceVisit("https://news.example/", LISTING, 200, 10, None, None)
    (found,) = verdict(run(sources=[feed(old, status=304), listing]), [], PACE)
    assert (found.kind, found.subject) == (Kind.STALE_SOURCE, FEED_URL)
    assert found.reason == (
        "https://news.example/feed/ answers 304, but the newest item is 12 days old (2026-11-08 09:00Z); "
        "3 days are allowed, while its rhythm is not known"
    )


def test_a_source_that_does_not_answer_is_not_stale() -> None:
    old = NOW - timedelta(days=12)
    assert verdict(run(sources=[feed(old, status=None)]), [], PACE) == []
    assert verdict(run(sources=[feed(old, status=503)]), [], PACE) == []


def test_archives_among_the_sitemaps_are_no_matter() -> None:
    old = NOW - timedelta(days=500)
    maps = [
        SourceVisit(f"https://news.example/{n}.xml", SITEMAP, 200, 9, old, None) for n in (1, 2)
    ]
    fresh = SourceVisit("https://news.example/3.xml", SITEMAP, 200, 9, NOW, None)
    assert verdict(run(sources=[*maps, fresh]), [], PACE) == []
    assert verdict(run(sources=maps), [], PACE)[0].subject == "sitemaps"


def test_the_definition_states_the_rhythm() -> None:
    source = [feed(NOW - timedelta(hours=30))]
    assert verdict(run(sources=source), DAILY, PACE) == []
    found = verdict(run(sources=source), DAILY, Pace(timedelta(hours=24), timedelta(days=3)))
    assert "24 h are allowed, as its definition says" in reason(found, Kind.STALE_SOURCE)


def test_the_rhythm_is_learned() -> None:
    """A weekly paper's longest pause is a week: three weeks are allowed. A daily one's three days are not exceeded."""
    weekly = [
        run(days=days, sources=[feed(NOW - timedelta(days=7 * (days // 7 + 2)))])
        for days in range(1, 40)
    ]
    assert verdict(run(sources=[feed(NOW - timedelta(days=14))]), weekly, PACE) == []
    found = verdict(run(sources=[feed(NOW - timedelta(days=22))]), weekly, PACE)
    assert "21 days are allowed, its longest pause so far was 7 days" in reason(
        found, Kind.STALE_SOURCE
    )
    assert kinds(verdict(run(sources=[feed(NOW - timedelta(days=4))]), DAILY, PACE)) == [
        Kind.STALE_SOURCE
    ]


def test_a_feed_that_stands_still_does_not_teach_patience() -> None:
    still = NOW - timedelta(days=10)
    frozen = [
        run(days=days, sources=[feed(min(NOW - timedelta(days=days), still))])
        for days in range(1, 30)
    ]
    assert kinds(verdict(run(sources=[feed(still)]), frozen, PACE)) == [Kind.STALE_SOURCE]


def test_a_site_without_dated_sources_is_silent_when_nothing_new_comes() -> None:
    source = SourceVisit("https://news.example/", LISTING, 200, 10, None, None)
    stopped = run(
        new=0, read=0, unchanged=10, fields={}, newest=NOW - timedelta(days=9), sources=[source]
    )
    found = verdict(stopped, [], PACE)
    assert kinds(found) == [Kind.SILENT]
    assert "nothing newer than 2026-11-11 09:00Z, 9 days old" in found[0].reason


def test_sources_without_articles_are_silence() -> None:
    empty = run(
        found=0,
        new=0,
        read=0,
        fields={},
        newest=None,
        sources=[feed(None, items=0), feed(None, status=503)],
    )
    assert (
        reason(verdict(empty, [], PACE), Kind.SILENT)
        == "1 of 2 sources answered, and none announced an article"
    )
    assert verdict(empty.model_copy(update={"ended": End.INTERRUPTED}), [], PACE) == []


def test_a_run_for_recent_articles_only_may_find_none() -> None:
    empty = run(found=0, new=0, read=0, fields={}, since=NOW - timedelta(hours=1))
    assert verdict(empty, DAILY, PACE) == []


def test_a_field_that_is_gone_is_named_once_with_its_rule() -> None:
    fields = {
        "headline": 1.0,
        "authors": 0.0,
        "authors.name": 0.0,
        "comments": 0.0,
        "metadata": 0.0,
    }
    found = verdict(run(read=5, fields=fields, provenance={"headline:h1": 1.0}), DAILY, PACE)
    assert [(finding.kind, finding.subject) for finding in found] == [
        (Kind.COVERAGE_DROP, "authors")
    ]
    assert found[0].reason == (
        "authors: in 0 of 5 records, before in 100 % (rule `select.authors` of the definition no longer matches)"
    )


def test_a_rule_that_no_longer_matches_is_seen_though_the_field_is_found() -> None:
    found = verdict(
        run(read=5, provenance={"headline:h1": 1.0, "authors:byline": 1.0}), DAILY, PACE
    )
    assert [(finding.kind, finding.subject) for finding in found] == [
        (Kind.COVERAGE_DROP, "authors:rule")
    ]
    assert found[0].reason == (
        "authors: by its rule in 0 of 5 records, before in 100 % "
        "(rule `select.authors` of the definition no longer matches; found by byline now)"
    )


def test_other_sources_of_a_field_may_change() -> None:
    assert verdict(run(provenance={"headline:og": 1.0, "authors:rule": 1.0}), DAILY, PACE) == []


def test_an_alarm_lasts_until_it_is_the_norm() -> None:
    fields = {"headline": 1.0, "authors": 0.0}

    def broken(days: float) -> RunSummary:
        finding = Finding(kind=Kind.COVERAGE_DROP, subject="authors", reason="")
        return run(days=days, fields=fields, provenance={}, findings=[finding])

    before = [run(days=days) for days in range(60, 80)]
    lately = [broken(days) for days in range(1, 25)]
    assert Kind.COVERAGE_DROP in kinds(verdict(broken(0), [*lately, *before], PACE))
    long_ago = [broken(days) for days in range(1, 58)]
    assert Kind.COVERAGE_DROP not in kinds(verdict(broken(0), [*long_ago, *before], PACE))


def test_rejections_that_rise_name_the_reason_that_rose() -> None:
    earlier = [run(days=days, rejected={"listing": 1}) for days in range(1, 10)]
    found = verdict(run(read=4, new=4, rejected={"listing": 1, "no-text": 5}), earlier, PACE)
    assert (
        reason(found, Kind.REJECTIONS_UP) == "6 of 10 pages rejected, before 9 %; most: no-text (5)"
    )
    assert verdict(run(rejected={"listing": 2}), earlier, PACE) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"new": 2, "read": 2, "rejected": {"challenge": 8}},
            "8 of 10 pages refused: 8 challenge pages",
        ),
        (
            {"new": 7, "read": 7, "failed": 2, "failures": {"HTTP 403": 2}},
            "2 of 9 pages refused: 2 times HTTP 403",
        ),
        ({"sources": [feed(status=429)]}, "https://news.example/feed/ answers HTTP 429"),
        (
            {"errors": [CLOSED], "shut_out": [CLOSED]},
            CLOSED,
        ),
        (
            {
                "found": 0,
                "new": 0,
                "read": 0,
                "fields": {},
                "blocked": 3,
                "responses": {"200": 1, "403": 3},
            },
            "3 of 4 answers refuse us, and no article came",
        ),
    ],
)
def test_being_shut_out_is_named(values: dict[str, Any], said: str) -> None:
    found = verdict(run(**values), [], PACE)
    assert found[0].kind is Kind.BLOCKED
    assert not [finding for finding in found if finding.kind is Kind.BROKEN_SOURCE]
    assert found[0].reason == said


def test_a_host_without_any_answer_is_a_failure_and_no_refusal() -> None:
    silent = "https://news.example/robots.txt: the host's name is unknown: nothing may be fetched"
    errors = [silent, CLOSED]
    found = verdict(run(errors=errors, shut_out=errors, unreachable=[silent]), DAILY, PACE)
    assert [(finding.kind, finding.reason) for finding in found] == [
        (Kind.BLOCKED, CLOSED),
        (Kind.FAILURES, silent),
    ]


def test_one_odd_refusal_is_no_block() -> None:
    values: dict[str, Any] = {
        "new": 9,
        "read": 9,
        "failed": 1,
        "failures": {"HTTP 403": 1},
        "blocked": 4,
    }
    assert verdict(run(**values), DAILY, PACE) == []


def test_pages_that_a_stopped_run_did_not_ask_for_are_no_failures() -> None:
    values: dict[str, Any] = {
        "new": 6,
        "read": 6,
        "failed": 8,
        "failures": {"not asked for: the run was stopped": 8},
    }
    assert [finding.kind for finding in verdict(run(**values), DAILY, PACE)] == [Kind.FAILURES]
    assert verdict(run(**values, ended=End.INTERRUPTED), DAILY, PACE) == []


def test_failures_are_of_the_pages_asked_for() -> None:
    """A thousand known articles that nobody asked for do not make three failures of ten few."""
    values: dict[str, Any] = {
        "unchanged": 1_000,
        "read": 7,
        "new": 7,
        "failed": 3,
        "failures": {"HTTP 503": 2, "no whole answer": 1},
    }
    text = "3 of 10 pages could not be fetched, 2 of them: HTTP 503"
    assert reason(verdict(run(**values), [], PACE), Kind.FAILURES) == text


def test_a_source_with_an_error_is_broken() -> None:
    found = verdict(run(errors=[f"{FEED_URL}: the feed is an HTML page"]), [], PACE)
    assert [(one.kind, one.subject) for one in found] == [(Kind.BROKEN_SOURCE, FEED_URL)]


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Article]]:
    folder = tmp_path_factory.mktemp("records")
    crawl_sites(["propakistani", "dailytimes"], Settings.load(output=folder), replay=[CASSETTES])
    return {name: list(read(folder / name)) for name in ("propakistani", "dailytimes")}


@pytest.mark.parametrize("site", ["propakistani", "dailytimes"])
def test_a_newsroom_s_own_variety_is_no_alarm(
    site: str, articles: dict[str, list[Article]]
) -> None:
    """A year of runs over its articles in another order: some have comments, images, keywords, credits; some not."""
    dice = random.Random(site)  # noqa: S311 - the same runs each time
    history: list[RunSummary] = []
    alarms = []
    for day in range(365):
        counter = FieldCounter()
        for article in dice.sample(articles[site], dice.choice([0, 1, 1, 2, 3, 5, 8, 20])):
            counter.add(article)
        one = run(
            days=365 - day,
            read=counter.read,
            fields=counter.fields(),
            provenance=counter.provenance(),
        )
        alarms += verdict(one, history, PACE)
        history.insert(0, one)
    assert alarms == []
