"""One crawl of several sites, which tells what became of each page, and what its process opened and connected to."""

from __future__ import annotations

import importlib
import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scrapy.crawler import Crawler

from ingest.crawl.context import PAGE_DONE, context_of
from ingest.crawl.jobs import Job, run_jobs
from ingest.errors import KhabarError
from ingest.record import Rejection
from ingest.settings import Settings
from spiders.site import SiteSpider


def crawl(sites: list[str], settings: dict[str, Any], log: Path) -> dict[str, Any]:
    """Crawl; run it in a fresh process."""
    opened: set[str] = set()
    connected: set[str] = set()
    importlib.import_module(
        "urllib3"
    )  # at import it binds a socket once, to see whether there is IPv6
    bound: set[str] = set()
    sys.addaudithook(_hook({"open": opened, "socket.connect": connected, "socket.bind": bound}))
    logging.basicConfig(filename=log, level=logging.INFO)
    outcomes: dict[str, tuple[str, str]] = {}
    errors: list[str] = []
    crawlers: list[Crawler] = []

    def listen(crawler: Crawler) -> None:
        def done(url: str, outcome: object) -> None:
            kind = "failed" if isinstance(outcome, KhabarError) else "record"
            kind = "rejected" if isinstance(outcome, Rejection) else kind
            outcomes[url] = (kind, str(outcome) if kind != "record" else "")

        crawler.signals.connect(done, PAGE_DONE, weak=False)
        crawlers.append(crawler)

    loaded = Settings.load(**settings)
    jobs = [Job(SiteSpider, {"site": site}) for site in sites]
    run_jobs(jobs, loaded, None, output=loaded.output, listeners=[listen] * len(jobs))
    remarks: list[str] = []
    for crawler in crawlers:
        errors += context_of(crawler).errors
        visits = context_of(crawler).sources
        remarks += [f"{visit.url}: {visit.remark}" for visit in visits if visit.remark]
    return {
        "outcomes": outcomes,
        "errors": errors,
        "remarks": remarks,
        "opened": opened,
        "connected": connected,
        "bound": bound,
        "crashes": [repr(job.error) for job in jobs if job.error],
        "seconds": {site: job.seconds for site, job in zip(sites, jobs, strict=True)},
    }


def _hook(wanted: dict[str, set[str]]) -> Callable[[str, tuple[Any, ...]], None]:
    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in wanted:
            place = arguments[0] if event == "open" else arguments[1]
            wanted[event].add(str(place))

    return hook


if __name__ == "__main__":
    request = json.load(sys.stdin)
    result = crawl(request["sites"], request["settings"], Path(request["log"]))
    json.dump(result, sys.stdout, default=sorted)
