"""The turns of requests to one host: never two without its delay between them."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest

from ingest.crawl.http.pace import Pace, RefusedRequest

URL = "https://news.example/a"


def turns(pace: Pace, number: int) -> list[float]:
    """When requests that want their turn at the same time are given it."""
    times: list[float] = []

    async def one() -> None:
        await pace.turn(URL)
        times.append(monotonic())

    async def main() -> None:
        await asyncio.gather(*(one() for _ in range(number)))

    asyncio.run(asyncio.wait_for(main(), 60))
    return times


def test_a_host_without_a_delay_makes_nobody_wait() -> None:
    pace = Pace()
    assert len(turns(pace, 3)) == 3
    assert pace.delay == 0


def test_those_who_waited_for_the_end_of_a_pause_do_not_go_at_once() -> None:
    pace = Pace(base=0.05, robots=0.1)
    start = monotonic()
    pace.pause(0.2)
    times = turns(pace, 3)
    assert times[0] >= start + 0.2
    assert times[1] >= start + 0.3
    assert times[2] >= start + 0.4


def test_a_pause_that_is_prolonged_holds_those_who_wait_already() -> None:
    pace = Pace()
    start = monotonic()
    pace.pause(0.05)

    async def main() -> float:
        turn = asyncio.create_task(pace.turn(URL))
        await asyncio.sleep(0)
        pace.pause(0.2)
        await turn
        return monotonic()

    assert asyncio.run(asyncio.wait_for(main(), 60)) >= start + 0.2


def test_an_end_is_told_with_its_first_reason() -> None:
    pace = Pace()
    pace.end("it refuses us")
    pace.end("it is slow")
    with pytest.raises(RefusedRequest, match="a: not asked for: it refuses us"):
        turns(pace, 1)
