"""Fallbacks for the time of publication: the data of scripts and the day in the address."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from ingest.extraction.times.claims import Claim, Reader
from ingest.html.page import Page

_IN_SCRIPT = re.compile(
    r"""\b(?:date_?published|first_?publish(?:ed|ing)?_?(?:at|date|time)?"""
    r"""|first_?publication_?date|publish(?:ed)?_?(?:at|date|time)|publication_?(?:date|time))"""
    r"""\\?["']?\s*[:=]\s*\\?["']([^"'\\]{8,40})""",
    re.IGNORECASE,
)
_MOST_IN_SCRIPTS = 20
_IN_ADDRESS = (
    re.compile(r"(?<!\d)((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)((?:19|20)\d\d)[/-]([a-z]{3,9})[/-](\d{1,2})(?!\d)", re.IGNORECASE),
    re.compile(r"(?<!\d)(\d{1,2})-(\d{1,2})-((?:19|20)\d\d)(?!\d)"),
)
_COMPACT = re.compile(r"(?<!\d)(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)")
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
    return _written_out(path, reader) or _claims(_COMPACT.search(path), reader)


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
    if match.re is not _COMPACT:
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
