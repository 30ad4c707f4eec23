"""What a crawl came to, site by site, and the exit code that says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from ingest.discover.source import SourceVisit

EXIT_DONE = 0
EXIT_NOTHING = 3
EXIT_UNHEALTHY = 4

_TOO_MANY_FAILURES = 0.2
"""Share of the pages tried; beyond it a run is unhealthy: readers would miss a fifth of the news."""


@dataclass(slots=True)
class SiteReport:
    """The counts of one site's run. Every article found ends in exactly one of the other counts.

    `rejected` counts by reason, `failures` those that `failed`; `errors` are one-line texts on what went wrong beside
    single pages (a feed that is an HTML page, a host that does not answer); `newest` is the newest publication date
    that was seen.
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
    sources: list[SourceVisit] = field(default_factory=list)
    seconds: float = 0.0
    newest: datetime | None = None

    @property
    def articles(self) -> int:
        """How many articles the site showed, new or known."""
        return self.new + self.changed + self.unchanged + self.gone

    @property
    def healthy(self) -> bool:
        """Whether the site gave articles, few failures and no error of its own."""
        tried = self.articles + self.failed + sum(self.rejected.values())
        return bool(self.articles) and not self.errors and self.failed <= _TOO_MANY_FAILURES * tried


def exit_code(reports: Iterable[SiteReport]) -> int:
    """0 where all is well, 3 where no site gave an article, 4 where something is unhealthy."""
    reports = list(reports)
    if not any(report.articles for report in reports):
        return EXIT_NOTHING
    return EXIT_DONE if all(report.healthy for report in reports) else EXIT_UNHEALTHY
