"""Records selected by site, time, value and version, from files and folders."""

from __future__ import annotations

import json
import tracemalloc
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from ingest import Article, read
from ingest.errors import UsageError
from ingest.record import Author, Status
from ingest.storage import selection as module
from ingest.storage.compression.files import opened
from ingest.storage.selection import Moment, RecordLine, Selection, parse_where, read_lines
from tests.stream.outputs import article, write


def file_of(path: Path, *articles: Article) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{item.to_json_line()}\n" for item in articles), encoding="utf-8")
    return path


def names(path: Path, **values: Any) -> list[str]:
    selection = Selection(**values)
    return [line.article().url.rpartition("/")[2] for line in read_lines(path, selection)]


def with_values(name: str, **values: Any) -> Article:
    return article("news", name).model_copy(update=values)


def test_a_file_a_site_and_an_output_are_read_in_the_order_of_paths(tmp_path: Path) -> None:
    write(tmp_path, "news", "ab")
    write(tmp_path, "news", "c", days=1)
    write(tmp_path, "ferry", "d")
    assert names(tmp_path) == ["d", "a", "b", "c"]
    assert names(tmp_path / "news") == ["a", "b", "c"]
    (file,) = (tmp_path / "ferry").rglob("*.jsonl")
    assert names(file) == ["d"]


def test_a_site_is_its_folder_or_what_its_records_say(tmp_path: Path) -> None:
    write(tmp_path / "data", "news", "a")
    write(tmp_path / "data", "ferry", "b")
    assert names(tmp_path / "data", sites=("ferry",)) == ["b"]
    mixed = file_of(tmp_path / "mixed.jsonl", article("news", "a"), article("ferry", "b"))
    assert names(mixed, sites=("ferry",)) == ["b"]
    with pytest.raises(UsageError, match=r"no site 'fery' in .*: ferry, news"):
        names(tmp_path / "data", sites=("fery",))


def test_a_limit_of_records_opens_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files: list[Path] = []

    def counted(file: Path) -> AbstractContextManager[BinaryIO]:
        files.append(file)
        return opened(file)

    monkeypatch.setattr(module, "opened", counted)
    for day in range(3):
        write(tmp_path, "news", "abc", days=day)
    lines = read_lines(tmp_path, Selection())
    for _ in range(3):
        next(lines)
    assert len(files) == 1


@pytest.mark.parametrize(
    ("published", "since", "until", "taken"),
    [
        ("2026-11-02T09:00:00+05:00", "2026-11-02T04:00:00+00:00", None, True),
        ("2026-11-02T09:00:00+05:00", "2026-11-02T04:00:01+00:00", None, False),
        ("2026-11-02T09:00:00+05:00", None, "2026-11-02T04:00:00+00:00", False),
        ("2026-11-02T09:00:00+05:00", None, "2026-11-02T04:00:01+00:00", True),
        ("2026-11-02", "2026-11-02T23:00:00+00:00", None, True),
        ("2026-11-02", "2026-11-03T00:00:00+00:00", None, False),
        ("2026-11-02", None, "2026-11-02T00:00:00+00:00", False),
        (None, "2000-01-01T00:00:00+00:00", None, False),
    ],
)
def test_the_time_of_publication_decides(
    tmp_path: Path, published: str | None, since: str | None, until: str | None, taken: bool
) -> None:
    file = file_of(tmp_path / "x.jsonl", with_values("a", date_published=published))
    times = {
        key: datetime.fromisoformat(text)
        for key, text in (("since", since), ("until", until))
        if text is not None
    }
    assert names(file, **times) == (["a"] if taken else [])


def test_the_time_of_the_download_decides_if_asked(tmp_path: Path) -> None:
    write(tmp_path, "news", "a")
    write(tmp_path, "news", "b", days=2)
    middle = datetime(2026, 11, 21, tzinfo=UTC)
    assert names(tmp_path, since=middle, by=Moment.DOWNLOADED) == ["b"]
    assert names(tmp_path, until=middle, by=Moment.DOWNLOADED) == ["a"]
    assert names(tmp_path, since=middle) == []


@pytest.mark.parametrize(
    ("where", "taken"),
    [
        (["language=ur"], "ab"),
        (["language=UR-pk"], "b"),
        (["language=u"], ""),
        (["section=sport"], "a"),
        (["author=rabia malik"], "c"),
        (["section=Sport", "section=Opinion"], "ac"),
        (["language=ur", "section=Opinion"], ""),
        (["language=ur", "section=Sport"], "a"),
    ],
)
def test_values_decide(tmp_path: Path, where: list[str], taken: str) -> None:
    file = file_of(
        tmp_path / "x.jsonl",
        with_values("a", in_language="ur", article_section="Sport"),
        with_values("b", in_language="ur-PK"),
        with_values("c", article_section="Opinion", authors=[Author(name="Rabia Malik")]),
    )
    assert names(file, where=parse_where(where)) == list(taken)


@pytest.mark.parametrize("text", ["language", "language=", "headline=x", "=ur"])
def test_another_condition_is_an_error(text: str) -> None:
    with pytest.raises(UsageError, match="--where"):
        parse_where([text])


def test_the_newest_version_is_taken_and_what_is_gone_is_not(tmp_path: Path) -> None:
    first, second = with_values("a"), with_values("a", version=2, headline="Second")
    gone = with_values("b", version=2, status=Status.GONE)
    again = with_values("c", version=3)
    file_of(tmp_path / "1.jsonl", second, with_values("b"), with_values("c"))
    file_of(tmp_path / "2.jsonl", first, gone, with_values("c", version=2, status=Status.GONE))
    file_of(tmp_path / "3.jsonl", again)
    taken = [line.article() for line in read_lines(tmp_path, Selection(latest=True))]
    assert taken == [second, again]
    assert list(read(tmp_path, latest=True)) == taken


def test_versions_are_compared_before_the_other_conditions(tmp_path: Path) -> None:
    old = with_values("a", article_section="Sport")
    file = file_of(
        tmp_path / "x.jsonl", old, with_values("a", version=2, article_section="Opinion")
    )
    assert names(file, latest=True, where=parse_where(["section=Sport"])) == []


def test_of_two_lines_with_one_version_the_later_one_is_taken(tmp_path: Path) -> None:
    file = file_of(tmp_path / "x.jsonl", with_values("a"), with_values("a", headline="Later"))
    (line,) = read_lines(file, Selection(latest=True))
    assert line.article().headline == "Later"


def test_a_line_in_another_order_of_keys_is_a_record_too() -> None:
    record = article("news", "a").to_dict()
    data = json.dumps(dict(sorted(record.items()))).encode()
    line = RecordLine(data, Path("x"), 1)
    assert line.identity == (record["id"], 1, "published")
    assert line.article() == article("news", "a")


@pytest.mark.parametrize("latest", [False, True])
@pytest.mark.parametrize("data", [b"{", b"[]", b"{}", b"", b'{"id":"x","metadata":{}}', b"\xff"])
def test_a_line_that_is_no_record_is_named(tmp_path: Path, data: bytes, latest: bool) -> None:
    file = file_of(tmp_path / "x.jsonl", article("news", "a"))
    with file.open("ab") as stream:
        stream.write(data + b"\n")
    with pytest.raises(UsageError, match=r"x\.jsonl:2 is not a record"):
        list(read_lines(file, Selection(latest=latest)))


def test_memory_does_not_grow_with_the_records(tmp_path: Path) -> None:
    small = file_of(tmp_path / "small.jsonl", *[article("news", "a")] * 20)
    large = file_of(tmp_path / "large.jsonl", *[article("news", "a")] * 2_000)

    def peak(file: Path) -> int:
        tracemalloc.start()
        for _ in read_lines(file, Selection(where=(("language", "en"),))):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(small)  # what is imported and cached once
    assert peak(large) < peak(small) + 100_000
