"""Recordings that are made where the site was crawled before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fixtures.newsrooms.newsroom import Newsroom
from fixtures.newsrooms.server import serve
from ingest.crawl.http import cassette_files
from ingest.crawl.run import crawl_sites
from ingest.settings import Settings
from tests.end_to_end.test_live_crawl import SITE, crawl, in_fresh_process, records

LIMIT = 3


def record_when_warm(folder: Path) -> dict[str, Any]:
    """Crawl a newsroom, then again into a recording: the records, and what the second run sent."""
    with serve(Newsroom.load(SITE)) as server:
        crawl(server, folder / "live", LIMIT)
        before = len(server.requests)
        report = crawl(server, folder / "live", LIMIT, record=folder / "tape.yaml")
        headers = [request.headers for request in server.requests[before:]]
    return {"report": report, "records": records(folder / "live"), "headers": headers}


def test_a_recording_in_a_warm_folder_is_whole(tmp_path: Path) -> None:
    warm = in_fresh_process(record_when_warm, tmp_path)
    assert (warm["report"].new, warm["report"].changed) == (0, 0)
    assert not {name for header in warm["headers"] for name in header if name.startswith("if-")}
    tape = cassette_files.load(tmp_path / "tape.yaml")
    assert {response["status"]["code"] for response in tape.responses} <= {200, 404}
    settings = Settings.load(output=tmp_path / "again", workers=1)
    (report,) = crawl_sites([SITE], settings, limit=LIMIT, replay=[tmp_path / "tape.yaml"])
    assert (report.new, report.failed) == (LIMIT, 0)
    replayed = {record["id"] for record in records(tmp_path / "again")}
    assert replayed == {record["id"] for record in warm["records"]}
