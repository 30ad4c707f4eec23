"""Crawls and scrapes in a process of their own, for programs that call Khabar.

Twisted's reactor can run only once in a process and needs the main thread's event loop. In a child
process `crawl`, `scrape` and `scrape_many` can be called from a script, a notebook, a thread and inside a running
event loop, as often as wanted.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Self

from ingest import errors
from ingest.errors import InvalidURL
from ingest.monitoring.summary import RunSummary
from ingest.record import Article, Rejection
from ingest.schedule import parse_since
from ingest.settings import Settings
from ingest.sites import Site
from ingest.urls import check_url

_COMMAND = (sys.executable, "-m", "ingest.crawl.process_main")
_GRACE_SECONDS = 5.0
"""Time beyond `limits.stop_seconds` for a crawl that is stopped to write its results."""

Progress = Callable[[str, Mapping[str, int]], None]
Paths = Path | str | Iterable[Path | str] | None


def scrape(
    url: str, *, settings: Settings | None = None, replay: Paths = None
) -> Article | Rejection:
    """Fetch one page and return its record.

    It blocks until the page is there, also inside a running event loop: use `asyncio.to_thread` to
    go on meanwhile.

    Args:
        url: an absolute http(s) URL.
        settings: the operator's settings; those of file and environment by default.
        replay: a cassette, or a folder of them, or several, that answer instead of the network.

    Raises:
        InvalidURL, Unreachable, ForbiddenAddress, NotRecorded, InvalidCassette: as their names say.
    """
    request = {"task": "scrape", "url": check_url(url), **_common(settings, replay)}
    done = subprocess.run(  # noqa: S603 - our own module, and no shell
        _COMMAND,
        input=json.dumps(request),
        capture_output=True,
        encoding="utf-8",
        env=_environment(),
        check=False,
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        last = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        raise errors.KhabarError(f"the fetching process failed on {url}: {last}") from error
    _raise_error(answer)
    return _result(answer)


class Scraped(NamedTuple):
    """One URL of `scrape_many`, and its record, the reason for none, or why it was not fetched."""

    url: str
    result: Article | Rejection | errors.KhabarError


class ScrapedPages(Iterator[Scraped], AsyncIterator[Scraped]):
    """The results of `scrape_many`, for `for` or `async for`; `close` ends the run early."""

    def __init__(self, results: Generator[Scraped]) -> None:
        self._results = results

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Scraped:
        return next(self._results)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Scraped:
        result = await asyncio.to_thread(next, self._results, None)
        if result is None:
            raise StopAsyncIteration
        return result

    def close(self) -> None:
        """Stop fetching; a loop that is left early does so, too."""
        self._results.close()


def scrape_many(
    urls: Iterable[str],
    *,
    settings: Settings | None = None,
    site: Site | str | None = None,
    accept_any: bool = False,
    replay: Paths = None,
) -> ScrapedPages:
    """Fetch pages of any hosts at the same time, and yield each when it is done.

    Each host is asked as politely as in a crawl: robots.txt, delays, backoff. Use the result in
    `for`, or in `async for`, which leaves the event loop free.

    Args:
        urls: absolute http(s) URLs; one that is repeated is fetched once. A text that is no URL has
            an `InvalidURL` as its result.
        settings: the operator's settings; those of file and environment by default.
        site: a definition for all pages, or its name, or `none`. By default it depends on the URL
            of each page.
        accept_any: give the record of a page that does not look like an article too.
        replay: a cassette, or a folder of them, or several, that answer instead of the network.

    Returns:
        An iterator of `(url, result)`, in the order of completion. A page that cannot be fetched
        has a `KhabarError` as its result, which is not raised.

    Raises:
        UnknownSite, InvalidCassette, KhabarError: at the first step of the iterator.
    """
    settings = settings or Settings.load()
    valid, invalid = _sorted_out(urls)
    request = {
        "task": "scrape_many",
        "urls": valid,
        "site": None if site is None else _plain(site),
        "accept_any": accept_any,
        **_common(settings, replay),
        # Only what is set: the number of requests at a time depends on that.
        "settings": settings.model_dump(mode="json", exclude_unset=True),
    }
    seconds = settings.limits.stop_seconds + _GRACE_SECONDS
    return ScrapedPages(_scraped(request, invalid, seconds))


def _sorted_out(urls: Iterable[str]) -> tuple[list[str], list[Scraped]]:
    """Return the URLs, each once, and the results of texts that are none."""
    valid: dict[str, None] = {}
    invalid = []
    for url in urls:
        try:
            valid[check_url(url)] = None
        except InvalidURL as error:
            invalid.append(Scraped(url, error))
    return list(valid), invalid


def _scraped(
    request: Mapping[str, Any], invalid: Iterable[Scraped], stop_seconds: float
) -> Generator[Scraped]:
    yield from invalid
    if not request["urls"]:
        return
    with closing(_messages(request, stop_seconds)) as messages:
        for message in messages:
            if "scraped" in message:
                outcome = message["outcome"]
                error = _error_in(outcome)
                yield Scraped(message["scraped"], _result(outcome) if error is None else error)
            else:
                _raise_error(message)


def _result(answer: Mapping[str, Any]) -> Article | Rejection:
    """Return the record or the rejection of an answer."""
    if "article" in answer:
        return Article.model_validate(answer["article"])
    return Rejection.model_validate(answer["rejection"])


def crawl(  # noqa: PLR0913 - each option is the caller's, and all but two are keywords
    sites: Site | str | Iterable[Site | str],
    settings: Settings | None = None,
    *,
    replay: Paths = None,
    record: Path | str | None = None,
    limit: int | None = None,
    since: datetime | str | None = None,
    full: bool = False,
    on_progress: Progress | None = None,
) -> list[RunSummary]:
    """Fetch what is new on sites into `settings.output`, as `khabar crawl` does.

    It blocks until the crawl is over, also inside a running event loop: use `asyncio.to_thread` to
    go on meanwhile. `KeyboardInterrupt` ends the crawl in good order. Warnings go to standard
    error.

    Args:
        sites: one site or several: definitions, or their names or domains.
        settings: the operator's settings; those of file and environment by default.
        replay: a cassette, or a folder of them, or several, that answer instead of the network.
        record: a cassette to record to.
        limit: maximum number of articles of each site.
        since: skip older articles: `12h`, `2d`, `3w`, or a day or time (UTC by default).
        full: read every source to its end and fetch every article again.
        on_progress: called with a site's name and its counts whenever they change.

    Returns:
        The summary of each site's run, in the order of `sites`. `healthy`, `findings` and `errors`
        show whether something is wrong with a site.

    Raises:
        UnknownSite, InvalidDefinition, InvalidCassette, UsageError: before anything is fetched.
        OutputLocked, UnwritableOutput: if that ended the crawl of every site.
        KhabarError: the process of the crawl failed.
    """
    settings = settings or Settings.load()
    chosen = [sites] if isinstance(sites, Site | str) else list(sites)
    request = {
        "task": "crawl",
        "sites": [_plain(site) for site in chosen],
        "record": None if record is None else str(record),
        "limit": limit,
        "since": _moment(since),
        "full": full,
        **_common(settings, replay),
    }
    answer: dict[str, Any] = {}
    with closing(_messages(request, settings.limits.stop_seconds + _GRACE_SECONDS)) as messages:
        for message in messages:
            if "progress" not in message:
                answer = message
            elif on_progress is not None:
                on_progress(message["progress"]["site"], message["progress"]["counts"])
    _raise_error(answer)
    return [RunSummary.model_validate(summary) for summary in answer["summaries"]]


def _messages(request: Mapping[str, object], stop_seconds: float) -> Generator[dict[str, Any]]:
    """Yield the lines of a child process that does a request. Its standard error is ours."""
    process = subprocess.Popen(  # noqa: S603 - our own module, no shell
        _COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=_environment(),
        start_new_session=True,  # Ctrl-C reaches this process, which then stops the crawl
    )
    ended = False
    try:
        _send(process, json.dumps(request))
        for line in process.stdout or ():
            yield json.loads(line)
        ended = True
    finally:
        if not ended:  # KeyboardInterrupt, or an error of the caller's
            process.terminate()
        _wait(process, stop_seconds)
    if process.returncode:
        raise errors.KhabarError(
            f"the crawling process ended with exit code {process.returncode}",
            "its error is on standard error",
        )


def _send(process: subprocess.Popen[str], text: str) -> None:
    if process.stdin is not None:
        with process.stdin:
            process.stdin.write(text)
        process.stdin = None


def _wait(process: subprocess.Popen[str], seconds: float) -> None:
    """Wait until a process has ended, and kill it after so many seconds."""
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def _common(settings: Settings | None, replay: Paths) -> dict[str, object]:
    paths = [replay] if isinstance(replay, Path | str) else replay or ()
    return {
        "settings": (settings or Settings.load()).model_dump(mode="json"),
        "replay": [str(path) for path in paths],
    }


def _plain(site: Site | str) -> str | dict[str, Any]:
    return site if isinstance(site, str) else site.model_dump(mode="json")


def _moment(since: datetime | str | None) -> str | None:
    if since is None:
        return None
    if isinstance(since, str):
        parse_since(since)  # an error now; the crawl knows the clock that a duration counts from
        return since
    return (since if since.tzinfo else since.replace(tzinfo=UTC)).isoformat()


def _environment() -> dict[str, str]:
    """Return an environment in which the child imports what this process can import."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _raise_error(answer: Mapping[str, Any]) -> None:
    """Raise the error of an answer, if it has one, as the class that it names."""
    error = _error_in(answer)
    if error is not None:
        raise error


def _error_in(answer: Mapping[str, Any]) -> errors.KhabarError | None:
    failure = answer.get("error")
    if failure is None:
        return None
    kind: type[errors.KhabarError] = getattr(errors, failure["kind"], errors.KhabarError)
    error = kind(failure["message"], failure["remedy"])
    if isinstance(error, errors.HTTPStatusError):
        error.status = failure["status"]
    return error
