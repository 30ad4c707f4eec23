"""What is ready together shares one commit."""

from __future__ import annotations

import asyncio

import pytest

from ingest.errors import KhabarError, UnwritableOutput
from ingest.storage.group_commit import GroupCommit


def unwanted(error: KhabarError) -> None:
    pytest.fail(str(error))


def test_all_who_wait_share_a_commit() -> None:
    commits: list[str] = []
    told: list[str] = []

    async def tell(group: GroupCommit, name: str) -> list[str]:
        told.append(name)
        group.soon()
        await group.durable()
        return list(commits)

    async def scenario() -> None:
        group = GroupCommit(lambda: commits.append("+".join(told)), failed=unwanted)
        assert await asyncio.gather(*(tell(group, name) for name in "abc")) == [["a+b+c"]] * 3
        told.clear()
        await tell(group, "d")
        assert commits == ["a+b+c", "d"]

    asyncio.run(scenario())


def test_nothing_told_is_nothing_to_wait_for() -> None:
    asyncio.run(GroupCommit(pytest.fail, failed=unwanted).durable())


def test_a_failure_reaches_all_who_wait_and_is_told_once() -> None:
    told: list[KhabarError] = []

    def refuse() -> None:
        raise UnwritableOutput("the disk is full", "make room")

    async def scenario() -> None:
        group = GroupCommit(refuse, told.append)
        group.soon()
        results = await asyncio.gather(group.durable(), group.durable(), return_exceptions=True)
        assert [str(result) for result in results] == ["the disk is full (make room)"] * 2
        await asyncio.sleep(0)
        assert len(told) == 1

    asyncio.run(scenario())


def test_a_failure_that_nobody_waits_for_is_told_too() -> None:
    told: list[KhabarError] = []
    done = asyncio.Event

    def refuse() -> None:
        raise UnwritableOutput("the disk is full", "make room")

    async def scenario() -> None:
        failed = done()

        def tell(error: KhabarError) -> None:
            told.append(error)
            failed.set()

        GroupCommit(refuse, tell).soon()
        await asyncio.wait_for(failed.wait(), 10)

    asyncio.run(scenario())
    assert len(told) == 1
