"""What plug-ins are made of: their protocols, what they return, and what a crawl offers to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ParamSpec, Protocol, TypeVar

from ingest.discovery.candidate import Candidate
from ingest.html.page import Page
from ingest.record import Article, Comment, FetchedPage
from ingest.settings import Limits
from ingest.sites import Site

P = ParamSpec("P")
T = TypeVar("T")


class Response(Protocol):
    """A response: Scrapy's, as far as plug-ins use it."""

    @property
    def url(self) -> str:
        """The final URL."""

    @property
    def status(self) -> int:
        """200, or 304 to a conditional request."""

    @property
    def body(self) -> bytes:
        """The decompressed body."""


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One page of a source.

    Attributes:
        candidates: the articles that it announces.
        next_url: the URL of the next page, if any.
        links: further files of the source, with the time of their last change if known.
        error: what is wrong with the page, in one line, or None.
    """

    candidates: Sequence[Candidate]
    next_url: str | None = None
    links: Sequence[tuple[str, datetime | None]] = ()
    error: str | None = None


Read = Callable[[Response], SourcePage]
"""Parses one page of a source, a `discovery.source.SourceResponse`, and must not raise on any bytes.

It runs in a worker process, within the limits of time and memory of a page: a function at the top
level of a module, or a `functools.partial` of one, whose arguments and results pickle. It keeps
nothing from page to page.
"""


class SourceContext(Protocol):
    """What a crawl offers to a source.

    All requests obey robots.txt, delays and limits. `walk` and `walk_files` send conditional
    requests, stop when a page has nothing new, and report what they find to the ledger.
    """

    @property
    def site(self) -> Site:
        """The definition of the site."""

    @property
    def limits(self) -> Limits:
        """The operator's limits."""

    def absolute(self, urls: Iterable[str]) -> list[str]:
        """Return URLs relative to `https://<domain>/` as absolute ones."""

    async def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Response:
        """Return the response to a GET; raises `KhabarError`."""

    async def walk(self, url: str, kind: str, read: Read, start: str | None = None) -> str | None:
        """Take the candidates of a source and of the pages after it; return what is wrong, or None.

        Args:
            url: the source.
            kind: kind of source, as the ledger and the report show it.
            read: parses a page.
            start: the URL of its first page, if that is not `url`.

        Raises:
            KhabarError: a page could not be fetched.
        """

    async def follow(self, url: str, kind: str, read: Read) -> None:
        """Do as `walk` does, and note what is wrong instead of raising."""

    async def walk_files(
        self, starts: Iterable[str], kind: str, read: Read, *, named_by_site: bool = False
    ) -> None:
        """Take the candidates of files that link to others (`SourcePage.links`), if they are due.

        Args:
            starts: the sources.
            kind: as in `walk`.
            read: parses a file.
            named_by_site: whether the site itself names them: if its robots.txt forbids them, that
                is a remark and no fault.
        """

    def remark(self, url: str, kind: str, text: str) -> None:
        """Report what the operator should know of a source that was not read, if it is no fault."""

    async def run(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a parser in a worker process, and return its result; see `Read`.

        Raises:
            LimitExceeded: it took too long or too much memory.
        """

    def complete_until(self, url: str) -> datetime | None:
        """Return the newest time at an earlier complete walk; None to ask for everything."""

    def note(self, problem: str) -> None:
        """Add a line to the errors of the run."""


class Source(Protocol):
    """A source of articles: an async function, which calls `crawl.walk` and others."""

    async def __call__(self, crawl: SourceContext) -> None:
        """Read the source."""


@dataclass(frozen=True, slots=True)
class RemoteComments:
    """Comments from outside the page, and their source for `metadata.provenance`."""

    comments: Sequence[Comment]
    source: str


class CommentContext(Protocol):
    """What a crawl offers to a source of comments."""

    @property
    def site(self) -> Site:
        """The definition of the site."""

    @property
    def limits(self) -> Limits:
        """The operator's limits."""

    async def fetch(self, url: str) -> Response:
        """Return the response to a GET; raises `KhabarError`."""

    async def run(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a parser in a worker process, and return its result; see `Read`.

        Raises:
            LimitExceeded: it took too long or too much memory.
        """


class CommentSource(Protocol):
    """Comments of an article that its page does not have: a class without arguments.

    `fetch` runs in the crawl, `read` in an extraction process, within its limits.
    """

    async def fetch(self, page: FetchedPage, crawl: CommentContext) -> Sequence[bytes]:
        """Return the bodies of the responses about the comments of a page."""

    def read(self, answers: Sequence[bytes], site: Site) -> RemoteComments:
        """Return the comments in the bodies."""


class Sink(Protocol):
    """A destination of records. Its methods run in a thread, one at a time."""

    def write(self, record: Mapping[str, Any]) -> None:
        """Take a committed record, with the names of its JSON Schema."""

    def close(self) -> None:
        """End the sink; called once, at the end of the crawl."""


class Extractor(Protocol):
    """Values for existing fields, if selectors are not enough: a class without arguments."""

    def extract(self, page: Page, article: Article) -> Mapping[str, object]:
        """Return the values that replace those of the record, by the names of fields in `Article`.

        A name that is not in `Article` is an error, which becomes a warning of the record.

        Args:
            page: the parsed page. It is a copy of the plug-in's own.
            article: the record that the general extraction made.
        """
