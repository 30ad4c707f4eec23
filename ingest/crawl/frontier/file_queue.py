"""Selects the sitemaps of one source that a run reads (pure).

The order in an index says nothing: publishers list their files oldest first, newest first or by
section, and state equal, wrong or no times of change. So each file is judged by what the ledger
knows of it, and every file is read again some time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from itertools import cycle, islice

from ingest.discovery.source import Source

IDLE_CLAIMS = 3
"""Readings in a row without anything new after which an index's time for a file is ignored."""
_AGING = 0.1
"""A file that had nothing new for some time is read again after this share of that time."""
_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:[-_/.]?(0[1-9]|1[0-2])(?:[-_/.]?([0-2]\d|3[01]))?)?(?!\d)"
)
"""A year, month or day in the name of a file, such as `sitemap-2026-11.xml`."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)

Link = tuple[str, datetime | None]
"""The address of a file, and the time of its last change if an index states one."""


class _Kind(Enum):
    CHANGED = auto()
    UNREAD = auto()
    STALE = auto()


class FileQueue:
    """The files of one source that are due, in the order of reading.

    Indexes come first. Then files of three kinds take turns, so that none waits for ever: those
    for which an index states a change, those that were never read, and those whose last reading is
    long ago compared with the time since they had something new.

    Args:
        known: the sources after the last runs, by URL.
        now: the time of the run, aware.
        since: files that have not changed since then are left out.
        full: whether every file is due.
    """

    def __init__(
        self,
        known: Mapping[str, Source],
        now: datetime,
        since: datetime | None = None,
        *,
        full: bool = False,
    ) -> None:
        self._known = known
        self._now = now
        self._since = since
        self._full = full
        self._met: set[str] = set()
        self._indexes: list[Link] = []
        self._due: dict[_Kind, list[Link]] = {kind: [] for kind in _Kind}
        self._turns = cycle(_Kind)
        self._from_end = False
        self.claimed: set[str] = set()
        """Files that are due because an index states a change."""

    def __len__(self) -> int:
        """Return the number of files that are due and were not taken."""
        return len(self._indexes) + sum(len(links) for links in self._due.values())

    def add(self, links: Iterable[Link]) -> None:
        """Add the files of an index, each once; those that are not due are left out."""
        for link in links:
            if link[0] not in self._met:
                self._met.add(link[0])
                self._place(link)

    def take(self) -> str | None:
        """Return the next file, or None if none is due."""
        if self._indexes:
            return self._indexes.pop(0)[0]
        for kind in islice(self._turns, len(_Kind)):
            if links := self._due[kind]:
                link = self._first_of(kind, links)
                links.remove(link)
                return link[0]
        return None

    def _first_of(self, kind: _Kind, links: list[Link]) -> Link:
        """Return the file of a kind that is read first.

        That is the most overdue one, and of those that were never read the newest. Equal ones are
        taken from both ends in turn: WordPress numbers its files from the oldest on, others list
        the newest first.
        """
        if kind is _Kind.UNREAD:
            ranks = [(0.0, self._date(link)) for link in links]
        else:
            ranks = [(self._overdue(link), self._date(link)) for link in links]
        best = max(ranks)
        first = [link for link, rank in zip(links, ranks, strict=True) if rank == best]
        self._from_end = not self._from_end
        return first[-1 if self._from_end else 0]

    def _place(self, link: Link) -> None:
        url, modified = link
        known = self._known.get(url)
        if self._since is not None and modified is not None and modified < self._since:
            return
        if known is not None and known.links:
            self._indexes.append(link)
        elif known is None or known.last_full is None or self._full:
            if known is None or self._full or self._is_stale(known):
                self._due[_Kind.UNREAD].append(link)
        elif self._claims_change(known, modified):
            self.claimed.add(url)
            self._due[_Kind.CHANGED].append(link)
        elif self._is_stale(known) or (not known.complete and known.error is None):
            self._due[_Kind.STALE].append(link)

    def _claims_change(self, known: Source, modified: datetime | None) -> bool:
        if modified is None or known.last_full is None or known.idle >= IDLE_CLAIMS:
            return False
        return modified > known.last_full

    def _is_stale(self, known: Source) -> bool:
        """Whether a file is due because of its age alone.

        The pause grows with the time since it had something new: a file that had nothing for ten
        days is read once a day.
        """
        if known.checked is None or known.active is None:
            return True
        return self._now - known.checked >= _AGING * (known.checked - known.active)

    def _overdue(self, link: Link) -> float:
        """Return the time since the last reading as a share of the time without anything new."""
        known = self._known[link[0]]
        if known.checked is None or known.active is None:
            return 0.0
        quiet = max(known.checked - known.active, timedelta(hours=1))
        return (self._now - known.checked) / quiet

    def _date(self, link: Link) -> datetime:
        """Return the newest time that is known of a file: its items, its change, its name."""
        url, modified = link
        known = self._known.get(url)
        newest = known.newest if known is not None else None
        moments = [moment for moment in (newest, modified, date_in(url)) if moment is not None]
        return min(max(moments, default=_LONG_AGO), self._now)


def date_in(url: str) -> datetime | None:
    """Return the last moment of the year, month or day that the name of a file states."""
    found = _DATE.search(url.partition("://")[2].partition("/")[2])
    if found is None:
        return None
    year, month, day = found.groups()
    try:
        first = datetime(int(year), int(month or 1), int(day or 1), tzinfo=UTC)
    except ValueError:  # such as 30 February
        return None
    if day:
        return first + timedelta(days=1)
    after = first.replace(month=1, year=first.year + 1) if not month else first + timedelta(days=31)
    return after.replace(day=1)
