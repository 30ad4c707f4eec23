"""From a fetched page to its record: an `Article`, or a `Rejection` with its reason (pure)."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pydantic import ValidationError

from ingest.errors import LimitExceeded
from ingest.extraction.extract import extract_page
from ingest.extraction.facts import PageFacts
from ingest.extraction.model import Body, Extraction, Moment
from ingest.html.page import parse
from ingest.processing.canonical import believed_canonical
from ingest.processing.changes import content_hash
from ingest.processing.plugged import with_fields, with_remote_comments
from ingest.processing.usable import redirected_away, unusable
from ingest.record import (
    Article,
    FetchedPage,
    Image,
    Metadata,
    Precision,
    Publisher,
    Reason,
    Rejection,
    without_invalid,
)
from ingest.settings import Limits
from ingest.sites import UNKNOWN_SITE, Site, SiteCatalog
from ingest.text import block, known, one_line
from ingest.urls import article_id, host_of

logger = logging.getLogger(__name__)


@cache
def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0"


def article_of(
    page: FetchedPage, catalog: SiteCatalog, limits: Limits | None = None
) -> Article | Rejection:
    """Return the record of a page; see `article_for`.

    If the page names no site, the site definition is chosen by the URL.
    """
    site = catalog.get(page.site) if page.site else catalog.for_url(page.url)
    return article_for(page, site, limits)


def article_for(page: FetchedPage, site: Site, limits: Limits | None = None) -> Article | Rejection:
    """Return the record of a page by this site definition (`UNKNOWN_SITE` for none).

    It raises nothing but `MemoryError`, after which the process had better end.
    """
    if (reason := unusable(page) or redirected_away(page, site)) is not None:
        return _reject(page, site, *reason)
    try:
        limits = limits or Limits()
        parsed = parse(page.body, page.url, headers=page.headers, limits=limits)
        facts = PageFacts(parsed, site, page.retrieved_at, limits, page.status)
        extraction = extract_page(facts)
        extraction = with_remote_comments(extraction, page, site)
        return _extended(normalise(extraction, page, site), page, site, limits)
    except LimitExceeded as error:
        return _reject(page, site, Reason.TOO_LARGE, str(error))
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
        logger.debug("no valid record of %s", page.url, exc_info=True)
        return _reject(page, site, Reason.BROKEN, f"the record would not be valid at {field}")
    except MemoryError:
        raise
    except Exception as error:  # from any parser: one hostile page must not end a run
        logger.debug("extraction failed on %s", page.url, exc_info=True)
        return _reject(
            page, site, Reason.BROKEN, f"{type(error).__name__}: {one_line(str(error))[:200]}"
        )


def _extended(
    result: Article | Rejection, page: FetchedPage, site: Site, limits: Limits | None
) -> Article | Rejection:
    """Return the result with the values of the site's extractors."""
    if isinstance(result, Rejection) or not site.plugins.extractors:
        return result
    return _hashed(with_fields(result, page, site, limits))


def _reject(page: FetchedPage, site: Site, reason: Reason, detail: str) -> Rejection:
    return Rejection(
        url=page.url,
        requested_url=page.requested_url or page.url,
        reason=reason,
        detail=one_line("; ".join(filter(None, (detail, *page.warnings)))),
        status=page.status,
        site=None if site is UNKNOWN_SITE else site.name,
    )


def normalise(extraction: Extraction, page: FetchedPage, site: Site) -> Article | Rejection:
    """Return the record of an extraction, or why there is none."""
    refusal = extraction.not_article
    body = extraction.body
    text = block(body.text) if body else ""
    if refusal and not (page.accept_any and text):
        return _reject(page, site, refusal.reason, refusal.detail)
    if body is None or not text:
        return _reject(page, site, Reason.NO_TEXT, "the page has no article text")
    canonical, warnings = believed_canonical(extraction.addresses, page, site)
    if refusal:
        warnings = [*warnings, f"not an article ({refusal.reason}): {refusal.detail}"]
    body = replace(body, text=text)
    return _hashed(_article(extraction, body, page, site, (canonical, warnings)))


def _article(
    extraction: Extraction,
    body: Body,
    page: FetchedPage,
    site: Site,
    identity: tuple[str | None, list[str]],
) -> Article:
    canonical, warnings = identity
    topics, media = extraction.topics, extraction.media
    headline, alternative_headline = _headline(extraction)
    published, published_raw, published_precision = _date(extraction.times.published)
    modified, modified_raw, modified_precision = _date(extraction.times.modified)
    values: dict[str, Any] = {
        "id": article_id(canonical or page.url),
        "content_hash": "pending",
        "url": page.url,
        "canonical_url": extraction.addresses.canonical,
        "requested_url": page.requested_url or page.url,
        "headline": headline,
        "alternative_headline": alternative_headline,
        "description": known(topics.description),
        "article_body": body.text,
        "article_body_html": body.html or None,
        "authors": list(extraction.byline.authors),
        "date_published": published,
        "date_published_raw": published_raw,
        "date_published_precision": published_precision,
        "date_modified": modified,
        "date_modified_raw": modified_raw,
        "date_modified_precision": modified_precision,
        "in_language": extraction.language,
        "article_section": known(topics.section),
        "keywords": list(dict.fromkeys(_texts(topics.keywords))),
        "main_image": media.main_image,
        "images": _distinct(media.images),
        "videos": list(media.videos),
        "comments": list(extraction.comments.comments),
        "comment_count": extraction.comments.count,
        "comment_system": extraction.comments.system,
        "source_organization": body.credit,
        "publisher": Publisher(
            name=known(extraction.publisher), domain=host_of(page.url) or "unknown"
        ),
        "is_accessible_for_free": extraction.is_accessible_for_free,
        "rights": extraction.rights,
        "metadata": _metadata(extraction, page, site, warnings),
    }
    article, invalid = without_invalid(Article, values)
    return _without_sources(article, invalid) if invalid else article


def _without_sources(article: Article, invalid: dict[str, str]) -> Article:
    """Return the record with a warning for each invalid field, which has no source either."""
    metadata = article.metadata
    provenance = {
        name: source for name, source in metadata.provenance.items() if name not in invalid
    }
    warnings = [*metadata.warnings, *_texts(invalid.values())]
    update = {"provenance": provenance, "warnings": warnings}
    return article.model_copy(update={"metadata": metadata.model_copy(update=update)})


def _headline(extraction: Extraction) -> tuple[str | None, str | None]:
    """Return the headline and the alternative headline."""
    headline = extraction.headline
    if headline is None:
        return None, None
    return known(headline.text), known(headline.alternative)


def _date(moment: Moment | None) -> tuple[str | None, str | None, Precision | None]:
    """Return the value of a time, its text on the page, and its precision."""
    if moment is None:
        return None, None, None
    return moment.value, known(moment.raw), moment.precision


def _texts(values: Iterable[str | None]) -> list[str]:
    """Return the values as lines of text, without those that are empty."""
    texts = (known(value) for value in values)
    return [text for text in texts if text]


def _metadata(
    extraction: Extraction, page: FetchedPage, site: Site, warnings: list[str]
) -> Metadata:
    headline = extraction.headline
    values: dict[str, Any] = {
        "date_downloaded": page.retrieved_at.isoformat(timespec="seconds"),
        "status": page.status,
        "site": None if site is UNKNOWN_SITE else site.name,
        "run_id": page.run_id,
        "archive": page.archive,
        "khabar_version": _version("khabar"),
        "trafilatura_version": _version("trafilatura"),
        "provenance": dict(_provenance(extraction)),
        "metadata_authors": _texts(extraction.byline.metadata_authors),
        "seo_title": known(headline.seo_title if headline else None),
        "short_url": extraction.addresses.short,
        "warnings": _texts([*page.warnings, *extraction.warnings, *warnings]),
    }
    metadata, invalid = without_invalid(Metadata, values)
    if not invalid:
        return metadata
    return metadata.model_copy(update={"warnings": [*metadata.warnings, *_texts(invalid.values())]})


def _hashed(article: Article) -> Article:
    return article.model_copy(update={"content_hash": content_hash(article)})


def _provenance(extraction: Extraction) -> Iterator[tuple[str, str]]:
    headline, topics, body = extraction.headline, extraction.topics, extraction.body
    sources = {
        "headline": headline.source if headline and known(headline.text) else "",
        "description": topics.description_source,
        "articleBody": body.source if body else "",
        "authors": extraction.byline.source,
        "datePublished": _when(extraction.times.published),
        "dateModified": _when(extraction.times.modified),
        "inLanguage": extraction.language_source,
        "articleSection": topics.section_source,
        "keywords": topics.keywords_source,
        "mainImage": extraction.media.main_image_source,
        "comments": extraction.comments.source,
        "sourceOrganization": body.credit_source if body and body.credit else "",
    }
    return ((name, source) for name, source in sources.items() if source)


def _when(moment: Moment | None) -> str:
    """Return the source of a time, and the source of its zone if the time had no offset."""
    if moment is None:
        return ""
    zone = moment.zone_source
    return f"{moment.source}, zone: {zone}" if zone and zone != "page" else moment.source


def _distinct(images: tuple[Image, ...]) -> list[Image]:
    return list({image.url: image for image in reversed(images)}.values())[::-1]
