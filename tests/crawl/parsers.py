"""Parsers that do what sources make parsers do. A worker imports this module, which is soon done."""

from __future__ import annotations

import os
import re

from ingest.discovery.source import SourceResponse
from ingest.errors import Unreachable
from ingest.record import Article, FetchedPage, Reason, Rejection


class Odd(Exception):
    """An exception that pickles but cannot be restored."""

    def __init__(self, *, code: int) -> None:
        super().__init__(f"code {code}")


def reject(page: FetchedPage) -> Article | Rejection:
    return Rejection(url=page.url, requested_url=page.url, reason=Reason.EMPTY)


def spin(*_: object) -> None:
    """For years in C, where no other thread of the process gets a turn."""
    re.match("(a+)+b", "a" * 60)


def swell(_: object) -> int:
    return len(bytearray(2**31))


def die(_: object) -> None:
    os._exit(9)


def odd(_: object) -> None:
    raise Odd(code=5)


def missing(_: object) -> None:
    raise Unreachable("no answer", "wait")


def unsent(_: object) -> object:
    return lambda: None


def shape(response: SourceResponse, prefix: str = "") -> tuple[str, str, int, str, object, bytes]:
    kind = prefix + type(response).__name__
    server = response.headers["server"]
    return kind, response.url, response.status, server, response.answered_at, response.body


def process(*_: object) -> int:
    return os.getpid()
