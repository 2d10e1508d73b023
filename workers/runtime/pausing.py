"""How a hop pauses while its breaker is open, and what Faust and Kafka have to be told meanwhile.

A pause is spent inside the agent with a batch in hand, and there Faust and the Kafka client take it
for a hanging worker: the client leaves its group, a rebalance waits for the batch, and so does the
end of the worker. So a pause counts as polling, and ends for what has to be given back.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from typing import Any

import faust
from faust.types import EventT

from workers.runtime import logs
from workers.runtime.breaker import Breaker, Trouble
from workers.runtime.metrics import Metrics
from workers.settings import Settings

log = logs.get(__name__)

Events = list[EventT[Any]]

POLLS = 4
"""How often a pause counts as polling within the interval in which a worker must poll."""
LONGEST_NAP = 5.0


class Pause:
    """The breaker of one hop, at work in that hop's Faust app."""

    def __init__(self, settings: Settings, metrics: Metrics, stage: str) -> None:
        self._metrics = metrics
        self._stage = stage
        self._breaker = Breaker(
            run=settings.breaker_run,
            share=settings.breaker_share,
            window=settings.breaker_window,
            probe=settings.breaker_probe,
        )
        self._nap = min(settings.max_poll_interval / POLLS, LONGEST_NAP)
        self._woken = asyncio.Event()
        self._settled = 0
        """Faust's count of rebalances when partitions were last assigned."""
        self._gave_back = False
        """A rebalance goes on, and records were given back for it."""
        self.over = False
        """The worker ends: whatever waits is given back."""

    @property
    def on(self) -> bool:
        """Whether the hop must ask with ``hold`` what it may take.

        Also when the pause has ended since records were given back: those that were fetched behind
        them must go the same way, or their acknowledgement would be a commit past the first.
        """
        return self._breaker.open or self._gave_back

    @property
    def reason(self) -> str | None:
        """Why the hop pauses, and since when; None while it works."""
        return self._breaker.reason(time.monotonic())

    def watch(self, app: faust.App) -> None:
        """Have Faust tell when a rebalance begins."""
        app.sensors.add(_RebalanceStarts(self._woken))

    def assigned(self, app: faust.App, *, any_partitions: bool) -> None:
        """A rebalance is over; a hop without partitions has nothing to hold back."""
        self._settled = app.rebalancing_count
        self._gave_back = False
        if not any_partitions:
            self.end("its partitions went to other workers")

    def note(self, articles: Sequence[Trouble | None]) -> None:
        """Take in what became of a batch, and tell the world what follows from it."""
        breaker = self._breaker
        was, failed = breaker.open, breaker.failed_probes
        breaker.note(articles, time.monotonic())
        if breaker.open and not was:
            self._metrics.breaker_open.labels(self._stage).set(1)
            self._metrics.breaker_openings.labels(self._stage).inc()
            log.warning("paused, too much fails", stage=self._stage, reason=self.reason)
        elif was and not breaker.open:
            self._ended("an article went well")
        elif was and breaker.failed_probes > failed:
            log.warning("still paused, the probe failed", stage=self._stage, reason=self.reason)

    def end(self, because: str) -> str | None:
        """Go on and forget what led to the pause; why the hop was paused, if it was."""
        why = self.reason
        if self._breaker.close():
            self._ended(because)
            self._woken.set()
        return why

    def give_back(self) -> None:
        """The worker ends: nothing waits any longer."""
        self.over = True
        self._woken.set()

    async def hold(self, app: faust.App, events: Events) -> Events:
        """Wait until the pause is over or a probe is due; what there is to work on then.

        The rest must not be processed any more: it is not acknowledged, and whoever has the
        partition next gets it again.
        """
        while True:
            ours = [event for event in events if not self.over and self._is_ours(app, event)]
            refuse_acknowledgement([event for event in events if event not in ours])
            if len(ours) < len(events) and app.rebalancing_count != self._settled:
                self._gave_back = True
            wait = self._breaker.wait(time.monotonic())
            if not ours or not wait:
                return ours
            events = ours
            count_as_poll(app)
            self._woken.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), min(wait, self._nap))

    def _is_ours(self, app: faust.App, event: EventT[Any]) -> bool:
        """Whether no rebalance has begun or passed since the record was fetched."""
        message: Any = event.message
        return bool(
            app.rebalancing_count == self._settled
            and message.generation_id == app.consumer_generation_id
        )

    def _ended(self, because: str) -> None:
        self._metrics.breaker_open.labels(self._stage).set(0)
        log.info("goes on after a pause", stage=self._stage, because=because)


class _RebalanceStarts(faust.Sensor):
    """Wakes the agent when a rebalance begins; Faust's signals come when it has waited already."""

    logger = logs.of_faust("sensors")

    def __init__(self, woken: asyncio.Event) -> None:
        super().__init__()
        self._main: asyncio.AbstractEventLoop = asyncio.get_running_loop()
        self._woken = woken

    def on_rebalance_start(self, app: Any) -> dict[str, Any]:
        """Called in the consumer's own thread."""
        self._main.call_soon_threadsafe(self._woken.set)
        return {}


def refuse_acknowledgement(events: Sequence[EventT[Any]]) -> None:
    """Mark messages as if they had been acknowledged, so that Faust's own call does nothing."""
    for event in events:
        event.message.acked = True


def count_as_poll(app: faust.App) -> None:
    """Let the Kafka client believe that it fetches.

    It leaves the group when nothing was fetched for max_poll_interval, which is meant for workers
    that hang; and Faust fetches nothing while its buffers are full.
    """
    consumer: Any = app.consumer
    thread: Any = consumer._thread
    fetching = thread._ensure_consumer()._fetcher._subscriptions.fetch_context

    def fetch_nothing() -> None:
        with fetching():
            pass

    # The counter in there is not made for several threads.
    thread.thread_loop.call_soon_threadsafe(fetch_nothing)
