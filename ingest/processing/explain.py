"""Explain how the record of a page comes about: candidates, choices, and what was left out (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from ingest.extraction.byline.candidates import survey
from ingest.extraction.byline.metadata import metadata_names
from ingest.extraction.byline.name_rules import name_key
from ingest.extraction.byline.select import ScoredCandidate, score_candidates
from ingest.extraction.extract import extract_page
from ingest.extraction.facts import PageFacts
from ingest.extraction.model import Extraction, Moment
from ingest.extraction.page_type.listing import draft_of, survey_page, weigh
from ingest.extraction.times.claims import Reader, published_claims
from ingest.extraction.times.visible import visible_times
from ingest.html.page import parse
from ingest.processing.build import article_for
from ingest.record import FetchedPage, Reason, Rejection
from ingest.settings import Limits
from ingest.sites import Site
from ingest.text import one_line

_UNREAD = frozenset({Reason.NOT_HTML, Reason.TOO_LARGE, Reason.BROKEN})
_SHOWN = 100
"""The most characters of a block that are shown."""


def explain_page(page: FetchedPage, site: Site, limits: Limits) -> str:
    """Return the explanation as lines of text; one line if the page cannot be read."""
    result = article_for(page, site, limits)
    if not isinstance(result, Rejection):
        verdict = "a record"
    else:
        verdict = f"no record ({result.reason}): {result.detail}"
        if result.reason in _UNREAD:
            return f"result: {verdict}"
    parsed = parse(page.body, page.url, headers=page.headers, limits=limits)
    facts = PageFacts(parsed, site, page.retrieved_at, limits, page.status)
    return "\n".join([f"result: {verdict}", *_lines(facts, extract_page(facts))])


def _lines(facts: PageFacts, extraction: Extraction) -> Iterator[str]:
    yield from _page_type(facts, extraction)
    yield from _headline(facts, extraction)
    yield from _authors(facts, extraction)
    yield from _dates(facts, extraction)
    yield from _body(extraction)


def _page_type(facts: PageFacts, extraction: Extraction) -> Iterator[str]:
    text = extraction.body.text if extraction.body else ""
    draft = draft_of(text, extraction.headline, extraction.byline, extraction.times)
    balance = weigh(facts, survey_page(facts.page, facts.data), draft)
    verdict = "list" if balance.is_list else "article"
    yield f"page type: {verdict}; weight of an article's signs {balance.article:.1f}"
    for sign, weight in balance.against.items():
        yield f"  -{weight:.1f}  {sign}"


def _headline(facts: PageFacts, extraction: Extraction) -> Iterator[str]:
    headline = extraction.headline
    yield f"headline: {headline.text if headline else None}"
    if headline is not None:
        yield f"  chosen: {headline.source}"
        if headline.alternative:
            yield f"  deck: {headline.alternative}"
    if facts.heading is not None:
        yield f"  shown, {facts.heading.source}: {facts.heading.text}"
    for title in facts.titles:
        yield f"  {title.source}: {title.text}"


def _authors(facts: PageFacts, extraction: Extraction) -> Iterator[str]:
    byline = extraction.byline
    yield f"authors: {', '.join(author.name for author in byline.authors) or None}"
    if byline.source:
        yield f"  chosen: {byline.source}"
    for element in byline.elements:
        yield f"  shown: {_short(element.text_content())}"
    if byline.metadata_authors:
        yield f"  only in the metadata: {', '.join(byline.metadata_authors)}"
    chosen = set(byline.elements)
    for item in _byline_candidates(facts):
        if item.candidate.element not in chosen:
            names = ", ".join(credit.name.text for credit in item.credits)
            yield f"  {item.score}  not chosen, {item.candidate.sign.name.lower()}: {_short(names)}"


def _byline_candidates(facts: PageFacts) -> list[ScoredCandidate]:
    """Return the elements that may be the byline, with their names and scores, the best first."""
    own = facts.own_names.folded | {desk.casefold() for desk in facts.site.desks}
    people = metadata_names(facts.page, facts.data, own).people
    names = {name_key(item.name.text): item.name.text for item in people}
    heading = facts.heading.element if facts.heading is not None else None
    found = survey(facts.page, heading, names.values())
    return score_candidates(facts.page, found, own, names)


def _dates(facts: PageFacts, extraction: Extraction) -> Iterator[str]:
    yield f"datePublished: {_moment(extraction.times.published)}"
    reader = Reader(facts.retrieved_at, facts.zone, facts.limits, facts.languages)
    claims = published_claims(facts, reader)
    if facts.heading is not None:
        claims += visible_times(facts.heading.element, reader).published
    for claim in claims:
        yield f"  {claim.weight:.1f}  {claim.source}: {_short(claim.raw)}"
    yield f"dateModified: {_moment(extraction.times.modified)}"


def _moment(moment: Moment | None) -> str:
    return "None" if moment is None else f"{moment.value} ({moment.source}: {_short(moment.raw)})"


def _body(extraction: Extraction) -> Iterator[str]:
    body = extraction.body
    if body is None:
        yield "articleBody: None"
        return
    yield f"articleBody: {len(body.text)} characters, found by {body.source}"
    omissions = sorted(body.omissions(), key=lambda omission: omission.cause)
    for cause, group in groupby(omissions, key=lambda omission: omission.cause):
        yield from _cause(cause, [omission.text for omission in group])


def _cause(cause: str, texts: Iterable[str]) -> Iterator[str]:
    texts = list(texts)
    yield f"  left out, {cause}: {len(texts)} blocks"
    for text in texts:
        yield f"    {_short(text)}"


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."
