"""Records in each format: what a reader of that format gets back."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from ingest.api import extract as extract_page
from ingest.errors import UsageError
from ingest.extraction.body.render import sanitize
from ingest.formats import (
    Format,
    check_fields,
    default_columns,
    record_writer,
    value_at,
)
from ingest.record import Article
from tests.test_api import PAGE, URL


def record(**changes: Any) -> dict[str, Any]:
    article = extract_page(PAGE, URL)
    assert isinstance(article, Article)
    return {**article.to_dict(), **changes}


def written(kind: Format, *records: dict[str, Any], fields: tuple[str, ...] = ()) -> str:
    writer = record_writer(kind, fields=fields)
    return "".join(writer.add(item) for item in records) + writer.end()


@pytest.mark.parametrize("kind", list(Format))
def test_no_record_is_no_text(kind: Format) -> None:
    assert written(kind) == ""


def test_json_lines_and_json_have_whole_records() -> None:
    first, second = record(), record(headline="Two\u2028lines")
    lines = written(Format.JSONL, first, second)
    assert [json.loads(line) for line in lines.splitlines()] == [first, second]
    assert json.loads(written(Format.JSON, first, second)) == [first, second]
    assert json.loads(written(Format.JSON, first)) == [first]
    assert json.loads(record_writer(Format.JSON).document(first)) == first


def test_fields_are_keys_by_path_in_their_order() -> None:
    authors = [{"name": "A"}, {"name": "B"}]
    item = record(authors=authors, mainImage=None)
    paths = ("headline", "authors.name", "publisher.domain", "mainImage.url")
    line = json.loads(written(Format.JSONL, item, fields=paths))
    assert list(line) == list(paths)
    assert line["authors.name"] == ["A", "B"]
    assert line["publisher.domain"] == value_at(item, "publisher.domain")
    assert line["mainImage.url"] is None


@pytest.mark.parametrize(
    ("field", "remedy"),
    [
        ("headlin", "headline"),
        ("author.name", "authors.name"),
        ("metadata.stat", "metadata.status"),
    ],
)
def test_an_unknown_field_is_named_with_the_nearest(field: str, remedy: str) -> None:
    with pytest.raises(UsageError, match=f"did you mean {remedy}") as raised:
        check_fields([field])
    assert repr(field) in raised.value.message


def test_every_default_column_and_every_key_of_a_mapping_is_a_field() -> None:
    assert check_fields(default_columns()) == default_columns()
    assert check_fields(["metadata.provenance.headline"]) == ("metadata.provenance.headline",)
    item = record()
    assert set(check_fields(item)) == set(item)


@pytest.mark.parametrize(("kind", "delimiter"), [(Format.CSV, ","), (Format.TSV, "\t")])
def test_a_table_has_one_row_for_each_record_and_always_the_same_columns(
    kind: Format, delimiter: str
) -> None:
    poor = record(authors=[], images=[], keywords=[], commentCount=None, sourceOrganization=None)
    rich = record(
        authors=[{"name": "A, B"}, {"name": 'C "D"'}],
        articleBody="One,\ttwo\n\nthree",
        headline="=1+1",
        keywords=["x", "y"],
        isAccessibleForFree=False,
    )
    rows = list(csv.reader(io.StringIO(written(kind, poor, rich)), delimiter=delimiter))
    assert len(rows) == 3
    assert rows[0] == list(default_columns())
    assert {len(row) for row in rows} == {len(default_columns())}
    cells = dict(zip(rows[0], rows[2], strict=True))
    assert cells["authors.name"] == 'A, B; C "D"'
    assert cells["articleBody"] == "One,\ttwo\n\nthree"
    assert cells["headline"] == "'=1+1"  # a spreadsheet would run it
    assert cells["keywords"] == "x; y"
    assert cells["isAccessibleForFree"] == "false"
    assert dict(zip(rows[0], rows[1], strict=True))["authors.name"] == ""


def test_a_list_of_objects_in_a_cell_is_json() -> None:
    images = [{"url": "https://a.example/1.jpg", "caption": None, "creditText": None}]
    _, row = csv.reader(io.StringIO(written(Format.CSV, record(images=images), fields=("images",))))
    assert json.loads(row[0]) == images


def test_text_has_the_head_the_body_and_a_line_between_pages() -> None:
    item = record(alternativeHeadline="A deck")
    text = written(Format.TEXT, item, item)
    first, second = text.split(f"\n{'=' * 72}\n\n")
    assert first == second
    head, _, body = first.partition("\n\n")
    assert head.splitlines()[:2] == [item["headline"], "A deck"]
    assert head.splitlines()[-1] == URL
    assert body == item["articleBody"] + "\n"
    assert written(Format.TEXT, item, fields=("articleBody",)) == item["articleBody"] + "\n"


def test_markdown_keeps_the_structure_of_the_text() -> None:
    html = (
        "<h2>Why</h2><p>One <strong>two</strong> <em>three</em><br>four "
        '<a href="https://a.example/x_(y)">link</a></p>'
        "<ul><li>a</li><li><p>b</p><ol><li>c</li><li>d</li></ol></li></ul>"
        "<blockquote><p>said</p></blockquote>"
        "<table><tr><th>k</th><th>v</th></tr><tr><td>1</td><td>2</td></tr></table>"
    )
    item = record(articleBodyHtml=sanitize(html))
    body = written(Format.MARKDOWN, item).partition(f"<{URL}>\n\n")[2]
    assert body == (
        "## Why\n\nOne **two** *three*\\\nfour [link](https://a.example/x_%28y%29)\n\n"
        "- a\n- b\n    1. c\n    2. d\n\n> said\n\n| k | v |\n| --- | --- |\n| 1 | 2 |\n"
    )


@pytest.mark.parametrize("html", [None, "<p># [x](http://a.example) &lt;b&gt; 1*2*3_4</p>"])
def test_markup_in_a_text_is_text_in_markdown(html: str | None) -> None:
    text = "# [x](http://a.example) <b> 1*2*3_4"
    item = record(articleBody=text, articleBodyHtml=html, headline="*A* <script>")
    markdown = written(Format.MARKDOWN, item)
    assert markdown.startswith("# \\*A\\* \\<script\\>\n")
    assert "\n\\# \\[x\\](http://a.example) \\<b\\> 1\\*2\\*3\\_4\n" in markdown


@pytest.mark.parametrize(
    ("line", "expected"), [("1. May", "1\\. May"), ("- no", "\\- no"), ("+ no", "\\+ no")]
)
def test_the_start_of_a_line_is_no_list_in_markdown(line: str, expected: str) -> None:
    item = record(articleBody=line, articleBodyHtml=None)
    assert written(Format.MARKDOWN, item).endswith(f"\n\n{expected}\n")


def test_html_is_one_document_and_escapes_what_is_text() -> None:
    item = record(headline="<script>x</script>", url='https://a.example/?a="b"&c', inLanguage="ur")
    html = written(Format.HTML, item, item)
    assert html.count("<!doctype html>") == 1
    assert html.count("</html>") == 1
    assert html.count('<article lang="ur" dir="auto">') == 2
    assert "<script>" not in html
    assert 'href="https://a.example/?a=&quot;b&quot;&amp;c"' in html
    assert item["articleBodyHtml"] in html


@pytest.mark.parametrize("kind", [Format.MARKDOWN, Format.HTML])
def test_a_document_takes_no_fields(kind: Format) -> None:
    with pytest.raises(UsageError, match="takes no fields"):
        record_writer(kind, fields=("url",))
