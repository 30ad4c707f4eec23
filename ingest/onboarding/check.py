"""Whether what came out of a definition's test pages is what the definition wants (pure)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from ingest.errors import KhabarError, NotRecorded
from ingest.record import Article, Rejection
from ingest.sites import SiteTest
from ingest.text import one_line

Outcome = Article | Rejection | KhabarError | None
"""What became of a test's page; None where there is no page at hand."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is not as it should be: `field` is named as in the record, or "page" where there is no record."""

    field: str
    got: str
    wanted: str


@dataclass(slots=True)
class Verdict:
    """How many tests hold, fail, have a page that could not be fetched, or have none at hand."""

    held: int = 0
    failed: int = 0
    unfetched: int = 0
    absent: int = 0
    problems: list[tuple[str, str, Problem]] = field(default_factory=list)
    """Each with the names of its site and page."""

    @property
    def ran(self) -> int:
        """How many tests had a page to look at."""
        return self.held + self.failed

    def add(self, site: str, test: SiteTest, outcome: Outcome) -> None:
        """Count a test with what became of its page; what a replay does not hold is not at hand."""
        if outcome is None or isinstance(outcome, NotRecorded):
            self.absent += 1
            return
        found = list(problems_of(test, outcome))
        self.problems += [(site, test.url, problem) for problem in found]
        if isinstance(outcome, KhabarError):
            self.unfetched += 1
        elif found:
            self.failed += 1
        else:
            self.held += 1


def problems_of(test: SiteTest, outcome: Article | Rejection | KhabarError) -> Iterator[Problem]:
    """All that is not as the test wants it; what the test does not state may be anything."""
    if isinstance(outcome, KhabarError):
        yield Problem("page", str(outcome), "an article")
    elif isinstance(outcome, Rejection):
        yield Problem(
            "page", f"no article: {outcome.reason} {outcome.detail}".rstrip(), "an article"
        )
    else:
        yield from _of_fields(test, outcome)
        yield from _of_body(test, outcome.article_body)


def _of_fields(test: SiteTest, article: Article) -> Iterator[Problem]:
    if test.headline is not None and one_line(test.headline) != (article.headline or ""):
        yield Problem("headline", _quoted(article.headline), _quoted(test.headline))
    names = [author.name for author in article.authors]
    if test.authors is not None and {one_line(name) for name in test.authors} != set(names):
        yield Problem("authors", _listed(names), _listed(test.authors))
    if test.date_published is not None and not same_time(
        article.date_published, test.date_published
    ):
        yield Problem("datePublished", article.date_published or "none", test.date_published)


def _of_body(test: SiteTest, body: str) -> Iterator[Problem]:
    text = one_line(body)
    for snippet in test.contains:
        if one_line(snippet) not in text:
            yield Problem("articleBody", "a text without it", _quoted(snippet))
    for snippet in test.excludes:
        if one_line(snippet) in text:
            yield Problem("articleBody", _quoted(snippet), "a text without it")


def same_time(got: str | None, wanted: str) -> bool:
    """Whether a record's time is the one wanted: the same instant, or, where a day is wanted, a time of that day.

    The day is that of the record's own offset. A day does not do where an instant is wanted.
    """
    if got is None:
        return False
    if "T" not in wanted:
        return got[:10] == wanted
    try:
        return datetime.fromisoformat(got) == datetime.fromisoformat(
            wanted
        )  # never where one of them has no zone
    except ValueError:
        return False


def _quoted(text: str | None) -> str:
    return f'"{one_line(text)}"' if text else "none"


def _listed(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in sorted(names)) or "none"
