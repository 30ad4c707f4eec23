"""What each part of `ingest.extraction` finds, before it is normalised to a record."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml.html import HtmlElement

from ingest.record import (
    Author,
    Comment,
    CommentSystem,
    Image,
    Organization,
    Precision,
    Reason,
    Rights,
    Video,
)


@dataclass(frozen=True, slots=True)
class Headline:
    """`text` is the headline that the page shows; `seo_title` the metadata's title where it differs from it.

    `element` is the heading itself, `deck` the standfirst's element: both stay out of the body.
    """

    text: str
    source: str
    seo_title: str | None = None
    alternative: str | None = None
    element: HtmlElement | None = None
    deck: HtmlElement | None = None


@dataclass(frozen=True, slots=True)
class Byline:
    """The visible byline; `metadata_authors` only the metadata names, `elements` stay out of the body."""

    authors: tuple[Author, ...] = ()
    source: str = ""
    metadata_authors: tuple[str, ...] = ()
    elements: tuple[HtmlElement, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of the page. `value` is ISO 8601 with offset, or a date alone where `precision` is day.

    `zone_source` says where the offset comes from: "page", "site", "country", "language", or "" for a day.
    """

    value: str
    raw: str
    precision: Precision
    source: str
    zone_source: str = ""


@dataclass(frozen=True, slots=True)
class Times:
    """When the article was published and modified, as far as the page says."""

    published: Moment | None = None
    modified: Moment | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommentSection:
    """The comments of a page; `elements` are their containers, which stay out of the body."""

    comments: tuple[Comment, ...] = ()
    count: int | None = None
    system: CommentSystem | None = None
    source: str = ""
    elements: tuple[HtmlElement, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """The article's text, paragraphs parted by a blank line, and the same as semantic HTML.

    `source` is the way that found it: "rule", "trafilatura", "density", "json-ld" or "script".
    `credit` is the credited source whose line was taken out of the text or stands in it.
    """

    text: str
    html: str
    source: str
    credit: Organization | None = None
    credit_source: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topics:
    """Where the site files the article, with the provenance of each."""

    section: str | None = None
    section_source: str = ""
    keywords: tuple[str, ...] = ()
    keywords_source: str = ""
    description: str | None = None
    description_source: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """Images and videos of the article; captions and credits as the page gives them."""

    main_image: Image | None = None
    main_image_source: str = ""
    images: tuple[Image, ...] = ()
    videos: tuple[Video, ...] = ()


@dataclass(frozen=True, slots=True)
class NotArticle:
    """Why a page is no article."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything that a page says of its article."""

    canonical_url: str | None
    headline: Headline | None
    byline: Byline
    times: Times
    body: Body | None
    comments: CommentSection
    topics: Topics
    media: Media
    language: str | None
    language_source: str
    publisher: str | None
    is_accessible_for_free: bool | None
    rights: Rights
    not_article: NotArticle | None = None
    warnings: tuple[str, ...] = field(default=())
