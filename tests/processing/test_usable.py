"""Responses that are no pages are refused before they are parsed."""

from __future__ import annotations

import pytest

from ingest.processing.usable import unusable
from ingest.record import FetchedPage, Reason
from tests.small_paper import HOME, NOW, sentences

TEXT = "\n\n".join(sentences(1) + sentences(2))


def refused(body: bytes) -> tuple[Reason, str] | None:
    return unusable(FetchedPage(url=f"{HOME}/a/", body=body, retrieved_at=NOW))


@pytest.mark.parametrize(
    "text", [TEXT, f"{TEXT}\n1 < 2 and 3<4, says it <- here", "# A title\n\n* one"]
)
def test_a_text_without_a_tag_is_no_page(text: str) -> None:
    assert refused(text.encode()) == (Reason.NOT_HTML, "plain text without a tag, not a page")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "windows-1251"])
@pytest.mark.parametrize("page", [f"<p>{TEXT}", f"{TEXT}<br>{TEXT}", f"<!-- a -->{TEXT}"])
def test_a_text_with_any_tag_is_one(page: str, encoding: str) -> None:
    assert refused(page.encode(encoding)) is None
