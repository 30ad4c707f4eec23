"""How many of the articles that a draft is made from have each field (pure).

`ingest.monitoring.coverage` measures the records of a run, by the paths of the JSON Schema.
"""

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


class FieldCount(NamedTuple):
    """The number of articles that have a field.

    Attributes:
        field: name as in the record.
        articles: number of articles that have it.
        detail: more about the values, in words.
    """

    field: str
    articles: int
    detail: str = ""


def count_fields(articles: Sequence[Article]) -> Iterator[FieldCount]:
    """Yield the count of each field, in the order of the record."""
    for field, value_of in _FIELDS.items():
        filled = [article for article in articles if value_of(article)]
        detail = _DETAILS.get(field)
        yield FieldCount(field, len(filled), detail(filled) if detail and filled else "")


def _author_kinds(articles: Sequence[Article]) -> str:
    kinds = Counter(author.kind.value for article in articles for author in article.authors)
    return ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())


def _published(articles: Sequence[Article]) -> str:
    return _precisions(article.date_published_precision for article in articles)


def _modified(articles: Sequence[Article]) -> str:
    return _precisions(article.date_modified_precision for article in articles)


def _precisions(precisions: Iterable[Precision | None]) -> str:
    counts = Counter(precision.value for precision in precisions if precision)
    return ", ".join(f"{number} to the {precision}" for precision, number in counts.most_common())


def _comments(articles: Sequence[Article]) -> str:
    return f"{sum(len(article.comments) for article in articles)} in all"


def _characters(articles: Sequence[Article]) -> str:
    return f"median {median(len(article.article_body) for article in articles):.0f} characters"


_DETAILS: dict[str, Callable[[Sequence[Article]], str]] = {
    "authors": _author_kinds,
    "datePublished": _published,
    "dateModified": _modified,
    "comments": _comments,
    "articleBody": _characters,
}
