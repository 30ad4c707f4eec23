"""One thread for parsers: the event loop keeps running while a large feed or page is parsed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, Self, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Reader:
    """Runs pure parsers off the event loop, one at a time, so that only one takes memory at a time.

    The crawlers of a run share it. The run closes it.
    """

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="khabar-read")

    async def run(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the result of a parser; raises what it raises."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, lambda: read(*args, **kwargs))

    def close(self) -> None:
        """End the thread. A parser that still runs is not waited for."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self  # Scrapy copies its settings deeply, and the crawlers of a run share it
