"""The outcomes of one call of `khabar extract`: records, reasons of the rest, the closing line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ingest.archive.sources import Found, UnreadableRecord
from ingest.cli.console import Terminal
from ingest.cli.scrape.results import (
    RejectionFile,
    ScrapeResults,
    kind_of,
    reasons,
)
from ingest.errors import KhabarError
from ingest.monitoring.report import EXIT_DONE, EXIT_NOTHING, EXIT_UNHEALTHY
from ingest.record import Article

if TYPE_CHECKING:
    from ingest.archive.sources import Sources
    from ingest.record import FetchedPage, Rejection

    Take = Callable[[FetchedPage, Article | Rejection], None]
    Outcome = Article | Rejection | KhabarError


class ExtractResults(ScrapeResults):
    """Takes the outcome of each page.

    Attributes:
        other_languages: number of records that were left out by their language.
        damaged: number of parts of archives, or files, that could not be read.

    Args:
        take: what to do with the result of a page.
        terminal: where damage is printed, unless `rejections` takes it.
        rejections: takes what gave no record, if given.
        language: code of the only language to take, such as `ur`; None for all.
    """

    def __init__(
        self,
        take: Take,
        terminal: Terminal,
        rejections: RejectionFile | None,
        language: str | None,
    ) -> None:
        super().__init__(_Nowhere(), terminal, rejections)
        self._take = take
        self.other_languages = 0
        self.damaged = 0
        self._language = language

    def take_page(self, found: Found, outcome: Outcome) -> None:
        """Count an outcome and write it."""
        self.total += 1
        if isinstance(outcome, Article):
            if self._language is None or language_of(outcome) == self._language:
                self.records += 1
                self._take(found.page(), outcome)
            else:
                self.other_languages += 1
        elif isinstance(outcome, KhabarError):
            self._take_error(found, outcome)
        else:
            self.rejected[outcome.reason.value] += 1
            self._take(found.page(), outcome)
            if self._rejections is not None:
                self._rejections.write(outcome.requested_url, outcome, archive=_place(found))
        self.tell()

    def _take_error(self, found: Found, error: KhabarError) -> None:
        url, kind, is_damage = None, kind_of(error), True
        if isinstance(error, UnreadableRecord):
            url = error.skipped.url or None
            kind, is_damage = error.skipped.reason.value, error.skipped.is_damage
        self.failed[kind] += 1
        self.damaged += is_damage
        if self._rejections is not None:
            values = {"url": url, "reason": kind, "archive": _place(found)}
            self._rejections.write(url or found.file, error, **values)
        elif is_damage:
            self._terminal.complain(error)

    def closing_line(self, sources: Sources) -> str:
        """Return the counts in one line, with the reasons of what gave no record."""
        parts = [f"{self.records} records of {self.total} pages"]
        if self.rejected:
            parts.append(f"{self.rejected.total()} not articles ({reasons(self.rejected)})")
        if self.failed:
            parts.append(f"{self.failed.total()} without a page ({reasons(self.failed)})")
        remarks = {
            "in other languages": self.other_languages,
            "pages left out by filters": sources.filtered,
            "records of other types": sources.others,
            "files were not read": sources.ignored,
        }
        parts += [f"{number} {remark}" for remark, number in remarks.items() if number]
        return "; ".join(parts)

    @property
    def exit_code(self) -> int:
        """That of the command: rejected pages are no error, since archives hold any page."""
        if self.damaged:
            return EXIT_UNHEALTHY if self.records else EXIT_NOTHING
        return EXIT_DONE if self.records or not self.total else EXIT_NOTHING


class _Nowhere:
    """The output of results that `take` takes."""

    def write(self, record: Mapping[str, Any]) -> None:
        """Do nothing."""


def language_of(article: Article) -> str | None:
    """Return the language of a record without its region or script."""
    return article.in_language.partition("-")[0].casefold() if article.in_language else None


def _place(found: Found) -> dict[str, object]:
    return {"file": found.file, "offset": found.offset}
