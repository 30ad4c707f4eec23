"""Run all extractors on one page.

Each extractor reads the same facts and changes nothing, so their order does not matter.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ingest.extraction.address import find_addresses
from ingest.extraction.body.body import find_body
from ingest.extraction.byline.byline import find_byline
from ingest.extraction.caps import noted
from ingest.extraction.classification import find_topics
from ingest.extraction.comments import find_comments
from ingest.extraction.facts import PageFacts
from ingest.extraction.head_source import find_head_source
from ingest.extraction.headline.headline import find_headline
from ingest.extraction.language import find_language
from ingest.extraction.media.media import find_media
from ingest.extraction.model import Body, CommentSection, Extraction, Media, Times
from ingest.extraction.page_type.page_type import judge_page
from ingest.extraction.publisher import find_free, find_publisher, find_rights
from ingest.extraction.times.choose import find_times
from ingest.record import Rights, valid_or


def extract_page(facts: PageFacts) -> Extraction:
    """Return the results of all extractors for one page.

    The site definition is the variant for the day of publication (`Site.at`).
    """
    with noted() as reached:
        extraction = _extraction(facts)
    return _with_caps(extraction, tuple(reached)) if reached else extraction


def _with_caps(extraction: Extraction, reached: tuple[str, ...]) -> Extraction:
    """Return the extraction with the caps that were reached, also in the reason of a refusal."""
    refusal = extraction.not_article
    if refusal is not None:
        refusal = replace(refusal, detail="; ".join((refusal.detail, *reached)))
    warnings = (*extraction.warnings, *reached)
    return replace(extraction, warnings=warnings, not_article=refusal)


def _extraction(facts: PageFacts) -> Extraction:
    times = find_times(facts)
    facts = facts.at(_day(times))
    page = facts.page
    headline = find_headline(facts)
    byline = find_byline(facts)
    comments, comment_warnings = valid_or(
        lambda: find_comments(facts), CommentSection(), "comments"
    )
    body = find_body(facts, headline=headline, byline=byline, comments=comments, times=times)
    body, credit_warnings = _with_head_source(body, facts)
    media, media_warnings = valid_or(lambda: find_media(facts), Media(), "images")
    rights, rights_warnings = valid_or(lambda: find_rights(page), Rights(), "rights")
    text = body.text if body else ""
    language, language_source = find_language(page, text or (headline.text if headline else ""))
    return Extraction(
        addresses=find_addresses(facts),
        headline=headline,
        byline=byline,
        times=times,
        body=body,
        comments=comments,
        topics=find_topics(facts),
        media=media,
        language=language,
        language_source=language_source,
        publisher=find_publisher(page, facts.data, facts.site),
        is_accessible_for_free=find_free(page, facts.data),
        rights=rights,
        not_article=judge_page(
            facts, body_text=text, headline=headline, byline=byline, times=times
        ),
        warnings=(
            *times.warnings,
            *(body.warnings if body else ()),
            *byline.warnings,
            *comment_warnings,
            *credit_warnings,
            *media_warnings,
            *rights_warnings,
        ),
    )


def _with_head_source(body: Body | None, facts: PageFacts) -> tuple[Body | None, tuple[str, ...]]:
    """Return the body with the source that the page's head credits, if its text credits none."""
    if body is None or body.credit is not None:
        return body, ()
    source, warnings = valid_or(lambda: find_head_source(facts), None, "sourceOrganization")
    if source is not None:
        body = replace(body, credit=source, credit_source="headline")
    return body, warnings


def _day(times: Times) -> date | None:
    return date.fromisoformat(times.published.value[:10]) if times.published else None
