"""The killable process pool in which all work on an article's content is done.

One task is one article and one step. A task has a time limit, which starts when a process takes it
up, and a memory limit on its process's resident size; a process over either is killed and another
takes its place, while heartbeats and the neighbours go on. An article whose process died, by itself
or for its memory, is tried once more, alone, before that counts.

Each process has a pipe of its own. Libraries share one among all, so that a process killed while it
writes, or while it waits, takes the others with it; here that is what killing must not do.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import multiprocessing.connection
import pickle
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import psutil

from workers.outcome import Failed
from workers.runtime import logs, performers
from workers.runtime.performers import Perform
from workers.settings import PoolPlan, hand_down, variable

log = logs.get(__name__)

WATCH_SECONDS = 0.1
TASKS_PER_PROCESS = 2000
"""Libraries keep some of what they have seen: a process is replaced now and then."""
JOIN_SECONDS = 5.0
STARTS_TRIED = 3


class PoolError(Exception):
    """The pool's processes cannot be started; the message says why, if it is known."""


@dataclass(frozen=True)
class Limits:
    """Of one task."""

    seconds: float
    megabytes: int

    @property
    def bytes(self) -> int:
        """The memory limit in bytes."""
        return self.megabytes * 1024 * 1024


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
        ended: Callable[[str], None] = lambda reason: None,
        perform: Perform = performers.perform,
    ) -> None:
        self._plan = plan
        self._limits = limits
        self._count = processes
        self._timed = timed
        self._retried = retried
        self._ended = ended
        self._waiting = 0
        self._perform = perform
        self._threads = ThreadPoolExecutor(processes, thread_name_prefix="pool")
        self._idle: asyncio.Queue[_Process | None] = asyncio.Queue()
        """Processes that wait for a task; None when no more will come."""
        self._processes: set[_Process] = set()
        self._renewals: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None
        self._gate = _Gate()
        self._stopping = False
        self._lost: Exception | None = None
        """Why a process could not be replaced."""

    @property
    def busy(self) -> int:
        """Processes that work on a task."""
        return sum(process.busy for process in self._processes)

    @property
    def idle(self) -> int:
        """Processes that wait for a task."""
        return sum(not process.busy for process in self._processes)

    @property
    def waiting(self) -> int:
        """Tasks that wait for a process."""
        return self._waiting

    @property
    def largest(self) -> int:
        """Resident size of the largest process in bytes; pages that are shared count in each."""
        return max((process.resident() for process in self._processes), default=0)

    @property
    def waits_alone(self) -> bool:
        """Whether a task is being tried once more, or waits for that."""
        return self._gate.alone_wanted

    async def start(self) -> None:
        """Start the processes and wait until they have loaded their models.

        Raises PoolError if one cannot.
        """
        hand_down(self._plan)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([performers.__name__])
        for _ in range(self._count):
            await self._add()
        for warning in next(iter(self._processes)).warnings:  # all have loaded the same
            log.warning("a model cannot be used", why=warning)
        self._watch = asyncio.create_task(self._watch_memory(), name="watch-memory")

    async def stop(self) -> None:
        """End the processes; tasks in hand are given up."""
        self._stopping = True
        for task in [*self._renewals, *([self._watch] if self._watch else [])]:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._idle.put_nowait(None)
        for process in list(self._processes):
            await asyncio.to_thread(process.end)
        self._processes.clear()
        self._threads.shutdown(wait=False)

    def kill(self) -> None:
        """End the processes at once, for a process that is about to end without clearing up."""
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    child.kill()

    async def run(self, step: str, value: Any) -> Any:
        """What the step makes of the value, or Failed. Never raises for what a step does.

        Waits for a process, also for the first one. Raises PoolError if none can be had.
        """
        async with self._gate.together():
            answer = await self._attempt(step, value)
        if isinstance(answer, Failed) and answer.reason in ("crashed", "out_of_memory"):
            self._retried(step)
            async with self._gate.alone():
                answer = await self._attempt(step, value)
            if isinstance(answer, Failed):
                answer = Failed(answer.reason, answer.detail, answer.exception, attempts=2)
        return answer

    async def _attempt(self, step: str, value: Any) -> Any:
        self._waiting += 1
        try:
            while (process := await self._idle.get()) is not None and not process.alive():
                self._release(process)  # it died while it waited: no article's doing
        finally:
            self._waiting -= 1
        if process is None:
            self._idle.put_nowait(None)
            why = f": {self._lost}" if self._lost else ""
            raise PoolError(f"no process is left for {step}{why}") from self._lost
        began = time.perf_counter()
        try:
            answer, seconds = await self._exchange(process, pickle.dumps((step, value)))
        except EOFError:
            if self._stopping:
                raise PoolError("the pool was stopped") from None
            process.kill("crashed")  # if it is not dead it is of no use any more
            answer, seconds = await self._obituary(process), time.perf_counter() - began
        finally:
            self._release(process)
        self._timed(step, seconds)
        return answer

    async def _exchange(self, process: _Process, task: bytes) -> Any:
        """Have a process do a task; EOFError when it dies over it."""
        process.busy = True
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._threads, process.exchange, task)
        try:
            done, _ = await asyncio.wait([future], timeout=self._limits.seconds)
            if not done:
                process.kill("timeout")
            return pickle.loads(await future)  # noqa: S301 - our own process wrote it
        except asyncio.CancelledError:
            process.kill("crashed")
            future.add_done_callback(lambda given_up: given_up.exception())
            raise

    async def _obituary(self, process: _Process) -> Failed:
        match process.killed_for:
            case "timeout":
                detail = f"took longer than {self._limits.seconds:g} s"
                return Failed("timeout", detail, "TimeoutError")
            case "out_of_memory":
                detail = f"grew beyond {self._limits.megabytes} MB"
                return Failed("out_of_memory", detail)
            case _:
                ended = await asyncio.to_thread(process.epitaph)
                return Failed("crashed", f"the process {ended}")

    def _release(self, process: _Process) -> None:
        """Make a process available again, or put a new one into its place."""
        process.busy = False
        if self._stopping:
            return
        if process.fit(self._limits.bytes):
            self._idle.put_nowait(process)
            return
        renewal = asyncio.get_running_loop().create_task(self._renew(process))
        self._renewals.add(renewal)
        renewal.add_done_callback(self._renewals.discard)

    async def _renew(self, process: _Process) -> None:
        self._processes.discard(process)
        self._ended(process.killed_for or ("renewed" if process.alive() else "crashed"))
        await asyncio.to_thread(process.end)
        for _ in range(STARTS_TRIED):
            try:
                await self._add()
                return
            except Exception as error:
                self._lost = error
        self._idle.put_nowait(None)

    async def _add(self) -> None:
        process = await asyncio.to_thread(_Process, self._plan, self._perform, self._limits)
        self._processes.add(process)
        self._idle.put_nowait(process)

    async def _watch_memory(self) -> None:
        while True:
            for process in self._processes:
                if process.busy and process.resident() > self._limits.bytes:
                    process.kill("out_of_memory")
            await asyncio.sleep(WATCH_SECONDS)


class _Process:
    """One process of the pool and its pipe. Constructing it blocks until its models are loaded."""

    def __init__(self, plan: PoolPlan, perform: Perform, limits: Limits) -> None:
        context = multiprocessing.get_context("forkserver")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, plan, perform), name="copydesk-pool", daemon=True
        )
        try:
            self._process.start()
            theirs.close()
            self.warnings: list[str] = pickle.loads(self._pipe.recv_bytes())  # noqa: S301
        except (OSError, EOFError) as error:
            raise PoolError(
                f"a process for {', '.join(plan.steps) or 'the stages'} could not be started "
                f"({error or 'it ended at once'}); its own words are above"
            ) from error
        self.busy = False
        self.killed_for: Literal["timeout", "out_of_memory", "crashed"] | None = None
        self._tasks = 0
        self._about = psutil.Process(self._process.pid)
        self._at_first = self.resident()
        if self._at_first > limits.bytes / 2:
            self.end()
            raise PoolError(
                f"a process takes {self._at_first >> 20} MB before its first article and may have "
                f"{limits.megabytes} MB; raise {variable('task_memory')} to twice that or more"
            )

    def exchange(self, task: bytes) -> bytes:
        """Hand over a task and wait for the answer; EOFError when the process dies over it."""
        self._tasks += 1
        try:
            self._pipe.send_bytes(task)
            return self._pipe.recv_bytes()
        except OSError as error:
            raise EOFError from error

    def kill(self, reason: Literal["timeout", "out_of_memory", "crashed"]) -> None:
        """SIGKILL; who waits for its answer gets EOFError."""
        self.killed_for = self.killed_for or reason
        self._process.kill()

    def alive(self) -> bool:
        """Whether the process can take a task."""
        return self.killed_for is None and self._process.is_alive()

    def resident(self) -> int:
        """Resident memory in bytes; 0 when the process is gone."""
        try:
            return int(self._about.memory_info().rss)
        except (psutil.Error, OSError):
            return 0

    def fit(self, limit: int) -> bool:
        """Whether it may have another task: alive, not old, with half of its room left."""
        if self._tasks >= TASKS_PER_PROCESS or not self.alive():
            return False
        return self.resident() <= self._at_first + max(limit - self._at_first, 0) / 2

    def epitaph(self) -> str:
        """How it ended."""
        self._process.join(JOIN_SECONDS)
        return f"ended with status {self._process.exitcode}"

    def end(self) -> None:
        """Kill it if need be, and give back what it held."""
        self._process.kill()
        self._process.join(JOIN_SECONDS)
        self._pipe.close()
        with contextlib.suppress(ValueError):  # not yet reaped
            self._process.close()


class _Gate:
    """Lets tasks run together, or one alone."""

    def __init__(self) -> None:
        self.inside = 0
        self.alone_wanted = False
        self._changed = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        async with self._changed:
            await self._changed.wait_for(lambda: not self.alone_wanted)
            self.inside += 1
        try:
            yield
        finally:
            await self._leave()

    @contextlib.asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        async with self._changed:
            await self._changed.wait_for(lambda: not self.alone_wanted)
            self.alone_wanted = True
        entered = False
        try:
            async with self._changed:
                await self._changed.wait_for(lambda: self.inside == 0)
                self.inside += 1
                entered = True
            yield
        finally:
            self.alone_wanted = False
            await self._leave(entered)

    async def _leave(self, entered: bool = True) -> None:
        async with self._changed:
            self.inside -= entered
            self._changed.notify_all()


def _serve(pipe: multiprocessing.connection.Connection, plan: PoolPlan, perform: Perform) -> None:
    """What a pool process does: one task after the other, until its parent goes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    performers.load(plan)
    pipe.send_bytes(pickle.dumps(performers.warnings()))
    with contextlib.suppress(EOFError):
        while True:
            step, value = pickle.loads(pipe.recv_bytes())  # noqa: S301 - our parent wrote it
            pipe.send_bytes(pickle.dumps(perform(step, value)))
