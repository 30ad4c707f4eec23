"""The counts of one crawl, kept in Scrapy's statistics under `khabar/`, and its summary."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ingest.crawl.context import PAGE_DONE, CrawlContext, context_of
from ingest.errors import HostExcluded, KhabarError
from ingest.monitoring.rhythm import Pace
from ingest.monitoring.summary import End, RunSummary
from ingest.monitoring.verdict import verdict
from ingest.processing.changes import Changed, Decision, New, Same
from ingest.processing.identity import SHARED_CANONICAL
from ingest.record import Article, Rejection
from ingest.sites import Site
from ingest.storage.output import write_summary

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from ingest.storage.site_store import SiteStore


_STATUSES = "downloader/response_status_count/"


def conclude(crawler: Crawler, store: SiteStore | None) -> None:
    """Summarise and judge the run, and close its store; raises `UnwritableOutput`."""
    context = context_of(crawler)
    summary, kept = summarise(crawler), context.settings.limits.runs_kept
    try:
        earlier = (
            []
            if store is None
            else [run.summary for run in store.runs() if run.summary is not None]
        )
        summary = summary.with_findings(verdict(summary, earlier, _pace(crawler)))
    finally:
        if store is not None:
            store.close(summary.model_dump(mode="json"), kept)
    context.summary = summary
    _set_statistics(crawler, summary)
    if store is not None and context.output is not None:
        write_summary(context.output, summary, kept)


def summarise(crawler: Crawler) -> RunSummary:
    """Return the summary of the run so far, without findings."""
    context, tally = context_of(crawler), Tally(crawler)
    stats: Mapping[str, Any] = crawler.stats.get_stats()
    counts = tally.counts()
    begun = stats.get("start_time")
    return RunSummary(
        run_id=context.run_id,
        site=crawler.spider.name if crawler.spider is not None else "page",
        started=context.started,
        finished=context.now(),
        as_of=_as_of(context),
        replayed=context.replaying,
        since=getattr(crawler.spider, "since", None),
        ended=_end(context),
        error=None if context.fatal is None else str(context.fatal),
        seconds=round((datetime.now(UTC) - begun).total_seconds(), 3) if begun else 0.0,
        **{name: number for name, number in counts.items() if name != "rejected"},
        older=stats.get("khabar/older", 0),
        read=context.coverage.read,
        rejected=tally.rejections(),
        failures=tally.failures(),
        blocked=stats.get("khabar/blocked", 0),
        requests=stats.get("downloader/request_count", 0),
        responses={
            key.removeprefix(_STATUSES): stats[key]
            for key in sorted(stats)
            if key.startswith(_STATUSES)
        },
        retries=stats.get("retry/count", 0),
        bytes=stats.get("downloader/response_bytes", 0),
        unpacked_bytes=stats.get("httpcompression/response_bytes", 0),
        newest=context.newest,
        fields=context.coverage.fields(),
        provenance=context.coverage.provenance(),
        sources=list(context.sources),
        errors=list(context.errors),
        notes=list(_notes(stats)),
        shut_out=list(context.shut_out),
        unreachable=list(context.unreachable),
    )


def _notes(stats: Mapping[str, Any]) -> Iterator[str]:
    if number := stats.get(_SHARED, 0):
        yield f"{SHARED_CANONICAL}: {number} of them have ids of their own, with a warning"


def _as_of(context: CrawlContext) -> datetime:
    """Return the newest time of a response; live no later than now, as clocks may be wrong."""
    if context.answered_at is None:
        return context.now()
    return context.answered_at if context.replaying else min(context.answered_at, context.now())


def _end(context: CrawlContext) -> End:
    if context.fatal is not None:
        return End.ERROR
    return End.INTERRUPTED if context.interrupted else End.FINISHED


def _pace(crawler: Crawler) -> Pace:
    site: Site | None = getattr(crawler.spider, "site", None)
    defined = None
    if site is not None and site.stale_after is not None:
        defined = timedelta(seconds=site.stale_after)
    return Pace(defined, timedelta(hours=context_of(crawler).settings.stale_after_hours))


def _set_statistics(crawler: Crawler, summary: RunSummary) -> None:
    """Put shares and findings into Scrapy's statistics, for monitors such as Spidermon's."""
    for path, share in summary.fields.items():
        crawler.stats.set_value(f"khabar/coverage/{path}", share)
    crawler.stats.set_value("khabar/read", summary.read)
    crawler.stats.set_value("khabar/findings", len(summary.findings))
    for finding in summary.findings:
        crawler.stats.inc_value(f"khabar/finding/{finding.kind}")


logger = logging.getLogger(__name__)

_COUNTS = ("found", "new", "changed", "unchanged", "gone", "failed")
_SHARED = "khabar/shared_canonical"
_REJECTIONS = "khabar/rejected/"
_FAILURES = "khabar/failed/"


class Tally:
    """Counts the outcome of each URL, and sends `PAGE_DONE`."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    def found(self, number: int = 1) -> None:
        """Count articles that were announced and will be dealt with."""
        self._crawler.stats.inc_value("khabar/found", number)

    def decided(self, url: str, decision: Decision) -> None:
        """Count an article that was extracted."""
        name = {New: "new", Changed: "changed"}.get(type(decision), "unchanged")
        self._crawler.stats.inc_value(f"khabar/{name}")
        context_of(self._crawler).coverage.add(decision.article)
        if isinstance(decision, Same) and decision.noise:
            self._crawler.stats.inc_value("khabar/noise")
            logger.info("%s: changes at every look, so no version of it is written", url)
        self.saw(decision.article.date_published)
        self._send(url, decision.article)

    def shared_canonical(self, article: Article) -> None:
        """Count an article whose canonical URL is not believed, since others have it too."""
        if not self._crawler.stats.get_value(_SHARED):
            logger.warning("%s: %s, %s", article.url, SHARED_CANONICAL, article.canonical_url)
        self._crawler.stats.inc_value(_SHARED)

    def gone(self, url: str, decision: Decision) -> None:
        """Count a known article that was taken away."""
        self._crawler.stats.inc_value("khabar/gone")
        self._send(url, decision.article)

    def unchanged(self, number: int = 1) -> None:
        """Count known articles that need not be fetched or have not changed."""
        self._crawler.stats.inc_value("khabar/unchanged", number)

    def older(self, article: Article) -> None:
        """Count an article that is older than the run asks for, as one that was not found."""
        self._crawler.stats.inc_value("khabar/older")
        self._crawler.stats.inc_value("khabar/found", -1)
        self.saw(article.date_published)

    def rejected(self, url: str, rejection: Rejection) -> None:
        """Count a page that is not an article."""
        self._crawler.stats.inc_value(f"{_REJECTIONS}{rejection.reason}")
        logger.info("%s: not an article: %s %s", url, rejection.reason, rejection.detail)
        self._send(url, rejection)

    def failed(self, url: str, error: KhabarError) -> None:
        """Count a page that could not be fetched."""
        reason = error.message.replace(url, "").strip(" :")
        self._crawler.stats.inc_value("khabar/failed")
        self._crawler.stats.inc_value(f"{_FAILURES}{reason}")
        # A problem of a whole host is in the run's errors: once, not for each of its pages.
        logger.log(
            logging.INFO if isinstance(error, HostExcluded) else logging.WARNING, "%s", error
        )
        self._send(url, error)

    def saw(self, published: str | datetime | None) -> None:
        """Keep the newest publication time. A day without a time does not count."""
        if isinstance(published, str):
            published = datetime.fromisoformat(published) if "T" in published else None
        context = context_of(self._crawler)
        if published is not None and (context.newest is None or published > context.newest):
            context.newest = published

    def counts(self) -> dict[str, int]:
        """Return the counts so far; `rejected` is the sum of all reasons."""
        values = {name: self._value(f"khabar/{name}") for name in _COUNTS}
        return values | {"rejected": sum(self.rejections().values())}

    def rejections(self) -> dict[str, int]:
        """Return how many pages were not articles, by reason."""
        return self._by_reason(_REJECTIONS)

    def failures(self) -> dict[str, int]:
        """Return how many pages could not be fetched, by reason."""
        return self._by_reason(_FAILURES)

    def _by_reason(self, prefix: str) -> dict[str, int]:
        stats = self._crawler.stats.get_stats()
        return {
            key.removeprefix(prefix): int(number)
            for key, number in stats.items()
            if key.startswith(prefix)
        }

    def _value(self, key: str) -> int:
        return int(self._crawler.stats.get_value(key, 0))

    def _send(self, url: str, outcome: Article | Rejection | KhabarError) -> None:
        self._crawler.signals.send_catch_log(PAGE_DONE, url=url, outcome=outcome)
