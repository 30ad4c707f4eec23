"""What `import ingest` offers: `extract` a page at hand, `scrape` a URL, `read` records."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from ingest import errors
from ingest.processing.build import article_for
from ingest.record import Article, FetchedPage, Rejection
from ingest.settings import Settings
from ingest.sites import Site, SiteCatalog
from ingest.urls import check_url


def extract(
    html: bytes | str,
    url: str,
    *,
    retrieved_at: datetime | None = None,
    site: Site | str | None = None,
) -> Article | Rejection:
    """The record of a page that is at hand.

    Args:
        html: the page, as bytes (their encoding is found as a browser finds it) or as text.
        url: where the page is from, an absolute http(s) URL.
        retrieved_at: when it was; the clock for "8 hours ago" and for dates of the future. Now when not given;
            UTC when naive.
        site: a definition or the name of one; by the URL when not given, none at all with `UNKNOWN_SITE`.

    Returns:
        An `Article`, or a `Rejection` that says why the page is none.

    Raises:
        InvalidURL: the URL is not an absolute http(s) URL.
        UnknownSite: no definition has the name.
    """
    url = check_url(url)
    body = html.encode("utf-8", "replace") if isinstance(html, str) else html
    headers = {"content-type": "text/html; charset=utf-8"} if isinstance(html, str) else {}
    settings, catalog = _ambient()
    page = FetchedPage(
        url=url, body=body, retrieved_at=_aware(retrieved_at), requested_url=url, headers=headers
    )
    return article_for(page, _definition(site, url, catalog), settings.limits)


class _Ambient(NamedTuple):
    settings: Settings
    catalog: SiteCatalog


@cache
def _ambient() -> _Ambient:
    """Return the settings of file and environment, and their sites. Both are read only once.

    Reading them takes longer than the extraction of a page.
    """
    settings = Settings.load()
    return _Ambient(settings, SiteCatalog.load(settings.sites))


def _definition(site: Site | str | None, url: str, catalog: SiteCatalog) -> Site:
    if isinstance(site, Site):
        return site
    return catalog.get(site) if site else catalog.for_url(url)


def _aware(moment: datetime | None) -> datetime:
    if moment is None:
        return datetime.now(UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def scrape(
    url: str, *, settings: Settings | None = None, replay: Path | str | None = None
) -> Article | Rejection:
    """Fetch one page and give its record.

    The fetch runs in a process of its own, since Twisted's reactor can run only once in one: this may be called as
    often as wanted, and inside a running event loop (which waits for it; use a thread to go on meanwhile).

    Args:
        url: an absolute http(s) URL.
        settings: what the operator would set; those of file and environment when not given.
        replay: a cassette, or a folder of them, that answers in place of the network.

    Raises:
        InvalidURL, Unreachable, ForbiddenAddress, NotRecorded, InvalidCassette: as their names say.
    """
    request = {
        "url": check_url(url),
        "settings": (settings or Settings.load()).model_dump(mode="json"),
        "replay": [str(replay)] if replay else [],
    }
    done = subprocess.run(  # our own module, no shell; the URL travels as data on standard input
        [sys.executable, "-m", "ingest.crawl.scrape_process"],
        input=json.dumps(request),
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        check=False,
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        last = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        raise errors.KhabarError(f"the fetching process failed on {url}: {last}") from error
    return _answer(answer)


def _answer(answer: dict[str, dict[str, str]]) -> Article | Rejection:
    if "article" in answer:
        return Article.model_validate(answer["article"])
    if "rejection" in answer:
        return Rejection.model_validate(answer["rejection"])
    failure = answer["error"]
    kind = getattr(errors, failure["kind"], errors.KhabarError)
    raise kind(failure["message"], failure["remedy"])


def read(path: Path | str) -> Iterator[Article]:
    """The records of a JSON Lines file, or of all finished segments below a folder, in the order of their names.

    Raises:
        UsageError: there is no such file or folder, or a line is not a record; the message names file and line.
    """
    path = Path(path)
    if not path.exists():
        raise errors.UsageError(
            f"no such file or folder: {path}", "give the output of `khabar crawl`"
        )
    files = sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]
    for file in files:
        yield from _records(file)


def _records(file: Path) -> Iterator[Article]:
    with file.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            try:
                yield Article.model_validate_json(line)
            except ValidationError as error:
                problem = error.errors()[0]
                where = ".".join(str(part) for part in problem["loc"])
                raise errors.UsageError(
                    f"{file}:{number} is not a record: {where} {problem['msg']}"
                ) from error
