"""Follow the records of an output: each once and in order, from where the consumer stopped."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import ExitStack, nullcontext
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from time import sleep
from typing import NamedTuple, Self

from ingest.errors import UsageError
from ingest.record import Article
from ingest.schedule import parse_since
from ingest.settings import Settings
from ingest.storage.site_log import SiteLog, last_numbers
from ingest.stream.cursor import Cursor

START, NOW = "start", "now"
_ROUND = 1_000
"""Records of a site before the next site has its turn."""
POLL_SECONDS = 1.0
"""Seconds between two looks at the ledger when there are no more records."""


class Taken(NamedTuple):
    """A record that a consumer is given: its site, its number, and its JSON text in UTF-8."""

    site: str
    sequence: int
    data: bytes

    def article(self) -> Article:
        """Return the record; raises `UsageError` if the line is not one."""
        try:
            return Article.model_validate_json(self.data)
        except ValueError as error:
            raise UsageError(
                f"record {self.sequence} of {self.site} is not a record", "see `khabar verify`"
            ) from error


class Follower:
    """The committed records of an output that a consumer has not taken yet.

    Iterating gives the records in the order of each site, and waits for further ones unless `once`.
    `commit` saves the places of all that were given. A consumer that ends before `commit` is given
    the same records again.

    It holds the consumer, which only one process may have: in a `with` statement, or while it is
    iterated.

    Args:
        output: the output folder.
        consumer: its name.
        sites: names of sites; all of the output if empty, also those that come later.
        start: where a new consumer begins: `start`, `now`, or a duration or time as `--since`.
        once: whether to end when there are no more records.
        ledger: the ledger's URL; `OUTPUT/ledger.sqlite` if empty.

    Raises:
        UsageError: the name or the start is not valid, there is no ledger, or a site has no record.
        OutputLocked: another process has the consumer.
    """

    def __init__(
        self,
        output: Path | str,
        consumer: str,
        *,
        sites: Collection[str] = (),
        start: str = START,
        once: bool = False,
        ledger: str = "",
    ) -> None:
        self._output = Path(output)
        self._cursor = Cursor(self._output, consumer)
        self._sites = list(dict.fromkeys(sites))
        self._start = start
        self._once = once
        self._ledger = ledger
        self._logs: dict[str, SiteLog] = {}
        self._given: dict[str, int] = {}
        self._stack = ExitStack()
        self._is_held = False

    def __enter__(self) -> Self:
        """Take the consumer, and give it its places if it is new."""
        last = last_numbers(self._output, self._ledger)
        for site in self._sites:
            if site not in last:
                known = f"those with records: {', '.join(last)}" if last else "crawl first"
                raise UsageError(f"no record of {site!r} in {self._output}", known)
        with ExitStack() as stack:
            stack.enter_context(self._cursor.locked())
            if self._cursor.exists:
                self._given = dict(self._cursor.load().by_site)
                self._check(last)
            else:
                starts = {site: start_of(self._log(site), last[site], self._start) for site in last}
                self._given = starts
                self.commit()
            self._stack = stack.pop_all()
        self._is_held = True
        return self

    def __exit__(self, *_: object) -> None:
        """Release the consumer; what was not committed will be given again."""
        self._is_held = False
        self._stack.close()

    def __iter__(self) -> Iterator[Article]:
        """Yield records."""
        for taken in self.lines():
            yield taken.article()

    def lines(self) -> Iterator[Taken]:
        """Yield records as lines, without parsing them."""
        with nullcontext() if self._is_held else self:
            while True:
                yield from self.available()
                if self._once:
                    return
                sleep(POLL_SECONDS)

    def available(self) -> Iterator[Taken]:
        """Yield the records that are committed now; ends when there are no more.

        Raises:
            UsageError: records that the consumer has not taken are missing, or the output has fewer
                than it has taken.
        """
        while True:
            last = last_numbers(self._output, self._ledger)
            self._check(last)
            waiting = [site for site in self._chosen(last) if last[site] > self._given.get(site, 0)]
            if not waiting:
                return
            for site in waiting:
                place = self._given.get(site, 0)
                for line in islice(self._log(site).after(place), _ROUND):
                    self._given[site] = line.sequence
                    yield Taken(site, line.sequence, line.data)
                if self._given.get(site, 0) == place:  # the last records were pruned or lost
                    self._given[site] = last[site]

    def commit(self) -> None:
        """Save the places of the records that were given; durable on return."""
        self._cursor.save(self._given)

    def _chosen(self, last: Collection[str]) -> list[str]:
        return [site for site in last if not self._sites or site in self._sites]

    def _log(self, site: str) -> SiteLog:
        if site not in self._logs:
            self._logs[site] = SiteLog(self._output, site, self._ledger)
        return self._logs[site]

    def _check(self, last: dict[str, int]) -> None:
        """Raise `UsageError` if a place is behind the end of a site's records."""
        for site in self._sites or self._given:
            place = self._given.get(site, 0)
            if place > last.get(site, 0):
                raise UsageError(
                    f"{self._cursor.name} has taken {place} records of {site}, and {self._output} "
                    f"has {last.get(site, 0)}: it is another output, or was restored",
                    f"khabar consumers reset {self._cursor.name} --to start",
                )


def follow(
    path: Path | str,
    consumer: str,
    *,
    sites: Collection[str] = (),
    start: str = START,
    once: bool = False,
) -> Follower:
    """Return the records of an output that a consumer has not taken yet, to iterate.

        follower = follow("data", consumer="search")
        for article in follower:
            index(article)
            follower.commit()

    `commit` saves the place after the records that were given; without it they are given again.

    Args:
        path: the output folder of `khabar crawl`.
        consumer: the name under which the place is kept.
        sites: names of sites; all of the output if empty.
        start: where a new consumer begins: `start`, `now`, or a duration or time such as `2d`.
        once: end when there are no more records, in place of waiting for further ones.

    Raises:
        UsageError: when it is iterated: there is no ledger, or records are missing.
        OutputLocked: when it is iterated: another process has the consumer.
    """
    ledger = Settings.load().ledger
    return Follower(path, consumer, sites=sites, start=start, once=once, ledger=ledger)


def start_of(log: SiteLog, last: int, start: str) -> int:
    """Return the place that a start means: the number of the last record before it.

    Args:
        log: of the site.
        last: the number of its last record.
        start: `start`, `now`, a number, or a duration or time as the option `--since` has.

    Raises:
        UsageError: it is none of these.
    """
    if start == START:
        segments = log.segments()
        return segments[0].first - 1 if segments else 0  # older ones may be pruned
    if start == NOW:
        return last
    if start.isdecimal():
        if int(start) > last:
            raise UsageError(f"{log.site} has {last} records, not {start}", "or say `now`")
        return int(start)
    return _before(log, parse_since(start, option="the place to begin"))


def _before(log: SiteLog, moment: datetime) -> int:
    """Return the number of the last record that was downloaded before a time."""
    place = 0
    for segment in reversed(log.segments()):
        for line in log.lines(segment):
            if _downloaded(line.data) >= moment:
                place = line.sequence - 1
                break
        else:  # all of the segment is older
            return max(place, segment.last)
        if place >= segment.first:
            return place
    return place


def _downloaded(data: bytes) -> datetime:
    text: str = json.loads(data)["metadata"]["dateDownloaded"]
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
