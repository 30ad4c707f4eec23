"""New, changed or the same."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ingest.processing.changes import (
    NOISE,
    Changed,
    Known,
    New,
    Same,
    closing,
    decide,
    field_hashes,
    known_by,
)
from ingest.record import Article, Comment, Metadata, Publisher, Status

META = Metadata(
    date_downloaded="2026-11-20T09:00:00+00:00", khabar_version="1", trafilatura_version="2"
)


def article(content_hash: str = "one", **fields: Any) -> Article:
    values = {
        "headline": "Ferry sails",
        "article_body": "The ferry sailed.",
        "metadata": META,
        **fields,
    }
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
def test_an_edit_is_the_next_version_and_names_its_fields(
    fields: dict[str, Any], changed: list[str]
) -> None:
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


def readings(*bodies: str, **fields: Any) -> list[str]:
    """What becomes of an article that is read again and again, each time with another body."""
    known: Known | None = None
    names = []
    for body in bodies:
        decision = decide(article(content_hash=body, article_body=body, **fields), known)
        names.append(type(decision).__name__)
        if not isinstance(decision, Same):
            known = known_by(decision)
    return names


def test_what_moves_at_every_look_makes_only_so_many_versions() -> None:
    ticks = [f"It is {hour} o'clock." for hour in range(10)]
    assert readings(*ticks) == ["New", *["Changed"] * NOISE, *["Same"] * (9 - NOISE)]


def test_a_stated_change_is_believed_however_often() -> None:
    known: Known | None = None
    for hour in range(2 * NOISE):
        moment = f"2026-11-20T{hour:02}:00:00+00:00"
        decision = decide(
            article(str(hour), article_body=f"It is {hour}.", date_modified=moment), known
        )
        assert not isinstance(decision, Same)
        known = known_by(decision)


def test_comments_are_no_noise() -> None:
    known: Known | None = None
    for number in range(2 * NOISE):
        comments = [Comment(id=str(index), text="I agree.") for index in range(number)]
        decision = decide(article(str(number), comments=comments), known)
        assert not isinstance(decision, Same)
        known = known_by(decision)


def test_noise_is_told_from_the_same() -> None:
    known = replace(known_by(decide(article(), None)), unexplained=NOISE)
    noisy = decide(article("two", article_body="Another one."), known)
    assert isinstance(noisy, Same)
    assert noisy.noise
    same = decide(article(), known)
    assert isinstance(same, Same)
    assert not same.noise


def test_an_article_that_is_taken_away_and_comes_back() -> None:
    first = decide(article(), None)
    gone = closing(
        first.article,
        known_by(first),
        downloaded="2026-11-21T09:00:00+00:00",
        status=410,
        run_id="run-2",
    )
    record = gone.article
    assert (record.version, record.changed, record.status) == (2, ["status"], Status.GONE)
    assert (record.article_body, record.content_hash) == (
        first.article.article_body,
        first.article.content_hash,
    )
    assert (record.metadata.status, record.metadata.run_id) == (410, "run-2")
    back = decide(article(), known_by(gone))
    assert isinstance(back, Changed)
    assert (back.version, back.fields, back.article.status) == (3, ["status"], Status.PUBLISHED)
    edited = decide(article("two", headline="Ferry sails again"), known_by(gone))
    assert isinstance(edited, Changed)
    assert edited.fields == ["status", "headline"]
