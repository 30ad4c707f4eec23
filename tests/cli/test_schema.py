"""`khabar schema` in each form."""

from __future__ import annotations

from pathlib import Path

import pytest

import ingest
from tests.cli.test_follow import khabar

PACKAGE = Path(ingest.__file__).parent


@pytest.mark.parametrize("arguments", [[], ["--format", "jsonschema"]])
def test_by_default_it_is_the_json_schema_byte_for_byte(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    _, out, _ = khabar(capsys, monkeypatch, "schema", *arguments)
    assert out.encode() == (PACKAGE / "record.schema.json").read_bytes()


def test_tables_to_read_are_those_of_the_documentation(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, out, _ = khabar(capsys, monkeypatch, "schema", "--format", "markdown")
    assert out in (PACKAGE.parent / "docs" / "record.md").read_text("utf-8")


def test_types_of_arrow_are_those_of_a_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arrow = pytest.importorskip("ingest.tables.arrow")
    _, out, _ = khabar(capsys, monkeypatch, "schema", "--format", "arrow")
    assert out == "".join(f"{field.name}: {field.type}\n" for field in arrow.arrow_schema())


def test_types_of_duckdb_are_those_of_a_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    duckdb = pytest.importorskip("duckdb")
    arrow = pytest.importorskip("ingest.tables.arrow")
    _, out, _ = khabar(capsys, monkeypatch, "schema", "--format", "duckdb")
    with duckdb.connect() as connection:
        connection.execute(out)
        connection.register("batch", arrow.arrow_table([]))
        query = "SELECT column_name, column_type FROM (DESCRIBE {})"
        ours, theirs = (
            connection.execute(query.format(name)).fetchall() for name in ("articles", "batch")
        )
    assert ours == theirs


def test_another_form_is_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = khabar(capsys, monkeypatch, "schema", "--format", "avro")
    assert (code, out) == (2, "")
    assert "jsonschema" in err
