"""An exploration of a site whose pages take for ever to parse: an error or a note, within the limits."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fixtures.hostile.heavy import heavy_hosts
from fixtures.hostile.server import HostileServer
from ingest.discovery.feed import read_feed
from ingest.discovery.sitemap import read_sitemap
from ingest.errors import LimitExceeded
from ingest.onboarding.draft import draft_in_worker, draft_site
from ingest.onboarding.explore import Explorer
from ingest.onboarding.findings import Findings
from ingest.onboarding.front_page import read_front
from ingest.settings import Limits
from tests.crawl import parsers
from tests.onboarding.test_sites_add import BASE, Web, newsroom

ROOT = Path(__file__).parents[2]


def explore(*slow: Callable[..., Any], read: list[object] | None = None) -> Findings:
    """Explore a newsroom; these parsers exceed the limit of time."""

    async def run(parse: Callable[..., Any], *args: Any) -> Any:
        if read is not None:
            read.append(parse)
        if parse in slow:
            raise LimitExceeded(f"{args[-1]}: parsing took over 1 s, limits.extraction_seconds")
        return parse(*args)

    runner: Any = run
    web = Web(newsroom=newsroom("dailytimes"))
    return asyncio.run(Explorer(web.fetch, 2, Limits(), run=runner).run(f"{BASE}/"))


@pytest.mark.threat("S18")
def test_a_source_over_a_limit_is_noted_and_the_others_are_read() -> None:
    whole, part = explore(), explore(read_feed, read_sitemap)
    assert not whole.notes
    assert any("limits.extraction_seconds" in note for note in part.notes)
    assert {source.kind for source in part.sources} < {source.kind for source in whole.sources}
    assert len(part.pages) == len(whole.pages) == 2


@pytest.mark.threat("S18")
def test_a_front_page_over_a_limit_ends_the_exploration() -> None:
    with pytest.raises(LimitExceeded, match=r"limits.extraction_seconds"):
        explore(read_front)


@pytest.mark.threat("S18")
def test_every_parser_is_run_by_what_limits_it() -> None:
    read: list[Any] = []
    explore(read=read)
    assert {"read_front", "infer_patterns", "read_robots", "read_sitemap"} <= {
        parse.__name__ for parse in read
    }


@pytest.mark.threat("S18")
def test_a_draft_is_made_in_a_worker_within_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    findings = explore()
    limits = Limits(extraction_seconds=60.0)
    there, here = draft_in_worker(findings, "courier", limits), draft_site(findings, "courier")
    assert there.values == here.values
    assert [article.id for article in there.articles] == [article.id for article in here.articles]
    monkeypatch.setattr("ingest.onboarding.draft.draft_site", parsers.spin)  # never ends
    with pytest.raises(LimitExceeded, match=r"limits.extraction_seconds"):
        draft_in_worker(findings, "courier", Limits(extraction_seconds=0.2))


@pytest.mark.threat("S18")
def test_the_command_ends_on_a_site_of_wide_tags(tmp_path: Path) -> None:
    host = "wide.example"
    answers = heavy_hosts()[host]
    with HostileServer({host: {**answers, "/": answers["/list-quoted"]}}) as server:
        command = [sys.executable, "-m", "ingest", "sites", "add", f"https://{host}/"]
        flags = ["--connect-to", f"{host}={server.url}", "--allow-loopback", "--delay", "0"]
        done = subprocess.run(
            [*command, *flags, "--to", str(tmp_path / "sites")],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "KHABAR_LIMITS__EXTRACTION_SECONDS": "4"},
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
    assert "a tag has 500 attributes or more" in done.stdout + done.stderr, done
    assert done.returncode in {0, 1}, done
    assert "Traceback" not in done.stderr
