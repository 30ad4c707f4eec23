"""The types of single values in a record: cleaned text, URLs, dates and enumerations."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel

from ingest.text import clean, hollow

_DATE = r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?[+-]\d{2}:\d{2})?$"


def _text(value: str) -> str:
    value = clean(value)
    if hollow(value):
        raise ValueError("an unknown text is null, never empty or 'None'")
    return value


def _positive(number: int) -> int:
    return max(1, number)


Text = Annotated[str, AfterValidator(_text), StringConstraints(min_length=1)]
"""Cleaned text. Never empty, and never a placeholder such as "None" or "null"."""

Words = Annotated[str, AfterValidator(clean), StringConstraints(min_length=1)]
"""Cleaned text that may read "None": a reader's comment, a robots directive."""

HttpUrl = Annotated[str, AfterValidator(clean), StringConstraints(pattern=r"^https?://[^\s]+$")]
"""An absolute http(s) URL, kept in the spelling of the page."""

IsoDate = Annotated[str, StringConstraints(pattern=_DATE)]
"""ISO 8601: a time with offset, or a date without a time if the precision is `day`."""

Version = Annotated[int, AfterValidator(_positive)]
"""A version number. Values below 1 become 1."""


class Part(BaseModel):
    """Base of all parts of a record: frozen, camelCase in JSON, no unknown fields."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        serialize_by_alias=True,
        json_schema_serialization_defaults_required=True,
    )


class AuthorKind(StrEnum):
    """Whether a byline names a person, an editorial desk or a news agency."""

    PERSON = "person"
    DESK = "desk"
    AGENCY = "agency"


class Precision(StrEnum):
    """The smallest unit of a time that the page gives."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"


class Status(StrEnum):
    """Whether the site still publishes the article."""

    PUBLISHED = "published"
    GONE = "gone"
    """The URL answers 404 or 410. The record repeats the content of the last version."""


class CommentSystem(StrEnum):
    """The system that stores the comments. Set even if the page itself contains no comments."""

    NATIVE = "native"
    DISQUS = "disqus"
    FACEBOOK = "facebook"
    WPDISCUZ = "wpdiscuz"
    VUUKLE = "vuukle"
