"""What crawls come to as log records, one for each site: a line for people, and the same facts for programs."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC

from ingest.logs import SUMMARY
from ingest.monitoring.site_report import SiteReport

logger = logging.getLogger(SUMMARY)


def log_start(sites: Iterable[str]) -> None:
    """The crawls of these sites begin."""
    for site in sites:
        logger.info("crawl starts", extra={"site": site, "facts": {"event": "start"}})


def log_end(reports: Iterable[SiteReport]) -> None:
    """A record for each site; a warning where something is unhealthy."""
    for report in reports:
        level = logging.INFO if report.healthy else logging.WARNING
        logger.log(level, "%s", _line(report), extra={"site": report.site, "facts": _facts(report)})


def _line(report: SiteReport) -> str:
    rejected = sum(report.rejected.values())
    counts = f"{report.found} found, {report.new} new, {report.changed} changed, {report.unchanged} unchanged"
    counts = f"{counts}, {report.gone} gone" if report.gone else counts
    parts = [
        f"{counts}, {rejected} rejected, {report.failed} failed in {report.seconds:.1f} s",
        *(f"{number} rejected: {reason}" for reason, number in sorted(report.rejected.items())),
        *(f"{number} failed: {reason}" for reason, number in sorted(report.failures.items())),
        *map(str, report.findings or report.errors),
    ]
    return "; ".join(parts)


def _facts(report: SiteReport) -> dict[str, object]:
    """What the closing table shows, in JSON types; `seconds` is the crawl's duration."""
    return {
        "event": "end",
        "healthy": report.healthy,
        "found": report.found,
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "gone": report.gone,
        "rejected": report.rejected,
        "failed": report.failed,
        "failures": report.failures,
        "errors": report.errors,
        "findings": [finding.model_dump(mode="json") for finding in report.findings],
        "newest": report.newest.astimezone(UTC).isoformat() if report.newest else None,
        "seconds": round(report.seconds, 3),
    }
