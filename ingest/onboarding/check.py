"""Compare the pages of a definition's tests, fetched or saved, with what the tests expect."""

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

_SUFFIXES = frozenset({".html", ".htm"})


def saved_pages(
    folder: Path, urls: Iterable[str], limits: Limits | None = None
) -> Mapping[str, FetchedPage]:
    """Return the saved page of each URL that a file in the folder or below it has.

    The URL of a file is its `rel=canonical`, or else its `og:url`. The time of the file's last
    change counts as the time of the download.

    Args:
        folder: searched for `*.html` and `*.htm`.
        urls: URLs of tests.
        limits: bounds on a page; a file beyond them is skipped.

    Raises:
        UsageError: there is no such folder, or a file cannot be read.
    """
    if not folder.is_dir():
        raise UsageError(f"no such folder: {folder}", "give a folder of saved *.html pages")
    by_canonical: dict[str, Path] = {}
    by_opengraph: dict[str, Path] = {}
    for file in sorted(folder.rglob("*")):
        page = _parsed(file, limits) if file.suffix.casefold() in _SUFFIXES else None
        if page is not None:
            _add(by_canonical, [page.canonical] if page.canonical else [], file)
            _add(by_opengraph, page.metas.get("og:url", []), file)
    pages = {}
    for url in urls:
        key = article_key(url)
        match = by_canonical.get(key) or by_opengraph.get(key)
        if match is not None:
            pages[url] = _fetched_page(match, url)
    return pages


def _add(files: dict[str, Path], urls: Iterable[str], file: Path) -> None:
    for url in urls:
        files.setdefault(article_key(url), file)


def _parsed(file: Path, limits: Limits | None) -> Page | None:
    try:
        return parse(_read(file), "https://unknown.invalid/", limits=limits)
    except LimitExceeded:  # a crawl would reject this page too
        return None


def _fetched_page(file: Path, url: str) -> FetchedPage:
    changed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    return FetchedPage(url=url, body=_read(file), retrieved_at=changed, requested_url=url)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        message = f"cannot read {file}: {error.strerror}"
        raise UsageError(message, "give a folder of saved *.html pages") from error


Outcome = Article | Rejection | KhabarError | None
"""The result of a test's page; None if there is no page."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that differs from its test.

    Attributes:
        field: as in the record, or "page" if there is no record.
        got: the value in words.
        expected: what the test expects, in words.
    """

    field: str
    got: str
    expected: str


@dataclass(slots=True)
class CheckResult:
    """The number of tests that passed, failed, or could not run, and their problems.

    Attributes:
        passed: the page is as expected.
        failed: the page differs.
        unfetched: the page could not be fetched.
        without_page: no saved file or cassette has the page.
        problems: each with the name of its site and the URL of its page.
    """

    passed: int = 0
    failed: int = 0
    unfetched: int = 0
    without_page: int = 0
    problems: list[tuple[str, str, Problem]] = field(default_factory=list)

    @property
    def ran(self) -> int:
        """The number of tests that had a page to look at."""
        return self.passed + self.failed

    def add(self, site: str, test: SiteTest, outcome: Outcome) -> None:
        """Count a test by the result of its page."""
        if outcome is None or isinstance(outcome, NotRecorded):
            self.without_page += 1
            return
        problems = list(problems_of(test, outcome))
        self.problems += [(site, test.url, problem) for problem in problems]
        if isinstance(outcome, KhabarError):
            self.unfetched += 1
        elif problems:
            self.failed += 1
        else:
            self.passed += 1


def problems_of(test: SiteTest, outcome: Article | Rejection | KhabarError) -> Iterator[Problem]:
    """Yield each difference from the test. A field that the test leaves out may have any value."""
    if isinstance(outcome, KhabarError):
        yield Problem("page", str(outcome), "an article")
    elif isinstance(outcome, Rejection):
        reason = f"no article: {outcome.reason} {outcome.detail}".rstrip()
        yield Problem("page", reason, "an article")
    else:
        yield from _headline_problems(test, outcome)
        yield from _author_problems(test, outcome)
        yield from _date_problems(test, outcome)
        yield from _body_problems(test, outcome)


def _headline_problems(test: SiteTest, article: Article) -> Iterator[Problem]:
    if test.headline is not None and one_line(test.headline) != (article.headline or ""):
        yield Problem("headline", _quoted(article.headline), _quoted(test.headline))


def _author_problems(test: SiteTest, article: Article) -> Iterator[Problem]:
    if test.authors is None:
        return
    names = [author.name for author in article.authors]
    if {one_line(name) for name in test.authors} != set(names):
        yield Problem("authors", _listed(names), _listed(test.authors))


def _date_problems(test: SiteTest, article: Article) -> Iterator[Problem]:
    expected = test.date_published
    if expected is not None and not same_time(article.date_published, expected):
        yield Problem("datePublished", article.date_published or "none", expected)


def _body_problems(test: SiteTest, article: Article) -> Iterator[Problem]:
    text = one_line(article.article_body)
    for snippet in test.contains:
        if one_line(snippet) not in text:
            yield Problem("articleBody", "a text without it", _quoted(snippet))
    for snippet in test.excludes:
        if one_line(snippet) in text:
            yield Problem("articleBody", _quoted(snippet), "a text without it")


def same_time(got: str | None, expected: str) -> bool:
    """Whether a record's time is the expected instant, or within the expected day.

    Args:
        got: a time of a record, or None.
        expected: ISO 8601; a day is compared in the offset of the record's own time.
    """
    if got is None:
        return False
    if "T" not in expected:
        return got[:10] == expected
    try:
        # A time without an offset is never equal to one with an offset.
        return datetime.fromisoformat(got) == datetime.fromisoformat(expected)
    except ValueError:
        return False


def _quoted(text: str | None) -> str:
    return f'"{one_line(text)}"' if text else "none"


def _listed(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in sorted(names)) or "none"
