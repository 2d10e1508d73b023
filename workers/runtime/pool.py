"""The killable process pool in which all work on an article's content is done.

One task is one article and one step. A task has a time limit, which starts when a process takes it
up, and a memory limit on its process's resident size; a process over either is killed and another
takes its place, while heartbeats and the neighbours go on. A process that died by itself gets that
article once more, alone, before it counts as crashed.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import Any

import pebble
import psutil

from workers.outcome import Failed
from workers.runtime import performers
from workers.settings import PoolPlan, hand_down

WATCH_SECONDS = 0.1


class PoolError(Exception):
    """The pool's processes could not be started; the message says why, as far as it is known."""


@dataclass(frozen=True)
class Limits:
    """Of one task."""

    seconds: float
    megabytes: int


class TaskPool:
    """Processes that run steps; ``start()`` inside a running event loop."""

    def __init__(
        self,
        plan: PoolPlan,
        limits: Limits,
        *,
        processes: int,
        timed: Callable[[str, float], None] = lambda step, seconds: None,
        retried: Callable[[str], None] = lambda step: None,
        perform: Callable[[str, Any], tuple[Any, float]] = performers.perform,
    ) -> None:
        self._plan = plan
        self._limits = limits
        self._processes = processes
        self._timed = timed
        self._retried = retried
        self._perform = perform
        self._pool: pebble.ProcessPool | None = None
        self._watch: asyncio.Task[None] | None = None
        self._over_memory: set[int] = set()
        self._gate = _Gate()
        self._ready = asyncio.Event()

    @property
    def running(self) -> int:
        """Tasks that were handed over and have not come back."""
        return self._gate.inside

    async def start(self) -> None:
        """Start the processes and wait until one of them has loaded its models.

        Raises PoolError if none can.
        """
        hand_down(self._plan)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([performers.__name__])
        try:
            self._pool = pebble.ProcessPool(
                max_workers=self._processes,
                context=context,
                initializer=_prepare,
                initargs=(self._plan,),
            )
            await asyncio.wrap_future(self._pool.schedule(os.getpid))
        except (OSError, RuntimeError) as error:  # ProcessExpired is an OSError
            raise PoolError(
                f"the processes for {', '.join(self._plan.steps) or 'the stages'} could not be "
                f"started ({error}); their own words are above, and copydesk doctor looks closer"
            ) from error
        self._ready.set()
        self._watch = asyncio.create_task(self._watch_memory(), name="watch-memory")

    async def stop(self) -> None:
        """End the processes; tasks in hand are given up."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]
            await asyncio.to_thread(self._pool.join, 10)

    def kill(self) -> None:
        """End the processes at once, for a process that is about to end without clearing up."""
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    child.kill()

    async def run(self, step: str, value: Any) -> Any:
        """What the step makes of the value, or Failed. Never raises for what a step does.

        Waits for the pool if it is still starting.
        """
        await self._ready.wait()
        async with self._gate.together():
            answer = await self._attempt(step, value)
        if isinstance(answer, Failed) and answer.reason == "crashed":
            self._retried(step)
            async with self._gate.alone():
                answer = await self._attempt(step, value)
            if isinstance(answer, Failed):
                answer = Failed(answer.reason, answer.detail, answer.exception, attempts=2)
        return answer

    async def _attempt(self, step: str, value: Any) -> Any:
        assert self._pool is not None, "start() comes first"
        future = self._pool.schedule(
            self._perform, args=[step, value], timeout=self._limits.seconds
        )
        try:
            answer, seconds = await asyncio.wrap_future(future)
        except (TimeoutError, FutureTimeoutError):
            return Failed("timeout", f"took longer than {self._limits.seconds:g} s", "TimeoutError")
        except pebble.ProcessExpired as error:
            if error.pid in self._over_memory:
                self._over_memory.discard(error.pid)
                detail = f"grew beyond {self._limits.megabytes} MB"
                return Failed("out_of_memory", detail, "ProcessExpired")
            return Failed(
                "crashed", f"the process ended with status {error.exitcode}", "ProcessExpired"
            )
        except Exception as error:  # a value that cannot be pickled either way
            detail = performers.printable(f"{type(error).__name__}: {error}")
            return Failed("stage_bug", detail[: performers.LONGEST_DETAIL], type(error).__name__)
        self._timed(step, seconds)
        return answer

    async def _watch_memory(self) -> None:
        limit = self._limits.megabytes * 1024 * 1024
        processes: list[psutil.Process] = []
        while True:
            # Listing walks over every process of the machine: only when one is not known yet.
            if len(processes) < self._processes:
                processes = await asyncio.to_thread(_pool_processes)
            processes = [process for process in processes if self._within(process, limit)]
            await asyncio.sleep(WATCH_SECONDS)

    def _within(self, process: psutil.Process, limit: int) -> bool:
        """Whether a process lives within its memory; one that does not is killed."""
        try:
            if process.memory_info().rss <= limit:
                return process.is_running()
            self._over_memory.add(process.pid)
            process.kill()
        except psutil.Error:
            pass
        return False


def _pool_processes() -> list[psutil.Process]:
    """The processes that the fork server made: children of this process's children."""
    own = psutil.Process()
    found: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error):
        for child in own.children():
            found += child.children()
    return found


class _Gate:
    """Lets tasks run together, or one alone."""

    def __init__(self) -> None:
        self.inside = 0
        self._alone = False
        self._changed = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        async with self._changed:
            await self._changed.wait_for(lambda: not self._alone)
            self.inside += 1
        try:
            yield
        finally:
            await self._leave()

    @contextlib.asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        async with self._changed:
            await self._changed.wait_for(lambda: not self._alone)
            self._alone = True
            await self._changed.wait_for(lambda: self.inside == 0)
            self.inside += 1
        try:
            yield
        finally:
            self._alone = False
            await self._leave()

    async def _leave(self) -> None:
        async with self._changed:
            self.inside -= 1
            self._changed.notify_all()


def _prepare(plan: PoolPlan) -> None:
    """Make a new pool process ready: its models, and an end together with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    performers.load(plan)
