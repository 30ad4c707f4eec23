"""`scrape_many` and `extract_many`: every input has one result, in loops of both kinds, also ones that end early."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingest import (
    UNKNOWN_SITE,
    Article,
    KhabarError,
    Rejection,
    SiteCatalog,
    extract_many,
    scrape_many,
)
from ingest.errors import InvalidCassette, InvalidURL, NotRecorded, UnknownSite, UsageError
from tests.cli.test_cli import CHALLENGE
from tests.test_api import CASSETTES, PAGE, RICE, URL

ROOT = Path(__file__).parents[1]
LISTING = "https://dailytimes.com.pk/pakistan/"
MISSING = "https://dailytimes.com.pk/1/nothing/"

PATIENCE = 30.0


def test_each_url_has_one_result() -> None:
    results = dict(scrape_many([RICE, LISTING, MISSING, RICE], replay=CASSETTES))
    assert set(results) == {RICE, LISTING, MISSING}
    assert isinstance(results[RICE], Article)
    assert isinstance(results[LISTING], Rejection)
    assert isinstance(results[MISSING], NotRecorded)
    assert list(scrape_many([], replay=CASSETTES)) == []


def test_options_of_scrape_many() -> None:
    ((_, listing),) = scrape_many([LISTING], accept_any=True, replay=CASSETTES)
    assert isinstance(listing, Article)
    ((_, plain),) = scrape_many([RICE], site="none", replay=CASSETTES)
    assert isinstance(plain, Article)
    assert plain.metadata.site is None
    site = SiteCatalog.load().get("dailytimes").model_copy(update={"name": "mine"})
    ((_, own),) = scrape_many([RICE], site=site, replay=CASSETTES)
    assert isinstance(own, Article)
    assert own.metadata.site == "mine"


def test_results_come_in_an_async_loop_too() -> None:
    async def collected() -> dict[str, object]:
        return {url: result async for url, result in scrape_many([RICE, MISSING], replay=CASSETTES)}

    results = asyncio.run(collected())
    assert isinstance(results[RICE], Article)
    assert isinstance(results[MISSING], NotRecorded)


def test_a_loop_may_end_early() -> None:
    results = scrape_many([RICE, LISTING, MISSING], replay=CASSETTES)
    assert next(results).url in {RICE, LISTING, MISSING}
    results.close()
    assert list(results) == []


def test_a_text_that_is_no_url_has_a_result_of_its_own() -> None:
    results = dict(scrape_many(["nope", RICE], replay=CASSETTES))
    assert isinstance(results["nope"], InvalidURL)
    assert isinstance(results[RICE], Article)


def test_wrong_calls_of_scrape_many_are_raised() -> None:
    with pytest.raises(InvalidCassette):
        list(scrape_many([RICE], replay="no-such-file.yaml"))
    with pytest.raises(UnknownSite, match="dailytimes"):
        list(scrape_many([RICE], site="dailytime", replay=CASSETTES))


def pages(folder: Path) -> Path:
    link = "<link rel=canonical href='https://paper.example/{}'>"
    for name, html in (("a.html", PAGE), ("b.html", CHALLENGE)):
        page = html.replace("<head>", f"<head>{link.format(name)}")
        (folder / name).write_text(page, encoding="utf-8")
    (folder / "c.html").write_text(PAGE, encoding="utf-8")
    return folder


def test_each_file_has_one_result(tmp_path: Path) -> None:
    results = {path.name: result for path, result in extract_many(pages(tmp_path))}
    first = results["a.html"]
    assert isinstance(first, Article)
    assert first.url == "https://paper.example/a.html"
    modified = (tmp_path / "a.html").stat().st_mtime
    assert first.metadata.date_downloaded[:13] == _hour(modified)
    assert isinstance(results["b.html"], Rejection)
    assert isinstance(results["c.html"], InvalidURL)
    assert list(extract_many([])) == []


def _hour(moment: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(moment, UTC).isoformat()[:13]


def test_options_of_extract_many(tmp_path: Path) -> None:
    file = pages(tmp_path) / "c.html"
    ((path, result),) = extract_many({file: URL}, site=UNKNOWN_SITE)
    assert path == file
    assert isinstance(result, Article)
    assert result.url == URL
    site = SiteCatalog.load().get("dailytimes").model_copy(update={"name": "mine"})
    ((_, own),) = extract_many({file: URL}, site=site)
    assert isinstance(own, Article)
    assert own.metadata.site == "mine"
    mirrored = tmp_path / "paper.example" / "x.html"
    mirrored.parent.mkdir()
    mirrored.write_text(PAGE)
    found = {path.name: result for path, result in extract_many([tmp_path], url_from="path")}
    assert isinstance(found["x.html"], Article)
    assert found["x.html"].url == "https://paper.example/x.html"
    assert isinstance(found["c.html"], KhabarError)


def test_extract_many_works_inside_a_running_loop_and_may_end_early(tmp_path: Path) -> None:
    folder = pages(tmp_path)
    for number in range(20):
        (folder / f"{number}.html").write_text((folder / "a.html").read_text("utf-8"))

    async def inside() -> int:
        results = extract_many(folder)
        assert isinstance(next(results).result, Article | Rejection | KhabarError)
        del results
        return len(list(extract_many(folder)))

    others = {process.pid for process in multiprocessing.active_children()}
    assert asyncio.run(inside()) == 23
    deadline = time.monotonic() + PATIENCE
    while left := {process.pid for process in multiprocessing.active_children()} - others:
        assert time.monotonic() < deadline, left
        time.sleep(0.01)


def test_wrong_calls_of_extract_many_are_raised(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        extract_many(tmp_path / "nothing.html")
    with pytest.raises(UnknownSite, match="dailytimes"):
        extract_many(pages(tmp_path), site="dailytime")
    with pytest.raises(InvalidURL):
        extract_many({tmp_path / "a.html": "nope"})


def test_a_folder_of_saved_pages_needs_no_scrapy(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom ingest.cli.app import main\n"
        "if __name__ == '__main__':\n"
        "    try:\n        main()\n"
        "    finally:\n"
        "        loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "        print(*sorted(loaded & {'scrapy', 'sqlalchemy', 'trafilatura', 'twisted', 'vcr'}))\n"
    )
    file = tmp_path / "program.py"
    file.write_text(program)
    (tmp_path / "pages").mkdir()
    command = [sys.executable, str(file), "scrape", str(pages(tmp_path / "pages")), "--quiet"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 4, done.stderr
    assert done.stdout.splitlines()[-1] == ""


def test_the_package_stays_cheap_to_import() -> None:
    code = "import sys, ingest; sys.exit(len([m for m in sys.modules if m.startswith('ingest.')]))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
