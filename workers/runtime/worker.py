"""One worker process: its pool, its hops, its health, and how it starts and ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NoReturn

from topics import catalog, headers
from workers import __version__, pipeline
from workers.runtime import logs
from workers.runtime.changelog import ClaimState
from workers.runtime.consume import Consumption, check_streams
from workers.runtime.delivery import Delivery, Message
from workers.runtime.desk import Desk
from workers.runtime.hops import ClaimHop, EnrichHop, FingerprintHop, Hop
from workers.runtime.http import HttpServer
from workers.runtime.metrics import Metrics
from workers.runtime.outbox import Outbox
from workers.runtime.pool import Limits, TaskPool
from workers.runtime.progress import Progress, watch_event_loop
from workers.runtime.topic_admin import admin, partition_counts
from workers.settings import Settings, longest_batch, pool_plan, variable
from workers.stages.deduplicate import WindowedSeenStore

log = logs.get(__name__)

BROKEN = 70
"""Exit status when the worker could not go on without losing something (EX_SOFTWARE)."""
CHECK_SECONDS = 0.5
STALLS_ENDURED = 3
"""How often the time until health turns red may pass before the worker ends itself."""


class TopicsMissingError(Exception):
    """Topics that the worker needs are not on the broker; the message says what to type."""


class Worker:
    """A worker with these steps; ``run()`` until SIGTERM, SIGINT or something breaks."""

    def __init__(self, settings: Settings, steps: tuple[str, ...]) -> None:
        self._settings = settings
        self._steps = steps
        self.metrics = Metrics(steps)
        self._delivery = Delivery(settings, retried=self._retried)
        self._pool = TaskPool(
            pool_plan(settings, tuple(step for step in steps if step != pipeline.CLAIM)),
            Limits(settings.task_timeout, settings.task_memory),
            processes=settings.processes,
            timed=lambda step, seconds: self.metrics.processing.labels(step).observe(seconds),
            retried=lambda step: self.metrics.retries.labels(step, "crashed").inc(),
            ended=lambda reason: self.metrics.pool_ended.labels(reason).inc(),
        )
        self.metrics.show_pool(
            busy=lambda: self._pool.busy,
            idle=lambda: self._pool.idle,
            waiting=lambda: self._pool.waiting,
            largest=lambda: self._pool.largest,
            limit=settings.task_memory << 20,
        )
        self._state: ClaimState | None = None
        self._consumptions: list[Consumption] = []
        self._broken: asyncio.Future[BaseException] | None = None
        self._started = False

    async def run(self, *, ready: Callable[[str], None] = lambda address: None) -> int:
        """Work; the exit status is 0 after an orderly end. ``ready`` gets the HTTP address."""
        loop = asyncio.get_running_loop()
        self._broken = loop.create_future()
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, stop.set)
        check_streams()
        await self._check_topics()
        await self._delivery.start()
        self._consumptions = [
            Consumption(self._settings, hop, self.metrics, self._fail) for hop in self._hops()
        ]
        progress = Progress(
            self._consumptions, self.metrics, stall_after=self._settings.stall_after
        )
        http = HttpServer(
            self._settings,
            self.metrics,
            live=self._dead,
            ready=lambda: self._unready(progress),
            resume=self._resume,
        )
        await http.start()
        self.metrics.build_info.labels(__version__, _models(self._steps)).set(1)
        watchers = [
            asyncio.create_task(progress.watch(), name="progress"),
            asyncio.create_task(watch_event_loop(self.metrics), name="event-loop"),
            asyncio.create_task(self._watch_apps(progress), name="apps"),
        ]
        stopped = asyncio.create_task(stop.wait(), name="stop")
        started = asyncio.create_task(self._start(), name="start")
        log.info("worker starts", stages=list(self._steps), http=http.address, version=__version__)
        await _first(started, stopped, self._broken)
        if started.done() and (error := started.exception()) is not None:
            self._fail(error)
        if started.done() and not stopped.done() and not self._broken.done():
            self._started = True
            ready(http.address)
            log.info("worker ready", stages=list(self._steps), http=http.address)
            await _first(stopped, self._broken)
        if self._broken.done():
            self._end_at_once(self._broken.result())
        if not self._started:
            # Half-joined groups and half-loaded models cannot be left in order; whatever was
            # taken already is not committed and comes again.
            log.info("worker ended before it was ready", stages=list(self._steps))
            self._leave(0)
        await self._drain(watchers)
        await http.stop()
        return 0

    def _hops(self) -> list[Hop]:
        outbox = Outbox(self._settings, self._delivery, self.metrics, lambda: datetime.now(UTC))
        desk = Desk(self._settings, outbox, self.metrics)
        hops: list[Hop] = []
        for group in pipeline.hops(self._steps):
            match group:
                case (pipeline.FINGERPRINT,):
                    hops.append(FingerprintHop(desk, self._pool))
                case (pipeline.CLAIM,):
                    self._state = ClaimState(
                        self._settings,
                        self._delivery,
                        self.metrics,
                        lambda: WindowedSeenStore(
                            window_ms=self._settings.claim_window_ms, copies=self._settings.copies
                        ),
                    )
                    hops.append(ClaimHop(desk, self._state))
                case _:
                    hops.append(EnrichHop(desk, self._pool, group))
        return hops

    async def _start(self) -> None:
        # Models load while the consumers join their groups; both take seconds.
        starting = [consumption.start() for consumption in self._consumptions]
        if any(step != pipeline.CLAIM for step in self._steps):
            starting.append(self._pool.start())
        await asyncio.gather(*starting)

    async def _check_topics(self) -> None:
        async with admin(self._settings) as client:
            existing = await partition_counts(client)
        missing = [
            name
            for topic in catalog.TOPICS
            if (name := self._settings.topic(topic.name)) not in existing
        ]
        if missing:
            raise TopicsMissingError(
                f"no topic {', '.join(missing)} on {self._settings.bootstrap}; create them with: "
                f"copydesk topics create --bootstrap {self._settings.bootstrap} "
                f"(and check {variable('topic_prefix')})"
            )
        claimed = self._settings.topic(catalog.FINGERPRINTED.name)
        if existing[claimed] != 1:
            raise TopicsMissingError(
                f"{claimed} has {existing[claimed]} partitions; the claim has one owner and needs "
                "exactly one: delete the topic and create it with: copydesk topics create"
            )

    async def _watch_apps(self, progress: Progress) -> None:
        """End what cannot go on: consumers that died, or that live and do nothing."""
        patience = max(STALLS_ENDURED * self._settings.stall_after, longest_batch(self._settings))
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            recovering = self._state is not None and self._state.recovering
            if not recovering and (stuck := progress.stalled(patience=patience)):
                self._fail(RuntimeError(f"no progress: {'; '.join(stuck)}"))
            for consumption in self._consumptions:
                if self._started and (reason := consumption.crashed) is not None:
                    self._fail(reason)

    async def _drain(self, watchers: list[asyncio.Task[None]]) -> None:
        log.info("worker drains", stages=list(self._steps), grace=self._settings.grace)
        assert self._broken is not None
        draining = asyncio.gather(*(consumption.drain() for consumption in self._consumptions))
        await _first(draining, self._broken, timeout=self._settings.grace)
        if self._broken.done():
            self._end_at_once(self._broken.result())
        if not draining.done():
            self._end_at_once(
                TimeoutError(f"the batch in hand was not done within {variable('grace')}")
            )
        if (error := draining.exception()) is not None:
            self._end_at_once(error)
        for watcher in watchers:
            watcher.cancel()
        await self._delivery.stop()
        await self._pool.stop()
        log.info("worker ended", stages=list(self._steps))

    def _end_at_once(self, reason: BaseException) -> NoReturn:
        """End without a commit: whatever is not committed will be processed again."""
        log.error(
            "worker cannot go on; it ends without a commit and loses nothing",
            stages=list(self._steps),
            error=repr(reason),
            exc_info=(type(reason), reason, reason.__traceback__),
        )
        self._leave(BROKEN)

    def _leave(self, status: int) -> NoReturn:
        """End this process and its pool now: no commit, no good-bye to the broker."""
        self._pool.kill()
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)

    def _fail(self, reason: BaseException) -> None:
        if self._broken is not None and not self._broken.done():
            self._broken.set_result(reason)

    def _retried(self, message: Message, error: BaseException) -> None:
        self.metrics.retries.labels(self._steps[0], "delivery").inc()
        if message.topic == self._settings.topic(catalog.DEAD_LETTER.name):
            # Counted now: once the tries are used up the worker ends, and nobody reads its metrics.
            stage = headers.read(message.headers)[f"{headers.DEAD_LETTER_PREFIX}stage"]
            self.metrics.dead_letter_write_errors.labels(stage, "delivery").inc()

    def _dead(self) -> list[str]:
        if self._broken is not None and self._broken.done():
            return [f"broken: {self._broken.result()!r}"]
        return []

    def _unready(self, progress: Progress) -> list[str]:
        wrong = self._dead()
        if not self._started:
            wrong.append("starting")
        if self._state is not None and self._state.recovering:
            wrong.append(f"recovering the claims from their changelog: {self._state.recovered}")
        paused = [
            f"{consumption.name} is {why}"
            for consumption in self._consumptions
            if (why := consumption.pause.reason)
        ]
        return wrong + paused + progress.silent() + progress.stalled()

    def _resume(self) -> dict[str, str]:
        return {
            consumption.name: why
            for consumption in self._consumptions
            if (why := consumption.pause.end("by command"))
        }


def _models(steps: tuple[str, ...]) -> str:
    return ",".join(f"{stage.name}={stage.version}" for stage in pipeline.enrichments(steps))


async def _first(*waited: asyncio.Future[Any], timeout: float | None = None) -> None:
    await asyncio.wait(waited, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
