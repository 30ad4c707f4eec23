"""Run all extractors on one page.

Each extractor reads the same facts and changes nothing, so their order does not matter.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ingest.extraction.address import find_addresses
from ingest.extraction.body.body import find_body
from ingest.extraction.byline.byline import find_byline
from ingest.extraction.classification import find_topics
from ingest.extraction.comments import find_comments
from ingest.extraction.facts import PageFacts
from ingest.extraction.head_source import find_head_source
from ingest.extraction.headline.headline import find_headline
from ingest.extraction.language import find_language
from ingest.extraction.media.media import find_media
from ingest.extraction.model import Extraction, Times
from ingest.extraction.page_type.page_type import judge_page
from ingest.extraction.publisher import find_free, find_publisher, find_rights
from ingest.extraction.times.choose import find_times


def extract_page(facts: PageFacts) -> Extraction:
    """Return the results of all extractors for one page.

    The site definition is the variant for the day of publication (`Site.at`).
    """
    times = find_times(facts)
    facts = facts.at(_day(times))
    page = facts.page
    headline, byline, comments = find_headline(facts), find_byline(facts), find_comments(facts)
    body = find_body(facts, headline=headline, byline=byline, comments=comments, times=times)
    if body and body.credit is None and (source := find_head_source(facts)) is not None:
        body = replace(body, credit=source, credit_source="headline")
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
        media=find_media(facts),
        language=language,
        language_source=language_source,
        publisher=find_publisher(page, facts.data, facts.site),
        is_accessible_for_free=find_free(page, facts.data),
        rights=find_rights(page),
        not_article=judge_page(
            facts, body_text=text, headline=headline, byline=byline, times=times
        ),
        warnings=(*times.warnings, *(body.warnings if body else ())),
    )


def _day(times: Times) -> date | None:
    return date.fromisoformat(times.published.value[:10]) if times.published else None
