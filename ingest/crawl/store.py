"""The durable side of one site's crawl: lock, ledger and segments as one thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest.decide import Changed, Known, New, Same, decide, field_hashes
from ingest.ledger import Address, Ledger, Visit
from ingest.ledger_runs import Run
from ingest.record import Article, Reason, Rejection
from ingest.segments import SegmentWriter, locked, recover
from ingest.settings import Limits

Decision = New | Changed | Same

_PASSING = frozenset(
    {Reason.CHALLENGE, Reason.CONSENT, Reason.EMPTY, Reason.HTTP_STATUS, Reason.TOO_SLOW, Reason.BROKEN}
)
"""Reasons that say more of the moment, or of this release, than of the page."""


class SiteStore:
    """Decides what an article is, writes it, then commits it. `close` finishes the segments and frees the lock.

    `ledger` is the URL of its database; empty: a file in the output folder.
    Raises `Locked` where another run writes the same site, and `UnwritableOutput` whenever the disk refuses.
    """

    def __init__(self, output: Path, site: str, run_id: str, now: Callable[[], datetime], ledger: str = "") -> None:
        self._now = now
        self._run_id = run_id
        with ExitStack() as stack:
            stack.enter_context(locked(output, site))
            self._ledger = Ledger.open(output, site, ledger)
            stack.callback(self._ledger.close)
            self._ledger.close_segments(recover(output, site, self._ledger.open_segments()))
            self._ledger.start_run(run_id, now())
            self._writer = SegmentWriter(output, site, now().astimezone(UTC).date(), run_id)
            self._stack = stack.pop_all()

    def visits(self, keys: Iterable[str]) -> dict[str, Visit]:
        """The last visits of these addresses, by key."""
        return self._ledger.visits(keys)

    def keep(self, article: Article, address: Address) -> Decision:
        """Write an article that is new or changed; when this returns it is on the disk and in the ledger."""
        decision = decide(article, self._ledger.known(article.id))
        if isinstance(decision, Same):
            self._ledger.touch(address, self._now(), article.id)
            return decision
        if self._writer.full:
            self._finish_segment()
        position = self._writer.append(decision.article.to_json_line())
        self._ledger.commit_record(decision.article, address, position, self._now())
        self._writer.committed()
        return decision

    def touch(self, address: Address, article_id: str | None) -> None:
        """The server says that the address is as it was."""
        self._ledger.touch(address, self._now(), article_id)

    def reject(self, address: Address, rejection: Rejection) -> None:
        """The address holds no article, or, for a passing reason, did not show it this time: then it stays due."""
        if rejection.reason in _PASSING:
            self._ledger.fail(address, f"{rejection.reason}: {rejection.detail}", self._now())
        else:
            self._ledger.reject(address, rejection, self._now())

    def pass_over(self, address: Address, published: datetime) -> None:
        """The article is older than this run wants."""
        self._ledger.pass_over(address, published, self._now())

    def fail(self, address: Address, error: str) -> None:
        """The address could not be fetched."""
        self._ledger.fail(address, error, self._now())

    def runs(self) -> list[Run]:
        """The runs of this site, this one too, newest first."""
        return self._ledger.runs()

    def close(self, summary: Mapping[str, Any], keep_runs: int = Limits().runs_kept) -> None:
        """Finish the run, and keep so many summaries of the site. Ledger and lock are freed even where that fails."""
        with self._stack:
            self._finish_segment()
            self._ledger.finish_run(self._run_id, summary, self._now(), keep_runs)

    def _finish_segment(self) -> None:
        if position := self._writer.close():
            self._ledger.close_segments([position])


class RunMemory:
    """What a crawl without an output folder knows: the articles of this run, so that none comes twice."""

    def __init__(self) -> None:
        self._known: dict[str, Known] = {}

    def keep(self, article: Article) -> Decision:
        """What the article is beside those that came before."""
        decision = decide(article, self._known.get(article.id))
        last = decision.article
        self._known[article.id] = Known(last.version, last.content_hash, field_hashes(last))
        return decision
