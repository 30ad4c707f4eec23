"""Reads sources beside the crawl: a feed of 5,000 entries takes seconds, in which no other site should wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_reader = ThreadPoolExecutor(1, thread_name_prefix="khabar-read")
"""One: sources of all sites are read in turn, so that only one of them takes memory at a time."""


async def off_loop(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a pure reader gives, while the event loop goes on."""
    return await asyncio.get_running_loop().run_in_executor(_reader, lambda: read(*args, **kwargs))
