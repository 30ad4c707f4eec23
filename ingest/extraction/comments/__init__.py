"""Readers' comments with author, date, text and parent."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from ingest.dates.parse import ParsedDate, parse_date
from ingest.extraction.comments.author_date import ReadDate
from ingest.extraction.comments.containers import Sections
from ingest.extraction.comments.find import Item, find_items, scan
from ingest.extraction.comments.jsonld import comments_in
from ingest.extraction.comments.metadata import find_count, hosted, system_of
from ingest.extraction.comments.parse import read_items
from ingest.extraction.model import CommentSection
from ingest.extraction.structured import StructuredData
from ingest.html.page import Page
from ingest.record import Comment
from ingest.settings import Limits
from ingest.sites import Site

_LIMIT = Limits().comments


def find_comments(
    page: Page,
    site: Site,
    *,
    zone: ZoneInfo | None,
    retrieved_at: datetime,
    data: StructuredData | None = None,
) -> CommentSection:
    """The comments of a page, the system that keeps them, and the elements that hold them.

    Args:
        page: Parsed; it is not changed.
        site: `select.comments` names the elements of single comments where the general way does not find them.
        zone: Of times that name none.
        retrieved_at: Aware; relative times count from it.
        data: The page's JSON-LD, for comments that only it holds.
    """
    read = _date_reader(page, site, zone, retrieved_at)
    marks = scan(page.body)
    selected = [Item(element) for element in page.select(*site.select.comments)]
    comments = read_items(
        selected or find_items(marks), page, read, limit=_LIMIT, sure=bool(selected)
    )
    elements = [element for element, _ in comments]
    containers = hosted(page.tree, marks)
    sections = Sections(page.tree, marks, elements).find(
        [e for found in containers.values() for e in found]
    )
    told = [comment for _, comment in comments]
    linked = comments_in(data, page, read, _LIMIT) if data and not told else []
    return CommentSection(
        comments=tuple(told or linked),
        count=find_count(page, data, marks, sections),
        system=system_of(containers, elements, marks),
        source=_source(told, linked, selected=bool(selected)),
        elements=sections,
    )


def _date_reader(page: Page, site: Site, zone: ZoneInfo | None, now: datetime) -> ReadDate:
    languages = tuple(tag for tag in (site.language, page.tree.get("lang")) if tag)

    @lru_cache(maxsize=1024)  # "2 years ago" occurs many times on a page
    def read(raw: str) -> ParsedDate | None:
        return parse_date(raw, now=now, zone=zone, languages=languages)

    return read


def _source(comments: list[Comment], linked: list[Comment], *, selected: bool) -> str:
    if comments:
        return "rule" if selected else "html"
    return "json-ld" if linked else ""
