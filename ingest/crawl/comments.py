"""Fetches comments that a page does not have, with the plug-in that the site's definition names."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ingest import plugins
from ingest.crawl.reader import P, Reader, T
from ingest.errors import KhabarError, LimitExceeded
from ingest.plugins import Response
from ingest.record import FetchedPage
from ingest.settings import Limits
from ingest.sites import Site

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CommentAccess:
    """What a source of comments works with (`plugins.CommentContext`)."""

    site: Site
    limits: Limits
    request: Callable[[str], Awaitable[Response]]
    reader: Reader

    async def fetch(self, url: str) -> Response:
        """Return the response to a GET; raises `KhabarError`."""
        return await self.request(url)

    async def run(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a parser off the event loop, and return its result."""
        return await self.reader.run(read, *args, **kwargs)


async def comment_answers(
    name: str, page: FetchedPage, access: CommentAccess, note: Callable[[str, str], None]
) -> tuple[bytes, ...]:
    """Return the site's answers about the comments of a page; nothing if the plug-in fails.

    Args:
        name: the plug-in.
        page: the page of the article.
        access: what the plug-in works with.
        note: called with a key and what is wrong, once for each page.
    """
    try:
        return tuple(await plugins.comment_source(name).fetch(page, access))
    except LimitExceeded as error:
        note(f"comments {name}", str(error))
    except KhabarError as error:
        logger.info("no comments of %s: %s", page.url, error)
    except Exception as error:  # noqa: BLE001 - code of others: the page has comments, too
        note(f"comments {name}", plugins.problem_of(plugins.COMMENTS, name, error))
    return ()
