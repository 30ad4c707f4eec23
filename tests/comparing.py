"""How a record is held against what the newsroom's own data say: field by field, bodies modulo white space."""

from __future__ import annotations

from typing import Any

_EXACT = (
    "url", "canonicalUrl", "headline", "alternativeHeadline", "datePublished", "datePublishedPrecision",
    "dateModified", "dateModifiedPrecision", "inLanguage", "articleSection", "sourceOrganization", "commentSystem",
)  # fmt: skip


def words(text: str | None) -> list[str]:
    """The text without regard to white space."""
    return (text or "").split()


def differences(record: dict[str, Any], expected: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What differs: field -> (in the record, expected)."""
    found = {
        name: (record[name], expected[name]) for name in _EXACT if record[name] != expected[name]
    }
    if words(record["articleBody"]) != words(expected["articleBody"]):
        found["articleBody"] = (record["articleBody"], expected["articleBody"])
    if sorted(record["keywords"]) != sorted(expected["keywords"]):
        found["keywords"] = (record["keywords"], expected["keywords"])
    image = record["mainImage"] and record["mainImage"]["url"]
    if image != expected["mainImage"]:
        found["mainImage"] = (image, expected["mainImage"])
    authors = [
        {key: author[key] for key in ("name", "kind", "url", "email")}
        for author in record["authors"]
    ]
    wanted = [
        {key: author[key] for key in ("name", "kind", "url", "email")}
        for author in expected["authors"]
    ]
    if authors != wanted:
        found["authors"] = (authors, wanted)
    if [words(author["bio"]) for author in record["authors"]] != [
        words(a["bio"]) for a in expected["authors"]
    ]:
        found["bio"] = (
            [a["bio"] for a in record["authors"]],
            [a["bio"] for a in expected["authors"]],
        )
    if comments(record["comments"]) != comments(expected["comments"]):
        found["comments"] = (comments(record["comments"]), comments(expected["comments"]))
    return found


def comments(listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The comments in what is compared of them."""
    keys = ("id", "parentId", "author", "dateCreated")
    return [
        {**{key: comment[key] for key in keys}, "text": words(comment["text"])}
        for comment in listed
    ]
