"""Readers' comments with author, date, text and parent."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain

from ingest.dates.parse import ParsedDate, parse_date
from ingest.extraction.comments.containers import Sections
from ingest.extraction.comments.date import ReadDate
from ingest.extraction.comments.find import find_items, scan
from ingest.extraction.comments.jsonld import comments_in
from ingest.extraction.comments.metadata import find_count, hosted, system_of
from ingest.extraction.comments.parse import read_items
from ingest.extraction.comments.runs import Item
from ingest.extraction.facts import PageFacts
from ingest.extraction.model import CommentSection
from ingest.html.page import text_of
from ingest.record import Comment

_MOST_TIMES, _MOST_BESIDE = 1.5, 600
"""Characters of a comment's elements: by the length of its text, and beside it."""


def find_comments(facts: PageFacts) -> CommentSection:
    """Return the comments of a page, their comment system, and the elements that contain them.

    The elements of the site's `select.comments` are read first, if it has any. Relative times
    count from the download; at most `limits.comments` are read.
    """
    page, limit = facts.page, facts.limits.comments
    read = _date_reader(facts)
    marks = scan(page)
    selected = [Item(element) for element in page.select(*facts.site.select.comments)]
    items = selected or find_items(page.body, marks)
    pairs = read_items(items, page, read, limit=limit, sure=bool(selected))
    elements = [
        element for item, comment in pairs if _is_whole(item, comment) for element in item.elements
    ]
    containers = hosted(page, marks)
    sections = Sections(page.tree, marks, elements).find(chain.from_iterable(containers.values()))
    comments = [comment for _, comment in pairs]
    linked = [] if comments else comments_in(facts.data, page, read, limit)
    return CommentSection(
        comments=tuple(comments or linked),
        count=find_count(page, facts.data, marks, sections),
        system=system_of(containers, elements, marks),
        source=_source(comments, linked, selected=bool(selected)),
        elements=sections,
    )


def _is_whole(item: Item, comment: Comment) -> bool:
    """Whether the elements of a comment hold little more than its text.

    An element that holds much more holds a part of the article, which must not be left out.
    """
    size = sum(len(text_of(element)) for element in item.elements)
    return size <= _MOST_TIMES * len(comment.text or "") + _MOST_BESIDE


def _date_reader(facts: PageFacts) -> ReadDate:
    @lru_cache(maxsize=1024)  # "2 years ago" occurs many times on a page
    def read(raw: str) -> ParsedDate | None:
        return parse_date(
            raw,
            now=facts.retrieved_at,
            zone=facts.zone,
            languages=facts.languages,
            limits=facts.limits,
        )

    return read


def _source(comments: list[Comment], linked: list[Comment], *, selected: bool) -> str:
    if comments:
        return "rule" if selected else "html"
    return "json-ld" if linked else ""
