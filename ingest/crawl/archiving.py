"""Keeps the answers of article pages in the archive of a run, before anything comes of them."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from scrapy import __version__ as scrapy_version
from scrapy.http import Headers, Response

from ingest.errors import KhabarError
from ingest.record import ArchivePlace
from ingest.redaction.text import redacted_url

if TYPE_CHECKING:
    from ingest.crawl.context import CrawlContext
    from ingest.processing.recrawl import Visit
    from ingest.sites import Site

logger = logging.getLogger(__name__)

RECEIVED = "khabar_received"
"""Key in the `meta` of a request: the response as received, below all middlewares."""
SOURCE = "khabar_source"
"""Key in the `meta` of a request: the kind of source that announced the page."""


def open_archive(context: CrawlContext, site: Site | None, name: str) -> None:
    """Open the archive of a run if there is to be one; its store must be open.

    Raises:
        UnwritableOutput: what a killed run left cannot be finished.
    """
    store, output = context.store, context.output
    if store is None or output is None:
        return
    if not (context.settings.archive or (site is not None and site.archive)):
        return
    from importlib.metadata import version  # noqa: PLC0415 - most runs keep no archive

    from ingest.archive.writer import ArchiveWriter, recover_archives  # noqa: PLC0415 - as above

    recover_archives(output, name)
    info = {
        "software": f"Khabar/{version('khabar')} Scrapy/{scrapy_version}",
        "format": "WARC File Format 1.1",
        "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "isPartOf": store.run_id,
        "description": f"answers of article pages of {name}, without secrets",
        "http-header-user-agent": context.settings.user_agent,
    }
    context.archive = ArchiveWriter(output, name, store.run_id, info)
    store.before_commit = context.archive.sync


def archived(
    context: CrawlContext, response: Response | None, date: datetime, visit: Visit | None
) -> ArchivePlace | None:
    """Write an answer into the archive of the run, if there is one.

    After a failure nothing more is committed: the next commit ends the run with its error.

    Args:
        context: of the run.
        response: after all middlewares; None if there was none.
        date: when it was received.
        visit: the last visit of the address.
    """
    received = _received(response)
    if context.archive is None or response is None or received is None or response.request is None:
        return None
    from ingest.archive.response import Exchange, kept, without_secrets  # noqa: PLC0415 - as above

    headers, body = kept(
        _pairs(received.headers), received.body, context.settings.limits.page_bytes
    )
    request = response.request
    exchange = Exchange(
        url=redacted_url(received.url),
        date=date,
        method=request.method,
        request_headers=without_secrets(_pairs(request.headers)),
        status=received.status,
        headers=headers,
        body=body,
        source=request.meta.get(SOURCE, ""),
        last_full=visit.last_full if visit is not None else None,
    )
    try:
        return context.archive.add(exchange)
    except KhabarError as error:
        logger.debug("%s", error)
        return None


def _received(response: Response | None) -> Response | None:
    if response is None or response.request is None:
        return None
    received = response.request.meta.get(RECEIVED)
    return received if isinstance(received, Response) else None


def _pairs(headers: Headers) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        for value in values
    ]
