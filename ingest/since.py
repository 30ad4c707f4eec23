"""What `--since` and the spiders' argument `since` mean (pure)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from ingest.errors import UsageError

_HOURS = {"h": 1, "d": 24, "w": 168}


def parse_since(text: str, now: datetime | None = None) -> datetime:
    """The moment meant: a span back from now (`12h`, `2d`, `3w`) or a day or time (ISO 8601; UTC when naive)."""
    if span := re.fullmatch(r"(\d{1,5})([hdw])", text.strip()):
        return (now or datetime.now(UTC)) - timedelta(hours=int(span[1]) * _HOURS[span[2]])
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"--since {text}: no time", "say 12h, 2d, 3w or 2026-11-01") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
