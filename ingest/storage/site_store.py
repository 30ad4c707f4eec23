"""The durable side of one site's crawl: lock, ledger and segments as one thing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest.discovery.candidate import Candidate
from ingest.discovery.source import Source
from ingest.errors import KhabarError
from ingest.monitoring.summary import Run
from ingest.processing.changes import Changed, Decision, Known, New, closing, decide, known_by
from ingest.processing.recrawl import (
    GONE_PAUSES,
    REJECTION_PAUSES,
    Address,
    State,
    Visit,
    next_check,
    pause_after,
    retry_at,
)
from ingest.record import Article, Reason, Rejection
from ingest.settings import Limits, Settings
from ingest.storage.ledger import Ledger
from ingest.storage.rows import Due, Outcome
from ingest.storage.segments import SegmentWriter, in_order, locked, read_line, recover

_PAUSE = 0.1
"""Seconds in which pages are gathered: some ten of them on two cores, for the price of one."""


class GroupCommit:
    """Commits a moment after something is told, all at once.

    Args:
        commit: makes everything durable that was told; raises `KhabarError` where the disk refuses.
        failed: called with that error, once for each commit that failed.
    """

    def __init__(self, commit: Callable[[], None], failed: Callable[[KhabarError], None]) -> None:
        self._commit = commit
        self._failed = failed
        self._task: asyncio.Task[None] | None = None

    def soon(self) -> None:
        """Something is to be committed."""
        if self._task is None:
            self._task = asyncio.ensure_future(self._later())
            self._task.add_done_callback(self._finished)

    async def durable(self) -> None:
        """Wait until what was told before is durable; raises what `commit` raised."""
        if self._task is not None:
            await asyncio.shield(self._task)

    async def _later(self) -> None:
        await asyncio.sleep(_PAUSE)
        self._task = None
        self._commit()

    def _finished(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and isinstance(error := task.exception(), KhabarError):
            self._failed(error)


_PASSING = frozenset(
    {
        Reason.CHALLENGE,
        Reason.CONSENT,
        Reason.EMPTY,
        Reason.HTTP_STATUS,
        Reason.TOO_SLOW,
        Reason.BROKEN,
    }
)
"""Reasons that say more of the moment, or of this release, than of the page."""


class SiteStore:
    """Decides what an article is, writes it, then commits it. `close` finishes the segments and frees the lock.

    What it is told is durable when `flush` returns: records are synced to the disk first, then one transaction of the
    ledger holds all that was told since the last one. Who gives `on_pending` is called when there is something to
    flush; otherwise everything is flushed at once.

    Args:
        output: the output folder.
        site: the name of the site.
        run_id: of this run; segments are named by it. The attribute `run_id` is another one where the clock was set
            back, so that names still sort in the order of writing.
        now: the clock.
        settings: where the ledger is, and how long to wait for it.
        recheck: the ages (seconds) at which an article is looked at again.
        on_pending: called after each thing that it was told.

    Raises:
        OutputLocked: another run writes the same site.
        UnwritableOutput: here and in every method: the disk refuses.
    """

    def __init__(
        self,
        output: Path,
        site: str,
        run_id: str,
        now: Callable[[], datetime],
        settings: Settings | None = None,
        *,
        recheck: Sequence[float] = (),
        on_pending: Callable[[], None] | None = None,
    ) -> None:
        self._output = output
        self._now = now
        self._recheck = recheck
        self._on_pending = on_pending or self.flush
        self._waiting: list[tuple[Outcome, Article | None]] = []
        self._decided: dict[str, Known] = {}
        ledger = settings.ledger if settings is not None else ""
        wait = (settings.limits if settings is not None else Limits()).ledger_wait_seconds
        with ExitStack() as stack:
            stack.enter_context(locked(output, site))
            self._ledger = Ledger.open(output, site, ledger, wait)
            stack.callback(self._ledger.close)
            self._ledger.close_segments(recover(output, site, self._ledger.open_segments()))
            day, self.run_id = in_order(
                now().astimezone(UTC).date(), run_id, self._ledger.last_segment()
            )
            self._ledger.runs.start(self.run_id, now())
            self._writer = SegmentWriter(output, site, day, self.run_id)
            self._stack = stack.pop_all()

    def visits(self, keys: Iterable[str]) -> dict[str, Visit]:
        """The last visits of these addresses, by key."""
        return self._ledger.visits(keys)

    def due(self) -> Iterator[Due]:
        """What is to be visited whether a source announces it or not."""
        return self._ledger.due(self._now())

    def addresses(self, keys: Collection[str]) -> Iterator[Due]:
        """These addresses, as far as they are known."""
        return self._ledger.addresses(keys)

    def sources(self) -> dict[str, Source]:
        """The site's sources as the last runs left them."""
        return self._ledger.sources()

    def announce(self, found: Iterable[tuple[str, Candidate]], sources: Iterable[Source]) -> None:
        """Remember what the sources announced, and with it the state of the sources; durable at once."""
        self._ledger.announce(found, sources, self._now())

    def keep(
        self, article: Article, address: Address, published: datetime | None = None
    ) -> Decision:
        """Take an article: one that is new or changed is written by the next `flush`.

        `published` is its date where that is known to the minute: its age says when to look again.
        """
        known = self._known(article.id)
        decision = decide(article, known)
        now = self._now()
        first_seen = known.first_seen if known and known.first_seen else now
        check = next_check(published, first_seen, now, self._recheck)
        outcome = Outcome(
            address,
            State.ARTICLE,
            now,
            next_check=check,
            article_id=article.id,
            published=published,
        )
        self._tell(outcome, decision)
        return decision

    def unmodified(self, address: Address, visit: Visit) -> None:
        """The server says that the address is as it was."""
        now, article_id = self._now(), visit.article_id
        known = self._known(article_id) if article_id else None
        first_seen = known.first_seen if known and known.first_seen else now
        check = next_check(visit.published, first_seen, now, self._recheck)
        self._tell(
            Outcome(
                address, State.ARTICLE, now, next_check=check, full=False, article_id=article_id
            )
        )

    def gone(self, address: Address, visit: Visit, status: int) -> Decision | None:
        """A known article's address answers 404 or 410: its last version is written again, as gone.

        None where it was gone already. Raises `KhabarError` where the last version's line is not there.
        """
        now = self._now()
        known = self._known(visit.article_id or "")
        attempts = visit.attempts + 1 if visit.state is State.GONE else 1
        outcome = Outcome(
            address,
            State.GONE,
            now,
            attempts,
            pause_after(attempts, now, GONE_PAUSES),
            article_id=visit.article_id,
        )
        if known is None or known.gone:
            self._tell(outcome)
            return None
        last = self._last_version(known, visit.article_id or "")
        if last is None:
            where = self._output / (known.segment or "")
            raise KhabarError(
                f"{address.url}: HTTP {status}, but its last record is not in {where}",
                "put it back",
            )
        downloaded = now.astimezone(UTC).isoformat(timespec="seconds")
        decision = closing(last, known, downloaded=downloaded, status=status, run_id=self.run_id)
        self._tell(outcome, decision)
        return decision

    def reject(self, address: Address, rejection: Rejection) -> None:
        """The address holds no article, or, for a passing reason, did not show it this time."""
        error = (
            f"{rejection.reason}: {rejection.detail}" if rejection.detail else str(rejection.reason)
        )
        if rejection.reason in _PASSING:
            self.fail(address, error)
            return
        now, attempts = self._now(), self._attempts(address, State.REJECTED) + 1
        check = pause_after(attempts, now, REJECTION_PAUSES)
        state = State.REJECTED if check else State.PARKED
        self._tell(Outcome(address, state, now, attempts, check, error=error))

    def pass_over(self, address: Address, published: datetime) -> None:
        """The article is older than this run wants."""
        self._tell(Outcome(address, State.OLDER, self._now(), published=published))

    def fail(self, address: Address, error: str) -> None:
        """The address could not be fetched."""
        now, attempts = self._now(), self._attempts(address, State.FAILED) + 1
        check = retry_at(attempts, now)
        self._tell(
            Outcome(
                address, State.FAILED if check else State.PARKED, now, attempts, check, error=error
            )
        )

    def flush(self) -> None:
        """Make everything durable that was told: the records first, then, in one transaction, what they mean."""
        waiting, self._waiting, self._decided = self._waiting, [], {}
        if not waiting:
            return
        lines = [article.to_json_line() for _, article in waiting if article is not None]
        if lines and self._writer.full:
            self._finish_segment()
        starts = iter(self._writer.append(lines) if lines else ())
        outcomes = [
            outcome if article is None else replace(outcome, written=article, position=next(starts))
            for outcome, article in waiting
        ]
        self._ledger.commit(outcomes, self._writer.position if lines else None)
        self._writer.committed()

    def runs(self) -> list[Run]:
        """The runs of this site, this one too, newest first."""
        return self._ledger.runs.newest_first()

    def close(self, summary: Mapping[str, Any], keep_runs: int = Limits().runs_kept) -> None:
        """Finish the run, and keep so many summaries of the site. Ledger and lock are freed even where that fails."""
        with self._stack:
            self.flush()
            self._finish_segment()
            self._ledger.runs.finish(self.run_id, summary, self._now(), keep_runs)

    def _tell(self, outcome: Outcome, decision: Decision | None = None) -> None:
        written = decision.article if isinstance(decision, New | Changed) else None
        if decision is not None and written is not None:
            self._decided[written.id] = known_by(decision)
        if isinstance(decision, Changed):
            outcome = replace(outcome, unexplained=decision.unexplained)
        self._waiting.append((outcome, written))
        self._on_pending()

    def _known(self, article_id: str) -> Known | None:
        return self._decided.get(article_id) or self._ledger.known(article_id)

    def _attempts(self, address: Address, state: State) -> int:
        visit = self._ledger.visits([address.key]).get(address.key)
        return visit.attempts if visit is not None and visit.state in (state, State.PARKED) else 0

    def _last_version(self, known: Known, article_id: str) -> Article | None:
        if known.segment is None or known.position is None:
            self.flush()  # it may be a version of this very moment
            known = self._ledger.known(article_id) or known
        if known.segment is None or known.position is None:
            return None
        line = read_line(self._output, known.segment, known.position)
        article = Article.model_validate_json(line) if line else None
        return article if article is not None and article.id == article_id else None

    def _finish_segment(self) -> None:
        if position := self._writer.close():
            self._ledger.close_segments([position])
