from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from inspect import signature
from pathlib import Path

import pytest

import ingest
from ingest import UNKNOWN_SITE, Article, Rejection, RunSummary, Settings, Site, SiteCatalog, crawl
from ingest.api import extract, read, scrape
from ingest.errors import (
    InvalidCassette,
    InvalidURL,
    NotRecorded,
    OutputLocked,
    UnknownSite,
    UsageError,
)
from ingest.storage.site_lock import locked
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
    assert all(getattr(ingest, name) is not None for name in ingest.__all__)
    with pytest.raises(AttributeError):
        _ = ingest.nothing


def test_crawl_is_a_package_that_can_be_called_whatever_was_imported_before() -> None:
    import ingest.crawl.run  # the import system sets ingest.crawl to the package
    from ingest import crawl as again

    assert again is crawl
    assert callable(crawl)
    assert signature(crawl) == signature(ingest.api.crawl)
    assert ingest.crawl.run.crawl_sites  # type: ignore[attr-defined]  # to mypy `crawl` is the function


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


def settings_for(output: Path) -> Settings:
    return Settings.load(output=output, workers=1)


def test_crawl_works_again_and_again_also_inside_a_running_loop(tmp_path: Path) -> None:
    progress: list[tuple[str, int]] = []

    def note(site: str, counts: Mapping[str, int]) -> None:
        progress.append((site, counts["new"]))

    settings = settings_for(tmp_path)
    names = ["dailytimes", "propakistani"]
    first = crawl(names, settings, limit=2, replay=CASSETTES, on_progress=note)
    assert [(run.site, run.new, run.healthy) for run in first] == [
        (name, 2, True) for name in names
    ]
    assert {("dailytimes", 2), ("propakistani", 2)} <= set(progress)

    async def inside() -> list[RunSummary]:
        return crawl("dailytimes.com.pk", settings, limit=1, replay=[CASSETTES], since="2015-01-01")

    (second,) = asyncio.run(inside())
    assert (second.new, second.unchanged) == (1, 2)
    assert len(list(read(tmp_path))) == 5


def test_a_script_crawls_without_a_main_guard(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from ingest import Settings, crawl\n"
        "settings = Settings.load(output='out', workers=1)\n"
        f"for run in crawl('dailytimes', settings, limit=1, replay={str(CASSETTES)!r}):\n"
        "    print(run.site, run.new, run.healthy)\n",
        encoding="utf-8",
    )
    environment = os.environ | {"PYTHONPATH": str(CASSETTES.parents[1])}
    line = (sys.executable, str(script))
    done = subprocess.run(
        line, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert (done.stdout, done.stderr) == ("dailytimes 1 True\n", "")


def test_a_site_that_is_defined_in_code_can_be_crawled(tmp_path: Path) -> None:
    values = SiteCatalog.load().get("dailytimes").model_dump() | {"name": "mine"}
    (run,) = crawl(Site.model_validate(values), settings_for(tmp_path), limit=1, replay=CASSETTES)
    assert (run.site, run.new) == ("mine", 1)
    assert [record.metadata.site for record in read(tmp_path)] == ["mine"]


def test_crawl_raises_what_went_wrong(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with pytest.raises(UsageError):
        crawl("dailytimes", settings, since="soon")
    with pytest.raises(UnknownSite, match="dailytimes"):
        crawl("dailytime", settings, replay=CASSETTES)
    with locked(tmp_path, "dailytimes"), pytest.raises(OutputLocked):
        crawl("dailytimes", settings, replay=CASSETTES)


def test_an_error_of_the_callers_ends_the_crawl(tmp_path: Path) -> None:
    def fail(_: str, __: Mapping[str, int]) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        crawl("dailytimes", settings_for(tmp_path), replay=CASSETTES, on_progress=fail)
    with locked(tmp_path, "dailytimes"):  # nothing holds the output any more
        pass


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


def test_a_canonical_url_that_all_articles_share_is_ignored_with_a_warning() -> None:
    html = PAGE.replace("<head>", "<head><link rel=canonical href='/artikel.php'>")
    records = [extract(html, f"https://gazette.example/artikel.php?nr={nr}") for nr in (9917, 9918)]
    ids = set()
    for record in records:
        assert isinstance(record, Article)
        assert any("canonical" in warning for warning in record.metadata.warnings)
        ids.add(record.id)
    assert len(ids) == 2
