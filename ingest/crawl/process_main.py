"""The child process of `ingest.crawl.process`: reads a request as JSON, answers in JSON Lines.

The answer is one line with `article`, `rejection`, `summaries` or `error`. A crawl writes lines
with `progress` before it; `scrape_many` a line with `scraped` and its `outcome` for each page.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from ingest.crawl.pages.fetch import Outcome, WantedPages, fetch_each
from ingest.crawl.run import crawl_sites, fetch_pages
from ingest.errors import KhabarError, NothingFetched
from ingest.record import Article
from ingest.settings import Settings
from ingest.sites import Site


class ReceivedSettings(Settings):
    """The settings of the parent, which read file and environment already."""

    model_config = SettingsConfigDict(toml_file=None)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic-settings'
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the only source of values: the request."""
        return (init_settings,)


class Output:
    """Writes JSON Lines for the parent, and ends this process if the parent is gone."""

    def __init__(self) -> None:
        self._counts: dict[str, Mapping[str, int]] = {}

    def write(self, message: Mapping[str, object]) -> None:
        """Write one line."""
        try:
            sys.stdout.write(json.dumps(message) + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            os.kill(os.getpid(), signal.SIGTERM)

    def progress(self, site: str, counts: Mapping[str, int]) -> None:
        """Write the counts of a site if they have changed."""
        if self._counts.get(site) != counts:
            self._counts[site] = counts
            self.write({"progress": {"site": site, "counts": counts}})


def main() -> None:
    """Do what standard input asks for."""
    request = json.load(sys.stdin)
    output = Output()
    try:
        settings = ReceivedSettings.load(**request["settings"])
        task = {"crawl": _crawl, "scrape": _scrape, "scrape_many": _scrape_many}[request["task"]]
        answer = task(request, settings, output)
    except KhabarError as error:
        answer = _error(error)
    output.write(answer)


def _scrape(request: Mapping[str, Any], settings: Settings, _: Output) -> dict[str, object]:
    results = fetch_pages([request["url"]], settings, replay=request["replay"])
    return _outcome(results[0] if results else NothingFetched(f"no answer for {request['url']}"))


def _scrape_many(
    request: Mapping[str, Any], settings: Settings, output: Output
) -> dict[str, object]:
    wanted = WantedPages(
        urls=request["urls"],
        site=None if request["site"] is None else _site(request["site"]),
        accept_any=request["accept_any"],
    )

    def report(url: str, outcome: Outcome) -> None:
        output.write({"scraped": url, "outcome": _outcome(outcome)})

    fetch_each(wanted, settings, report, replay=request["replay"])
    return {}


def _outcome(result: Outcome) -> dict[str, object]:
    if isinstance(result, KhabarError):
        return _error(result)
    if isinstance(result, Article):
        return {"article": result.to_dict()}
    return {"rejection": result.model_dump(mode="json")}


def _crawl(request: Mapping[str, Any], settings: Settings, output: Output) -> dict[str, object]:
    summaries = crawl_sites(
        [_site(item) for item in request["sites"]],
        settings,
        replay=request["replay"],
        record=request["record"],
        on_progress=output.progress,
        limit=request["limit"],
        since=request["since"],
        full=request["full"],
    )
    return {"summaries": [summary.model_dump(mode="json") for summary in summaries]}


def _site(item: str | Mapping[str, Any]) -> Site | str:
    return item if isinstance(item, str) else Site.model_validate(item)


def _error(error: KhabarError) -> dict[str, object]:
    kind = type(error).__name__
    values = {"kind": kind, "message": error.message, "remedy": error.remedy}
    return {"error": {**values, "status": getattr(error, "status", None)}}


if __name__ == "__main__":
    main()
