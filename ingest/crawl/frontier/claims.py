"""How far the changes that a source claims are believed, by what the pages showed (pure).

Generators of sitemaps often state the time of the request as `lastmod`. Each run would then fetch
every article again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from ingest.discovery.source import Evidence, Source

TRIAL = 20
"""Articles that a run fetches again on the word of a source that was never right so far."""
DENIALS_AT_FIRST = 10
"""Wrong claims in a row after which the claims of a source that was never right are ignored."""
DENIALS = 40
"""The same for a source that was right before. In both cases one right claim ends it."""


class Claims:
    """The claims of a run: which source says of which known article that it changed.

    Args:
        known: the sources after the last runs, by URL.
    """

    def __init__(self, known: Mapping[str, Source]) -> None:
        self._known = known
        self._sources: dict[str, str] = {}
        self._asked: dict[str, set[str]] = {}
        self._denied: Counter[str] = Counter()
        self._confirmed: dict[str, datetime] = {}

    def believed(self, source: str) -> bool:
        """Whether the claims of a source lead to a visit."""
        known = self._known.get(source)
        if known is None:
            return True
        return known.denied < (DENIALS if known.confirmed else DENIALS_AT_FIRST)

    def made(self, key: str, source: str) -> None:
        """Note that a source claims a change of a known article."""
        self._sources.setdefault(key, source)

    def may_ask(self, key: str) -> bool:
        """Whether to fetch an article now for no other reason than a claim.

        A source that was never right gets a trial: the other articles wait for the next run.
        """
        source = self._sources.get(key)
        if source is None:
            return True
        known = self._known.get(source)
        asked = self._asked.setdefault(source, set())
        if key not in asked and len(asked) >= TRIAL and not (known and known.confirmed):
            return False
        asked.add(key)
        return True

    def on_trial(self, source: str) -> bool:
        """Whether articles wait for the next run because the source was never right so far."""
        known = self._known.get(source)
        claimed = sum(1 for claimant in self._sources.values() if claimant == source)
        return claimed > TRIAL and not (known and known.confirmed)

    def settle(self, key: str, *, changed: bool, now: datetime) -> None:
        """Note what the visit of an article showed."""
        source = self._sources.get(key)
        if source is None:
            return
        if changed:
            self._confirmed[source] = now
            self._denied[source] = 0
        elif source not in self._confirmed:
            self._denied[source] += 1

    def evidence(self) -> Iterator[Evidence]:
        """Return what is known of each source of which a claim was settled in this run."""
        for source, denied in self._denied.items():
            known = self._known.get(source, Source(source, ""))
            confirmed = self._confirmed.get(source)
            if confirmed is not None:
                yield Evidence(source, 0, confirmed)
            else:
                yield Evidence(source, known.denied + denied, known.confirmed)
