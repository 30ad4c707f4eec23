"""Plug-ins in an extraction process: remote comments, and values for existing fields.

A plug-in that raises leaves the record as it was, with a warning in its metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pydantic.alias_generators import to_camel

from ingest import plugins
from ingest.extraction.model import Extraction
from ingest.html.page import parse
from ingest.processing.remote_comments import merge_comments
from ingest.record import Article, FetchedPage
from ingest.settings import Limits
from ingest.sites import Site

_FIXED = frozenset(
    {
        "schema_version",
        "id",
        "version",
        "changed",
        "content_hash",
        "url",
        "requested_url",
        "metadata",
    }
)
"""Fields that identify a record, which an extractor cannot replace."""


def with_remote_comments(extraction: Extraction, page: FetchedPage, site: Site) -> Extraction:
    """Return the extraction with the comments in the answers that came with the page."""
    name = site.comment_source
    if name is None or not page.comment_answers:
        return extraction
    try:
        remote = plugins.comment_source(name).read(page.comment_answers, site)
        comments = merge_comments(extraction.comments, remote)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - code of others: the page has comments, too
        problem = plugins.problem_of(plugins.COMMENTS, name, error)
        return replace(extraction, warnings=(*extraction.warnings, problem))
    return replace(extraction, comments=comments)


def with_fields(article: Article, page: FetchedPage, site: Site, limits: Limits | None) -> Article:
    """Return the record with the values of the site's extractors; its hash must be made anew."""
    for name in site.plugins.extractors:
        try:
            parsed = parse(page.body, page.url, headers=page.headers, limits=limits)
            article = _replaced(article, plugins.extractor(name).extract(parsed, article), name)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - code of others: the record stays as it was
            problem = plugins.problem_of(plugins.EXTRACTORS, name, error)
            warnings = [*article.metadata.warnings, problem]
            metadata = article.metadata.model_copy(update={"warnings": warnings})
            article = article.model_copy(update={"metadata": metadata})
    return article


def _replaced(article: Article, values: Mapping[str, object], name: str) -> Article:
    """Return the record with these values, validated; raises `ValueError`."""
    for field in values:
        if field in _FIXED or field not in Article.model_fields:
            raise ValueError(f"no field to replace: {field!r}")
    sources = {to_camel(field): f"plugin {name}" for field in values}
    provenance = {**article.metadata.provenance, **sources}
    metadata = article.metadata.model_copy(update={"provenance": provenance})
    own = {field: getattr(article, field) for field in Article.model_fields}
    return Article.model_validate({**own, **values, "metadata": metadata})
