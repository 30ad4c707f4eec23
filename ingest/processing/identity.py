"""Which article a page is, if addresses and canonical URLs contradict each other (pure).

An address that was fetched before keeps its article. Otherwise the page's canonical URL, its number
on the site and the address that redirected to it only suggest an article: the page is that article
if both have about the same text. So a canonical URL that a template repeats on every page does not
join different articles, and two articles with one number stay two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ingest.record import Article
from ingest.text import SENTENCE_END, one_line, title_key
from ingest.urls import article_key, id_of_key, number_keys

_SENTENCE = 20
"""The least letters of a sentence that is compared. Shorter ones occur in many articles."""
_SAME_TITLE = 0.3
"""The least share of common sentences of two articles with one headline."""
_SAME_NUMBER = 0.5
"""The same for articles with different headlines, of which something else says they are one."""
_SAME_CANONICAL = 0.8
"""The same if only a canonical URL says so. Boilerplate fills half of many a short article."""
_FEW_SENTENCES = 2
"""The most sentences of a text of which an edit may leave none: headline and time tell then."""
MOST_SHARING = 4
"""Articles with one number from which on it is none of theirs. No more are stored or compared."""
_DIFFERENT = 0.2
"""Up to this share a text that replaces another at its address is another article's."""

SHARED_CANONICAL = "rel=canonical is shared by different articles"
"""The start of the warning of a record whose canonical URL is not believed."""


class Traits(NamedTuple):
    """What two articles are compared by.

    Attributes:
        headline: its letters and digits.
        published: its time of publication, if that has a time of day.
        sentences: the hashes of its sentences; they are comparable within one process.
    """

    headline: str
    published: str | None
    sentences: frozenset[int]


class Name(NamedTuple):
    """A key of an article.

    Attributes:
        key: of an address (`urls.article_key`) or a number (`urls.number_keys`).
        article_id: the article.
        claimed: whether only a page says so. Otherwise the article was fetched at this address.
    """

    key: str
    article_id: str
    claimed: bool


@dataclass(frozen=True, slots=True)
class Registry:
    """What is known of the articles of a site.

    Attributes:
        names: returns the known names with these keys.
        address: returns the key of the last address of an article, None for an unknown article.
        traits: returns those of the last version, None if it cannot be read.
    """

    names: Callable[[Sequence[str]], Sequence[Name]]
    address: Callable[[str], str | None]
    traits: Callable[[str], Traits | None]


class Identity(NamedTuple):
    """The decision on a page.

    Attributes:
        article: with its id, and a warning if its canonical URL is not believed.
        names: its keys that are not known yet.
        left: another article, whose own address redirected to this page.
        is_successor: whether the page is that article all the same, and was given a second id.
    """

    article: Article
    names: tuple[Name, ...]
    left: str | None = None
    is_successor: bool = False


def traits_of(article: Article) -> Traits:
    """Return what an article is compared by."""
    sentences = (title_key(text) for text in _sentences(article.article_body))
    published = article.date_published
    return Traits(
        headline=title_key(article.headline or ""),
        published=published if published and "T" in published else None,
        sentences=frozenset(hash(text) for text in sentences if len(text) >= _SENTENCE),
    )


def _sentences(text: str) -> Iterable[str]:
    for line in text.split("\n"):
        yield from SENTENCE_END.split(one_line(line))


def overlap(one: Traits, other: Traits) -> float:
    """Return the share of common sentences in the shorter of two texts, from 0 to 1."""
    fewest = min(len(one.sentences), len(other.sentences))
    return len(one.sentences & other.sentences) / fewest if fewest else 0.0


def is_same(one: Traits, other: Traits, least: float) -> bool:
    """Whether two pages are one article.

    Args:
        one: of a page.
        other: of the other page.
        least: the share of common sentences that is needed if the headlines differ.
    """
    common = overlap(one, other)
    if one.headline and one.headline == other.headline:
        is_short = min(len(one.sentences), len(other.sentences)) <= _FEW_SENTENCES
        dated = one.published is not None and one.published == other.published
        return common >= _SAME_TITLE or (is_short and dated)
    return common >= least


def identify(article: Article, requested: str, registry: Registry) -> Identity:
    """Decide which article a page is.

    Args:
        article: as extracted; its id is that of its canonical URL, or of its address.
        requested: the key of the address that was requested, before redirects.
        registry: the articles of the site.
    """
    page = _PageKeys.of(article, requested)
    known = registry.names(page.all())
    names = _by_key(known)
    choice = _Choice(article, registry)
    ident = choice.at_own_address(names.get(page.own, [])) or choice.suggested(page, names)
    shared = ident is None and choice.refused_canonical
    if ident is None:
        taken = {name.article_id for name in known}
        ident = _free_id(article, page, registry, taken, shared=shared)
    left = _left(page, names, registry)
    if left == ident:
        left = None
    if shared:
        article = _warned(article, f"{SHARED_CANONICAL}: {article.canonical_url}")
    return Identity(
        article.model_copy(update={"id": ident}),
        tuple(
            name
            for name in page.names(ident, shared=shared)
            if name not in known and not (name.claimed and _is_common(names.get(name.key, [])))
        ),
        left,
        left is not None and choice.continues(left, page, names),
    )


def names_of_record(article: Article) -> tuple[Name, ...]:
    """Return the names that `identify` gave the article of a record."""
    page = _PageKeys.of(article, article_key(article.requested_url))
    shared = any(each.startswith(SHARED_CANONICAL) for each in article.metadata.warnings)
    return tuple(page.names(article.id, shared=shared))


def _left(page: _PageKeys, names: Mapping[str, Sequence[Name]], registry: Registry) -> str | None:
    """Return the article whose own address redirected to this page."""
    ident = _fetched(names.get(page.requested, [])) if page.requested != page.own else None
    return ident if ident is not None and registry.address(ident) == page.requested else None


class _PageKeys(NamedTuple):
    """The keys of a page: its address, its canonical URL, its numbers, the requested address."""

    own: str
    canonical: str | None
    numbers: tuple[str, ...]
    requested: str

    @classmethod
    def of(cls, article: Article, requested: str) -> _PageKeys:
        own = article_key(article.url)
        canonical = article_key(article.canonical_url) if article.canonical_url else own
        short = article_key(article.metadata.short_url) if article.metadata.short_url else ""
        shorts = [short, *number_keys(short)] if short else []
        numbers = dict.fromkeys([*number_keys(own), *shorts])
        return cls(own, None if canonical == own else canonical, tuple(numbers), requested)

    def all(self) -> list[str]:
        keys = (self.own, self.canonical, *self.numbers, self.requested)
        return list(dict.fromkeys(key for key in keys if key))

    def names(self, ident: str, *, shared: bool) -> Iterable[Name]:
        if self.own != self.requested:  # the ledger has requested addresses anyway
            yield Name(self.own, ident, claimed=False)
        claims = self.numbers if shared or not self.canonical else (self.canonical, *self.numbers)
        for key in claims:
            if key != self.own:
                yield Name(key, ident, claimed=True)


class _Choice:
    """Compares one page with the articles that it may be."""

    def __init__(self, article: Article, registry: Registry) -> None:
        self._article = article
        self._registry = registry
        self.refused_canonical = False

    @cached_property
    def _traits(self) -> Traits:
        return traits_of(self._article)

    def at_own_address(self, names: Sequence[Name]) -> str | None:
        """Return the article that was fetched at the page's address before.

        If several addresses of the site were taken for one article, its last version must be from
        this one, or not be a quite different text.
        """
        ident = _fetched(names)
        if ident is None:
            return None
        if self._registry.address(ident) == article_key(self._article.url):
            return ident
        last = self._registry.traits(ident)
        if last is None or is_same(self._traits, last, _DIFFERENT):
            return ident
        self.refused_canonical = self._article.canonical_url is not None
        return None

    def suggested(self, page: _PageKeys, names: Mapping[str, Sequence[Name]]) -> str | None:
        """Return the known article that something on the page suggests and its text confirms."""
        if page.canonical and names.get(page.canonical):
            if ident := self._first(names[page.canonical], _SAME_CANONICAL):
                return ident
            self.refused_canonical = True
        if ident := self._first(names.get(page.own, []), _SAME_CANONICAL):
            return ident
        numbered = [name for key in page.numbers for name in _few(names.get(key, []))]
        moved = names.get(page.requested, []) if page.requested != page.own else []
        return self._moved(moved, page) or self._first([*moved, *numbered], _SAME_NUMBER)

    def continues(self, left: str, page: _PageKeys, names: Mapping[str, Sequence[Name]]) -> bool:
        """Whether the page is the article that its requested address had, under another id."""
        return self._moved(names.get(page.requested, []), page) is not None or bool(
            self._first([Name(page.requested, left, claimed=False)], _SAME_NUMBER)
        )

    def _moved(self, names: Sequence[Name], page: _PageKeys) -> str | None:
        """Return the article that was fetched at the requested address and has the same number.

        A redirect from `/88/one-slug/` to `/88/another/` needs no comparison of texts.
        """
        ident = _fetched(names)
        before = {*number_keys(page.requested)}
        return ident if before and before & set(page.numbers) else None

    def _first(self, names: Sequence[Name], least: float) -> str | None:
        for ident in dict.fromkeys(name.article_id for name in names):
            last = self._registry.traits(ident)
            if last is not None and is_same(self._traits, last, least):
                return ident
        return None


def _is_common(names: Sequence[Name]) -> bool:
    """Whether so many articles have a key that it is that of a section or a year, not of one."""
    return len({name.article_id for name in names}) >= MOST_SHARING


def _few(names: Sequence[Name]) -> Sequence[Name]:
    return () if _is_common(names) else names


def _fetched(names: Sequence[Name]) -> str | None:
    """Return the article that was fetched at an address."""
    return next((name.article_id for name in names if not name.claimed), None)


def _by_key(names: Iterable[Name]) -> dict[str, list[Name]]:
    by_key: dict[str, list[Name]] = {}
    for name in names:
        by_key.setdefault(name.key, []).append(name)
    return by_key


def _free_id(
    article: Article, page: _PageKeys, registry: Registry, taken: Iterable[str], *, shared: bool
) -> str:
    """Return an id that no other article has: the extraction's, that of the address, or others."""
    if not shared and article.id not in taken:
        return article.id
    key, number = page.own, 1
    while registry.address(ident := id_of_key(key)) is not None:
        number += 1
        key = f"{page.own} {number}"
    return ident


def _warned(article: Article, warning: str) -> Article:
    metadata = article.metadata
    warnings = [*metadata.warnings, warning]
    return article.model_copy(
        update={"metadata": metadata.model_copy(update={"warnings": warnings})}
    )
