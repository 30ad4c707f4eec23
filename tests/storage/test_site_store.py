"""The durable side of a crawl: what it is told is on the disk when `flush` returns, and nothing else counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import KhabarError, UnwritableOutput
from ingest.processing.changes import Changed, New, Same
from ingest.processing.recrawl import FAILURES, REJECTION_PAUSES, Address, State, Visit
from ingest.record import Article, Metadata, Publisher, Reason, Rejection
from ingest.storage.ledger import Ledger
from ingest.storage.site_store import SiteStore

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ADDRESS = Address("news.example/ferry", "https://news.example/ferry", '"tag"')
META = Metadata(
    date_downloaded="2026-11-20T09:00:00+00:00", khabar_version="1", trafilatura_version="2"
)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[SiteStore]:
    store = SiteStore(tmp_path, "news", "run", clock, recheck=(3600.0, 86400.0))
    yield store
    store.close({})


def article(body: str = "The ferry sailed.", ident: str = "a") -> Article:
    url = f"https://news.example/{ident}"
    return Article(
        id=ident * 32,
        content_hash=body,
        url=url,
        requested_url=url,
        headline="Ferry",
        article_body=body,
        publisher=Publisher(domain="news.example"),
        metadata=META,
    )


def visit(store: SiteStore) -> Visit:
    return store.visits([ADDRESS.key])[ADDRESS.key]


def lines(output: Path) -> list[dict[str, Any]]:
    texts = [file.read_text(encoding="utf-8") for file in sorted(output.rglob("*.jsonl*"))]
    return [json.loads(line) for line in "".join(texts).splitlines()]


def test_what_waits_is_one_commit(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    pending: list[None] = []
    commits: list[int] = []
    store = SiteStore(tmp_path, "news", "run", clock, on_pending=lambda: pending.append(None))
    commit = Ledger.commit

    def counted(self: Ledger, outcomes: Any, *more: Any) -> None:
        commits.append(len(outcomes))
        commit(self, outcomes, *more)

    monkeypatch.setattr(Ledger, "commit", counted)
    store.keep(article(ident="a"), Address("news.example/a", "https://news.example/a"))
    store.keep(article(ident="b"), Address("news.example/b", "https://news.example/b"))
    store.fail(Address("news.example/c", "https://news.example/c"), "HTTP 503")
    assert (len(pending), commits) == (3, [])
    assert list(tmp_path.rglob("*.jsonl*")) == []
    store.flush()
    assert commits == [3]
    assert [line["id"][0] for line in lines(tmp_path)] == ["a", "b"]
    store.flush()
    assert commits == [3]
    store.close({})


def test_what_outcomes_refer_to_is_durable_before_their_commit(
    tmp_path: Path, clock: Clock
) -> None:
    store = SiteStore(tmp_path, "news", "run", clock, on_pending=lambda: None)
    seen: list[bool] = []

    def full() -> None:
        raise UnwritableOutput("no space")

    store.keep(article(), ADDRESS)
    store.before_commit = full
    with pytest.raises(UnwritableOutput, match="no space"):
        store.flush()
    assert not store.visits([ADDRESS.key])
    store.before_commit = lambda: seen.append(ADDRESS.key in store.visits([ADDRESS.key]))
    store.flush()
    assert seen == [False]
    assert ADDRESS.key in store.visits([ADDRESS.key])
    store.close({})


def test_two_readings_of_an_article_in_one_commit_are_two_versions(
    tmp_path: Path, clock: Clock
) -> None:
    store = SiteStore(tmp_path, "news", "run", clock, on_pending=lambda: None)
    decisions = [store.keep(article(body), ADDRESS) for body in ("One.", "One.", "Two.")]
    assert [type(decision) for decision in decisions] == [New, Same, Changed]
    store.close({})
    assert [(line["version"], line["articleBody"]) for line in lines(tmp_path)] == [
        (1, "One."),
        (2, "Two."),
    ]


def test_what_a_failed_commit_held_was_never_seen(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SiteStore(tmp_path, "news", "run", clock, on_pending=lambda: None)
    store.keep(article(), ADDRESS)
    with monkeypatch.context() as patch:

        def refuse(*_: object) -> None:
            raise UnwritableOutput("the ledger is locked", "wait")

        patch.setattr(Ledger, "commit", refuse)
        with pytest.raises(UnwritableOutput):
            store.flush()
    assert isinstance(store.keep(article("Another day."), ADDRESS), New)
    store.close({})
    assert [(line["version"], line["articleBody"]) for line in lines(tmp_path)] == [
        (1, "Another day.")
    ]


def test_an_article_is_looked_at_again_by_its_age(store: SiteStore, clock: Clock) -> None:
    store.keep(article(), ADDRESS, NOW - HOUR / 2)
    assert visit(store).next_check == NOW + HOUR / 2
    assert [due.key for due in store.due()] == []
    clock.now += HOUR
    assert [due.key for due in store.due()] == [ADDRESS.key]
    store.unmodified(ADDRESS, visit(store))
    assert visit(store).next_check == NOW + timedelta(hours=23, minutes=30)
    clock.now += timedelta(days=1)
    store.unmodified(ADDRESS, visit(store))
    assert visit(store).next_check is None


def test_failures_are_parked_in_the_end_and_success_begins_anew(store: SiteStore) -> None:
    for attempts in range(1, FAILURES):
        store.fail(ADDRESS, "HTTP 503")
        assert (visit(store).state, visit(store).attempts) == (State.FAILED, attempts)
    store.fail(ADDRESS, "HTTP 503")
    assert (visit(store).state, visit(store).next_check) == (State.PARKED, None)
    assert list(store.due()) == []
    store.keep(article(), ADDRESS)
    store.fail(ADDRESS, "HTTP 503")
    assert (visit(store).state, visit(store).attempts) == (State.FAILED, 1)


def test_a_page_that_is_no_article_is_looked_at_again_and_then_parked(
    store: SiteStore, clock: Clock
) -> None:
    rejection = Rejection(url="u", requested_url="u", reason=Reason.LISTING)
    for pause in REJECTION_PAUSES:
        store.reject(ADDRESS, rejection)
        assert (visit(store).state, visit(store).next_check) == (State.REJECTED, clock.now + pause)
        clock.now += pause
        assert [due.key for due in store.due()] == [ADDRESS.key]
    store.reject(ADDRESS, rejection)
    assert (visit(store).state, visit(store).next_check) == (State.PARKED, None)


def test_an_article_that_is_gone_is_closed_once_and_looked_for_ever_more_rarely(
    store: SiteStore, clock: Clock
) -> None:
    store.keep(article(), ADDRESS)
    decision = store.gone(ADDRESS, visit(store), 404)
    assert isinstance(decision, Changed)
    assert (decision.version, decision.fields) == (2, ["status"])
    first = visit(store)
    assert (first.state, first.next_check) == (State.GONE, NOW + timedelta(days=1))
    clock.now += timedelta(days=1)
    assert store.gone(ADDRESS, first, 404) is None
    assert visit(store).next_check == clock.now + timedelta(days=7)
    back = store.keep(article(), ADDRESS)
    assert isinstance(back, Changed)
    assert (back.version, back.fields) == (3, ["status"])


def test_an_article_that_is_gone_in_the_moment_of_its_commit(tmp_path: Path, clock: Clock) -> None:
    store = SiteStore(tmp_path, "news", "run", clock, on_pending=lambda: None)
    store.keep(article(), ADDRESS)
    known = Visit(State.ARTICLE, NOW, article_id="a" * 32)
    assert isinstance(store.gone(ADDRESS, known, 410), Changed)
    store.close({})
    assert [line["status"] for line in lines(tmp_path)] == ["published", "gone"]


def test_a_closing_record_needs_the_last_one(store: SiteStore, tmp_path: Path) -> None:
    store.keep(article(), ADDRESS)
    (segment,) = tmp_path.rglob("*.open")
    content = segment.read_bytes()
    segment.write_bytes(content.replace(b"a" * 32, b"b" * 32))
    with pytest.raises(KhabarError, match="its last record is not in"):
        store.gone(ADDRESS, visit(store), 404)
    segment.write_bytes(content)


def test_a_run_after_the_clock_was_set_back_sorts_after_the_one_before(
    tmp_path: Path, clock: Clock
) -> None:
    names = []
    for moved in (timedelta(), -timedelta(days=1)):
        clock.now = NOW + moved
        store = SiteStore(tmp_path, "news", f"{clock.now:%Y%m%dT%H%M%S.%fZ}-ab", clock)
        store.keep(article(f"At {clock.now}."), ADDRESS)
        store.close({})
        names.append(store.run_id)
    assert [line["version"] for line in lines(tmp_path)] == [1, 2]
    assert names == ["20261120T090000.000000Z-ab", "20261120T090000.000001Z-ab"]


def test_records_are_numbered_in_the_order_of_writing_over_edits_endings_and_runs(
    tmp_path: Path, clock: Clock
) -> None:
    store = SiteStore(tmp_path, "news", "20261120T090000.000000Z-aa", clock)
    decision = store.keep(article("One."), ADDRESS)
    assert decision.article.metadata.sequence == 1
    assert store.keep(article("One."), ADDRESS).article.metadata.sequence is None  # not written
    store.keep(article("Two."), ADDRESS)
    store.gone(ADDRESS, visit(store), 404)
    store.close({})
    clock.now += HOUR
    store = SiteStore(tmp_path, "news", "20261120T100000.000000Z-aa", clock)
    other = Address("news.example/b", "https://news.example/b")
    store.keep(article(ident="b"), other)
    store.close({})
    assert [line["metadata"]["sequence"] for line in lines(tmp_path)] == [1, 2, 3, 4]
    names = [file.name for file in sorted(tmp_path.rglob("*.jsonl"))]
    assert [name.rpartition("-")[2] for name in names] == ["0000000001.jsonl", "0000000004.jsonl"]


def test_each_site_of_an_output_counts_for_itself(tmp_path: Path, clock: Clock) -> None:
    for site in ("news", "weather"):
        store = SiteStore(tmp_path, site, "run", clock)
        address = Address(f"{site}.example/a", f"https://{site}.example/a")
        kept = article(ident="a" if site == "news" else "b")
        assert store.keep(kept, address).article.metadata.sequence == 1
        store.close({})


def test_the_number_of_a_record_that_was_not_committed_is_given_again(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SiteStore(tmp_path, "news", "run", clock, on_pending=lambda: None)
    store.keep(article("One."), ADDRESS)
    store.flush()
    store.keep(article("Two."), ADDRESS)
    with monkeypatch.context() as patch:

        def refuse(*_: object) -> None:
            raise UnwritableOutput("the ledger is locked", "wait")

        patch.setattr(Ledger, "commit", refuse)
        with pytest.raises(UnwritableOutput):
            store.flush()
    store.keep(article("Three."), ADDRESS)
    store.close({})
    assert [(line["metadata"]["sequence"], line["articleBody"]) for line in lines(tmp_path)] == [
        (1, "One."),
        (2, "Three."),
    ]
