"""How many of some articles give each field that a reader of the output cares for (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import median
from typing import NamedTuple

from ingest.record import Article, Precision

_FIELDS: dict[str, Callable[[Article], object]] = {
    "headline": lambda article: article.headline,
    "authors": lambda article: article.authors,
    "datePublished": lambda article: article.date_published,
    "dateModified": lambda article: article.date_modified,
    "articleSection": lambda article: article.article_section,
    "keywords": lambda article: article.keywords,
    "mainImage": lambda article: article.main_image,
    "comments": lambda article: article.comments,
    "articleBody": lambda article: article.article_body,
}


class Coverage(NamedTuple):
    """A field by its name in the record, how many articles give it, and what is worth knowing of it."""

    field: str
    found: int
    detail: str = ""


def coverage(articles: Sequence[Article]) -> Iterator[Coverage]:
    """The fields one by one, in the order of the record."""
    for field, value_of in _FIELDS.items():
        giving = [article for article in articles if value_of(article)]
        yield Coverage(field, len(giving), _detail(field, giving))


def _detail(field: str, articles: Sequence[Article]) -> str:
    detail = _DETAILS.get(field)
    return detail(articles) if detail and articles else ""


def _kinds(articles: Sequence[Article]) -> str:
    kinds = Counter(author.kind.value for article in articles for author in article.authors)
    return ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())


def _precisions(precisions: Iterable[Precision | None]) -> str:
    counts = Counter(precision.value for precision in precisions if precision)
    return ", ".join(f"{number} to the {precision}" for precision, number in counts.most_common())


_DETAILS: dict[str, Callable[[Sequence[Article]], str]] = {
    "authors": _kinds,
    "datePublished": lambda articles: _precisions(
        article.date_published_precision for article in articles
    ),
    "dateModified": lambda articles: _precisions(
        article.date_modified_precision for article in articles
    ),
    "comments": lambda articles: f"{sum(len(article.comments) for article in articles)} in all",
    "articleBody": lambda articles: (
        f"median {median(len(article.article_body) for article in articles):.0f} characters"
    ),
}
