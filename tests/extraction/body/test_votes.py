"""What trafilatura is given of a page with very many elements."""

from __future__ import annotations

from datetime import UTC, datetime

from lxml.html import document_fromstring

from ingest import UNKNOWN_SITE, Article
from ingest.api import extract
from ingest.extraction.body.votes import ask_trafilatura
from ingest.html.blocks import read_blocks
from ingest.html.page import body_of
from tests.hostile.shapes import SENTENCE, page

URL = "https://paper.example/2026/11/05/a-tram-line/"


def read(source: str) -> Article:
    result = extract(
        source, URL, retrieved_at=datetime(2026, 11, 27, tzinfo=UTC), site=UNKNOWN_SITE
    )
    assert isinstance(result, Article)
    return result


def test_the_record_says_that_the_page_was_too_large_for_trafilatura() -> None:
    article = read(page(f"<p>{SENTENCE}</p>" * 15_100))
    assert SENTENCE.strip() in article.article_body
    (warning,) = article.metadata.warnings
    assert "without trafilatura" in warning
    assert "15000 elements" in warning
    assert not read(page(f"<p>{SENTENCE}</p>" * 100)).metadata.warnings


def test_inline_elements_of_a_paragraph_with_thousands_are_read_as_its_text() -> None:
    words = "".join(f"<i>word {number}</i> <!-- a -->" for number in range(1_200))
    root = body_of(document_fromstring(page(f"<p>First {words} last.</p>")))
    (paragraph,) = [block for block in read_blocks(root) if block.text.startswith("First")]
    votes = ask_trafilatura(root, URL)
    assert votes.among([paragraph]) == {paragraph}
    assert votes.warning == ""
    assert len(root.findall(".//i")) == 1_200  # the tree itself is not changed
