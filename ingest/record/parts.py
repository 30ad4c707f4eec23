"""The parts of a record: authors, media, comments, organizations, rights and metadata."""

from __future__ import annotations

from pydantic import Field

from ingest.record.values import AuthorKind, HttpUrl, IsoDate, Part, Text, Words

_PHOTO = "https://news.example/photos/river.jpg"


class Author(Part):
    """One author of the visible byline."""

    name: Text = Field(
        description="Name, without 'By', role and time. (https://schema.org/name)",
        examples=["Rabia Malik", "Web Desk"],
    )
    name_raw: Text | None = Field(
        default=None,
        description="The text of the byline that the name comes from.",
        examples=["By Rabia Malik"],
    )
    kind: AuthorKind = Field(
        default=AuthorKind.PERSON,
        description="Whether the author is a person, an editorial desk or a news agency.",
        examples=["person"],
    )
    url: HttpUrl | None = Field(
        default=None,
        description="The author's page or profile that the byline links to. "
        "(https://schema.org/url)",
        examples=["https://news.example/author/rabia-malik/"],
    )
    email: Text | None = Field(
        default=None,
        description="E-mail address that the page gives for the author, decoded if the page "
        "obfuscates it. (https://schema.org/email)",
        examples=["rabia.malik@news.example"],
    )
    bio: Text | None = Field(
        default=None,
        description="The page's note about the author. It is not part of the body. "
        "(https://schema.org/description)",
        examples=["Rabia Malik reports on energy."],
    )


class Image(Part):
    """An image of the article."""

    url: HttpUrl = Field(
        description="Address of the image file. (https://schema.org/contentUrl)", examples=[_PHOTO]
    )
    caption: Text | None = Field(
        default=None,
        description="Caption, without the credit. (https://schema.org/caption)",
        examples=["The river at Kotri on Monday."],
    )
    credit_text: Text | None = Field(
        default=None,
        description="Photographer or agency. (https://schema.org/creditText)",
        examples=["AFP"],
    )


class Video(Part):
    """A video of the article."""

    url: HttpUrl = Field(
        description="Address of the video file or of its player. (https://schema.org/contentUrl)",
        examples=["https://player.example/embed/4711"],
    )
    caption: Text | None = Field(
        default=None,
        description="Caption, without the credit. (https://schema.org/caption)",
        examples=["The launch, live."],
    )
    credit_text: Text | None = Field(
        default=None,
        description="Author or agency of the video. (https://schema.org/creditText)",
        examples=["Reuters"],
    )


class CommentAuthor(Part):
    """The author of a comment."""

    name: Words | None = Field(
        default=None,
        description="Name as displayed; null if the page gives none. (https://schema.org/name)",
        examples=["Aisha"],
    )
    url: HttpUrl | None = Field(
        default=None,
        description="Address that the name links to. (https://schema.org/url)",
        examples=["https://aisha.example/"],
    )


class Comment(Part):
    """A reader's comment."""

    id: Text = Field(
        description="Identifier of the comment, unique in its article. "
        "(https://schema.org/identifier)",
        examples=["72110"],
    )
    parent_id: Text | None = Field(
        default=None,
        description="`id` of the comment that this one replies to. (https://schema.org/parentItem)",
        examples=["72108"],
    )
    author: CommentAuthor = Field(
        default=CommentAuthor(),
        description="Author of the comment. (https://schema.org/author)",
        examples=[CommentAuthor(name="Aisha").model_dump()],
    )
    date_created: IsoDate | None = Field(
        default=None,
        description="Time of the comment: ISO 8601 with offset, or a date alone. "
        "(https://schema.org/dateCreated)",
        examples=["2026-11-02T11:11:40+05:00"],
    )
    date_created_raw: Text | None = Field(
        default=None, description="The time as it is written on the page.", examples=["2 hours ago"]
    )
    text: Words = Field(
        description="Plain text; paragraphs are separated by a blank line. "
        "(https://schema.org/text)",
        examples=["I nearly missed my stop."],
    )


class Organization(Part):
    """An organization that the article credits as its source."""

    name: Text = Field(
        description="Name of the organization. (https://schema.org/name)", examples=["Reuters"]
    )
    url: HttpUrl | None = Field(
        default=None,
        description="Address that the credit links to. (https://schema.org/url)",
        examples=["https://www.reuters.com/"],
    )


class Publisher(Part):
    """The publisher of the site."""

    name: Text | None = Field(
        default=None,
        description="Name of the publisher or site. (https://schema.org/name)",
        examples=["Daily Times"],
    )
    domain: Text = Field(
        description="Host name of the page, without `www.`.", examples=["dailytimes.com.pk"]
    )


class Rights(Part):
    """Statements about the use of the page, as found. Khabar does not interpret them."""

    robots_meta: list[Words] = Field(
        default=[],
        description="Content of the page's robots meta elements.",
        examples=[["max-image-preview:large"]],
    )
    robots_header: list[Words] = Field(
        default=[],
        description="Values of the `X-Robots-Tag` response header.",
        examples=[["noarchive"]],
    )
    tdm_reservation: int | None = Field(
        default=None,
        description="`tdm-reservation` of the TDM Reservation Protocol; 1 means rights are "
        "reserved.",
        examples=[1],
    )
    tdm_policy: Text | None = Field(
        default=None,
        description="`tdm-policy` of the TDM Reservation Protocol.",
        examples=["https://news.example/tdm.json"],
    )
    no_ai: bool = Field(
        default=False,
        description="Whether a robots directive is `noai` or `noimageai`.",
        examples=[False],
    )


class ArchivePlace(Part):
    """Place of an answer in a WARC file: its record is the gzip member there."""

    file: Text = Field(
        description="Path of the file below the output folder; while the run lasts, it ends with "
        "`.open` on the disk.",
        examples=["dailytimes/2026-11-27/20261127T100051.389070Z-1ea5-0001.warc.gz"],
    )
    offset: int = Field(ge=0, description="First byte of the record.", examples=[48211])
    length: int = Field(ge=1, description="Length of the record in bytes.", examples=[21904])
    digest: Text = Field(
        description="`WARC-Payload-Digest` of the stored body.",
        examples=["sha1:7RHMXN5TQ2Y6L3TKQ7P5X5BNB5TDBTZ2"],
    )


class Metadata(Part):
    """Origin of the record: how and when the page was fetched, and where the values come from."""

    date_downloaded: IsoDate = Field(
        description="When the page was fetched, ISO 8601 with offset. Relative dates count from "
        "this time.",
        examples=["2026-11-20T09:00:00+00:00"],
    )
    status: int | None = Field(
        default=None,
        description="HTTP status code; null for a page that was read from a file.",
        examples=[200],
    )
    site: Text | None = Field(
        default=None,
        description="Name of the site definition; null if the site has none.",
        examples=["dailytimes"],
    )
    run_id: Text | None = Field(
        default=None,
        description="Identifier of the run that fetched the page.",
        examples=["20261127T100051.389070Z-1ea5"],
    )
    sequence: int | None = Field(
        default=None,
        ge=1,
        description="Number of the record in the output of its site: 1, 2, 3 ... in the order of "
        "writing, without gaps. Null for a record that was written to no output folder, or before "
        "schema version 1.3.0: its number is its place.",
        examples=[1402],
    )
    archive: ArchivePlace | None = Field(
        default=None,
        description="Place of the answer in the archive of the run; null if the run had none "
        "(`archive = true`), or before schema version 1.4.0.",
        examples=[
            {
                "file": "dailytimes/2026-11-27/20261127T100051.389070Z-1ea5-0001.warc.gz",
                "offset": 48211,
                "length": 21904,
                "digest": "sha1:7RHMXN5TQ2Y6L3TKQ7P5X5BNB5TDBTZ2",
            }
        ],
    )
    khabar_version: Text = Field(
        description="Version of Khabar that made the record.", examples=["0.1.0"]
    )
    trafilatura_version: Text = Field(
        description="Version of trafilatura that was installed.", examples=["2.3.1"]
    )
    provenance: dict[str, Text] = Field(
        default={},
        description="Source of each value: field name to `rule` (a selector of the site "
        "definition), `json-ld`, `meta`, `html`, `trafilatura` and others.",
        examples=[{"headline": "rule", "datePublished": "json-ld"}],
    )
    metadata_authors: list[Text] = Field(
        default=[],
        description="Authors that only the page's metadata names, not its byline.",
        examples=[["Saad Munir"]],
    )
    seo_title: Text | None = Field(
        default=None,
        description="Title of the page's metadata if it differs from the headline.",
        examples=["Kneeling buses: what to know"],
    )
    short_url: HttpUrl | None = Field(
        default=None,
        description="Short URL with the article's number on its site: `rel=shortlink`, or the one "
        "that WordPress gives a post.",
        examples=["https://dailytimes.com.pk/?p=1402011"],
    )
    warnings: list[Text] = Field(
        default=[],
        description="Doubts about values of this record.",
        examples=[["rel=canonical names the front page"]],
    )
