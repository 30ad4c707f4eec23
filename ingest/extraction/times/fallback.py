"""Fallbacks for the time of publication: the data of scripts and the day in the address."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from ingest.extraction.times.claims import Claim, Reader
from ingest.html.page import Page

# The first letter is in a set of its own, since `re` passes over all other characters then: that
# takes a quarter of the time.
_IN_SCRIPT = re.compile(
    r"""[DdFfPp](?<=\b.)(?i:(?<=d)ate_?published|(?<=f)irst_?publish(?:ed|ing)?_?(?:at|date|time)?"""
    r"""|(?<=f)irst_?publication_?date|(?<=p)ublish(?:ed)?_?(?:at|date|time)"""
    r"""|(?<=p)ublication_?(?:date|time))"""
    r"""\\?["']?\s*[:=]\s*\\?["']([^"'\\]{8,40})"""
)
_MOST_IN_SCRIPTS = 20
_IN_ADDRESS = (
    re.compile(r"(?<!\d)((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)((?:19|20)\d\d)[/-]([a-z]{3,9})[/-](\d{1,2})(?!\d)", re.IGNORECASE),
    re.compile(r"(?<!\d)(\d{1,2})-(\d{1,2})-((?:19|20)\d\d)(?!\d)"),
)
_COMPACT = re.compile(r"(?<!\d)(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)")
# "A2026012914320005196": the day and the clock, then a number of the article.
_WITH_CLOCK = re.compile(
    r"(?<!\d)((?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?=(?:[01]\d|2[0-3])[0-5]\d)"
)
_NEAR = timedelta(days=1)  # between the publication and the day in its address, by time zone


def script_claims(page: Page, reader: Reader) -> list[Claim]:
    """Return the publication dates in scripts if they are all one day.

    Otherwise some of them are of teasers.
    """
    texts = dict.fromkeys(_IN_SCRIPT.findall(page.html))
    claims = list(reader.claims((raw, "script", 1.0) for raw in list(texts)[:_MOST_IN_SCRIPTS]))
    days = {claim.stated.when.date() for claim in claims}
    return claims if len(days) == 1 else []


def address_claims(page: Page, reader: Reader) -> list[Claim]:
    """Return the day in the address: `/2015/08/17/slug/`, `/17-08-2015-slug`, `/20150817/`."""
    path = page.url.partition("?")[0]
    for pattern in (_COMPACT, _WITH_CLOCK):
        claims = _written_out(path, reader) or _claims(pattern.search(path), reader)
        if claims:
            return claims
    return []


def _written_out(path: str, reader: Reader) -> list[Claim]:
    """Return the day that is written with separators, which no number of an article is."""
    for pattern in _IN_ADDRESS:
        claims = _claims(pattern.search(path), reader)
        if claims:
            return claims
    return []


def _claims(match: re.Match[str] | None, reader: Reader) -> list[Claim]:
    if match is None:
        return []
    raw = match[0]
    if match.re not in (_COMPACT, _WITH_CLOCK):
        raw = "-".join(part for part in match.groups() if part)
    return [replace(claim, raw=match[0]) for claim in reader.claims(iter([(raw, "url", 0.5)]))]


def without_contradiction(claims: list[Claim], page: Page, reader: Reader) -> list[Claim]:
    """Return the claims without visible times that contradict the day in the address.

    Such times are of other stories, or of the events in the text. Metadata is not checked: some
    sites publish a new story under an old address.
    """
    if any(claim.source != "visible" for claim in claims):
        return claims
    address = _written_out(page.url.partition("?")[0], reader)
    if not claims or not address:
        return claims
    day = address[0].stated.when.date()
    near = [claim for claim in claims if abs(claim.stated.when.date() - day) <= _NEAR]
    return near or address


def without_changes(published: list[Claim], modified: list[Claim]) -> list[Claim]:
    """Return the claims of the publication without those that state the day of the last change.

    Some content systems write the last change as both days of the metadata. They do if the page
    shows an earlier day only, beside that of the change or alone.
    """
    shown = [claim for claim in published if claim.source == "visible"]
    days = {_day(claim) for claim in modified}
    first = min((_day(claim) for claim in shown), default=None)
    if first is None or any(_day(claim) in days for claim in shown):
        return published
    return [
        claim
        for claim in published
        if claim.source == "visible" or _day(claim) not in days or _day(claim) <= first
    ]


def _day(claim: Claim) -> date:
    return claim.stated.when.date()
