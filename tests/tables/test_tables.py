"""Every kind of table, read back by the tool that it is for, has the records field by field."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import UnwritableOutput, UsageError
from ingest.tables import TableKind, open_table
from tests.tables.samples import bare, full, records, rows_of

ROOT = Path(__file__).parents[2]
ALL = ["csv", "duckdb", "parquet", "sqlite", "folder"]


@pytest.fixture(params=ALL)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A destination of each kind."""
    if request.param in {"parquet", "folder", "duckdb"}:
        pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    if request.param == "duckdb":
        pytest.importorskip("duckdb", reason="the extra duckdb is not installed")
    return f"{tmp_path}/deep/" if request.param == "folder" else f"{tmp_path}/x/t.{request.param}"


def put(target: str, *articles: Any, append: bool = False) -> tuple[int, int]:
    kind = TableKind.PARQUET if target.endswith("/") else None
    with open_table(target, kind, append=append) as table:
        for item in articles:
            table.add(item if isinstance(item, dict) else item.to_dict())
    return table.added, table.known


def test_a_table_has_the_records_field_by_field(target: str) -> None:
    articles = [full(), bare(), full("other", "ferry", 1)]
    assert put(target, *articles) == (3, 0)
    assert rows_of(Path(target)) == records(articles)


def test_a_table_without_records_has_its_columns(target: str) -> None:
    put(target)
    if not target.endswith("/"):
        assert rows_of(Path(target)) == []


def test_types_do_not_depend_on_the_data(target: str) -> None:
    """A half in which nearly all is null is one table with a half in which nothing is."""
    articles = [bare("a"), bare("b"), full("c"), full("d")]
    put(target, *articles[:2])
    assert put(target, *articles[2:], append=True) == (2, 0)
    assert rows_of(Path(target)) == records(articles)


def test_id_and_version_are_the_key(target: str) -> None:
    put(target, full(version=1), bare())
    assert put(target, full(version=1), full(version=2), append=True) == (1, 1)
    assert put(target, full(version=2), full(version=2), append=True) == (0, 2)
    assert rows_of(Path(target)) == records([full(version=1), full(version=2), bare()])


def test_without_append_the_table_is_a_new_one(target: str) -> None:
    put(target, bare("a"), bare("b"))
    put(target, bare("c"))
    assert rows_of(Path(target)) == records([bare("c")])
    assert [path.name for path in Path(target).parent.iterdir()] == [Path(target).name]


@pytest.mark.parametrize("append", [False, True])
def test_an_error_in_the_middle_leaves_the_old_table(target: str, append: bool) -> None:
    put(target, bare("a"))
    broken = {**bare("c").to_dict(), "schemaVersion": None}
    many = [bare(f"b{number}") for number in range(1_000)]  # enough to be written before it
    with pytest.raises(UsageError):
        put(target, *many, broken, append=append)
    assert rows_of(Path(target)) == records([bare("a")])
    assert [path.name for path in Path(target).parent.iterdir()] == [Path(target).name]


KILLED = """
import os, sys
from ingest.tables import TableKind, open_table
from tests.tables.samples import bare
target, append = sys.argv[1], sys.argv[2] == "append"
with open_table(target, TableKind.PARQUET if target.endswith("/") else None, append=append) as table:
    for number in range(1500):
        table.add(bare(f"killed-{number}").to_dict())
    table.flush()
    os._exit(9)
"""


@pytest.mark.parametrize("how", ["replace", "append"])
def test_a_killed_export_leaves_the_old_table(target: str, how: str) -> None:
    put(target, bare("a"))
    done = subprocess.run(
        [sys.executable, "-c", KILLED, target, how], cwd=ROOT, timeout=60, check=False
    )
    assert done.returncode == 9
    assert rows_of(Path(target)) == records([bare("a")])
    assert put(target, bare("a"), bare("b"), append=True) == (1, 1)
    assert rows_of(Path(target)) == records([bare("a"), bare("b")])


def test_a_folder_is_restored_if_the_export_was_killed_while_it_was_exchanged(
    tmp_path: Path,
) -> None:
    pytest.importorskip("pyarrow")
    target = f"{tmp_path}/t/"
    put(target, bare("a"))
    (tmp_path / "t").rename(tmp_path / ".t.old")
    with pytest.raises(ZeroDivisionError), open_table(target, TableKind.PARQUET):
        1 / 0  # noqa: B018
    assert rows_of(tmp_path / "t") == records([bare("a")])


def test_a_folder_has_partitions_by_site_and_month(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    put(f"{tmp_path}/t/", full(), bare("b", "ferry"))
    names = sorted(str(path.parent.relative_to(tmp_path)) for path in tmp_path.rglob("*.parquet"))
    assert names == ["t/site=ferry/month=2026-11", "t/site=news/month=2026-11"]
    site_and_month = "SELECT site, CAST(month AS VARCHAR), version"
    query = f"{site_and_month} FROM '{tmp_path}/t/*/*/*.parquet' ORDER BY 1"
    assert duckdb.sql(query).fetchall() == [("ferry", "2026-11", 1), ("news", "2026-11", 2)]


def test_many_rows_of_a_partition_are_several_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet = pytest.importorskip("ingest.tables.parquet")
    monkeypatch.setattr(parquet, "_FILE_ROWS", 4)
    monkeypatch.setattr(parquet, "_WAITING_ROWS", 5)
    articles = [bare(str(number), site) for number in range(7) for site in ("news", "ferry", "sun")]
    put(f"{tmp_path}/t/", *articles)
    assert rows_of(tmp_path / "t") == records(articles)
    assert len(list(tmp_path.rglob("*.parquet"))) > 3


def test_pandas_reads_what_tables_are_made_of(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    pandas = pytest.importorskip("pandas")
    put(f"{tmp_path}/t.parquet", full(), bare())
    put(f"{tmp_path}/t.csv", full(), bare())
    for frame in (pandas.read_parquet(tmp_path / "t.parquet"), pandas.read_csv(tmp_path / "t.csv")):
        assert list(frame["articleBody"]) == [full().article_body, bare().article_body]
        assert list(frame["version"]) == [2, 1]


@pytest.mark.threat("O7")
def test_a_cell_of_csv_is_no_formula(tmp_path: Path) -> None:
    put(f"{tmp_path}/t.csv", full())
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert row["headline"] == f"'{full().headline}"


def test_sqlite_finds_words_and_keeps_parts_in_tables(tmp_path: Path) -> None:
    put(f"{tmp_path}/t.sqlite", full(), bare())
    connection = sqlite3.connect(tmp_path / "t.sqlite")

    def values(query: str, *arguments: str) -> list[Any]:
        return [row[0] for row in connection.execute(query, arguments)]

    find = (
        "SELECT url FROM search JOIN articles ON articles.rowid = search.rowid WHERE search MATCH ?"
    )
    assert values(find, "پانی") == [full().url]
    assert values(find, "headline: formula") == [full().url]
    assert values(find, "ferry") == [bare().url]
    assert values("SELECT name FROM authors ORDER BY position") == [
        item.name for item in full().authors
    ]
    assert values("SELECT parentId FROM comments ORDER BY position") == [None, "1"]
    assert values("PRAGMA foreign_key_check") == []
    assert values("PRAGMA integrity_check") == ["ok"]
    connection.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    connection.close()


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_the_view_has_the_newest_versions_without_those_that_are_gone(
    tmp_path: Path, kind: str
) -> None:
    gone = {**bare("gone").to_dict(), "version": 2, "status": "gone"}
    if kind == "duckdb":
        duckdb = pytest.importorskip("duckdb")
    put(f"{tmp_path}/t.{kind}", full(version=1), full(version=2), bare("gone"), gone, bare("a"))
    query = "SELECT url, version FROM latest ORDER BY version"
    if kind == "sqlite":
        connection: Any = sqlite3.connect(tmp_path / "t.sqlite")
    else:
        connection = duckdb.connect(str(tmp_path / "t.duckdb"))
    assert connection.execute(query).fetchall() == [(bare("a").url, 1), (full().url, 2)]
    connection.close()


def test_what_an_older_schema_lacks_is_null_or_empty(target: str) -> None:
    record = full().to_dict()
    del record["metadata"]["sequence"], record["metadata"]["warnings"], record["keywords"]
    put(target, {**record, "schemaVersion": "1.0.0"})
    (row,) = rows_of(Path(target))
    assert (row["metadata"]["sequence"], row["metadata"]["warnings"], row["keywords"]) == (
        None,
        [],
        [],
    )


@pytest.mark.parametrize("version", ["1.999.0", "9.0.0", "new", None])
def test_a_record_of_an_unknown_schema_is_an_error(tmp_path: Path, version: str | None) -> None:
    with pytest.raises(UsageError, match=r"schema ?[vV]ersion"):
        put(f"{tmp_path}/t.csv", {**full().to_dict(), "schemaVersion": version})


def test_a_value_of_another_type_is_an_error(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    with pytest.raises(UsageError, match="does not fit the schema"):
        put(f"{tmp_path}/t.parquet", {**full().to_dict(), "commentCount": "many"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", ["Rabia", ["Rabia"], [["name", "Rabia"]], 7])
def test_a_value_without_its_parts_is_an_error(tmp_path: Path, value: Any) -> None:
    with pytest.raises(UsageError, match="does not fit the schema: authors is"):
        put(f"{tmp_path}/t.csv", {**full().to_dict(), "authors": value})


def test_a_link_stays_a_link(target: str, tmp_path: Path) -> None:
    if target.endswith("/"):
        return
    put(target, bare("a"))
    link = tmp_path / f"link{Path(target).suffix}"
    link.symlink_to(target)
    put(str(link), bare("b"))
    assert link.is_symlink()
    assert rows_of(Path(target)) == records([bare("b")])


def test_an_old_file_that_is_another_one_is_an_error(target: str) -> None:
    if target.endswith("/"):
        return
    file = Path(target)
    file.parent.mkdir(parents=True)
    file.write_bytes(b"something else, and not a table at all\n" * 100)
    with pytest.raises(UsageError, match=r"t\.\w+"):
        put(target, bare(), append=True)
    assert file.read_bytes() == b"something else, and not a table at all\n" * 100


def test_tables_with_other_columns_are_not_added_to(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "t.sqlite")
    connection.execute("CREATE TABLE articles (id TEXT)")
    connection.close()
    with pytest.raises(UsageError, match="other columns"):
        put(f"{tmp_path}/t.sqlite", bare(), append=True)
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect(str(tmp_path / "t.duckdb")) as other:
        other.execute("CREATE TABLE articles (id VARCHAR)")
    with pytest.raises(UsageError, match="other columns"):
        put(f"{tmp_path}/t.duckdb", bare(), append=True)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnwritableOutput, match=r"cannot write .*file/t\.csv"):
        put(f"{tmp_path}/file/t.csv", bare())


@pytest.mark.parametrize(
    ("target", "kind", "problem"),
    [
        ("t.xlsx", None, "does not end with a format"),
        ("t/", None, "--format parquet"),
        ("t/", TableKind.CSV, "is a folder"),
        ("wxyz://t.csv", None, "wxyz"),
    ],
)
def test_a_wrong_name_is_an_error(target: str, kind: TableKind | None, problem: str) -> None:
    with pytest.raises(UsageError, match=problem), open_table(target, kind):
        pass


@pytest.mark.parametrize(
    ("target", "missing", "remedy"),
    [
        ("t.parquet", "pyarrow", "khabar[parquet]"),
        ("t.duckdb", "duckdb", "khabar[duckdb]"),
        ("s3://b/t.csv", "fsspec", "khabar[cloud]"),
        ("s3://b/t.csv", "s3fs", "khabar[cloud]"),
    ],
)
def test_a_package_that_is_missing_is_one_line_with_the_remedy(
    tmp_path: Path, target: str, missing: str, remedy: str
) -> None:
    if missing == "s3fs":
        pytest.importorskip("fsspec")
    program = (
        f"import sys; sys.modules[{missing!r}] = None; from ingest.cli.app import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "export", target, str(tmp_path)],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert missing in done.stderr
    assert remedy in done.stderr


def test_json_in_cells_is_json(tmp_path: Path) -> None:
    put(f"{tmp_path}/t.sqlite", full())
    connection = sqlite3.connect(tmp_path / "t.sqlite")
    query = "SELECT value FROM articles, json_each(keywords) ORDER BY key"
    assert [row[0] for row in connection.execute(query)] == full().keywords
    (images,) = connection.execute("SELECT images FROM articles").fetchone()
    assert json.loads(images)[0]["creditText"] == "AFP"
    connection.close()
