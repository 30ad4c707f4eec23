import asyncio
import threading

import pytest

from ingest.crawl.frontier.discovery import off_loop


def test_the_loop_goes_on_while_a_source_is_read() -> None:
    async def main() -> str:
        turned = threading.Event()
        asyncio.get_running_loop().call_later(0.01, turned.set)
        return await off_loop(lambda: "read" if turned.wait(30) else "the loop stood still")

    assert asyncio.run(main()) == "read"


def test_sources_are_read_one_at_a_time() -> None:
    at_work = threading.Lock()

    def read() -> bool:
        free = at_work.acquire(blocking=False)
        if free:
            threading.Event().wait(0.01)
            at_work.release()
        return free

    async def main() -> list[bool]:
        return await asyncio.gather(*(off_loop(read) for _ in range(5)))

    assert asyncio.run(main()) == [True] * 5


def test_what_a_reader_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        asyncio.run(off_loop(lambda: 1 // 0))
