"""One request at a time to a host, with a rest between two, on a clock that tests move."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.feeds.fetch.clocks import HandClock
from workers.feeds.fetch.politeness import Turns

Requests = list[tuple[str, str, float, float]]
"""Who, host, begin and end."""


class Desk:
    """Asks hosts and writes down when."""

    def __init__(self, longest: float = 60.0) -> None:
        self.clock = HandClock()
        self.turns = Turns(self.clock, longest)
        self.done: Requests = []

    async def ask(self, who: str, host: str, rest: float, takes: float = 1.0) -> None:
        async with self.turns.turn(host, rest):
            begun = self.clock.now()
            await self.clock.sleep(takes)
            self.done.append((who, host, begun, self.clock.now()))


def told(story: Callable[[Desk], Awaitable[None]]) -> Desk:
    async def play() -> Desk:
        desk = Desk()
        await story(desk)
        return desk

    return asyncio.run(play())


def test_a_host_is_asked_in_the_order_of_coming_with_rests() -> None:
    async def story(desk: Desk) -> None:
        async with asyncio.TaskGroup() as group:
            for who in "abc":
                group.create_task(desk.ask(who, "news.example", 5.0))
            await desk.clock.pass_by(60)

    assert told(story).done == [
        ("a", "news.example", 0.0, 1.0),
        ("b", "news.example", 6.0, 7.0),
        ("c", "news.example", 12.0, 13.0),
    ]


def test_hosts_do_not_wait_for_each_other() -> None:
    async def story(desk: Desk) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(50):
                group.create_task(desk.ask("a", f"{number}.example", 5.0))
            await desk.clock.pass_by(1)

    assert {begun for _, _, begun, _ in told(story).done} == {0.0}


def test_the_rest_is_counted_from_the_end_and_as_the_next_one_asks() -> None:
    async def story(desk: Desk) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(desk.ask("a", "news.example", 1.0, takes=30.0))
            group.create_task(desk.ask("b", "news.example", 20.0))
            group.create_task(desk.ask("c", "news.example", 0.0))
            await desk.clock.pass_by(100)

    assert [begun for _, _, begun, _ in told(story).done] == [0.0, 50.0, 51.0]


def test_whoever_gives_up_leaves_no_gap_and_no_lock() -> None:
    async def story(desk: Desk) -> None:
        first = asyncio.create_task(desk.ask("a", "news.example", 5.0))
        second = asyncio.create_task(desk.ask("b", "news.example", 5.0))
        third = asyncio.create_task(desk.ask("c", "news.example", 5.0))
        await desk.clock.pass_by(3)
        second.cancel()  # while it rests
        await desk.clock.pass_by(0.5)
        fourth = asyncio.create_task(desk.ask("d", "news.example", 5.0))
        await desk.clock.pass_by(1)
        fourth.cancel()  # while it waits for its turn
        await desk.clock.pass_by(60)
        await asyncio.gather(first, third)
        assert second.cancelled()
        assert fourth.cancelled()

    assert [(who, begun) for who, _, begun, _ in told(story).done] == [("a", 0.0), ("c", 6.0)]


def test_one_that_is_cancelled_in_its_turn_counts_as_a_request() -> None:
    async def story(desk: Desk) -> None:
        first = asyncio.create_task(desk.ask("a", "news.example", 5.0, takes=100.0))
        await desk.clock.pass_by(2)
        first.cancel()
        second = asyncio.create_task(desk.ask("b", "news.example", 5.0))
        await desk.clock.pass_by(60)
        await second

    assert [(who, begun) for who, _, begun, _ in told(story).done] == [("b", 7.0)]


def test_a_request_that_fails_ends_its_turn() -> None:
    async def story(desk: Desk) -> None:
        with pytest.raises(RuntimeError):
            async with desk.turns.turn("news.example", 5.0):
                raise RuntimeError
        second = asyncio.create_task(desk.ask("b", "news.example", 5.0))
        await desk.clock.pass_by(10)
        await second

    assert [begun for _, _, begun, _ in told(story).done] == [5.0]


def test_hosts_that_rested_are_forgotten() -> None:
    async def story(desk: Desk) -> None:
        for number in range(1000):
            async with desk.turns.turn(f"{number}.example", 5.0):
                desk.clock.time += 1.0
        assert len(desk.turns) <= 61
        # A host that was forgotten had rested longer than anybody asks.
        async with desk.turns.turn("0.example", 60.0):
            assert desk.clock.now() == 1000.0

    told(story)


def test_a_hundred_thousand_hosts_at_once_cost_little_and_then_nothing() -> None:
    async def story(desk: Desk) -> None:
        tracemalloc.start()
        for number in range(100_000):
            async with desk.turns.turn(f"{number}.example", 5.0):
                pass
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(desk.turns) == 100_000
        assert size < 40_000_000
        desk.clock.time += 61.0
        async with desk.turns.turn("last.example", 5.0):
            pass
        assert len(desk.turns) == 1

    told(story)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a.example", "b.example"]),
            st.sampled_from([0.0, 2.0, 7.0]),
            st.sampled_from([0.0, 1.0, 4.0]),
            st.sampled_from([None, None, 1.0, 5.0]),
        ),
        max_size=12,
    )
)
def test_no_order_of_coming_and_giving_up_breaks_the_rest(
    plan: list[tuple[str, float, float, float | None]],
) -> None:
    async def story(desk: Desk) -> None:
        tasks = []
        for number, (host, rest, takes, patience) in enumerate(plan):
            tasks.append(asyncio.create_task(desk.ask(str(number), host, rest, takes)))
            if patience is not None:
                await desk.clock.pass_by(patience)
                tasks[len(tasks) // 2].cancel()
        await desk.clock.pass_by(500)
        assert all(task.done() for task in tasks)
        desk.clock.time += 61
        async with desk.turns.turn("last.example", 0.0):
            pass
        assert len(desk.turns) == 1

    desk = told(story)
    for host in ("a.example", "b.example"):
        own = [it for it in desk.done if it[1] == host]
        for (_, _, _, ended), (who, _, begun, _) in pairwise(own):
            assert begun >= ended + plan[int(who)][1]
        assert [int(who) for who, *_ in own] == sorted(int(who) for who, *_ in own)
