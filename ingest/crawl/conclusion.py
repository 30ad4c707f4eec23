"""The end of a run: its summary, made of Scrapy's statistics and Khabar's, and the verdict on it; both are kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ingest.crawl.context import CrawlContext, context_of
from ingest.crawl.stats import Tally
from ingest.monitoring.rhythm import Pace
from ingest.monitoring.summary import End, RunSummary
from ingest.monitoring.verdict import verdict
from ingest.sites import load_sites
from ingest.storage.run_files import write_summary

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from ingest.storage.site_store import SiteStore

_STATUSES = "downloader/response_status_count/"


def conclude(crawler: Crawler, store: SiteStore | None) -> None:
    """Sum up and judge the run, and close its store; raises `UnwritableOutput`."""
    context = context_of(crawler)
    summary, kept = summarise(crawler), context.settings.limits.runs_kept
    try:
        earlier = (
            []
            if store is None
            else [run.summary for run in store.runs() if run.summary is not None]
        )
        summary = summary.with_findings(verdict(summary, earlier, _pace(context, summary.site)))
    finally:
        if store is not None:
            store.close(summary.model_dump(mode="json"), kept)
    context.summary = summary
    _tell(crawler, summary)
    if store is not None and context.output is not None:
        write_summary(context.output, summary, kept)


def summarise(crawler: Crawler) -> RunSummary:
    """What the run has come to, without a verdict."""
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
        shut_out=list(context.shut_out),
    )


def _as_of(context: CrawlContext) -> datetime:
    """The time that the answers give; on the network no later than our own, for a server's clock may be wrong."""
    if context.answered_at is None:
        return context.now()
    return context.answered_at if context.replaying else min(context.answered_at, context.now())


def _end(context: CrawlContext) -> End:
    if context.fatal is not None:
        return End.ERROR
    return End.INTERRUPTED if context.interrupted else End.FINISHED


def _pace(context: CrawlContext, name: str) -> Pace:
    site = load_sites(tuple(context.settings.sites)).get(name)
    stated = (
        None if site is None or site.stale_after is None else timedelta(seconds=site.stale_after)
    )
    return Pace(stated, timedelta(hours=context.settings.stale_after_hours))


def _tell(crawler: Crawler, summary: RunSummary) -> None:
    """Put shares and findings into Scrapy's statistics, where monitors such as Spidermon's look."""
    for path, share in summary.fields.items():
        crawler.stats.set_value(f"khabar/coverage/{path}", share)
    crawler.stats.set_value("khabar/read", summary.read)
    crawler.stats.set_value("khabar/findings", len(summary.findings))
    for finding in summary.findings:
        crawler.stats.inc_value(f"khabar/finding/{finding.kind}")
