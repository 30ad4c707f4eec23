"""The record: `Article` and its parts, `Rejection`, and the `FetchedPage` that both are made of.

Field names in JSON are schema.org's terms in camelCase (https://schema.org/NewsArticle); every field is
always present, unknown is null, a list is a list. `khabar schema` prints the JSON Schema of a line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel

from ingest.text import clean, hollow, json_line

SCHEMA_VERSION = "1.1.0"
"""Of the published JSON Schema, semantic versioning: a major step breaks readers."""

_DATE = r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?[+-]\d{2}:\d{2})?$"


def _text(value: str) -> str:
    value = clean(value)
    if hollow(value):
        raise ValueError("an unknown text is null, never empty or 'None'")
    return value


Text = Annotated[str, AfterValidator(_text), StringConstraints(min_length=1)]
"""A text that says something: cleaned, never empty, never the word "None"."""

Words = Annotated[str, AfterValidator(clean), StringConstraints(min_length=1)]
"""Words that may be "None": a reader's comment, a crawler's directive."""

HttpUrl = Annotated[str, AfterValidator(clean), StringConstraints(pattern=r"^https?://[^\s]+$")]
"""An absolute http(s) URL, kept as the string that it is on the page."""

IsoDate = Annotated[str, StringConstraints(pattern=_DATE)]
"""ISO 8601: an instant with offset, or (precision `day`) a date alone."""


class AuthorKind(StrEnum):
    """Who stands in a byline."""

    PERSON = "person"
    DESK = "desk"
    AGENCY = "agency"


class Precision(StrEnum):
    """How exact the page states a time."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"


class Status(StrEnum):
    """Whether the site still shows the article."""

    PUBLISHED = "published"
    GONE = "gone"
    """Its address answers 404 or 410: the record repeats what the last version said."""


class CommentSystem(StrEnum):
    """Who keeps the comments of a page, also where the page itself holds none of them."""

    NATIVE = "native"
    DISQUS = "disqus"
    FACEBOOK = "facebook"
    WPDISCUZ = "wpdiscuz"
    VUUKLE = "vuukle"


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        serialize_by_alias=True,
        json_schema_serialization_defaults_required=True,
    )


class Author(_Part):
    """One name of the visible byline."""

    name: Text
    name_raw: Text | None = None
    kind: AuthorKind = AuthorKind.PERSON
    url: HttpUrl | None = None
    email: Text | None = None
    bio: Text | None = None


class Image(_Part):
    """An image of the article with what the page says of it."""

    url: HttpUrl
    caption: Text | None = None
    credit_text: Text | None = None


class Video(_Part):
    """A video of the article: the file, or the player's address."""

    url: HttpUrl
    caption: Text | None = None
    credit_text: Text | None = None


class CommentAuthor(_Part):
    """Who signs a comment; null name where the page names nobody."""

    name: Words | None = None
    url: HttpUrl | None = None


class Comment(_Part):
    """A reader's comment, in page order; `parent_id` names the comment that it answers."""

    id: Text
    parent_id: Text | None = None
    author: CommentAuthor = CommentAuthor()
    date_created: IsoDate | None = None
    date_created_raw: Text | None = None
    text: Words


class Organization(_Part):
    """The source that the article itself credits."""

    name: Text
    url: HttpUrl | None = None


class Publisher(_Part):
    """Whose site it is."""

    name: Text | None = None
    domain: Text


class Rights(_Part):
    """What the page says of its own use, as found; no judgement is made of it.

    `tdm_reservation` is the TDMRep value (1: rights reserved), `no_ai` a robots directive `noai` or `noimageai`.
    """

    robots_meta: list[Words] = []
    robots_header: list[Words] = []
    tdm_reservation: int | None = None
    tdm_policy: Text | None = None
    no_ai: bool = False


class Metadata(_Part):
    """Where the record comes from."""

    date_downloaded: IsoDate
    status: int | None = None
    site: Text | None = None
    run_id: Text | None = None
    khabar_version: Text
    trafilatura_version: Text
    provenance: dict[str, Text] = {}
    metadata_authors: list[Text] = []
    seo_title: Text | None = None
    warnings: list[Text] = []


class Article(_Part):
    """One version of one news article: a line of the output."""

    schema_version: Text = SCHEMA_VERSION
    id: Text
    version: Annotated[int, AfterValidator(lambda number: max(1, number))] = 1
    changed: list[Text] = []
    status: Status = Status.PUBLISHED
    content_hash: Text
    url: HttpUrl
    canonical_url: HttpUrl | None = None
    requested_url: HttpUrl
    headline: Text | None = None
    alternative_headline: Text | None = None
    description: Text | None = None
    article_body: Text
    article_body_html: Text | None = None
    authors: list[Author] = []
    date_published: IsoDate | None = None
    date_published_raw: Text | None = None
    date_published_precision: Precision | None = None
    date_modified: IsoDate | None = None
    date_modified_raw: Text | None = None
    date_modified_precision: Precision | None = None
    in_language: Text | None = None
    article_section: Text | None = None
    keywords: list[Text] = []
    main_image: Image | None = None
    images: list[Image] = []
    videos: list[Video] = []
    comments: list[Comment] = []
    comment_count: int | None = None
    comment_system: CommentSystem | None = None
    source_organization: Organization | None = None
    publisher: Publisher
    is_accessible_for_free: bool | None = None
    rights: Rights = Rights()
    metadata: Metadata

    def content(self) -> dict[str, Any]:
        """What makes this version: the fields whose change is an edit, by their JSON names.

        Not the page's shell, and nothing that moves by itself: a modified time without an edit, a relative date
        ("8 hours ago"), an image in another size.
        """
        exact = self.date_published_precision is Precision.SECOND
        return {
            "headline": self.headline,
            "alternativeHeadline": self.alternative_headline,
            "articleBody": self.article_body,
            "authors": [[author.name, author.kind.value] for author in self.authors],
            "datePublished": self.date_published if exact else None,
            "articleSection": self.article_section,
            "keywords": list(self.keywords),
            "comments": [
                [comment.id, comment.parent_id, comment.author.name, comment.text]
                for comment in self.comments
            ],
            "sourceOrganization": self.source_organization.name
            if self.source_organization
            else None,
        }

    def to_dict(self) -> dict[str, Any]:
        """The record as plain JSON types, named as in the schema."""
        return self.model_dump(mode="json", by_alias=True)

    def to_json_line(self) -> str:
        """One line of JSON Lines, without the newline."""
        return json_line(self.to_dict())


class Reason(StrEnum):
    """Why a page gave no record."""

    LISTING = "listing"
    NOT_FOUND = "not-found"
    CHALLENGE = "challenge"
    CONSENT = "consent"
    LOGIN = "login"
    EMPTY = "empty"
    NO_TEXT = "no-text"
    NOT_HTML = "not-html"
    HTTP_STATUS = "http-status"
    TOO_LARGE = "too-large"
    TOO_SLOW = "too-slow"
    BROKEN = "broken"


class Rejection(_Part):
    """A page that is no article, and why. It never stands between records."""

    url: str
    requested_url: str
    reason: Reason
    detail: str = ""
    status: int | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page as it came: from the net, a recording, a file or an archive.

    `headers` have lower-case names; `retrieved_at` is aware and is the clock for relative dates. `comment_answers` is
    what WordPress's API or the post's comment feed said of its comments, where it was asked.
    """

    url: str
    body: bytes = field(repr=False)  # Scrapy logs the items that it drops
    retrieved_at: datetime
    requested_url: str = ""
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    site: str | None = None
    run_id: str | None = None
    comment_answers: tuple[bytes, ...] = ()


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one line of the output."""
    schema = Article.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
