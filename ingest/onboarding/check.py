"""Whether what came out of a definition's test pages is what the definition wants (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ingest.errors import KhabarError, LimitExceeded, NotRecorded, UsageError
from ingest.html.page import Page, parse
from ingest.record import Article, FetchedPage, Rejection
from ingest.settings import Limits
from ingest.sites import SiteTest
from ingest.text import one_line
from ingest.urls import article_key

_ENDINGS = frozenset({".html", ".htm"})


def saved_pages(
    folder: Path, urls: Iterable[str], limits: Limits | None = None
) -> Mapping[str, FetchedPage]:
    """The page of each address, as far as one of the files below the folder (`*.html`, `*.htm`) says that it is it.

    A page is known by its `rel=canonical`, or else by its `og:url`. It counts as retrieved when its file was written.

    Raises:
        UsageError: there is no such folder, or a file cannot be read.
    """
    if not folder.is_dir():
        raise UsageError(f"no such folder: {folder}", "give a folder of saved *.html pages")
    by_canonical: dict[str, Path] = {}
    by_opengraph: dict[str, Path] = {}
    for file in sorted(folder.rglob("*")):
        if file.suffix.casefold() in _ENDINGS and (page := _parsed(file, limits)) is not None:
            _enter(by_canonical, page.links.get("canonical", []), file)
            _enter(by_opengraph, page.metas.get("og:url", []), file)
    found = {
        url: by_canonical.get(article_key(url)) or by_opengraph.get(article_key(url))
        for url in urls
    }
    return {url: _page(file, url) for url, file in found.items() if file is not None}


def _enter(files: dict[str, Path], addresses: Iterable[str], file: Path) -> None:
    for address in addresses:
        files.setdefault(article_key(address), file)


def _parsed(file: Path, limits: Limits | None) -> Page | None:
    try:
        return parse(_read(file), "https://unknown.invalid/", limits=limits)
    except LimitExceeded:  # over the limits it is no test's page either
        return None


def _page(file: Path, url: str) -> FetchedPage:
    written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return FetchedPage(url=url, body=_read(file), retrieved_at=written, requested_url=url)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(
            f"cannot read {file}: {error.strerror}", "give a folder of saved *.html pages"
        ) from error


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
