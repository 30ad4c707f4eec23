from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

import ingest
from ingest import UNKNOWN_SITE, Article, Rejection
from ingest.api import extract, read, scrape
from ingest.errors import InvalidCassette, InvalidURL, NotRecorded, UnknownSite, UsageError
from tests.test_record import article

CASSETTES = Path(__file__).parents[1] / "fixtures" / "cassettes"
RICE = "https://dailytimes.com.pk/1402210/rice-harvest-fills-stores-to-the-roof/"
URL = "https://paper.example/2026/10/05/a-new-road/"
PARAGRAPHS = "".join(
    f"<p>The road to the valley number {number} was opened on Monday, the district office said, after two years.</p>"
    for number in range(5)
)
PAGE = f"""<!doctype html><html lang="en"><head><title>A new road - Paper</title></head><body>
<article><h1>A new road</h1><p class="byline">By Amna Rao</p><span class="date">3 hours ago</span>{PARAGRAPHS}</article>
</body></html>"""
NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)


def test_the_package_offers_functions_and_types() -> None:
    assert ingest.extract is extract
    assert ingest.scrape is scrape
    assert ingest.read is read
    with pytest.raises(AttributeError):
        _ = ingest.nothing


@pytest.mark.parametrize("html", [PAGE, PAGE.encode()], ids=["text", "bytes"])
def test_a_page_at_hand_is_an_article(html: str | bytes) -> None:
    record = extract(html, f" {URL} ", retrieved_at=NOON)
    assert isinstance(record, Article)
    assert (record.headline, [author.name for author in record.authors]) == (
        "A new road",
        ["Amna Rao"],
    )
    assert record.url == record.requested_url == URL
    assert record.article_body.count("\n\n") == 4
    assert record.metadata.date_downloaded == "2026-10-05T12:00:00+00:00"


def test_text_keeps_its_letters_whatever_its_meta_claims() -> None:
    page = PAGE.replace("<head>", "<head><meta charset='iso-8859-1'>").replace(
        "A new road", "Die neue Straße"
    )
    record = extract(page, URL, retrieved_at=NOON)
    assert isinstance(record, Article)
    assert record.headline == "Die neue Straße"


def test_relative_times_count_from_the_given_clock() -> None:
    record = extract(PAGE, URL, retrieved_at=NOON, site=UNKNOWN_SITE)
    assert isinstance(record, Article)
    assert record.date_published is not None
    assert datetime.fromisoformat(record.date_published).timestamp() == NOON.timestamp() - 3 * 3600


def test_what_is_no_article_is_a_rejection() -> None:
    assert isinstance(extract("", URL), Rejection)
    assert isinstance(
        extract(b"<html><body><h1>404 Page not found</h1></body></html>", URL), Rejection
    )


@pytest.mark.parametrize(
    "body", [b"%PDF-1.7 text", bytes(range(256)) * 4, b"\x89PNG\r\n\x1a\n" + bytes(300)]
)
def test_a_file_of_another_kind_is_rejected_whatever_it_is_called(body: bytes) -> None:
    rejection = extract(body, URL)
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "not-html"


def test_a_page_with_a_stray_control_or_in_utf_16_is_read() -> None:
    for body in (PAGE.replace("two years", "two\x01 years").encode(), PAGE.encode("utf-16")):
        assert isinstance(extract(body, URL, retrieved_at=NOON), Article)


def test_wrong_calls_are_errors() -> None:
    with pytest.raises(InvalidURL):
        extract(PAGE, "paper.example/a")
    with pytest.raises(UnknownSite, match="dailytimes"):
        extract(PAGE, URL, site="dailytime")
    with pytest.raises(InvalidURL):
        scrape("nope")


def test_scrape_works_twice_and_inside_a_running_loop() -> None:
    async def inside() -> Article | Rejection:
        return scrape(RICE, replay=CASSETTES)

    first, second = scrape(RICE, replay=CASSETTES), asyncio.run(inside())
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert first.content_hash == second.content_hash
    assert first.metadata.site == "dailytimes"


def test_scrape_raises_what_went_wrong() -> None:
    with pytest.raises(NotRecorded, match="nearest"):
        scrape("https://dailytimes.com.pk/1/nothing/", replay=CASSETTES)
    with pytest.raises(InvalidCassette):
        scrape(RICE, replay="no-such-file.yaml")


def test_read_gives_finished_segments_in_order(tmp_path: Path) -> None:
    for name, text in (("b/2.jsonl", "two"), ("a/1.jsonl", "one"), ("b/3.jsonl.open", "open")):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(article(headline=f"{text}\u2028x").to_json_line() + "\n", encoding="utf-8")
    assert [record.headline for record in read(tmp_path)] == ["one\u2028x", "two\u2028x"]
    assert [record.headline for record in read(tmp_path / "b" / "2.jsonl")] == ["two\u2028x"]


def test_read_names_the_file_and_line_that_is_no_record(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text(article().to_json_line() + '\n{"torn": ', encoding="utf-8")
    with pytest.raises(UsageError, match=r"x\.jsonl:2"):
        list(read(tmp_path))
    with pytest.raises(UsageError, match="no such file"):
        list(read(tmp_path / "nothing"))
