"""The explanation of a record, records of pages that are no articles, and the account of the text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ingest
from ingest.extraction.extract import extract_page
from ingest.extraction.facts import PageFacts
from ingest.html.page import parse
from ingest.record import Reason
from ingest.settings import Limits
from ingest.sites import UNKNOWN_SITE

URL = "https://gazette.example/2026/05/new-gates-at-the-lock-of-aldermoor"
LINES = [
    "The lock keeper of Aldermoor opened the new gates on Friday after eleven months of repairs.",
    "Barges had waited in two rows since the early morning, and the first one passed at noon.",
    "The county paid for the gates; the lamps beside them were given by the rowing club.",
    "Nobody could say on Friday when the second chamber of the lock is going to be opened again.",
]
STORY = "".join(f"<p>{line}</p>" for line in LINES)
PAGE = (
    "<html><head><title>New gates at the lock - Gazette</title>"
    "<meta property='article:published_time' content='2026-05-08T14:00:00+01:00'></head><body>"
    "<nav><a href='/news'>News</a></nav><article><h1>New gates at the lock</h1>"
    f"<p class='byline'>By Ada Fenn</p>{STORY}"
    "<div class='related'><p>Read how the old gates were broken by the ice of last winter.</p></div>"
    "</article><footer>Imprint</footer></body></html>"
)


def test_bylines_that_were_not_chosen_are_listed_with_their_scores() -> None:
    other = "<p class='author'>By Carl Reed</p></article>"
    page = PAGE.replace("</article>", other).replace(
        "<head>", "<head><meta name='author' content='Ada Fenn'>"
    )
    lines = ingest.explain(page, URL).split("\n")
    authors = lines[lines.index("authors: Ada Fenn") :]
    scores = [line for line in authors if "not chosen" in line]
    assert len(scores) == 1
    assert scores[0].split(maxsplit=1)[0].isdecimal()
    assert scores[0].endswith("not chosen, word: Carl Reed")


def test_the_explanation_names_candidates_and_what_was_left_out() -> None:
    lines = ingest.explain(PAGE, URL).split("\n")
    assert lines[0] == "result: a record"
    assert "headline: New gates at the lock" in lines
    assert "  title: New gates at the lock - Gazette" in lines
    assert "authors: Ada Fenn" in lines
    assert any("article:published_time: 2026-05-08" in line for line in lines)
    at = lines.index("    Read how the old gates were broken by the ice of last winter.")
    assert lines[at - 1].startswith("  left out, an element that is no running text")


def test_the_explanation_of_a_list_has_the_weights_of_its_signs() -> None:
    teasers = "".join(
        f"<h2><a href='/2026/05/{n}/a-story-of-the-day'>A story of day {n}</a></h2>"
        for n in range(20)
    )
    text = ingest.explain(f"<title>Tag</title>{teasers}", "https://gazette.example/tag/lock")
    assert text.startswith("result: no record (listing)")
    assert "list address" in text
    assert "20 teasers" in text


@pytest.mark.parametrize(
    "body",
    [
        "<?xml version='1.0'?><rss version='2.0'><channel><item><title>A</title></item></channel></rss>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>A</title></entry></feed>",
        '\ufeff<?xml version="1.0"?>\n<!-- x --><urlset><url><loc>https://a.example/</loc></url></urlset>',
        '{"title": "New gates", "body": "Text of the article"}',
        ' [{"id": 1, "title": {"rendered": "New gates"}}]',
    ],
)
def test_feeds_sitemaps_and_json_are_no_pages(body: str) -> None:
    result = ingest.extract(body, URL)
    assert isinstance(result, ingest.Rejection)
    assert result.reason is Reason.NOT_HTML
    assert "not a page" in result.detail
    assert ingest.explain(body, URL) == f"result: no record (not-html): {result.detail}"


def test_a_page_that_starts_with_a_bracket_is_a_page() -> None:
    assert isinstance(ingest.extract(f"[if IE]>{PAGE}", URL), ingest.Article)


def test_any_page_with_a_text_gives_a_record_with_a_warning_if_asked_for() -> None:
    teasers = "".join(
        f"<h2><a href='/a{n}'>Story number {n} of the day</a></h2>" for n in range(25)
    )
    page = f"<title>Locks</title><h1>Locks</h1><p>{LINES[0]}</p>{teasers}"
    url = "https://gazette.example/tag/locks"
    assert isinstance(ingest.extract(page, url), ingest.Rejection)
    record = ingest.extract(page, url, accept_any=True)
    assert isinstance(record, ingest.Article)
    assert record.article_body == LINES[0]
    assert record.metadata.warnings[-1].startswith("not an article (listing): ")


def test_a_page_without_a_text_gives_no_record_even_if_asked_for() -> None:
    assert isinstance(ingest.extract("<title>x</title>", URL, accept_any=True), ingest.Rejection)


WORDS = st.sampled_from(
    [
        "the",
        "lock",
        "gates",
        "water",
        "barges",
        "keeper",
        "council",
        "river",
        "county",
        "noon",
        "lamps",
        "repairs",
        "winter",
        "mill",
    ]
)
SENTENCE = st.lists(WORDS, min_size=14, max_size=40).map(
    lambda words: " ".join(words).capitalize() + "."
)
WRAPPERS = st.sampled_from(
    [
        "<p>{}</p>",
        "<p><strong>{}</strong></p>",
        "<p class='summary'>{}</p>",
        "<div class='embed'><p>{}</p></div>",
        "<div class='widget'><p>{}</p></div>",
        "<blockquote><p>{}</p></blockquote>",
        "<div>{}</div>",
        "<div class='promo'><p>{}</p></div>",
        "<aside><p>{}</p></aside>",
        "<ul><li>{}</li></ul>",
        "<table><tr><td>{}</td></tr></table>",
        "<section><p>{}</p></section>",
        "<p>{}<br><br></p>",
        "<button><div>{}</div></button>",
        "<noscript>{}</noscript>",
        "<figure><img src='a.jpg'><figcaption>{}</figcaption></figure>",
        "<pre>{}</pre>",
        "<form><p>{}</p></form>",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(SENTENCE, WRAPPERS), min_size=2, max_size=12))
def test_no_block_of_the_article_is_missing_without_a_cause(parts: list[tuple[str, str]]) -> None:
    story = "".join(wrapper.format(text) for text, wrapper in parts)
    html = f"<body><article><h1>New gates at the lock</h1>{story}</article></body>"
    page = parse(html, URL)
    facts = PageFacts(page, UNKNOWN_SITE, datetime(2026, 5, 9, tzinfo=UTC), Limits())
    result = extract_page(facts)
    if result.body is None:
        return
    told = [result.body.text, *(omission.text for omission in result.body.omissions())]
    told += [comment.text or "" for comment in result.comments.comments]
    missing = [text for text, _ in parts if not any(text in part for part in told)]
    assert missing == []
