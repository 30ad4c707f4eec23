"""The summary of a run of one site, as stored in the ledger and in `OUTPUT/<site>/runs/`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, computed_field
from pydantic.alias_generators import to_camel

from ingest.discovery.source import SourceVisit
from ingest.redaction.text import masked

SUMMARY_VERSION = "1.3.0"
"""Version of the summary's JSON (semantic versioning)."""


class _Data(BaseModel):
    # `ignore`: fields of later releases are skipped.
    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        populate_by_name=True,
        serialize_by_alias=True,
    )


class Kind(StrEnum):
    """The kinds of findings on a site or its runs."""

    BLOCKED = "blocked"
    FAILURES = "failures"
    BROKEN_SOURCE = "broken-source"
    STALE_SOURCE = "stale-source"
    SILENT = "silent"
    COVERAGE_DROP = "coverage-drop"
    REJECTIONS_UP = "rejections-up"
    DID_NOT_END = "did-not-end"
    OVERDUE = "overdue"


class End(StrEnum):
    """The ways in which a run ends."""

    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    ERROR = "error"


Masked = Annotated[str, AfterValidator(masked)]
"""A text that may contain an address, without its passwords and tokens."""


class Finding(_Data):
    """A problem of a site.

    Attributes:
        kind: the kind of problem.
        subject: the URL or field concerned.
        reason: the cause in one line, with figures.
    """

    kind: Kind
    subject: Masked = ""
    reason: Masked

    def __str__(self) -> str:
        return f"{self.kind.value.replace('-', ' ')}: {self.reason}"


class RunSummary(_Data):
    """The result of one run of one site.

    Every article of `found` is in exactly one of the counts after it.

    Attributes:
        run_id: None if nothing of the run is in the ledger.
        as_of: the time by the site's own answers, from which ages count; in a replay, that of the
            recording.
        since: the lower limit for publication dates that the run was given.
        error: the error that ended the run early.
        seconds: the duration of the run.
        older: articles older than `since`; not in `found`.
        read: records made from pages, whether they were written or unchanged.
        rejected: pages that are not articles, by reason.
        failures: pages that could not be fetched, by reason.
        blocked: answers of any kind that refuse the crawler.
        requests: with retries and redirects.
        responses: by status, with retries and redirects.
        bytes: received over the network.
        unpacked_bytes: after decompression.
        newest: the newest publication date.
        fields: the share of `read` with each field, by its path in the record (`authors.url`).
        provenance: the share of `read` with each source of a field (`authors:rule`).
        sources: the visits of sources.
        errors: problems other than those of single pages, each in one line.
        shut_out: those of `errors` that exclude a whole host.
        unreachable: those of `shut_out` whose host gave no answer at all.
        findings: the verdict on the run.
        notes: what is unusual on the site but handled, each in one line.
    """

    summary_version: str = SUMMARY_VERSION
    run_id: str | None
    site: str
    started: AwareDatetime
    finished: AwareDatetime
    as_of: AwareDatetime
    replayed: bool = False
    since: AwareDatetime | None = None
    ended: End = End.FINISHED
    error: str | None = None
    seconds: float = 0.0
    found: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    older: int = 0
    gone: int = 0
    failed: int = 0
    read: int = 0
    rejected: dict[str, int] = {}
    failures: dict[str, int] = {}
    blocked: int = 0
    requests: int = 0
    responses: dict[str, int] = {}
    retries: int = 0
    bytes: int = 0
    unpacked_bytes: int = 0
    newest: AwareDatetime | None = None
    fields: dict[str, float] = {}
    provenance: dict[str, float] = {}
    sources: list[SourceVisit] = []
    errors: list[str] = []
    shut_out: list[str] = []
    unreachable: list[str] = []
    findings: list[Finding] = []
    notes: list[str] = []

    # As pydantic documents it, which mypy cannot check.
    @computed_field(alias="newestAgeSeconds")  # type: ignore[prop-decorator]
    @property
    def newest_age_seconds(self) -> int | None:
        """The age of the newest article in seconds."""
        return None if self.newest is None else round((self.as_of - self.newest).total_seconds())

    @property
    def remarks(self) -> list[str]:
        """What the operator should know although nothing failed: the notes, and those of sources."""
        of_sources = [f"{source.url}: {source.remark}" for source in self.sources if source.remark]
        return [*self.notes, *of_sources]

    @property
    def articles(self) -> int:
        """The number of articles on the site, new or not."""
        return self.new + self.changed + self.unchanged + self.gone

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong with the site, by the findings and errors of this run."""
        return bool(self.articles or self.idle) and not self.errors and not self.findings

    @property
    def tried(self) -> int:
        """The number of pages that were requested and not answered by a 304."""
        return self.read + self.failed + sum(self.rejected.values())

    @property
    def idle(self) -> bool:
        """Whether there was nothing to fetch: no source changed, or all is older than `since`."""
        if self.found or self.tried or any(source.error for source in self.sources):
            return False
        statuses = {source.status for source in self.sources}
        return bool(statuses) and (304 in statuses or (self.since is not None and 200 in statuses))

    @classmethod
    def of_error(cls, site: str, error: str, moment: datetime, seconds: float = 0.0) -> RunSummary:
        """Return the summary of a run that an error ended before it could be summed up.

        Args:
            site: the name of its definition.
            error: the error in one line.
            moment: when it ended, aware.
            seconds: how long it took.
        """
        return cls(
            run_id=None,
            site=site,
            started=moment - timedelta(seconds=seconds),
            finished=moment,
            as_of=moment,
            ended=End.ERROR,
            error=error,
            errors=[error],
            seconds=seconds,
        )

    def with_findings(self, findings: list[Finding]) -> RunSummary:
        """Return a copy with these findings."""
        return self.model_copy(update={"findings": findings})

    def to_json(self) -> str:
        """Return the summary as indented JSON with names in camelCase."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1)


@dataclass(frozen=True, slots=True)
class Run:
    """A run in the ledger.

    Attributes:
        finished: None if the run is active or was killed.
        summary: None if there is none yet, or if the release that wrote it had none.
    """

    id: str
    site: str
    started: datetime
    finished: datetime | None
    summary: RunSummary | None


def age_text(span: timedelta) -> str:
    """Return a duration in its largest unit: `45 min`, `7 h`, `9 days`."""
    hours = max(0.0, span.total_seconds() / 3600)
    if hours < 2:
        return f"{round(60 * hours)} min"
    return f"{round(hours)} h" if hours < 72 else f"{round(hours / 24)} days"


def moment_text(moment: datetime) -> str:
    """Return a time to the minute in UTC: `2026-11-20 06:03Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ")
