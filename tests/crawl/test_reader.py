import asyncio
import threading
from collections.abc import Iterator

import pytest

from ingest.crawl.reader import Reader


@pytest.fixture
def reader() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.close()


def test_the_loop_goes_on_while_a_source_is_read(reader: Reader) -> None:
    async def main() -> str:
        turned = threading.Event()
        asyncio.get_running_loop().call_later(0.01, turned.set)
        return await reader.run(lambda: "read" if turned.wait(30) else "the loop stood still")

    assert asyncio.run(main()) == "read"


def test_sources_are_read_one_at_a_time(reader: Reader) -> None:
    at_work = threading.Lock()

    def read() -> bool:
        free = at_work.acquire(blocking=False)
        if free:
            threading.Event().wait(0.01)
            at_work.release()
        return free

    async def main() -> list[bool]:
        return await asyncio.gather(*(reader.run(read) for _ in range(5)))

    assert asyncio.run(main()) == [True] * 5


def test_what_a_reader_raises_is_raised(reader: Reader) -> None:
    with pytest.raises(ZeroDivisionError):
        asyncio.run(reader.run(lambda: 1 // 0))


def test_a_closed_reader_takes_nothing_more(reader: Reader) -> None:
    reader.close()
    with pytest.raises(RuntimeError):
        asyncio.run(reader.run(str))
