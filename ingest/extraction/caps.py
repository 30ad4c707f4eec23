"""The caps on what is searched in a page, which hostile pages reach: each is a warning of the record.

The searches are deep in the extractors, and their results are single elements. So the warnings do
not go up through them: `noted` collects those of the calls inside its block. Nothing else depends
on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")

_NOTES: ContextVar[dict[str, None] | None] = ContextVar("notes of reached caps", default=None)


@contextmanager
def noted() -> Iterator[dict[str, None]]:
    """Yield the warnings of the caps that are reached inside the block, each once, in order."""
    notes: dict[str, None] = {}
    token = _NOTES.set(notes)
    try:
        yield notes
    finally:
        _NOTES.reset(token)


def reached(warning: str) -> None:
    """Note that a cap is reached: what was not searched, and for what."""
    notes = _NOTES.get()
    if notes is not None:
        notes[warning] = None


def capped(items: Iterable[T], most: int, warning: str) -> Iterator[T]:
    """Yield at most `most` items; note the warning if there are more and they are asked for."""
    for number, item in enumerate(items):
        if number == most:
            reached(warning)
            return
        yield item
