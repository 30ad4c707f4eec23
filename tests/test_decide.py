"""New, changed or the same."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.decide import Changed, Known, New, Same, decide, field_hashes
from ingest.record import Article, Comment, Metadata, Publisher

META = Metadata(date_downloaded="2026-11-20T09:00:00+00:00", khabar_version="1", trafilatura_version="2")


def article(content_hash: str = "one", **fields: Any) -> Article:
    values = {"headline": "Ferry sails", "article_body": "The ferry sailed.", "metadata": META, **fields}
    return Article(
        id="a" * 32,
        content_hash=content_hash,
        url="https://news.example/ferry",
        requested_url="https://news.example/ferry",
        publisher=Publisher(domain="news.example"),
        **values,
    )


def known(of: Article, version: int = 1) -> Known:
    return Known(version, of.content_hash, field_hashes(of))


def test_an_unknown_article_is_new_and_version_one() -> None:
    decision = decide(article(version=7, changed=["headline"]), None)
    assert isinstance(decision, New)
    assert (decision.article.version, decision.article.changed) == (1, [])


def test_the_same_content_is_the_same_whatever_else_moved() -> None:
    before = article()
    decision = decide(article(date_modified="2026-11-21T09:00:00+00:00"), known(before, version=3))
    assert isinstance(decision, Same)
    assert decision.article.version == 3


@pytest.mark.parametrize(
    ("fields", "changed"),
    [
        ({"article_body": "The ferry sank."}, ["articleBody"]),
        ({"headline": "Ferry sinks", "article_body": "It sank."}, ["headline", "articleBody"]),
        ({"comments": [Comment(id="1", text="Sad.")]}, ["comments"]),
        ({"headline": None}, ["headline"]),
    ],
)
def test_an_edit_is_the_next_version_and_names_its_fields(fields: dict[str, Any], changed: list[str]) -> None:
    decision = decide(article("two", **fields), known(article(), version=2))
    assert isinstance(decision, Changed)
    assert (decision.version, decision.fields) == (3, changed)
    assert decision.article.changed == changed


def test_a_field_that_was_not_hashed_before_is_no_edit() -> None:
    before = field_hashes(article())
    del before["keywords"]
    decision = decide(article("other", keywords=["sea"]), Known(1, "one", before))
    assert isinstance(decision, Same)


def test_hashes_are_of_the_content_fields() -> None:
    hashes = field_hashes(article())
    assert set(hashes) == set(article().content())
    assert hashes == field_hashes(article(metadata=META.model_copy(update={"run_id": "r"})))
