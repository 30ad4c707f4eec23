"""The outcomes of visits until they are durable, and the sequence numbers of their records.

`CommitQueue.flush` writes in this order:

1. The lines of new and changed records go to the segment, followed by fsync.
2. One ledger transaction commits the outcomes and the segment's new length.

A crash before step 2 leaves the ledger as it was, and the next run fetches these addresses again;
the lines of step 1 are truncated by `segments.recover`, and their numbers are given again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.processing.changes import Changed, Decision, Known, Same, known_by
from ingest.record import Article
from ingest.storage.ledger import Ledger
from ingest.storage.rows import Outcome
from ingest.storage.segments import Position, SegmentWriter


class CommitQueue:
    """Numbers records, and writes them together with the outcomes of their visits.

    Args:
        ledger: of the site.
        writer: of this run's segments.
    """

    def __init__(self, ledger: Ledger, writer: SegmentWriter) -> None:
        self._ledger = ledger
        self._writer = writer
        self._sequence = self._committed = ledger.last_sequence()
        self._waiting: list[tuple[Outcome, Article | None]] = []
        self._decided: dict[str, Known] = {}

    def numbered(self, decision: Decision) -> Decision:
        """Return a decision whose record, if it will be written, has the next sequence number.

        `add` it next: a number that was given must be written.
        """
        if isinstance(decision, Same):
            return decision
        self._sequence += 1
        article = decision.article
        metadata = article.metadata.model_copy(update={"sequence": self._sequence})
        return replace(decision, article=article.model_copy(update={"metadata": metadata}))

    def add(self, outcome: Outcome, decision: Decision | None = None) -> None:
        """Add an outcome, with the decision on its article if there is one."""
        if decision is None or isinstance(decision, Same):
            self._waiting.append((outcome, None))
            return
        known = self._decided[decision.article.id] = known_by(decision)
        unexplained = decision.unexplained if isinstance(decision, Changed) else outcome.unexplained
        outcome = replace(outcome, field_hashes=known.field_hashes, unexplained=unexplained)
        self._waiting.append((outcome, decision.article))

    def known(self, article_id: str) -> Known | None:
        """Return the last version of an article that waits here."""
        return self._decided.get(article_id)

    def flush(self) -> bool:
        """Make everything durable; return whether there was anything.

        After a failure the outcomes are forgotten, and the numbers of their records are free.

        Raises:
            UnwritableOutput: a segment or the ledger cannot be written.
        """
        waiting, self._waiting, self._decided = self._waiting, [], {}
        if not waiting:
            return False
        last, self._sequence = self._sequence, self._committed
        self._commit(waiting)
        self._writer.committed()
        self._sequence = self._committed = last
        return True

    def finish(self) -> None:
        """Close the open segment."""
        if position := self._writer.close():
            self._ledger.close_segments([position])

    def _commit(self, waiting: Sequence[tuple[Outcome, Article | None]]) -> None:
        written = [article for _, article in waiting if article is not None]
        if written and self._writer.full:
            self.finish()
        starts: Iterator[Position] = iter(())
        if written:
            first = written[0].metadata.sequence or 1
            starts = iter(self._writer.append([each.to_json_line() for each in written], first))
        outcomes = [
            outcome if article is None else replace(outcome, written=article, position=next(starts))
            for outcome, article in waiting
        ]
        self._ledger.commit(outcomes, self._writer.position if written else None)
