"""All extractors over one page, in the order in which they may read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ingest.extraction.body.body import find_body
from ingest.extraction.byline.byline import find_byline
from ingest.extraction.classification import find_topics
from ingest.extraction.comments import find_comments
from ingest.extraction.headline.headline import find_headline
from ingest.extraction.language import find_language
from ingest.extraction.media.media import find_media
from ingest.extraction.model import Extraction, Headline, Times
from ingest.extraction.page_type.page_type import judge_page, survey_page
from ingest.extraction.publisher import find_free, find_publisher, find_rights
from ingest.extraction.structured import StructuredData, read_structured
from ingest.extraction.times.choose import find_times
from ingest.html.page import Page
from ingest.sites import Site


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a page besides its text: its site, the moment of its download, its HTTP status."""

    site: Site
    retrieved_at: datetime
    status: int | None = None


def extract_page(page: Page, context: Context) -> Extraction:
    """Everything the page says of its article. The page's tree is used up: the body is read last and cuts it."""
    data = read_structured(page)
    times = find_times(page, data, context.site, retrieved_at=context.retrieved_at)
    site = context.site.at(_day(times))
    headline = find_headline(page, data, site)
    return _with_body(
        page, data, times, headline, Context(site, context.retrieved_at, context.status)
    )


def _with_body(
    page: Page, data: StructuredData, times: Times, headline: Headline | None, context: Context
) -> Extraction:
    site = context.site
    byline = find_byline(page, data, site)
    comments = find_comments(
        page, site, zone=site.zone, retrieved_at=context.retrieved_at, data=data
    )
    topics = find_topics(page, data, site)
    media = find_media(page, data, site)
    rights = find_rights(page)
    survey = survey_page(page, data)
    body = find_body(
        page, data, site, headline=headline, byline=byline, comments=comments, times=times
    )
    text = body.text if body else ""
    language, language_source = find_language(page, text or (headline.text if headline else ""))
    return Extraction(
        canonical_url=next(iter(page.links.get("canonical", [])), None),
        headline=headline,
        byline=byline,
        times=times,
        body=body,
        comments=comments,
        topics=topics,
        media=media,
        language=language,
        language_source=language_source,
        publisher=find_publisher(page, data, site),
        is_accessible_for_free=find_free(page, data),
        rights=rights,
        not_article=judge_page(
            page,
            data,
            site,
            body_text=text,
            headline=headline,
            times=times,
            status=context.status,
            survey=survey,
        ),
        warnings=(*times.warnings, *(body.warnings if body else ())),
    )


def _day(times: Times) -> date | None:
    return date.fromisoformat(times.published.value[:10]) if times.published else None
