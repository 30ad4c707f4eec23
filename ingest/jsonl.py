"""JSON Lines: how a record becomes a line that every reader takes for one line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def json_line(record: Mapping[str, Any], *, indent: int | None = None) -> str:
    """A JSON object on one line, or with an indent on many; U+2028 and U+2029 are no line ends in it, but escapes."""
    text = json.dumps(
        record, ensure_ascii=False, indent=indent, separators=None if indent else (",", ":")
    )
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
