"""Stores the records of archives in an output folder, by the same path as those of a crawl."""

from __future__ import annotations

import re
import secrets
from collections import Counter, OrderedDict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from ingest.errors import UsageError
from ingest.monitoring.coverage import FieldCounter
from ingest.monitoring.summary import End, RunSummary
from ingest.processing.changes import Changed, Decision, New
from ingest.processing.recrawl import State, Visit, address_of, exact_time
from ingest.record import Article, FetchedPage, Rejection
from ingest.settings import Settings
from ingest.sites import DEFAULT_RECHECK, UNKNOWN_SITE, SiteCatalog
from ingest.storage.output import write_summary
from ingest.storage.segments import RUN_STAMP
from ingest.storage.site_store import SiteStore
from ingest.urls import host_of

_OPEN_SITES = 64
"""Sites whose stores are open at a time: each takes a lock, a segment and a connection."""
_NAME = re.compile(r"[^a-z0-9.-]+")
_GONE = frozenset({404, 410})


class Backfill:
    """Decides on the pages of archives, writes new and changed ones, and counts; `close` it.

    Pages must come in the order of their times for each address. One that is older than the last
    visit of its address is left out, since its versions would come after newer ones.

    Args:
        output: the output folder.
        settings: the ledger, and the limits.
        catalog: the site definitions.

    Raises:
        OutputLocked: here and in `take`: another run writes the site.
        UnwritableOutput: here and in every method: the output or the ledger cannot be written.
    """

    def __init__(self, output: Path, settings: Settings, catalog: SiteCatalog) -> None:
        self._output = output
        self._settings = settings
        self._catalog = catalog
        self._sites: OrderedDict[str, _Site] = OrderedDict()  # that used last at the end
        self._summaries: dict[str, RunSummary] = {}

    def take(self, page: FetchedPage, result: Article | Rejection) -> None:
        """Decide on a page; the next `flush` writes it."""
        name = site_name(page.url, self._catalog)
        if name not in self._sites:
            if len(self._sites) >= _OPEN_SITES:
                oldest = next(iter(self._sites))
                self._close(oldest, End.FINISHED)
            site = self._catalog.for_url(page.url)
            recheck = DEFAULT_RECHECK if site is UNKNOWN_SITE else site.recheck
            self._sites[name] = _Site(self._output, name, self._settings, recheck)
        self._sites.move_to_end(name)
        self._sites[name].take(page, result)

    def flush(self) -> None:
        """Make everything durable."""
        for site in self._sites.values():
            site.store.flush()

    def close(self, ended: End = End.FINISHED) -> list[RunSummary]:
        """Close the stores in any case; return the summaries of all sites, by name."""
        while self._sites:
            self._close(next(iter(self._sites)), ended)
        return [self._summaries[name] for name in sorted(self._summaries)]

    def _close(self, name: str, ended: End) -> None:
        summary = self._sites.pop(name).close(ended)
        earlier = self._summaries.get(name)
        self._summaries[name] = summary if earlier is None else _sum(earlier, summary)


class _Site:
    """The store of one site, and the counts of what it took."""

    def __init__(
        self, output: Path, name: str, settings: Settings, recheck: Iterable[float]
    ) -> None:
        self._output = output
        self._name = name
        self._keep_runs = settings.limits.runs_kept
        self._started = datetime.now(UTC)
        self._clock: datetime | None = None  # None: that of the system, for the run itself
        self._counts: Counter[str] = Counter()
        self._rejected: Counter[str] = Counter()
        self._fields = FieldCounter()
        self._newest: datetime | None = None
        self._as_of: datetime | None = None
        run_id = f"{self._started.strftime(RUN_STAMP)}-{secrets.token_hex(2)}"
        self.store = SiteStore(
            output,
            name,
            run_id,
            self._now,
            settings,
            recheck=tuple(recheck),
            on_pending=lambda: None,
        )

    def _now(self) -> datetime:
        return self._clock or datetime.now(UTC)

    def take(self, page: FetchedPage, result: Article | Rejection) -> None:
        """Decide on a page at the time of its archive."""
        self._clock = page.retrieved_at
        try:
            self._decide(page, result)
        finally:
            self._clock = None
        self._as_of = max(self._as_of or page.retrieved_at, page.retrieved_at)

    def _decide(self, page: FetchedPage, result: Article | Rejection) -> None:
        address = address_of(page)
        if page.status in _GONE:
            self.store.flush()  # the article may be among what waits
        visit = self.store.visits([address.key]).get(address.key)
        if visit is not None and _is_later(visit, page):
            self._counts["older"] += 1
            return
        if isinstance(result, Rejection):
            if page.status in _GONE and visit is not None and visit.article_id is not None:
                decision = self.store.gone(address, visit, page.status)
                self._counts["unchanged" if decision is None else "gone"] += 1
            else:
                self._rejected[result.reason.value] += 1
            return
        metadata = result.metadata.model_copy(update={"run_id": self.store.run_id})
        article = result.model_copy(update={"metadata": metadata})
        identity = self.store.identify(article, address)
        published = exact_time(identity.article.date_published)
        decision = self.store.keep(identity.article, address, published, identity.names)
        self._count(identity.article, decision, published)

    def _count(self, article: Article, decision: Decision, published: datetime | None) -> None:
        kinds = {New: "new", Changed: "changed"}
        self._counts[kinds.get(type(decision), "unchanged")] += 1
        self._fields.add(article)
        if published is not None:
            self._newest = max(self._newest or published, published)

    def close(self, ended: End) -> RunSummary:
        """Close the store, and return the summary of the run."""
        finished = datetime.now(UTC)
        counts = self._counts
        summary = RunSummary(
            run_id=self.store.run_id,
            site=self._name,
            started=self._started,
            finished=finished,
            as_of=self._as_of or finished,
            replayed=True,
            ended=ended,
            seconds=round((finished - self._started).total_seconds(), 3),
            found=counts["new"] + counts["changed"] + counts["unchanged"] + counts["gone"],
            new=counts["new"],
            changed=counts["changed"],
            unchanged=counts["unchanged"],
            gone=counts["gone"],
            older=counts["older"],
            read=self._fields.read,
            rejected=dict(self._rejected),
            newest=self._newest,
            fields=self._fields.fields(),
            provenance=self._fields.provenance(),
        )
        self.store.close(summary.model_dump(mode="json"), self._keep_runs)
        write_summary(self._output, summary, self._keep_runs)
        return summary


def _is_later(visit: Visit, page: FetchedPage) -> bool:
    """Whether an address was visited after the time of a page; archives have seconds."""
    if visit.state is State.FOUND:
        return False
    return visit.last_seen.replace(microsecond=0) > page.retrieved_at.replace(microsecond=0)


def site_name(url: str, catalog: SiteCatalog) -> str:
    """Return the name of the site of a URL: that of its definition, else its host.

    Raises:
        UsageError: the URL has no host.
    """
    site = catalog.for_url(url)
    if site is not UNKNOWN_SITE:
        return site.name
    name = _NAME.sub("-", host_of(url)).strip(".-")
    if not name:
        raise UsageError(f"{url}: no host", "leave the page out with --url")
    return name


def _sum(one: RunSummary, other: RunSummary) -> RunSummary:
    """Return the counts of two parts of a run of one site."""
    names = ("found", "new", "changed", "unchanged", "older", "gone", "read", "seconds")
    update = {name: getattr(one, name) + getattr(other, name) for name in names}
    newest = [each.newest for each in (one, other) if each.newest is not None]
    rejected = Counter(one.rejected) + Counter(other.rejected)
    return other.model_copy(
        update={**update, "newest": max(newest, default=None), "rejected": dict(rejected)}
    )
