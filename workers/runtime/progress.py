"""Progress, measured from outside the work: lag, stalls, the event loop's lateness.

A consumer can be alive and do nothing. What counts is whether there is lag while the first
unfinished offset stays where it is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workers.runtime import logs
from workers.runtime.consume import Consumption
from workers.runtime.metrics import Metrics

log = logs.get(__name__)

POLL_SECONDS = 2.0
LOOP_SECONDS = 0.25


@dataclass(frozen=True)
class Standing:
    """Where one partition stands: the first unfinished offset, the lag, and since when."""

    offset: int
    lag: int
    since: float
    """Monotonic time at which the offset was first seen there."""
    waiting: float
    """The same, or the end of a pause since: from then on it should have moved."""


class Progress:
    """Watches the consumers of one worker; ``stalled()`` is what health reports."""

    def __init__(
        self, consumptions: Sequence[Consumption], metrics: Metrics, *, stall_after: float
    ) -> None:
        self._consumptions = consumptions
        self._metrics = metrics
        self._stall_after = stall_after
        self._standing: dict[tuple[str, int], Standing] = {}
        self._heard: dict[str, float] = {}

    def silent(self, now: float | None = None) -> list[str]:
        """Consumers that have not learned for too long how far their partitions go."""
        now = time.monotonic() if now is None else now
        return [
            f"Kafka has told nothing about {topic} for {now - heard:.0f} s"
            for topic, heard in sorted(self._heard.items())
            if now - heard > self._stall_after
        ]

    def stalled(self, now: float | None = None, *, patience: float | None = None) -> list[str]:
        """Partitions with lag whose first unfinished offset has not moved for too long.

        Too long is ``patience`` seconds, else the setting for health. A pause is no stall.
        """
        now = time.monotonic() if now is None else now
        patience = self._stall_after if patience is None else patience
        return [
            f"{topic}/{partition} has {standing.lag} records waiting and has stood at offset "
            f"{standing.offset} for {now - standing.waiting:.0f} s"
            for (topic, partition), standing in sorted(self._standing.items())
            if standing.lag > 0 and now - standing.waiting > patience
        ]

    async def watch(self) -> None:
        """Measure until cancelled."""
        self._heard = {consumption.topic: time.monotonic() for consumption in self._consumptions}
        while True:
            for consumption in self._consumptions:
                try:
                    bounds = await asyncio.wait_for(consumption.bounds(), POLL_SECONDS * 5)
                except Exception as error:  # a rebalance or a broker away: no news is no progress
                    log.debug("no end offsets", stage=consumption.name, error=repr(error))
                    if self.silent():
                        self.note(consumption, {}, time.monotonic())
                    continue
                self._heard[consumption.topic] = time.monotonic()
                self.note(consumption, bounds, time.monotonic())
            self.note_silence(time.monotonic())
            await asyncio.sleep(POLL_SECONDS)

    def note_silence(self, now: float) -> None:
        """Show how long ago each consumer last heard how far its topic goes.

        There is no such gauge before: of one that stays 0 it would seem that Kafka answers.
        """
        for consumption in self._consumptions:
            if (heard := self._heard.get(consumption.topic)) is not None:
                self._metrics.kafka_silence.labels(consumption.name).set(now - heard)

    def note(
        self,
        consumption: Consumption,
        bounds: Mapping[tuple[str, int], tuple[int, int]],
        now: float,
    ) -> None:
        """Take in the beginnings and ends of one consumer's partitions, and how far it is."""
        # The answer may be older than a rebalance: what moved away is no business of ours any more.
        ours = {place: span for place, span in bounds.items() if place in consumption.assigned}
        for place in [p for p in self._standing if p[0] == consumption.topic and p not in ours]:
            del self._standing[place]
            self._metrics.forget_partition(consumption.name, *place)
        for place, (beginning, end) in ours.items():
            # What retention has deleted is not waiting any more.
            offset = max(consumption.first_unfinished(place) or 0, beginning)
            lag = max(end - offset, 0)
            before = self._standing.get(place)
            moved = before is None or before.offset != offset or before.lag == 0
            since = now if moved or before is None else before.since
            moved = moved or consumption.pause.on
            waiting = now if moved or before is None else before.waiting
            self._standing[place] = Standing(offset, lag, since, waiting)
            labels = (consumption.name, place[0], str(place[1]))
            self._metrics.lag.labels(*labels).set(lag)
            # The record itself is not looked at: its age is at least how long it has waited here.
            self._metrics.oldest_unprocessed.labels(*labels).set(now - since if lag else 0)


async def watch_event_loop(metrics: Metrics) -> None:
    """Measure how late the event loop runs what is due, until cancelled."""
    while True:
        due = time.perf_counter() + LOOP_SECONDS
        await asyncio.sleep(LOOP_SECONDS)
        metrics.event_loop_lag.observe(max(time.perf_counter() - due, 0))
