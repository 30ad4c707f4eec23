"""Spans of time as people write them in settings and definitions: `90s`, `15m`, `6h`, `2d`, `3w` (pure)."""

from __future__ import annotations

import re
from datetime import timedelta

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_FORM = re.compile(r"(\d{1,6})\s*([smhdw])")


def parse_duration(text: str) -> timedelta:
    """The span that a text such as `15m` means; raises `ValueError`."""
    match = _FORM.fullmatch(text.strip().casefold())
    if match is None:
        raise ValueError(f"no span of time: {text!r}; write 90s, 15m, 6h, 2d or 3w")
    return timedelta(seconds=int(match[1]) * _SECONDS[match[2]])
