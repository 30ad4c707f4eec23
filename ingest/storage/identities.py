"""The names of a site's articles, by the ledger and by what this run has not committed yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ingest.processing.identity import Identity, Name, Registry, Traits, identify, traits_of
from ingest.record import Article
from ingest.urls import article_key


class Stored(Protocol):
    """The articles of earlier runs and commits."""

    def names(self, keys: Sequence[str]) -> Sequence[Name]:
        """Return the names with these keys."""

    def address(self, article_id: str) -> str | None:
        """Return the last address of an article, None for an unknown article."""

    def last(self, article_id: str) -> Article | None:
        """Return the last version of an article, None if it cannot be read."""


class Identities:
    """Decides which article a page is, and remembers it until `committed`.

    Args:
        stored: the ledger; None if there is none, so that all of the run is remembered.
    """

    def __init__(self, stored: Stored | None = None) -> None:
        self._stored = stored
        self._names: dict[str, dict[str, Name]] = {}
        self._addresses: dict[str, str] = {}
        self._latest: dict[str, Article | Traits] = {}
        self._registry = Registry(self._named, self._address, self._last)

    def identify(self, article: Article, requested_url: str) -> Identity:
        """Return the decision on a page; see `processing.identity`."""
        requested = article_key(requested_url)
        identity = identify(article, requested, self._registry)
        ident = identity.article.id
        for name in (*identity.names, Name(requested, ident, claimed=False)):
            self._remember(name)
        # Records are large, and without a ledger those of the whole run would stay.
        latest = traits_of(article) if self._stored is None else article
        if self._latest.get(ident) != latest:  # else it is a copy at another address
            self._latest[ident] = latest
            self._addresses[ident] = article_key(article.url)
        return identity

    def committed(self) -> None:
        """Forget what the ledger knows now."""
        self._names.clear()
        self._addresses.clear()
        self._latest.clear()

    def _remember(self, name: Name) -> None:
        by_id = self._names.setdefault(name.key, {})
        if not name.claimed:
            for other in [each for each in by_id.values() if not each.claimed]:
                del by_id[other.article_id]
        by_id[name.article_id] = name

    def _named(self, keys: Sequence[str]) -> Sequence[Name]:
        pending = [name for key in keys for name in self._names.get(key, {}).values()]
        fetched = {name.key for name in pending if not name.claimed}
        stored = self._stored.names(keys) if self._stored is not None else ()
        return [*pending, *(name for name in stored if name.claimed or name.key not in fetched)]

    def _address(self, ident: str) -> str | None:
        if ident in self._addresses or self._stored is None:
            return self._addresses.get(ident)
        url = self._stored.address(ident)
        return None if url is None else article_key(url)

    def _last(self, ident: str) -> Traits | None:
        last = self._latest.get(ident)
        if last is None and self._stored is not None:
            last = self._stored.last(ident)
        return traits_of(last) if isinstance(last, Article) else last
