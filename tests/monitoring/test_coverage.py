from __future__ import annotations

from typing import Any

from ingest.monitoring.coverage import FieldCounter, field_paths, fields_of
from ingest.record import Article, Author, Comment, Image, Metadata, Publisher


def article(**values: Any) -> Article:
    return Article.model_validate(
        {
            "id": "a",
            "content_hash": "h",
            "url": "https://news.example/a",
            "requested_url": "https://news.example/a",
            "article_body": "The ferry sailed.",
            "publisher": Publisher(domain="news.example"),
            "metadata": Metadata(
                date_downloaded="2026-11-20T09:00:00+00:00",
                khabar_version="1",
                trafilatura_version="2",
                provenance={"authors": "rule"} if values.get("authors") else {},
            ),
            **values,
        }
    )


def test_the_paths_are_the_schema_s_own_nested_ones_too() -> None:
    assert {
        "headline",
        "authors",
        "authors.url",
        "comments.dateCreated",
        "comments.author.name",
    } <= field_paths()
    assert {
        "mainImage.caption",
        "sourceOrganization.url",
        "rights.noAi",
        "metadata.provenance",
    } <= field_paths()
    assert not any(path.startswith("metadata.provenance.") for path in field_paths())


def test_a_field_counts_where_it_says_something() -> None:
    found = fields_of(
        article(
            authors=[
                Author(name="Hina Baig"),
                Author(name="Omar Rind", url="https://news.example/omar"),
            ],
            is_accessible_for_free=False,
            main_image=Image(url="https://news.example/a.jpg"),
        ).to_dict()
    )
    assert {
        "authors",
        "authors.name",
        "authors.url",
        "isAccessibleForFree",
        "mainImage",
        "mainImage.url",
    } <= found
    assert found.isdisjoint(
        {"headline", "comments", "comments.text", "mainImage.caption", "authors.bio", "keywords"}
    )


def test_shares_are_of_the_records_and_name_what_none_has() -> None:
    counter = FieldCounter()
    assert counter.fields() == {}
    counter.add(article(authors=[Author(name="Hina Baig")]))
    counter.add(article(comments=[Comment(id="1", text="No."), Comment(id="2", text="Yes.")]))
    counter.add(article(authors=[Author(name="Hina Baig")]))
    shares = counter.fields()
    assert set(shares) == field_paths()
    assert (shares["authors"], shares["comments.text"], shares["keywords"]) == (
        0.666667,
        0.333333,
        0.0,
    )
    assert counter.provenance() == {"authors:rule": 0.666667}
