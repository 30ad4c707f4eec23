"""The record: `Article` and its parts, `Rejection`, and `FetchedPage`, the input of both.

Field names in JSON are terms of schema.org in camelCase (https://schema.org/NewsArticle). Every
field is always present: an unknown value is null, an empty list is a list. Each field is declared
with its description and an example; `khabar schema` prints them as JSON Schema, and docs/record.md
is generated from that.
"""

from ingest.record.article import SCHEMA_VERSION, Article, json_schema
from ingest.record.lenient import valid_or, without_invalid
from ingest.record.page import FetchedPage, Reason, Rejection
from ingest.record.parts import (
    ArchivePlace,
    Author,
    Comment,
    CommentAuthor,
    Image,
    Metadata,
    Organization,
    Publisher,
    Rights,
    Video,
)
from ingest.record.values import (
    AuthorKind,
    CommentSystem,
    HttpUrl,
    IsoDate,
    Precision,
    Status,
    Text,
    Words,
)

__all__ = [
    "SCHEMA_VERSION",
    "ArchivePlace",
    "Article",
    "Author",
    "AuthorKind",
    "Comment",
    "CommentAuthor",
    "CommentSystem",
    "FetchedPage",
    "HttpUrl",
    "Image",
    "IsoDate",
    "Metadata",
    "Organization",
    "Precision",
    "Publisher",
    "Reason",
    "Rejection",
    "Rights",
    "Status",
    "Text",
    "Video",
    "Words",
    "json_schema",
    "valid_or",
    "without_invalid",
]
