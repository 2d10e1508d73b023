"""Reading what may block: in order, bounded, with errors, and never in the way of an end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.runtime.read_ahead import read_ahead


@given(st.lists(st.integers(), max_size=50), st.integers(1, 9))
def test_everything_arrives_in_order_in_groups_of_at_most_so_many(
    items: list[int], most: int
) -> None:
    async def run() -> list[list[int]]:
        return [group async for group in read_ahead(items, most)]

    groups = asyncio.run(run())
    assert [item for group in groups for item in group] == items
    assert all(0 < len(group) <= most for group in groups)


def test_an_error_comes_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield from range(5)
        raise ValueError("the disk is gone")

    got: list[int] = []

    async def run() -> None:
        async for group in read_ahead(items(), 2):
            got.extend(group)

    with pytest.raises(ValueError, match="the disk is gone"):
        asyncio.run(run())
    assert got == [0, 1, 2, 3, 4]


def test_no_more_is_read_than_twice_what_is_taken_at_once() -> None:
    read = []

    def items() -> Iterator[int]:
        for number in range(1000):
            read.append(number)
            yield number

    async def run() -> None:
        async for _ in read_ahead(items(), 3):
            for _ in range(20):
                await asyncio.sleep(0.005)
            return

    asyncio.run(run())
    assert len(read) <= 3 * 3 + 1


def test_what_blocks_for_ever_holds_up_nothing() -> None:
    never = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        never.wait()

    async def run() -> list[int]:
        got: list[int] = []
        arrived = asyncio.Event()

        async def take() -> None:
            async for group in read_ahead(items(), 5):
                got.extend(group)
                arrived.set()

        taking = asyncio.create_task(take())
        await arrived.wait()
        taking.cancel()
        await asyncio.wait([taking])
        return got

    assert asyncio.run(run()) == [1]
    never.set()
