"""All extractors over one page: they change nothing, and the limits of the settings reach them."""

import json
from datetime import UTC, datetime

from lxml import etree

from ingest.extraction.extract import extract_page
from ingest.extraction.model import Extraction
from ingest.html.page import Page, parse
from ingest.processing.build import normalise
from ingest.record import FetchedPage
from ingest.settings import Limits
from ingest.sites import UNKNOWN_SITE
from tests.extraction.facts import facts_of

URL = "https://www.shorepost.example/2026/05/01/harbour/"
NOW = datetime(2026, 5, 2, 12, 0, tzinfo=UTC)
TITLE = "Harbour plan goes to the council"
TEXT = "".join(
    f"<p>The council met on {day} to hear the plan for the new harbour and its cost to the town.</p>"
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday")
)
COMMENTS = "".join(
    f'<li id="comment-{n}" class="comment"><cite>Reader {n}</cite><p>I am for the harbour, says {n}.</p></li>'
    for n in (1, 2, 3)
)
PAGE = f"""
<html lang="en"><head><title>{TITLE} - Shore Post</title><meta property="og:site_name" content="Shore Post"></head>
<body><nav><a href="/">Home</a> <a href="/news/">News</a></nav>
<article><h1>{TITLE}</h1><p class="byline">By Mira Holt</p><time datetime="2026-05-01T10:00:00Z">1 May 2026</time>
<aside class="related"><h3><a href="/2026/04/30/ferry/">The ferry sails again</a></h3></aside>
<div class="entry-content">{TEXT}<p>Mira Holt is a reporter of the Shore Post. Write to mira@shorepost.example.</p></div>
</article><section id="comments"><h2>3 Comments</h2><ol class="comment-list">{COMMENTS}</ol></section>
<footer><p>Shore Post, all rights reserved, printed and published on the shore since the year 1899.</p></footer></body></html>
"""


def extracted(page: Page, limits: Limits | None = None) -> Extraction:
    return extract_page(facts_of(page, now=NOW, limits=limits))


def record(page: Page) -> dict[str, object]:
    fetched = FetchedPage(url=URL, body=b"", retrieved_at=NOW)
    article = normalise(extracted(page), fetched, UNKNOWN_SITE)
    return dict(json.loads(article.model_dump_json()))


def test_extracting_a_page_twice_gives_the_same_record_and_leaves_its_tree_unchanged() -> None:
    page = parse(PAGE, URL)
    tree = etree.tostring(page.tree)
    first = record(page)
    assert etree.tostring(page.tree) == tree
    assert record(page) == first
    assert [author["name"] for author in first["authors"]] == ["Mira Holt"]  # type: ignore[attr-defined]  # of a dict
    assert "Mira Holt" not in str(first["articleBody"])


def test_the_limit_of_comments_is_the_settings() -> None:
    page = parse(PAGE, URL)
    assert len(extracted(page).comments.comments) == 3
    assert len(extracted(page, Limits(comments=2)).comments.comments) == 2


def test_the_limit_of_a_dates_characters_is_the_settings() -> None:
    html = PAGE.replace('datetime="2026-05-01T10:00:00Z"', "").replace(
        "1 May 2026", f"{'x ' * 60}1 May 2026"
    )
    head = '<meta name="date" content="' + "x " * 60 + '1 May 2026">'
    page = parse(html.replace("</head>", f"{head}</head>"), "https://www.shorepost.example/harbour")
    assert extracted(page).times.published is None
    published = extracted(page, Limits(date_characters=200)).times.published
    assert published is not None
    assert published.value == "2026-05-01"


def test_the_limit_of_hours_in_the_future_is_the_settings() -> None:
    page = parse(PAGE.replace("2026-05-01T10", "2026-05-04T10"), "https://www.shorepost.example/a")
    strict = extracted(page).times.published
    loose = extracted(page, Limits(future_hours=72)).times.published
    assert strict is None or not strict.value.startswith("2026-05-04")
    assert loose is not None
    assert loose.value.startswith("2026-05-04")
