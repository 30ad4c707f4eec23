"""The results of the extractors, before they are normalised to a record."""

from __future__ import annotations

from collections.abc import Callable
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
    """The headline of the article, and the deck below it.

    `text` is the headline that the page shows. `seo_title` is the metadata's title if it differs
    from `text`. `element` is the heading's element and `deck` that of the deck: both are left out
    of the body.
    """

    text: str
    source: str
    seo_title: str | None = None
    alternative: str | None = None
    element: HtmlElement | None = None
    deck: HtmlElement | None = None


@dataclass(frozen=True, slots=True)
class Byline:
    """The authors of the article.

    `metadata_authors` are names that only the metadata has. `elements` are the byline's elements,
    which are left out of the body.
    """

    authors: tuple[Author, ...] = ()
    source: str = ""
    metadata_authors: tuple[str, ...] = ()
    elements: tuple[HtmlElement, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of the page.

    `value` is ISO 8601 with an offset, or only a date if `precision` is day. `zone_source` is the
    source of the offset: "page", "site", "country", "language", or "" for a day.
    """

    value: str
    raw: str
    precision: Precision
    source: str
    zone_source: str = ""


@dataclass(frozen=True, slots=True)
class Times:
    """The times of publication and of the last change; None if the page does not state them."""

    published: Moment | None = None
    modified: Moment | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommentSection:
    """The comments of a page; `elements` are their containers, which are left out of the body."""

    comments: tuple[Comment, ...] = ()
    count: int | None = None
    system: CommentSystem | None = None
    source: str = ""
    elements: tuple[HtmlElement, ...] = ()


@dataclass(frozen=True, slots=True)
class Omission:
    """A block of the page that is not in the body, and the cause."""

    text: str
    cause: str


@dataclass(frozen=True, slots=True)
class Body:
    """The article's text with blank lines between paragraphs, and the same as semantic HTML.

    `source` is the method that found it: "rule", "trafilatura", "density", "json-ld" or "script".
    `credit` is the credited source. Its line may have been removed from the text. `omissions`
    returns the blocks of the page that are not in the body.
    """

    text: str
    html: str
    source: str
    credit: Organization | None = None
    credit_source: str = ""
    warnings: tuple[str, ...] = ()
    omissions: Callable[[], tuple[Omission, ...]] = field(default=tuple, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Topics:
    """Section, keywords and description of the article, each with its source."""

    section: str | None = None
    section_source: str = ""
    keywords: tuple[str, ...] = ()
    keywords_source: str = ""
    description: str | None = None
    description_source: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """Images and videos of the article; captions and credits are as on the page."""

    main_image: Image | None = None
    main_image_source: str = ""
    images: tuple[Image, ...] = ()
    videos: tuple[Video, ...] = ()


@dataclass(frozen=True, slots=True)
class NotArticle:
    """Why a page is not an article."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The absolute addresses that a page states for its article.

    Attributes:
        canonical: The `rel=canonical` of its head.
        stated: `og:url`, and the addresses of its JSON-LD article.
        short: A short address with the article's number on the site, such as `/?p=88`.
    """

    canonical: str | None = None
    stated: tuple[str, ...] = ()
    short: str | None = None


@dataclass(frozen=True, slots=True)
class Extraction:
    """The results of all extractors for one page."""

    addresses: Addresses
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
