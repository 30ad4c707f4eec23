"""What a run of one site came to, as data: kept in the ledger, shipped as a file, judged by `ingest.monitoring`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict, computed_field
from pydantic.alias_generators import to_camel

from ingest.discovery.source import SourceVisit

SUMMARY_VERSION = "1.1.0"
"""Of the summary's form, semantic versioning: a major step breaks readers."""


class _Data(BaseModel):
    # `ignore`: a summary that a later release wrote is read as far as it is known.
    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        populate_by_name=True,
        serialize_by_alias=True,
    )


class Kind(StrEnum):
    """What can be wrong with a site or its runs."""

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
    """How a run ended."""

    FINISHED = "finished"
    INTERRUPTED = "interrupted"
    ERROR = "error"


class Finding(_Data):
    """One thing that is wrong: its kind, what it concerns (a URL, a field), and the cause in one line with figures."""

    kind: Kind
    subject: str = ""
    reason: str

    def __str__(self) -> str:
        return f"{self.kind.value.replace('-', ' ')}: {self.reason}"


class RunSummary(_Data):
    """One run of one site.

    Times are aware. `as_of` is the time that the site's own answers give (in a replay that of the recording): ages
    count from it. `found` and the counts after it are of articles, each of which ends in exactly one of them. `read`
    are the records that were made of pages, whether written or the same as before; of those are the shares in `fields`
    (by path in the record, `authors.url`) and `provenance` (`authors:rule`). `rejected` and `failures` count by reason.
    `error` is what ended the run before its time; `errors` that close a host to us are `shut_out` too.
    `run_id` is None if nothing of the run is in the ledger.
    `requests` and `responses` (by status) count retries and redirects too, `bytes` what came over the wire.
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
    findings: list[Finding] = []

    @computed_field(alias="newestAgeSeconds")  # type: ignore[prop-decorator]  # as pydantic's documentation has it
    @property
    def newest_age_seconds(self) -> int | None:
        """How old the newest article was, in seconds."""
        return None if self.newest is None else round((self.as_of - self.newest).total_seconds())

    @property
    def articles(self) -> int:
        """How many articles the site showed, new or known."""
        return self.new + self.changed + self.unchanged + self.gone

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong with the site, by the findings and errors of this run."""
        return bool(self.articles or self.idle) and not self.errors and not self.findings

    @property
    def tried(self) -> int:
        """How many pages were asked for and came to something other than "as before"."""
        return self.read + self.failed + sum(self.rejected.values())

    @property
    def idle(self) -> bool:
        """Whether no article was found because there was nothing to look at: all is as it was, or older than wanted."""
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
        """The summary with the verdict on it."""
        return self.model_copy(update={"findings": findings})

    def to_json(self) -> str:
        """The summary as indented JSON, names in camelCase."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1)


@dataclass(frozen=True, slots=True)
class Run:
    """A run of one site. Not finished: it is at work, or was killed. A release before summaries left None."""

    id: str
    site: str
    started: datetime
    finished: datetime | None
    summary: RunSummary | None


def age_text(span: timedelta) -> str:
    """A span for people, in its largest unit: `45 min`, `7 h`, `9 days`."""
    hours = max(0.0, span.total_seconds() / 3600)
    if hours < 2:
        return f"{round(60 * hours)} min"
    return f"{round(hours)} h" if hours < 72 else f"{round(hours / 24)} days"


def moment_text(moment: datetime) -> str:
    """A moment for people, to the minute, in UTC: `2026-11-20 06:03Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ")
