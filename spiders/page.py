"""The spider of single pages: `scrapy crawl page -a url=https://... -O out.jsonl`."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

from scrapy import Request

from ingest.crawl.spider import KhabarSpider
from ingest.errors import UsageError
from ingest.processing.workers import NO_SITE
from ingest.sites import UNKNOWN_SITE, Site, SiteCatalog
from ingest.urls import check_url


class PageSpider(KhabarSpider):
    """Fetches the pages with the given addresses.

    Args:
        url: one address.
        urls: several, separated by white space or commas, or a list of them.
        urls_file: a file with one address a line; empty lines and those that start with `#` do not
            count.
        site: the definition for all of them, or its name, or `none` for no definition. By default
            the definition depends on the URL of each page.
        more: arguments of Scrapy for every spider.
    """

    name = "page"

    def __init__(
        self,
        url: str | None = None,
        urls: str | Iterable[str] | None = None,
        urls_file: str | Path | None = None,
        site: Site | None = None,
        **more: Any,  # noqa: ANN401 - as in Scrapy's Spider
    ) -> None:
        super().__init__(**more)
        self.site = site
        asked = [*([url] if url else []), *_split(urls), *_lines(urls_file)]
        if not asked:
            raise UsageError("no URL", "give url=..., urls=... or urls_file=...")
        self.asked = list(dict.fromkeys(check_url(address) for address in asked))

    @classmethod
    def definition(cls, name: str, catalog: SiteCatalog) -> Site:
        """Return the definition with this name; `none` means none at all."""
        return UNKNOWN_SITE if name == NO_SITE else catalog.get(name)

    async def start(self) -> AsyncIterator[Request]:
        """Ask for each page."""
        for address in self.asked:
            self.tally.found()
            yield self.page_request(address)


def _split(urls: str | Iterable[str] | None) -> list[str]:
    if urls is None:
        return []
    if not isinstance(urls, str):
        return list(urls)
    # A URL may contain commas, so only a comma before white space or another URL separates two.
    return [url for url in re.split(r"\s+|,(?=\s|https?:)", urls) if url]


def _lines(file: str | Path | None) -> list[str]:
    if file is None:
        return []
    try:
        lines = Path(file).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"cannot read {file}: {error}", "give a text file with one URL a line"
        ) from error
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
