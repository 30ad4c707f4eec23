"""The time zone of a site's country code, if the whole country has one time."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from importlib import resources
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

# Country codes that are mostly registered for their letters, by sites in other countries.
_SOLD_WIDELY = frozenset(
    {"ac", "ag", "ai", "am", "bz", "cc", "co", "fm", "gg", "gl", "io", "la", "ly",
     "me", "mn", "ms", "mu", "nu", "sc", "sh", "st", "tk", "to", "tv", "vc", "vg", "ws"}
)  # fmt: skip
_WINTER_AND_SUMMER = (datetime(2025, 1, 15, tzinfo=UTC), datetime(2025, 7, 15, tzinfo=UTC))


def zone_of_country(url: str) -> ZoneInfo | None:
    """Return the zone of the country of the host name ("....com.pk": Asia/Karachi), or None.

    The source is the IANA table `zone.tab`. A country whose zones differ in winter or summer has
    no zone here.
    """
    try:
        code = (urlsplit(url).hostname or "").rpartition(".")[2]
    except ValueError:
        return None
    if len(code) != 2 or code in _SOLD_WIDELY:
        return None
    return _zone_of({"uk": "gb"}.get(code, code))


@cache
def _zone_of(code: str) -> ZoneInfo | None:
    zones = [ZoneInfo(name) for name in _table().get(code, ())]
    times = {
        tuple(moment.astimezone(zone).utcoffset() for moment in _WINTER_AND_SUMMER)
        for zone in zones
    }
    return zones[0] if len(times) == 1 else None


@cache
def _table() -> dict[str, list[str]]:
    """Return the names of the zones by country code in lower case."""
    table = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    names: dict[str, list[str]] = {}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            code, _, name, *_ = line.split("\t")
            names.setdefault(code.lower(), []).append(name)
    return names
