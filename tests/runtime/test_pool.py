"""The pool's sandbox, with real processes that hang, grow and die."""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from msgspec import UNSET

from topics.records import Article
from workers.outcome import Failed
from workers.runtime.pool import Limits, PoolError, TaskPool
from workers.settings import PoolPlan

PLAN = PoolPlan(steps=(), article_limit=1, language_engine="py3langid", html_spans=False)


KEPT = 60
"""Megabytes that stay of each article."""
kept: list[bytearray] = []


def perform(step: str, value: Any) -> tuple[Any, float]:
    """Steps that do what an article can make a stage do."""
    match step:
        case "echo":
            return value, 0.0
        case "hang":
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
            while True:
                time.sleep(60)
        case "grow":
            held = []
            while True:
                held.append(bytearray(8 * 1024 * 1024))
                for part in held[-1:]:
                    part[::4096] = b"x" * len(part[::4096])
                time.sleep(0.01)
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "die once":
            try:
                Path(value).mkdir()
            except FileExistsError:
                return "second try", 0.0
            os.kill(os.getpid(), signal.SIGSEGV)
        case "keep":
            # What a library's cache does: it stays when the article has gone.
            kept.append(bytearray(b"x") * (KEPT << 20))
            return len(kept), 0.0
        case "size":
            return psutil.Process().memory_info().rss, 0.0
        case "unpicklable":
            return lambda: None, 0.0
    raise AssertionError(step)


def with_pool(
    work: Callable[[TaskPool], Awaitable[Any]], *, seconds: float = 60.0, megabytes: int = 2000
) -> Any:
    """What the work makes of a pool of two processes."""

    async def run() -> Any:
        pool = TaskPool(PLAN, Limits(seconds, megabytes), processes=2, perform=perform)
        await pool.start()
        try:
            return await work(pool)
        finally:
            await pool.stop()

    return asyncio.run(run())


def megabytes_at_first() -> int:
    """What a process takes before its first article.

    The fork server is one for all of this process, with the models of whatever pool was first.
    """

    async def work(pool: TaskPool) -> Any:
        return await pool.run("size", None)

    return int(with_pool(work)) >> 20


def test_a_task_over_its_time_is_killed_and_its_neighbours_finish() -> None:
    async def work(pool: TaskPool) -> Any:
        return await asyncio.gather(
            pool.run("hang", 0), *(pool.run("echo", number) for number in range(20))
        )

    hung, *rest = with_pool(work, seconds=1.0)
    assert isinstance(hung, Failed)
    assert hung.reason == "timeout"
    assert rest == list(range(20))


def test_what_the_pool_does_can_be_watched() -> None:
    ended: list[str] = []

    async def work() -> tuple[list[int], list[int], int]:
        pool = TaskPool(PLAN, Limits(2.0, 2000), processes=2, perform=perform, ended=ended.append)
        await pool.start()
        try:
            tasks = [asyncio.create_task(pool.run("hang", n)) for n in range(3)]
            while not pool.waiting:  # noqa: ASYNC110 - the pool tells nobody
                await asyncio.sleep(0)
            during = [pool.busy, pool.idle, pool.waiting]
            size = pool.largest
            await asyncio.gather(*tasks)
            assert isinstance(await pool.run("die", 0), Failed)
            assert await pool.run("echo", 1) == 1
            return during, [pool.busy, pool.waiting], size
        finally:
            await pool.stop()

    during, after, size = asyncio.run(work())
    assert during == [2, 0, 1]
    assert after == [0, 0]
    assert 1 << 20 < size < 2000 << 20
    assert ended.count("timeout") == 3
    assert 1 <= ended.count("crashed") <= 2, "the last one may be replaced after the pool's end"
    assert set(ended) == {"timeout", "crashed"}


def test_time_spent_waiting_for_a_process_does_not_count() -> None:
    async def work(pool: TaskPool) -> Any:
        return await asyncio.gather(*(pool.run("hang", n) for n in range(4)), pool.run("echo", 1))

    *hung, echoed = with_pool(work, seconds=0.7)
    assert [failed.reason for failed in hung] == ["timeout"] * 4
    assert echoed == 1


def test_a_task_over_its_memory_is_killed() -> None:
    async def work(pool: TaskPool) -> Any:
        return await asyncio.gather(pool.run("grow", 0), pool.run("echo", 1))

    grown, echoed = with_pool(work, megabytes=2 * megabytes_at_first() + 100)
    assert isinstance(grown, Failed)
    assert grown.reason == "out_of_memory"
    assert echoed == 1


def test_a_process_that_dies_gets_the_article_once_more(tmp_path: Any) -> None:
    async def work(pool: TaskPool) -> Any:
        return await pool.run("die once", str(tmp_path / "tried"))

    assert with_pool(work) == "second try"


def test_a_process_that_dies_twice_is_a_crash_with_two_attempts() -> None:
    async def work(pool: TaskPool) -> Any:
        return await asyncio.gather(pool.run("die", 0), *(pool.run("echo", n) for n in range(9)))

    died, *rest = with_pool(work)
    assert died == Failed("crashed", died.detail, attempts=2)
    assert rest == list(range(9))


def test_an_article_does_not_answer_for_the_memory_that_others_left() -> None:
    async def work(pool: TaskPool) -> list[Any]:
        return [await pool.run("keep", number) for number in range(32)]

    limit = 2 * megabytes_at_first() + 280
    assert limit < 16 * KEPT, "two processes that are never renewed would stay within the limit"
    answers = with_pool(work, megabytes=limit)
    assert not [answer for answer in answers if isinstance(answer, Failed)]


def test_an_absent_field_travels_as_itself_and_without_a_search() -> None:
    article = Article(id="a", content="b")
    data = pickle.dumps(article)
    assert pickle.loads(data) == article
    assert pickle.loads(data).text is UNSET
    assert b"_unset" in data


@pytest.mark.parametrize("value", [None, b"\xff" * 5_000_000, {"a": [1, 2.5, "é"]}])
def test_values_of_any_size_pass(value: Any) -> None:
    async def work(pool: TaskPool) -> Any:
        return await pool.run("echo", value)

    assert with_pool(work) == value


def test_an_answer_that_cannot_travel_counts_as_a_crash() -> None:
    async def work(pool: TaskPool) -> Any:
        return await asyncio.gather(pool.run("unpicklable", 0), pool.run("echo", 1))

    answer, echoed = with_pool(work)
    assert isinstance(answer, Failed)
    assert answer.reason == "crashed"
    assert echoed == 1


def test_processes_that_die_while_idle_cost_no_article() -> None:
    async def work(pool: TaskPool) -> list[Any]:
        answers = []
        for number in range(3):
            for process in [child for p in psutil.Process().children() for child in p.children()]:
                process.kill()
                process.wait()
            answers.append(await pool.run("echo", number))
        return answers

    assert with_pool(work) == [0, 1, 2]


def test_a_limit_that_the_models_alone_exceed_is_an_error_at_the_start() -> None:
    async def work(pool: TaskPool) -> Any:
        return await pool.run("echo", 0)

    with pytest.raises(PoolError, match="COPYDESK_TASK_MEMORY"):
        with_pool(work, megabytes=20)


def test_stopping_with_tasks_in_hand_leaves_nothing_behind() -> None:
    async def work(pool: TaskPool) -> list[Any]:
        tasks = [asyncio.create_task(pool.run("hang", n)) for n in range(5)]
        await asyncio.sleep(0.2)  # some are in hand then, some wait; either way they must end
        await pool.stop()
        return await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 20)

    assert {type(answer) for answer in with_pool(work)} == {PoolError}


def test_a_task_given_up_while_it_waits_to_be_alone_blocks_nobody() -> None:
    async def work(pool: TaskPool) -> Any:
        hanging = asyncio.create_task(pool.run("hang", 0))
        dying = asyncio.create_task(pool.run("die", 0))
        while not pool.waits_alone:  # noqa: ASYNC110 - the pool tells nobody
            await asyncio.sleep(0.01)
        dying.cancel()
        answer = await asyncio.wait_for(pool.run("echo", 7), 20)
        await hanging
        return answer

    assert with_pool(work, seconds=5) == 7
