"""The storage of one site's crawl: its lock, ledger and segments behind one interface.

The methods of `SiteStore` queue outcomes (`commit_queue`), and `flush` makes them durable. A caller
must not count or pass on an outcome before `flush` has returned. `group_commit` does one flush for
all outcomes of a short time, since fsync is slow.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest.discovery.candidate import Candidate
from ingest.discovery.source import Evidence, Source
from ingest.errors import KhabarError
from ingest.monitoring.summary import Run
from ingest.processing.changes import Decision, Known, closing, decide
from ingest.processing.identity import Identity, Name
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
from ingest.record import ArchivePlace, Article, Reason, Rejection
from ingest.settings import Limits, Settings
from ingest.storage.commit_queue import CommitQueue
from ingest.storage.compression.files import read_line
from ingest.storage.identities import Identities
from ingest.storage.ledger import Ledger
from ingest.storage.rows import Due, Outcome
from ingest.storage.segments import SegmentWriter, in_order, recover
from ingest.storage.site_lock import locked

_log = logging.getLogger(__name__)
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
"""Rejections that may not last: they count as failed fetches, and are retried sooner."""


class SiteStore:
    """Decides whether an article is new, changed or unchanged, writes it and commits it.

    Opening it takes the site's lock and recovers what a killed run left. `close` it in any case.

    Args:
        output: the output folder.
        site: the name of the site.
        run_id: the id of this run, by which segments are named. The attribute `run_id` differs
            from it if the clock was set back, so that names still sort in the order of writing.
        now: the clock, aware.
        settings: the URL of the ledger and the timeout for its locks; None for the defaults.
        recheck: the ages of an article, in seconds, at which it is fetched again.
        on_pending: called whenever there is data to flush. Without it every call flushes
            immediately.

    The attribute `before_commit` is a function that each `flush` calls first, to make durable what
    the outcomes refer to.

    Raises:
        OutputLocked: another run writes the same site.
        UsageError: the ledger belongs to another output folder.
        UnwritableOutput: here and in every method: the output or the ledger cannot be written.
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
        self.before_commit: Callable[[], None] = _nothing
        self._identities = Identities(self)
        ledger = settings.ledger if settings is not None else ""
        wait = (settings.limits if settings is not None else Limits()).ledger_wait_seconds
        with ExitStack() as stack:
            stack.enter_context(locked(output, site))
            self._ledger = Ledger.open(output, site, ledger, wait)
            stack.callback(self._ledger.close)
            if ledger:  # a database of its own, which another folder could use as well
                self._ledger.bind(output)
            self._ledger.close_segments(recover(output, site, self._ledger.open_segments()))
            self._ledger.finish_removals(output)
            day, self.run_id = in_order(
                now().astimezone(UTC).date(), run_id, self._ledger.last_segment()
            )
            self._ledger.runs.start(self.run_id, now())
            self._queue = CommitQueue(self._ledger, SegmentWriter(output, site, day, self.run_id))
            self._stack = stack.pop_all()

    def visits(self, keys: Iterable[str]) -> dict[str, Visit]:
        """Return the last visits of these addresses, by key."""
        return self._ledger.visits(keys)

    def due(self) -> Iterator[Due]:
        """Return the addresses that are due, whether a source announces them or not."""
        return self._ledger.due(self._now())

    def addresses(self, keys: Collection[str]) -> Iterator[Due]:
        """Return those of the addresses that are in the ledger."""
        return self._ledger.addresses(keys)

    def sources(self) -> dict[str, Source]:
        """Return the state of the site's sources after the last runs, by URL."""
        return self._ledger.sources()

    def announce(
        self, candidates: Iterable[tuple[str, Candidate]], sources: Iterable[Source]
    ) -> None:
        """Store announced candidates, by key, and the state of the sources; durable on return."""
        self._ledger.announce(candidates, sources, self._now())

    def judge(self, evidence: Iterable[Evidence]) -> None:
        """Store whether the changes that sources claim are real; durable on return."""
        self._ledger.judge(evidence)

    def names(self, keys: Sequence[str]) -> list[Name]:
        """Return the committed names of articles with these keys."""
        return self._ledger.names(keys)

    def address(self, article_id: str) -> str | None:
        """Return the address of the last version of an article, None for an unknown one."""
        last = self._last_known(article_id)
        return None if last is None else last.url

    def last(self, article_id: str) -> Article | None:
        """Return the last version of an article, None if it cannot be read."""
        known = self._last_known(article_id)
        return None if known is None else self._last_version(known, article_id)

    def identify(self, article: Article, address: Address) -> Identity:
        """Decide which article a page is; `keep` its article next, before anything else runs."""
        return self._identities.identify(article, address.url)

    def last_read(self, number: int) -> list[str]:
        """Return the URLs of the articles that were read last."""
        return self._ledger.last_read(number)

    def keep(
        self,
        article: Article,
        address: Address,
        published: datetime | None = None,
        names: tuple[Name, ...] = (),
    ) -> Decision:
        """Decide on an article; the next `flush` writes it if it is new or changed.

        Args:
            article: as extracted.
            address: the address that it was fetched from.
            published: its date if that has a time of day: the next check depends on its age.
            names: further keys of the article, as `identify` returns them.
        """
        last = self._last_known(article.id)
        decision = self._queue.numbered(decide(article, last))
        now = self._now()
        first_seen = last.first_seen if last and last.first_seen else now
        check = next_check(published, first_seen, now, self._recheck)
        outcome = Outcome(address, State.ARTICLE, now, 0, check, article_id=article.id)
        outcome = replace(outcome, published=published, names=names)
        self._add(outcome, decision)
        return decision

    def unmodified(self, address: Address, visit: Visit) -> None:
        """Note that the server answered 304: the page has not changed since `visit`."""
        now, article_id = self._now(), visit.article_id
        last = self._last_known(article_id) if article_id else None
        first_seen = last.first_seen if last and last.first_seen else now
        check = next_check(visit.published, first_seen, now, self._recheck)
        outcome = Outcome(address, State.ARTICLE, now, 0, check, full=False, article_id=article_id)
        self._add(outcome)

    def gone(
        self,
        address: Address,
        visit: Visit,
        status: int,
        cause: str = "",
        archive: ArchivePlace | None = None,
    ) -> Decision | None:
        """Note that an article is gone: its last version is written again with that status.

        Args:
            address: that of the article.
            visit: the last one, which says what article it is.
            status: the HTTP status of the answer.
            cause: how the article is gone, if the status is neither 404 nor 410.
            archive: place of the answer in the archive of the run.

        Returns:
            The decision, or None if the article was gone already, or its last version was pruned.

        Raises:
            KhabarError: the line of the last version is not in its segment.
        """
        now, article_id = self._now(), visit.article_id or ""
        known = self._last_known(article_id)
        attempts = visit.attempts + 1 if visit.state is State.GONE else 1
        check = pause_after(attempts, now, GONE_PAUSES)
        outcome = Outcome(address, State.GONE, now, attempts, check, article_id=visit.article_id)
        if known is None or known.gone:
            self._add(outcome)
            return None
        last = self._last_version(known, article_id)
        if last is None and known.segment is None:
            _log.warning("%s is gone; its last record was pruned, so none closes it", address.url)
            self._add(outcome)
            return None
        if last is None:
            segment = self._output / (known.segment or "")
            raise KhabarError(
                f"{address.url}: HTTP {status}, but its last record is not in {segment}",
                "put it back",
            )
        downloaded = now.astimezone(UTC).isoformat(timespec="seconds")
        decision = self._queue.numbered(
            closing(
                last,
                known,
                downloaded=downloaded,
                status=status,
                run_id=self.run_id,
                cause=cause,
                archive=archive,
            )
        )
        self._add(outcome, decision)
        return decision

    def reject(self, address: Address, rejection: Rejection) -> None:
        """Note that a page is not an article; a rejection that may not last counts as a failure."""
        error = (
            f"{rejection.reason}: {rejection.detail}" if rejection.detail else str(rejection.reason)
        )
        if rejection.reason in _PASSING:
            self.fail(address, error)
            return
        now, attempts = self._now(), self._attempts(address, State.REJECTED) + 1
        check = pause_after(attempts, now, REJECTION_PAUSES)
        state = State.REJECTED if check else State.PARKED
        self._add(Outcome(address, state, now, attempts, check, error=error))

    def pass_over(self, address: Address, published: datetime) -> None:
        """Note that an article is older than the `since` of this run."""
        now = self._now()
        self._add(Outcome(address, State.OLDER, now, next_check=now, published=published))

    def fail(self, address: Address, error: str) -> None:
        """Note that the address could not be fetched; after too many failures it is parked."""
        now, attempts = self._now(), self._attempts(address, State.FAILED) + 1
        check = retry_at(attempts, now)
        state = State.FAILED if check else State.PARKED
        self._add(Outcome(address, state, now, attempts, check, error=error))

    def flush(self) -> None:
        """Write the queued records to the segment, then commit their outcomes to the ledger."""
        self.before_commit()
        if self._queue.flush():
            self._identities.committed()

    def runs(self) -> list[Run]:
        """Return the runs of this site, newest first, including this one."""
        return self._ledger.runs.newest_first()

    def close(self, summary: Mapping[str, Any], keep_runs: int = Limits().runs_kept) -> None:
        """Flush, close the segment, store the summary, and release ledger and lock in any case.

        Args:
            summary: of this run, as JSON types.
            keep_runs: the number of the site's runs to keep in the ledger.
        """
        with self._stack:
            self.flush()
            self._queue.finish()
            self._ledger.runs.finish(self.run_id, summary, self._now(), keep_runs)

    def _add(self, outcome: Outcome, decision: Decision | None = None) -> None:
        self._queue.add(outcome, decision)
        self._on_pending()

    def _last_known(self, article_id: str) -> Known | None:
        """Return the last version by the queue, else by the ledger."""
        return self._queue.known(article_id) or self._ledger.known(article_id)

    def _attempts(self, address: Address, state: State) -> int:
        visit = self.visits([address.key]).get(address.key)
        return visit.attempts if visit is not None and visit.state in (state, State.PARKED) else 0

    def _last_version(self, known: Known, article_id: str) -> Article | None:
        if known.segment is None or known.position is None:
            self.flush()  # the last version may still be in the queue
            known = self._ledger.known(article_id) or known
        if known.segment is None or known.position is None:
            return None
        line = read_line(self._output, known.segment, known.position)
        article = Article.model_validate_json(line) if line else None
        return article if article is not None and article.id == article_id else None


def _nothing() -> None:
    """There is nothing to make durable before a commit."""
