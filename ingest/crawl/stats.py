"""The counts of one crawl, kept in Scrapy's statistics under `khabar/`, so that they show wherever those do."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from ingest.crawl.context import PAGE_DONE, context_of
from ingest.errors import KhabarError, LeftAlone
from ingest.monitoring.site_report import SiteReport
from ingest.processing.changes import Changed, Decision, New, Same
from ingest.record import Article, Rejection

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

_COUNTS = ("found", "new", "changed", "unchanged", "gone", "failed")
_REJECTIONS = "khabar/rejected/"
_FAILURES = "khabar/failed/"


class Tally:
    """Counts what became of each address, and tells who listens to `PAGE_DONE`."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    def found(self, number: int = 1) -> None:
        """So many articles were announced and will be dealt with."""
        self._crawler.stats.inc_value("khabar/found", number)

    def decided(self, url: str, decision: Decision) -> None:
        """An article was read."""
        name = {New: "new", Changed: "changed"}.get(type(decision), "unchanged")
        self._crawler.stats.inc_value(f"khabar/{name}")
        context_of(self._crawler).coverage.add(decision.article)
        if isinstance(decision, Same) and decision.noise:
            self._crawler.stats.inc_value("khabar/noise")
            logger.info("%s: changes at every look, so no version of it is written", url)
        self.saw(decision.article.date_published)
        self._tell(url, decision.article)

    def gone(self, url: str, decision: Decision) -> None:
        """A known article was taken away."""
        self._crawler.stats.inc_value("khabar/gone")
        self._tell(url, decision.article)

    def unchanged(self, number: int = 1) -> None:
        """So many known articles need not be read again."""
        self._crawler.stats.inc_value("khabar/unchanged", number)

    def older(self, article: Article) -> None:
        """The article is none that this run asks for: it counts as not found."""
        self._crawler.stats.inc_value("khabar/older")
        self._crawler.stats.inc_value("khabar/found", -1)
        self.saw(article.date_published)

    def rejected(self, url: str, rejection: Rejection) -> None:
        """A page is no article."""
        self._crawler.stats.inc_value(f"{_REJECTIONS}{rejection.reason}")
        logger.info("%s: not an article: %s %s", url, rejection.reason, rejection.detail)
        self._tell(url, rejection)

    def failed(self, url: str, error: KhabarError) -> None:
        """A page could not be fetched."""
        reason = error.message.replace(url, "").strip(" :")
        self._crawler.stats.inc_value("khabar/failed")
        self._crawler.stats.inc_value(f"{_FAILURES}{reason}")
        # What holds for a whole host is among the run's errors: once, not for each of its pages.
        logger.log(logging.INFO if isinstance(error, LeftAlone) else logging.WARNING, "%s", error)
        self._tell(url, error)

    def saw(self, published: str | datetime | None) -> None:
        """Remember the newest publication date; a day alone does not say when and stays out."""
        if isinstance(published, str):
            published = datetime.fromisoformat(published) if "T" in published else None
        context = context_of(self._crawler)
        if published is not None and (context.newest is None or published > context.newest):
            context.newest = published

    def counts(self) -> dict[str, int]:
        """The counts as they stand; `rejected` is the sum of all reasons."""
        values = {name: self._value(f"khabar/{name}") for name in _COUNTS}
        return values | {"rejected": sum(self.rejections().values())}

    def report(self, site: str, seconds: float) -> SiteReport:
        """What the crawl came to."""
        context = context_of(self._crawler)
        counts = self.counts()
        return SiteReport(
            site=site,
            found=counts["found"],
            new=counts["new"],
            changed=counts["changed"],
            unchanged=counts["unchanged"],
            gone=counts["gone"],
            failed=counts["failed"],
            failures=self.failures(),
            rejected=self.rejections(),
            errors=list(context.errors),
            run_id=context.run_id,
            findings=list(context.summary.findings) if context.summary else [],
            idle=context.summary is not None and context.summary.idle,
            sources=list(context.sources),
            seconds=seconds,
            newest=context.newest,
        )

    def rejections(self) -> dict[str, int]:
        """How many pages were no articles, by reason."""
        return self._by_reason(_REJECTIONS)

    def failures(self) -> dict[str, int]:
        """How many pages could not be fetched, by reason."""
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

    def _tell(self, url: str, outcome: Article | Rejection | KhabarError) -> None:
        self._crawler.signals.send_catch_log(PAGE_DONE, url=url, outcome=outcome)
