"""From a fetched page to its record: an `Article`, or a `Rejection` with its reason (pure)."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from pydantic import ValidationError

from ingest.errors import LimitExceeded
from ingest.extraction.extract import extract_page
from ingest.extraction.facts import PageFacts
from ingest.extraction.model import Body, Extraction, Moment
from ingest.html.page import absolute, parse
from ingest.processing.plugged import with_fields, with_remote_comments
from ingest.record import Article, FetchedPage, Image, Metadata, Publisher, Reason, Rejection
from ingest.settings import Limits
from ingest.sites import UNKNOWN_SITE, Site, SiteCatalog
from ingest.text import block, known, one_line
from ingest.urls import article_id, host_of, is_home

logger = logging.getLogger(__name__)

_BINARY = bytes([*range(9), 0x0B, *range(0x0E, 0x1B), *range(0x1C, 0x20)])
_FEW_CONTROLS = 0.02
_MARKUP_TYPES = ("html", "xml", "text/plain", "octet-stream")


@cache
def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0"


def article_of(
    page: FetchedPage, catalog: SiteCatalog, limits: Limits | None = None
) -> Article | Rejection:
    """Return the record of a page, by the definition that it names, else by its URL. See `article_for`."""
    site = catalog.get(page.site) if page.site else catalog.for_url(page.url)
    return article_for(page, site, limits)


def article_for(page: FetchedPage, site: Site, limits: Limits | None = None) -> Article | Rejection:
    """The record of a page by this definition (`UNKNOWN_SITE`: none).

    It raises nothing but `MemoryError`, after which the process had better end.
    """
    if (reason := _unusable(page)) is not None:
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
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        logger.debug("no valid record of %s", page.url, exc_info=True)
        return _reject(page, site, Reason.BROKEN, f"the record would not be valid at {where}")
    except MemoryError:
        raise
    except (
        Exception
    ) as error:  # parsers of others meet hostile bytes here; one page must not end a run
        logger.debug("extraction failed on %s", page.url, exc_info=True)
        return _reject(
            page, site, Reason.BROKEN, f"{type(error).__name__}: {one_line(str(error))[:200]}"
        )


def _extended(
    result: Article | Rejection, page: FetchedPage, site: Site, limits: Limits | None
) -> Article | Rejection:
    """Return the result with the fields of the site's extractors."""
    if isinstance(result, Rejection) or not site.plugins.extractors:
        return result
    return _hashed(with_fields(result, page, site, limits))


def _unusable(page: FetchedPage) -> tuple[Reason, str] | None:
    kind = page.headers.get("content-type", "").casefold()
    if kind and not any(word in kind for word in _MARKUP_TYPES):
        return Reason.NOT_HTML, kind.split(";")[0]
    if page.status is not None and not 200 <= page.status < 300:
        reason = Reason.NOT_FOUND if page.status in {404, 410} else Reason.HTTP_STATUS
        return reason, f"HTTP {page.status}"
    if not page.body.strip():
        return Reason.EMPTY, "the response has no body"
    if "charset=utf-16" not in kind and _is_binary(page.body):
        return Reason.NOT_HTML, "binary data"
    return None


def _is_binary(body: bytes) -> bool:
    """Whether the body begins like a file of another kind, whatever it is called.

    Binary data bytes are those of the WHATWG MIME sniffing standard; a page may have a stray one, and UTF-16 many.
    """
    head = body[:1024]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    controls = len(head) - len(head.translate(None, _BINARY))
    return head.startswith(b"%PDF-") or controls > _FEW_CONTROLS * len(head)


def _reject(page: FetchedPage, site: Site, reason: Reason, detail: str) -> Rejection:
    return Rejection(
        url=page.url,
        requested_url=page.requested_url or page.url,
        reason=reason,
        detail=one_line(detail),
        status=page.status,
        site=None if site is UNKNOWN_SITE else site.name,
    )


def normalise(extraction: Extraction, page: FetchedPage, site: Site) -> Article | Rejection:
    """The record that an extraction makes."""
    if extraction.not_article:
        return _reject(page, site, extraction.not_article.reason, extraction.not_article.detail)
    body = extraction.body
    if body is None or not block(body.text):
        return _reject(page, site, Reason.NO_TEXT, "the page has no article text")
    canonical, warnings = _canonical(extraction, page, site)
    return _hashed(_article(extraction, body, page, site, (canonical, warnings)))


def _article(
    extraction: Extraction,
    body: Body,
    page: FetchedPage,
    site: Site,
    identity: tuple[str | None, list[str]],
) -> Article:
    canonical, warnings = identity
    headline, topics, media = extraction.headline, extraction.topics, extraction.media
    published, modified = extraction.times.published, extraction.times.modified
    return Article(
        id=article_id(canonical or page.url),
        content_hash="pending",
        url=page.url,
        canonical_url=absolute(page.url, extraction.canonical_url),
        requested_url=page.requested_url or page.url,
        headline=known(headline.text if headline else None),
        alternative_headline=known(headline.alternative if headline else None),
        description=known(topics.description),
        article_body=block(body.text),
        article_body_html=body.html or None,
        authors=list(extraction.byline.authors),
        date_published=published.value if published else None,
        date_published_raw=known(published.raw if published else None),
        date_published_precision=published.precision if published else None,
        date_modified=modified.value if modified else None,
        date_modified_raw=known(modified.raw if modified else None),
        date_modified_precision=modified.precision if modified else None,
        in_language=extraction.language,
        article_section=known(topics.section),
        keywords=list(dict.fromkeys(word for raw in topics.keywords if (word := known(raw)))),
        main_image=media.main_image,
        images=_distinct(media.images),
        videos=list(media.videos),
        comments=list(extraction.comments.comments),
        comment_count=extraction.comments.count,
        comment_system=extraction.comments.system,
        source_organization=body.credit,
        publisher=Publisher(
            name=known(extraction.publisher), domain=host_of(page.url) or "unknown"
        ),
        is_accessible_for_free=extraction.is_accessible_for_free,
        rights=extraction.rights,
        metadata=_metadata(extraction, page, site, warnings),
    )


def _metadata(
    extraction: Extraction, page: FetchedPage, site: Site, warnings: list[str]
) -> Metadata:
    headline = extraction.headline
    names = (known(name) for name in extraction.byline.metadata_authors)
    return Metadata(
        date_downloaded=page.retrieved_at.isoformat(timespec="seconds"),
        status=page.status,
        site=None if site is UNKNOWN_SITE else site.name,
        run_id=page.run_id,
        khabar_version=_version("khabar"),
        trafilatura_version=_version("trafilatura"),
        provenance=dict(_provenance(extraction)),
        metadata_authors=[name for name in names if name],
        seo_title=known(headline.seo_title if headline else None),
        warnings=[
            text for warning in (*extraction.warnings, *warnings) if (text := known(warning))
        ],
    )


def _hashed(article: Article) -> Article:
    content = json.dumps(article.content(), ensure_ascii=False, sort_keys=True)
    return article.model_copy(
        update={"content_hash": hashlib.sha256(content.encode("utf-8")).hexdigest()}
    )


def _canonical(
    extraction: Extraction, page: FetchedPage, site: Site
) -> tuple[str | None, list[str]]:
    """The canonical URL where it can be believed.

    Not one on a foreign host, not the front page, and not one without an article's shape where the page has it:
    sites have been seen with one canonical on every page, which would fold all of them into one article.
    """
    canonical = absolute(page.url, extraction.canonical_url)
    if canonical is None:
        return None, []
    home, theirs = host_of(page.url), host_of(canonical)
    related = home == theirs or home.endswith(f".{theirs}") or theirs.endswith(f".{home}")
    family = {home, theirs} <= site.hosts or "cdn.ampproject.org" in home
    if not (related or family):
        return None, [f"rel=canonical names another host: {theirs}"]
    if is_home(canonical) and not is_home(page.url):
        return None, ["rel=canonical names the front page"]
    if site.is_article_url(page.url) and not site.is_article_url(canonical):
        return None, [f"rel=canonical is no article's address: {canonical}"]
    return canonical, []


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
    """Where a time comes from, and its zone where the page did not state it with the time."""
    if moment is None:
        return ""
    zone = moment.zone_source
    return f"{moment.source}, zone: {zone}" if zone and zone != "page" else moment.source


def _distinct(images: tuple[Image, ...]) -> list[Image]:
    return list({image.url: image for image in reversed(images)}.values())[::-1]
