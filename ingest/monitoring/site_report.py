"""What a crawl came to, site by site, and the exit code that says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from ingest.discovery.source import SourceVisit
from ingest.monitoring.summary import Finding

EXIT_DONE = 0
EXIT_NOTHING = 3
EXIT_UNHEALTHY = 4


@dataclass(slots=True)
class SiteReport:
    """The counts of one site's run. Every article found ends in exactly one of the other counts.

    `rejected` counts by reason, `failures` those that `failed`; `errors` are one-line texts on what went wrong beside
    single pages (a feed that is an HTML page, a host that does not answer); `findings` say what is wrong with the site,
    and `idle` that there was nothing to look at; `newest` is the newest publication date that was seen.
    """

    site: str
    found: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    failed: int = 0
    failures: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    run_id: str | None = None
    findings: list[Finding] = field(default_factory=list)
    idle: bool = False
    sources: list[SourceVisit] = field(default_factory=list)
    seconds: float = 0.0
    newest: datetime | None = None

    @property
    def articles(self) -> int:
        """How many articles the site showed, new or known."""
        return self.new + self.changed + self.unchanged + self.gone

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong with the site: `ingest.monitoring` says what could be."""
        return bool(self.articles or self.idle) and not self.errors and not self.findings


def exit_code(reports: Iterable[SiteReport]) -> int:
    """0 where all is well, 3 where no site gave an article though one was to be had, 4 where something is unhealthy."""
    reports = list(reports)
    if not any(report.articles or report.idle for report in reports):
        return EXIT_NOTHING
    return EXIT_DONE if all(report.healthy for report in reports) else EXIT_UNHEALTHY
