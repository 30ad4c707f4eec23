"""Following an output: every committed record once, in order, from where the consumer stopped."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

import ingest
from ingest.errors import OutputLocked, UsageError
from ingest.stream import follow
from ingest.stream.follow import Follower
from tests.stream.outputs import NOW, crawling, write


def taken(output: Path, name: str = "reader", *, commit: bool = True, **more: object) -> list[str]:
    """What a consumer is given now, as `site number`."""
    with Follower(output, name, once=True, **more) as follower:  # type: ignore[arg-type]
        lines = [f"{line.site} {line.sequence}" for line in follower.lines()]
        if commit:
            follower.commit()
    return lines


def test_a_consumer_gets_each_record_of_each_site_once(tmp_path: Path) -> None:
    write(tmp_path, "news", "ab")
    write(tmp_path, "ferry", "a")
    assert taken(tmp_path) == ["ferry 1", "news 1", "news 2"]
    assert taken(tmp_path) == []
    write(tmp_path, "news", "c", days=1)
    write(tmp_path, "later", "a")
    assert taken(tmp_path) == ["later 1", "news 3"]
    assert taken(tmp_path, "other") == ["ferry 1", "later 1", "news 1", "news 2", "news 3"]


def test_what_was_not_committed_is_given_again(tmp_path: Path) -> None:
    write(tmp_path, "news", "abc")
    assert taken(tmp_path, commit=False) == ["news 1", "news 2", "news 3"]
    assert taken(tmp_path) == ["news 1", "news 2", "news 3"]


def test_records_of_a_run_at_work_are_given_as_far_as_they_are_committed(tmp_path: Path) -> None:
    with crawling(tmp_path, "news") as run:
        run.write("a", "b")
        (opened,) = tmp_path.rglob("*.jsonl.open")
        with opened.open("ab") as file:  # written, and not yet in the ledger
            file.write(b'{"torn": ')
        assert taken(tmp_path) == ["news 1", "news 2"]
        run.write("c")
        assert taken(tmp_path) == ["news 3"]
    assert taken(tmp_path) == []


def test_one_follower_reads_on_over_the_segments_of_runs(tmp_path: Path) -> None:
    write(tmp_path, "news", "ab")
    with Follower(tmp_path, "reader") as follower:
        assert [line.sequence for line in follower.available()] == [1, 2]
        with crawling(tmp_path, "news", NOW + timedelta(hours=1)) as run:
            run.write("c")
            assert [line.sequence for line in follower.available()] == [3]
            run.write("d")
            assert [line.sequence for line in follower.available()] == [4]
        write(tmp_path, "news", "e", days=1)
        assert [line.sequence for line in follower.available()] == [5]
        assert list(follower.available()) == []


def test_a_follower_waits_for_further_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "news", "a")
    monkeypatch.setattr(
        "ingest.stream.follow.sleep", lambda _: write(tmp_path, "news", "b", days=1)
    )
    with Follower(tmp_path, "reader") as follower:
        articles = iter(follower)
        assert [next(articles).headline, next(articles).headline] == ["Ferry a", "Ferry b"]


def test_many_records_of_one_site_do_not_hold_up_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "_ROUND", 2)
    write(tmp_path, "a", "12345")
    write(tmp_path, "b", "123")
    assert [line.partition(" ")[0] for line in taken(tmp_path)] == list("aabbaaba")


@pytest.mark.parametrize(
    ("start", "numbers"),
    [
        ("start", [1, 2, 3, 4]),
        ("now", []),
        ("2", [3, 4]),
        ("2026-11-21", [3, 4]),
        ("2026-11-20T09:00:00Z", [1, 2, 3, 4]),
        ("2026-11-22T09:00:00Z", [4]),
        ("2027-01-01", []),
    ],
)
def test_a_new_consumer_begins_where_it_is_told(
    tmp_path: Path, start: str, numbers: list[int]
) -> None:
    write(tmp_path, "news", "ab")
    write(tmp_path, "news", "c", days=1)
    write(tmp_path, "news", "d", days=2)
    assert taken(tmp_path, start=start) == [f"news {number}" for number in numbers]
    write(tmp_path, "news", "e", days=3)
    assert taken(tmp_path, start="start") == ["news 5"]  # it has a place now


def test_a_number_behind_the_end_is_no_start(tmp_path: Path) -> None:
    write(tmp_path, "news", "ab")
    with pytest.raises(UsageError, match="news has 2 records, not 99"):
        taken(tmp_path, start="99")


def test_a_site_that_came_after_the_consumer_is_read_from_its_start(tmp_path: Path) -> None:
    write(tmp_path, "news", "ab")
    assert taken(tmp_path, start="now") == []
    write(tmp_path, "late", "ab")
    assert taken(tmp_path, start="now") == ["late 1", "late 2"]


def test_sites_can_be_chosen_and_keep_their_places(tmp_path: Path) -> None:
    write(tmp_path, "news", "ab")
    write(tmp_path, "ferry", "a")
    assert taken(tmp_path, sites=["news"]) == ["news 1", "news 2"]
    assert taken(tmp_path) == ["ferry 1"]
    with pytest.raises(UsageError, match=r"no record of 'nws' in .* \(those with records: ferry"):
        taken(tmp_path, sites=["nws"])


def test_one_process_has_a_consumer(tmp_path: Path) -> None:
    write(tmp_path, "news", "a")
    with Follower(tmp_path, "reader"):
        with pytest.raises(OutputLocked, match="another process reads as reader"):
            taken(tmp_path)
        assert taken(tmp_path, "other") == ["news 1"]
    assert taken(tmp_path) == ["news 1"]


def test_another_output_under_a_place_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / "old", "news", "abc")
    assert len(taken(tmp_path / "old")) == 3
    write(tmp_path / "new", "news", "a")
    (tmp_path / "old" / ".consumers").rename(tmp_path / "new" / ".consumers")
    with pytest.raises(
        UsageError, match=r"has taken 3 records of news, and .* has 1: it is another"
    ):
        taken(tmp_path / "new")


def test_missing_records_are_named(tmp_path: Path) -> None:
    write(tmp_path, "news", "ab")
    write(tmp_path, "news", "c", days=1)
    first, _ = sorted(tmp_path.rglob("*.jsonl"))
    first.rename(tmp_path / "elsewhere")
    with pytest.raises(
        UsageError, match=r"records 1 to 2 of news are not whole in news/2026-11-20"
    ):
        taken(tmp_path)
    (tmp_path / "elsewhere").rename(first)
    with first.open("r+b") as file:
        file.truncate(first.stat().st_size - 3)
    with pytest.raises(UsageError, match=r"records 2 to 2 of news are not whole"):
        taken(tmp_path)


@pytest.mark.threat("O6")
@pytest.mark.parametrize("name", ["", "a/b", "..", "a b", "-x", "x" * 65])
def test_a_name_that_is_no_name_of_a_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="not a name of a consumer"):
        Follower(tmp_path, name)


def test_a_damaged_file_of_places_is_named(tmp_path: Path) -> None:
    write(tmp_path, "news", "a")
    taken(tmp_path)
    (tmp_path / ".consumers" / "reader.json").write_text("{", encoding="ascii")
    with pytest.raises(UsageError, match=r"reader\.json does not hold the places"):
        taken(tmp_path)


def test_an_output_without_a_ledger_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no ledger in"):
        taken(tmp_path)


def test_a_line_that_is_no_record_is_named(tmp_path: Path) -> None:
    write(tmp_path, "news", "a")
    (segment,) = tmp_path.rglob("*.jsonl")
    data = segment.read_bytes()
    segment.write_bytes(b"x" * (len(data) - 1) + b"\n")
    with (
        Follower(tmp_path, "reader", once=True) as follower,
        pytest.raises(UsageError, match="record 1 of news is not a record"),
    ):
        next(iter(follower))


def test_a_program_follows_and_says_what_it_has_taken(tmp_path: Path) -> None:
    write(tmp_path, "news", "abc")
    follower = ingest.follow(tmp_path, "program", once=True)
    for article in follower:
        follower.commit()
        if article.headline == "Ferry b":
            break
    again = ingest.follow(tmp_path, "program", once=True)
    assert [article.headline for article in again] == ["Ferry c"]
    assert [article.headline for article in again] == ["Ferry c"]  # since it was not committed
