"""Times that sources claim: W3C, RFC 2822 and other forms, without impossible ones."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ingest.dates.parse import EARLIEST_YEAR, holds_day, read_date
from ingest.record import Precision
from ingest.settings import Limits

_MAX_CHARACTERS = 100
_MAX_SLOW_READS = 1_000
"""Dates of one source in uncommon forms, 0.2 ms each; beyond it they count as unknown."""
_MAX_AHEAD = timedelta(hours=24)
"""A publication further ahead is refused: clocks and zones differ by less."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d|\d{8}")
_MONTH = re.compile(r"\d{4}-\d\d")
_TIMESTAMP = re.compile(r"\d{10}")
_HALF_DAY = re.compile(r"\d\s*[ap]\.?m\b", re.IGNORECASE)
_NUMERIC_DAY = re.compile(r"\D*(\d{1,2})[/-](\d{1,2})[/-]\d{2,4}(?!\d)")


class Claim(NamedTuple):
    """A time in UTC, and the latest time that its text may mean: the end of a day or month."""

    moment: datetime
    until: datetime


class ClaimReader:
    """Reads the times of one source.

    Args:
        zone: the site's time zone, for times without an offset; default UTC.
        now: aware; claims from the future are refused. Default: the clock.
    """

    def __init__(self, zone: tzinfo | None = None, now: datetime | None = None) -> None:
        self._zone = zone or UTC
        self._now = now or datetime.now(UTC)
        self._slow_reads = 0

    def read(self, text: object) -> Claim | None:
        """Return the time that a text states, or None if it states none or an impossible one.

        The forms: https://www.w3.org/TR/NOTE-datetime, RFC 2822, seconds since 1970, and the whole
        dates of `ingest.dates`. A numeric date that may be day first or month first gives None: a
        wrong guess would hide today's articles from `--since`.
        """
        text = text.strip() if isinstance(text, str) else ""
        if not text or len(text) > _MAX_CHARACTERS:
            return None
        try:
            return self._read_form(text)
        except (OverflowError, ValueError):  # such as the year 1 east of Greenwich
            return None

    def published(self, text: object) -> Claim | None:
        """Return a publication, unless it is more than a day ahead."""
        return self.bounded(self.read(text), _MAX_AHEAD)

    def modified(self, text: object) -> Claim | None:
        """Return a change, unless it is ahead: it would look like a new change in every run."""
        return self.bounded(self.read(text), timedelta(0))

    def bounded_times(
        self, published: datetime | None, modified: datetime | None
    ) -> tuple[Claim | None, Claim | None]:
        """Return times that were read elsewhere, bounded as `published` and `modified` are."""
        return (
            self.bounded(self._claim(published), _MAX_AHEAD),
            self.bounded(self._claim(modified), timedelta(0)),
        )

    def bounded(self, claim: Claim | None, ahead: timedelta) -> Claim | None:
        """Return a claim, unless it is more than `ahead` in the future."""
        if claim is None or claim.moment > self._now + ahead:
            return None
        return claim

    def _read_form(self, text: str) -> Claim | None:
        if _TIMESTAMP.fullmatch(text):
            return self._claim(datetime.fromtimestamp(int(text), UTC))
        if _MONTH.fullmatch(text):
            return self._claim(datetime.fromisoformat(f"{text}-01"), timedelta(days=31))
        moment = _iso_date(text) or _mail_date(text)
        if moment is None:
            return self._read_slowly(text)
        return self._claim(moment, timedelta(days=1) if _DAY.fullmatch(text) else None)

    def _read_slowly(self, text: str) -> Claim | None:
        numbers = _NUMERIC_DAY.match(text)
        if numbers and numbers[1] != numbers[2] and max(int(numbers[1]), int(numbers[2])) <= 12:
            return None
        if self._slow_reads >= _MAX_SLOW_READS or not holds_day(text, Limits()):
            return None
        self._slow_reads += 1
        zone = self._zone if isinstance(self._zone, ZoneInfo) else None
        stated = read_date(text, now=self._now, zone=zone)
        if stated is None:
            return None
        span = timedelta(days=1) if stated.precision is Precision.DAY else None
        return self._claim(stated.when, span)

    def _claim(self, moment: datetime | None, span: timedelta | None = None) -> Claim | None:
        """Return the claim in UTC. Midnight sharp may be a day without a time of day."""
        if moment is None or moment.year < EARLIEST_YEAR:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self._zone)
        if span is None:
            is_midnight = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
            span = timedelta(days=1) if is_midnight else timedelta(0)
        moment = moment.astimezone(UTC)
        return Claim(moment, moment + span)


def _iso_date(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _mail_date(text: str) -> datetime | None:
    """Return an RFC 2822 date with an offset that the email package knows.

    It ignores offsets and zones that it does not know, and takes "PM" for a zone.
    """
    if _HALF_DAY.search(text):
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError):
        return None
    return moment if moment.tzinfo is not None else None
