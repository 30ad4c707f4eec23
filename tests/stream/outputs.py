"""Outputs that tests of consumers read: a few sites with numbered records, written as a crawl does."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.processing.changes import content_hash
from ingest.processing.recrawl import Address
from ingest.record import Article, Metadata, Publisher
from ingest.storage.site_store import SiteStore
from ingest.urls import article_key, id_of_key

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def article(site: str, name: str, text: str = "The ferry sailed.", at: datetime = NOW) -> Article:
    """An article of a site, downloaded at a time."""
    url = f"https://{site}.example/{name}"
    made = Article(
        id=id_of_key(article_key(url)),
        content_hash="pending",
        url=url,
        requested_url=url,
        headline=f"Ferry {name}",
        article_body=text,
        publisher=Publisher(domain=f"{site}.example"),
        metadata=Metadata(
            date_downloaded=at.isoformat(),
            site=site,
            khabar_version="1",
            trafilatura_version="2",
        ),
    )
    return made.model_copy(update={"content_hash": content_hash(made)})


class Run:
    """A run of a site that writes articles; each is committed when `write` returns."""

    def __init__(self, store: SiteStore, site: str, at: datetime) -> None:
        self._store, self._site, self._at = store, site, at

    def write(self, *names: str, text: str = "The ferry sailed.") -> None:
        """Write new articles, or further versions of them."""
        for name in names:
            kept = article(self._site, name, text, self._at)
            self._store.keep(kept, Address(article_key(kept.url), kept.url))


@contextmanager
def crawling(output: Path, site: str, at: datetime = NOW) -> Iterator[Run]:
    """A run that is at work during the block."""
    store = SiteStore(output, site, f"{at:%Y%m%dT%H%M%S.%fZ}-ab12", lambda: at)
    try:
        yield Run(store, site, at)
    finally:
        store.close({})


def write(output: Path, site: str, names: Iterable[str], *, days: int = 0) -> None:
    """Write the articles of one run, so many days after the first."""
    with crawling(output, site, NOW + timedelta(days=days)) as run:
        run.write(*names)
