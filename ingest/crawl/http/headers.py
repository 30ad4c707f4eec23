"""The headers of Scrapy's responses as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrapy.http import Response


def headers_of(response: Response) -> dict[str, str]:
    """Names in lower case; the values of a header that came several times, parted by commas (RFC 9110, 5.3)."""
    return {
        name.decode("latin-1").casefold(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
    }
