"""Which files of a sitemap are read: by what is known of each, whatever their order is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.crawl.frontier.file_queue import IDLE_CLAIMS, FileQueue, date_in
from ingest.discovery.candidate import SITEMAP
from ingest.discovery.source import Source
from ingest.settings import Limits
from tests.crawl.frontier.discovering import HOME, NOW, sitemap
from tests.crawl.frontier.rounds import Rounds

DAY = timedelta(days=1)


def read_before(url: str, *, days: float, quiet: float = 0, **values: object) -> Source:
    """A file that was read some days ago, and had nothing new for some days then."""
    checked = NOW - timedelta(days=days)
    values = {"complete": True, **values}
    return Source(
        url,
        SITEMAP,
        200,
        last_full=checked,
        checked=checked,
        active=checked - timedelta(days=quiet),
        **values,  # type: ignore[arg-type]
    )


def taken(queue: FileQueue) -> list[str]:
    return list(iter(queue.take, None))


def queue_of(*known: Source, since: datetime | None = None) -> FileQueue:
    return FileQueue({source.url: source for source in known}, NOW, since)


def test_a_file_is_due_again_after_a_tenth_of_the_time_without_news() -> None:
    fresh = read_before("fresh", days=0.9, quiet=10)
    stale = read_before("stale", days=1.1, quiet=10)
    queue = queue_of(fresh, stale)
    queue.add([("fresh", None), ("stale", None)])
    assert taken(queue) == ["stale"]


def test_a_stated_change_makes_a_file_due_until_it_was_wrong_too_often() -> None:
    honest = read_before("honest", days=1, quiet=300)
    wrong = read_before("wrong", days=1, quiet=300, idle=IDLE_CLAIMS)
    queue = queue_of(honest, wrong)
    queue.add([("honest", NOW), ("wrong", NOW)])
    assert taken(queue) == ["honest"]
    assert queue.claimed == {"honest"}


def test_an_index_is_read_in_every_run() -> None:
    index = read_before("index", days=0.1, quiet=100, links=("a",))
    queue = queue_of(index)
    queue.add([("new", None), ("index", None)])
    assert taken(queue) == ["index", "new"]


def test_the_kinds_take_turns() -> None:
    known = [read_before(f"changed-{n}", days=1, quiet=300) for n in range(9)]
    known += [read_before(f"stale-{n}", days=50, quiet=100) for n in range(9)]
    queue = queue_of(*known)
    queue.add([(f"changed-{n}", NOW) for n in range(9)])
    queue.add([(f"{kind}-{n}", None) for n in range(9) for kind in ("new", "stale")])
    first = [url.partition("-")[0] for url in taken(queue)[:9]]
    assert {kind: first.count(kind) for kind in first} == {"changed": 3, "new": 3, "stale": 3}


def test_files_without_a_date_are_taken_from_both_ends() -> None:
    queue = queue_of()
    queue.add([(f"part-{letter}", None) for letter in "abcde"])
    assert taken(queue) == ["part-e", "part-a", "part-d", "part-b", "part-c"]


def test_files_that_are_equally_overdue_are_taken_from_both_ends_too() -> None:
    queue = queue_of(*(read_before(name, days=0.1) for name in "abcde"))
    queue.add([(name, None) for name in "abcde"])
    assert taken(queue) == ["e", "a", "d", "b", "c"]


def test_files_with_a_date_in_their_name_are_taken_newest_first() -> None:
    names = ["m-2024-12.xml", "m-2025-03.xml", "m-2026.xml", "m-2025-11.xml"]
    queue = queue_of()
    queue.add([(f"{HOME}/{name}", None) for name in names])
    assert taken(queue) == [f"{HOME}/{names[n]}" for n in (2, 3, 1, 0)]


def test_a_file_that_fails_is_tried_again_with_growing_pauses() -> None:
    failing = {"error": "HTTP 500", "complete": False}
    young = read_before("young", days=0.1, quiet=0.5, **failing)
    old = read_before("old", days=0.1, quiet=30, **failing)
    queue = queue_of(young, old)
    queue.add([("young", None), ("old", None)])
    assert taken(queue) == ["young"]


def test_files_from_before_the_wanted_time_are_left_out() -> None:
    queue = queue_of(since=NOW - DAY)
    queue.add([("old", NOW - 2 * DAY), ("new", NOW), ("undated", None)])
    assert sorted(taken(queue)) == ["new", "undated"]


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("/sitemap-2026-03.xml", datetime(2026, 4, 1, tzinfo=UTC)),
        ("/sitemap-202612.xml", datetime(2027, 1, 1, tzinfo=UTC)),
        ("/2025/sitemap.xml", datetime(2026, 1, 1, tzinfo=UTC)),
        ("/archive/2026/11/05.xml", datetime(2026, 11, 6, tzinfo=UTC)),
        ("/sitemap-2026-02-31.xml", None),
        ("/post-sitemap12.xml", None),
        ("/news-12026.xml", None),
    ],
)
def test_dates_in_names(name: str, moment: datetime | None) -> None:
    assert date_in(f"{HOME}{name}") == moment


def index_of(names: list[str], stamp: Callable[[], str]) -> str:
    entries = "".join(f"<sitemap><loc>{HOME}/{name}.xml</loc>{stamp()}</sitemap>" for name in names)
    return f"<sitemapindex>{entries}</sitemapindex>"


@given(
    order=st.randoms(use_true_random=False),
    files=st.integers(1, 30),
    stamp=st.sampled_from(["", "<lastmod>2020-01-01</lastmod>", "now"]),
    with_validators=st.booleans(),
)
def test_no_article_is_missed_whatever_the_order_and_the_stated_times(
    order: Random, files: int, stamp: str, with_validators: bool
) -> None:
    names = [f"part-{n}" for n in range(files)]
    held = {name: [n] for n, name in enumerate(names)}
    order.shuffle(names)

    def text_of(path: str) -> str:
        now = f"<lastmod>{rounds.now.isoformat()}</lastmod>"
        if path == "/map.xml":
            return index_of(names, lambda: now if stamp == "now" else stamp)
        return sitemap(*held[path.removeprefix("/").removesuffix(".xml")])

    def answer(path: str) -> tuple[str, dict[str, str]]:
        text = text_of(path)
        return text, {"ETag": f'"{hash(text)}"'} if with_validators else {}

    rounds = Rounds.of(answer, Limits(listing_pages=5), sitemaps=["/map.xml"])
    asked = 0
    for step in range(40):
        if step in {10, 20}:
            held[order.choice(names)].append(1000 + step)
        asked += len(rounds.run(hours=2).sources)
    assert len(rounds.met) == files + 2
    assert asked <= 40 * 5
