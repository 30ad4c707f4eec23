"""Choice among several claims of one time.

Agreeing claims reinforce each other; the most precise of the best group wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from ingest.dates.parse import ParsedDate, settle
from ingest.extraction.facts import PageFacts
from ingest.extraction.model import Moment, Times
from ingest.extraction.times.claims import (
    Claim,
    Reader,
    corrected,
    modified_claims,
    published_claims,
    rule_claims,
)
from ingest.extraction.times.fallback import (
    address_claims,
    script_claims,
    without_changes,
    without_contradiction,
)
from ingest.extraction.times.visible import (
    VisibleTimes,
    first_paragraph,
    times_before,
    visible_times,
)
from ingest.record import Precision

_FINENESS = {Precision.DAY: 0, Precision.MINUTE: 2, Precision.SECOND: 3}
_TRUSTED = 3.5  # the least weight of a contradicting claim that causes a warning
_SUPPORT = 0.5  # share of a claim's weight that is added to each claim that agrees with it


@dataclass(frozen=True, slots=True)
class Zone:
    """The zone of the page's naive times, and its source: "site", "country" or "metadata"."""

    zone: tzinfo
    source: str


@dataclass(frozen=True, slots=True)
class _Time:
    claim: Claim
    parsed: ParsedDate
    days: frozenset[date]

    @property
    def fineness(self) -> int:
        """Rank of its precision; midnight is low, for it is often a day written as a time."""
        instant = self.parsed.instant
        if instant is not None and self.claim.stated.when.time().isoformat() == "00:00:00":
            return 1
        return _FINENESS[self.parsed.precision]


def proven_zone(claims: Iterable[Claim]) -> Zone | None:
    """Return the offset between a naive time of the page and the same instant in another claim.

    Offsets are whole quarters of an hour, so two claims with such a difference are one instant.
    """
    exact = [claim.stated.when for claim in claims if claim.stated.precision is not Precision.DAY]
    naive = [when for when in exact if when.tzinfo is None]
    aware = [when for when in exact if when.tzinfo is not None]
    for local in naive:
        for instant in aware:
            gap = local.replace(tzinfo=UTC) - instant
            if _is_offset(gap):
                return Zone(timezone(gap), "metadata")
    return None


def _is_offset(gap: timedelta) -> bool:
    if gap % timedelta(minutes=15) != timedelta():
        return False
    return timedelta(hours=-12) <= gap <= timedelta(hours=14)


def is_settled(claims: Sequence[Claim], zone: Zone | None) -> bool:
    """Whether the claims are exact and agree, so that no other part of the page must be read."""
    times = [_time(claim, zone) for claim in claims if claim.weight >= 2]
    exact = any(time.fineness > 1 for time in times)
    return exact and all(_agree(one, other) for one in times for other in times)


def choose(claims: Sequence[Claim], zone: Zone | None) -> Moment | None:
    """Return the best of the claims as a moment of the record, or None without claims."""
    times = [_time(claim, zone) for claim in claims]
    if not times:
        return None
    best = max(times, key=lambda time: _score(time, times))
    fullest = max(
        (time for time in times if _agree(time, best) and time.claim.weight >= 1),
        key=lambda time: (_exactness(time, best), time.claim.weight),
        default=best,
    )
    return _moment(fullest, zone)


def _exactness(time: _Time, best: _Time) -> int:
    """Return the rank of the time's precision; -1 for another instant than an exact `best`."""
    if best.fineness > 1 and not _same_instant(time, best):
        return -1
    return time.fineness


def _time(claim: Claim, zone: Zone | None) -> _Time:
    parsed = settle(claim.stated, zone.zone if zone else None)
    if parsed.instant is None:
        return _Time(claim, parsed, frozenset({date.fromisoformat(parsed.value)}))
    days = {parsed.instant.date(), parsed.instant.astimezone(UTC).date()}
    if zone:
        days.add(parsed.instant.astimezone(zone.zone).date())
    return _Time(claim, parsed, frozenset(days))


def _score(time: _Time, times: list[_Time]) -> float:
    others = {other.claim.source: other.claim.weight for other in times if _agree(time, other)}
    others.pop(time.claim.source, None)
    return time.claim.weight + _SUPPORT * sum(others.values())


def _agree(one: _Time, other: _Time) -> bool:
    return bool(one.days & other.days)


def _same_instant(one: _Time, other: _Time) -> bool:
    if one.parsed.instant is None or other.parsed.instant is None:
        return one is other
    return abs(one.parsed.instant - other.parsed.instant) < timedelta(minutes=1)


def _moment(time: _Time, zone: Zone | None) -> Moment:
    parsed, value = time.parsed, time.parsed.value
    source = {"page": "page", "given": zone.source if zone else ""}.get(parsed.zone_source, "")
    if parsed.instant is not None and zone is not None and _takes(zone, parsed.instant):
        value = parsed.instant.astimezone(zone.zone).isoformat()
    return Moment(value, time.claim.raw, parsed.precision, time.claim.source, source)


def _takes(zone: Zone, instant: datetime) -> bool:
    """Whether an instant is written in the zone; an offset of the page is kept if that is all."""
    return zone.source != "metadata" or instant.utcoffset() == timedelta()


def doubts(claims: Sequence[Claim], chosen: Moment | None, zone: Zone | None) -> tuple[str, ...]:
    """Return a warning if another trusted claim has another day than the chosen moment."""
    times = [_time(claim, zone) for claim in claims]
    own = next((time for time in times if chosen and time.claim.raw == chosen.raw), None)
    if own is None:
        return ()
    others = [
        time.claim for time in times if time.claim.weight >= _TRUSTED and not _agree(time, own)
    ]
    return tuple(
        f"{own.claim.source} says {own.claim.raw}, {other.source} says {other.raw}"
        for other in others[:1]
    )


def instant_of(moment: Moment) -> datetime | None:
    """Return the instant of a moment; None for a day."""
    return None if moment.precision is Precision.DAY else datetime.fromisoformat(moment.value)


def is_before(one: Moment, other: Moment) -> bool:
    """Whether a moment is earlier by a minute or more, or by a day if one of the two is a day."""
    first, second = instant_of(one), instant_of(other)
    if first is None or second is None:
        return one.value[:10] < other.value[:10]
    return second - first >= timedelta(minutes=1)


def find_times(facts: PageFacts) -> Times:
    """Return the times of publication and of the last change, as far as the page states them.

    Relative texts count from the download, and what lies too far beyond it is refused.
    """
    page, rules = facts.page, facts.site.select
    zone = Zone(facts.zone, "site" if facts.site.zone else "country") if facts.zone else None
    reader = Reader(facts.retrieved_at, facts.zone, facts.limits, facts.languages)
    published = rule_claims(page.select(*rules.published), reader)
    published += corrected(published_claims(facts, reader), page.html)
    modified = rule_claims(page.select(*rules.modified), reader)
    modified += corrected(modified_claims(facts, reader), page.html)
    if not is_settled(published, zone):
        visible = _visible(facts, reader)
        published, modified = published + visible.published, modified + visible.modified
        published = without_contradiction(without_changes(published, modified), page, reader)
    zone = zone or proven_zone(published) or proven_zone(modified)
    published = published or script_claims(page, reader) or address_claims(page, reader)
    first = choose(published, zone)
    return _in_order(first, modified, zone, doubts(published, first, zone))


def _visible(facts: PageFacts, reader: Reader) -> VisibleTimes:
    """Return the times beside the headline, or before the text if no headline is found."""
    if facts.heading is not None:
        return visible_times(facts.heading.element, reader)
    paragraph = first_paragraph(facts.container) if facts.container is not None else None
    return times_before(paragraph, reader) if paragraph is not None else VisibleTimes()


def _in_order(
    published: Moment | None,
    modified: Sequence[Claim],
    zone: Zone | None,
    warnings: tuple[str, ...],
) -> Times:
    """Return both times. A change before the publication is not one of the published story.

    If the best claim of a change is too early, the claims of other times are tried.
    """
    warnings = tuple(f"datePublished: {warning}" for warning in warnings)
    changed = choose(modified, zone)
    if published is None or changed is None or not is_before(changed, published):
        return Times(published, changed, warnings)
    later = [claim for claim in modified if not is_before(_claimed(claim, zone), published)]
    left_out = f"dateModified: {changed.value} is before the publication and left out"
    return Times(published, choose(later, zone), (*warnings, left_out))


def _claimed(claim: Claim, zone: Zone | None) -> Moment:
    return _moment(_time(claim, zone), zone)
