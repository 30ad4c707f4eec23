"""`Article`, one line of the output, and its JSON Schema."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ingest.record.parts import (
    Author,
    Comment,
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
    Part,
    Precision,
    Status,
    Text,
    Version,
)
from ingest.text import json_line

SCHEMA_VERSION = "1.4.0"
"""Semantic version of the JSON Schema. A major step breaks readers."""

_URL = "https://news.example/1402011/karachi-tests-buses-that-kneel/"
_PHOTO = Image(url="https://news.example/photos/bus.jpg", credit_text="AFP").model_dump()
_AUTHOR = Author(name="Staff Report", name_raw="Staff Report", kind=AuthorKind.DESK).model_dump()
_VIDEO = Video(url="https://player.example/embed/4711").model_dump()
_COMMENT = Comment(id="72110", text="I nearly missed my stop.").model_dump()
_SOURCE = Organization(name="Reuters").model_dump()
_PUBLISHER = Publisher(name="Daily Times", domain="dailytimes.com.pk").model_dump()
_RIGHTS = Rights(robots_meta=["max-image-preview:large"]).model_dump()
_METADATA = Metadata(
    date_downloaded="2026-11-20T09:00:00+00:00",
    status=200,
    khabar_version="0.1.0",
    trafilatura_version="2.3.1",
).model_dump()


class Article(Part):
    """One version of one news article: a line of the output."""

    schema_version: Text = Field(
        default=SCHEMA_VERSION,
        description="Semantic version of this schema. A new major version may break readers. "
        "(https://schema.org/schemaVersion)",
        examples=[SCHEMA_VERSION],
    )
    id: Text = Field(
        description="Stable identity of the article: 32 hexadecimal digits of the SHA-256 of its "
        "normalized canonical URL, or of the URL that the article was first found at. The AMP, "
        "print, tracking and http copies of an article have the same id, and so has an article "
        "whose URL changes. (https://schema.org/identifier)",
        examples=["1f79de253f604f69c1ce3cbd415b751b"],
    )
    version: Version = Field(
        default=1,
        description="Version of the article, counted from 1. (https://schema.org/version)",
        examples=[1, 2],
    )
    changed: list[Text] = Field(
        default=[],
        description="Fields that differ from the previous version. Empty in version 1, and in a "
        "version that follows `khabar forget`.",
        examples=[["articleBody", "comments"]],
    )
    status: Status = Field(
        default=Status.PUBLISHED,
        description="`published`; or `gone` if the URL answers 404 or 410, or redirects away from "
        "the article. A record that is `gone` repeats the content of the last version. "
        "(https://schema.org/creativeWorkStatus)",
        examples=["published"],
    )
    content_hash: Text = Field(
        description="SHA-256 of the article's content in hexadecimal digits. It does not depend on "
        "the rest of the page, so clocks, advertisements and counters do not change it.",
        examples=["3181c55341e66813e2a94382e7e2fe0b98bf0faa6065ad86e318ca74f40c77f3"],
    )
    url: HttpUrl = Field(
        description="URL of the page after redirects. (https://schema.org/url)", examples=[_URL]
    )
    canonical_url: HttpUrl | None = Field(
        default=None,
        description="URL of the page's `rel=canonical` link, as given.",
        examples=[_URL],
    )
    requested_url: HttpUrl = Field(
        description="URL of the request, before redirects.", examples=[_URL]
    )
    headline: Text | None = Field(
        default=None,
        description="Headline as the page shows it, without the name of the site. "
        "(https://schema.org/headline)",
        examples=["Karachi tests buses that kneel"],
    )
    alternative_headline: Text | None = Field(
        default=None,
        description="The deck: the line below the headline. "
        "(https://schema.org/alternativeHeadline)",
        examples=["Line 9 lowers its doors to the kerb"],
    )
    description: Text | None = Field(
        default=None,
        description="Summary from the page's metadata. (https://schema.org/description)",
        examples=["Buses that lower their door to the kerb run on line 9."],
    )
    article_body: Text = Field(
        description="The text of the article, without captions, related links, notices and "
        "comments. Paragraphs are separated by a blank line. "
        "(https://schema.org/articleBody)",
        examples=["The floor sinks by nine centimetres.\n\nIt takes twelve seconds."],
    )
    article_body_html: Text | None = Field(
        default=None,
        description="The same text as sanitized HTML: a dozen elements, and no attribute except "
        "`href` with an http(s) URL.",
        examples=["<p>The floor sinks by <strong>nine</strong> centimetres.</p>"],
    )
    authors: list[Author] = Field(
        default=[],
        description="The visible byline, in its order. Names that only the metadata gives are in "
        "`metadata.metadataAuthors`. (https://schema.org/author)",
        examples=[[_AUTHOR]],
    )
    date_published: IsoDate | None = Field(
        default=None,
        description="Time of publication: ISO 8601 with offset, or a date alone if the page gives "
        "no time. (https://schema.org/datePublished)",
        examples=["2026-11-02T09:33:21+05:00", "2026-11-02"],
    )
    date_published_raw: Text | None = Field(
        default=None,
        description="Time of publication as it is written on the page.",
        examples=["November 2, 2026 9:33 am"],
    )
    date_published_precision: Precision | None = Field(
        default=None,
        description="Smallest unit of `datePublished` that the page gives.",
        examples=["second"],
    )
    date_modified: IsoDate | None = Field(
        default=None,
        description="Time of the last modification, in the form of `datePublished`. "
        "(https://schema.org/dateModified)",
        examples=["2026-11-02T10:05:00+05:00"],
    )
    date_modified_raw: Text | None = Field(
        default=None,
        description="Time of modification as it is written on the page.",
        examples=["2026-11-02T05:05:00Z"],
    )
    date_modified_precision: Precision | None = Field(
        default=None,
        description="Smallest unit of `dateModified` that the page gives.",
        examples=["minute"],
    )
    in_language: Text | None = Field(
        default=None,
        description="Language as a BCP 47 tag. The text decides if the page's own tag is wrong. "
        "(https://schema.org/inLanguage)",
        examples=["en", "ur"],
    )
    article_section: Text | None = Field(
        default=None,
        description="Section in which the site files the article. "
        "(https://schema.org/articleSection)",
        examples=["Pakistan"],
    )
    keywords: list[Text] = Field(
        default=[],
        description="Keywords or tags of the page. (https://schema.org/keywords)",
        examples=[["Karachi", "Transport"]],
    )
    main_image: Image | None = Field(
        default=None,
        description="The lead image. (https://schema.org/primaryImageOfPage)",
        examples=[_PHOTO],
    )
    images: list[Image] = Field(
        default=[],
        description="Images of the article, each once; without logos, icons, avatars and images of "
        "other articles. (https://schema.org/image)",
        examples=[[_PHOTO]],
    )
    videos: list[Video] = Field(
        default=[],
        description="Videos of the article. (https://schema.org/video)",
        examples=[[_VIDEO]],
    )
    comments: list[Comment] = Field(
        default=[],
        description="Readers' comments in page order. `parentId` gives the thread. "
        "(https://schema.org/comment)",
        examples=[[_COMMENT]],
    )
    comment_count: int | None = Field(
        default=None,
        description="Number of comments that the site states. `comments` may hold fewer. "
        "(https://schema.org/commentCount)",
        examples=[12],
    )
    comment_system: CommentSystem | None = Field(
        default=None,
        description="System that stores the comments; null if none was recognized.",
        examples=["native"],
    )
    source_organization: Organization | None = Field(
        default=None,
        description="Source that the article credits, for example by 'Source: X', '(Reuters)' or "
        "'via X'. (https://schema.org/sourceOrganization)",
        examples=[_SOURCE],
    )
    publisher: Publisher = Field(
        description="Publisher of the site. (https://schema.org/publisher)",
        examples=[_PUBLISHER],
    )
    is_accessible_for_free: bool | None = Field(
        default=None,
        description="Whether the article can be read without payment; null if the page does not "
        "state it. (https://schema.org/isAccessibleForFree)",
        examples=[True],
    )
    rights: Rights = Field(
        default=Rights(),
        description="Statements of the page and its response headers about their use, as found.",
        examples=[_RIGHTS],
    )
    metadata: Metadata = Field(
        description="Origin of the record.",
        examples=[_METADATA],
    )

    def content(self) -> dict[str, Any]:
        """Return the content of this version: the fields whose change is an edit, by JSON name.

        Excluded is what changes without an edit: a modification time, a relative date ("8 hours
        ago"), the size of an image, and everything outside the article.
        """
        exact = self.date_published_precision is Precision.SECOND
        source = self.source_organization
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
            "sourceOrganization": source.name if source else None,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain JSON types with the names of the schema."""
        return self.model_dump(mode="json", by_alias=True)

    def to_json_line(self) -> str:
        """Return one line of JSON Lines, without the newline."""
        return json_line(self.to_dict())


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of one line of the output."""
    schema = Article.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
