"""The record refuses what would mislead its readers, and its schema describes every field."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

import ingest
from ingest.record import Article, Author, Image, Metadata, Publisher, json_schema
from ingest.text import json_line

CHECKED_IN = Path(ingest.__file__).with_name("record.schema.json")


def article(**changes: Any) -> Article:
    values: dict[str, Any] = {
        "id": "0" * 32,
        "content_hash": "f" * 64,
        "url": "https://news.example/a",
        "requested_url": "https://news.example/a",
        "article_body": "One.\n\nTwo.",
        "publisher": Publisher(domain="news.example"),
        "metadata": Metadata(
            date_downloaded="2026-11-20T09:00:00+00:00", khabar_version="0", trafilatura_version="2"
        ),
    }
    return Article.model_validate({**values, **changes})


def test_the_schema_in_the_repository_is_the_one_of_the_code() -> None:
    assert json.loads(CHECKED_IN.read_text()) == json_schema(), (
        "run: khabar schema > ingest/record.schema.json"
    )


def properties() -> Iterator[tuple[str, dict[str, Any]]]:
    schema = json_schema()
    objects = {"Article": schema, **schema["$defs"]}
    for title, definition in objects.items():
        for name, declaration in definition.get("properties", {}).items():
            yield f"{title}.{name}", declaration


@pytest.mark.parametrize(
    ("name", "declaration"),
    list(properties()),
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_field_has_a_description_and_valid_examples(
    name: str, declaration: dict[str, Any]
) -> None:
    assert declaration["description"].split(" (https://")[0].endswith("."), name
    assert declaration["examples"], name
    validator = jsonschema.Draft202012Validator({**declaration, "$defs": json_schema()["$defs"]})
    for example in declaration["examples"]:
        validator.validate(example)


def test_every_field_is_always_present_and_the_line_is_valid() -> None:
    record = article().to_dict()
    assert set(record) == set(json_schema()["properties"])
    assert record["headline"] is None
    assert record["authors"] == []
    jsonschema.validate(record, json_schema(), cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("nothing", ["", "  ", "None", "null"])
def test_an_unknown_text_is_never_a_string(nothing: str) -> None:
    with pytest.raises(ValidationError):
        article(headline=nothing)
    with pytest.raises(ValidationError):
        Author(name=nothing)


@pytest.mark.parametrize("value", ["2026-10-05T10:21:00+05:00", "2026-10-05"])
def test_dates_have_an_offset_or_are_days(value: str) -> None:
    assert article(date_published=value).date_published == value


@pytest.mark.parametrize(
    "value", ["2026-10-05T10:21:00", "2026-10-05T10:21:00Z", "5 Oct 2026", "2026-10-05 10:21"]
)
def test_other_dates_are_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        article(date_published=value)


def test_a_line_is_one_line_for_every_reader() -> None:
    line = article(headline="a\u2028b\u2029c\nd").to_json_line()
    assert len(line.splitlines()) == 1
    assert json.loads(line)["headline"] == "a\u2028b\u2029c\nd"
    assert json_line({"ا": "ب"}) == '{"ا":"ب"}'


def test_strings_are_cleaned_on_their_way_in() -> None:
    assert article(headline="a\x00\u202eb").headline == "ab"


def test_records_are_frozen() -> None:
    with pytest.raises(ValidationError):
        article().headline = "x"  # type: ignore[misc]  # the point of the test


@pytest.mark.threat("O2")
@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://x.example/",
        "//x.example/",
        "/a",
        "https://",
    ],
)
def test_an_address_in_a_record_is_http(address: str) -> None:
    with pytest.raises(ValidationError):
        Image(url=address)


@pytest.mark.threat("O4")
def test_u2028_is_an_escape_in_every_form_of_a_record() -> None:
    record = {"text": "a\u2028b\u2029c"}
    for indent in (None, 2):
        text = json_line(record, indent=indent)
        assert not set(text) & {"\u2028", "\u2029"}
        assert json.loads(text) == record
