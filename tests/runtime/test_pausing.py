"""A pause within Faust's agent: the Kafka client must not take it for a worker that hangs."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from tests.deployment import Deployment
from topics import catalog
from workers.runtime.breaker import Trouble
from workers.runtime.consume import Consumption
from workers.runtime.metrics import Metrics
from workers.runtime.pausing import Pause
from workers.runtime.record import Consumed, Finished
from workers.settings import load

MUST_POLL = 8.0
"""Seconds; far less than a setting may say, so that the test ends soon."""


class Recording:
    """A hop for which a record is as bad as it says itself."""

    steps: tuple[str, ...] = ("fingerprint",)
    consumes = catalog.RAW
    batch = 4

    def __init__(self) -> None:
        self.handled: list[bytes | None] = []

    async def handle(self, batch: Sequence[Consumed]) -> list[Finished]:
        """Take note."""
        self.handled += [record.value for record in batch]
        return [self._finished(record) for record in batch if record.value != b"no article"]

    def assigned(self) -> None:
        """Nothing to do."""

    @staticmethod
    def _finished(record: Consumed) -> Finished:
        trouble = Trouble("fingerprint", "invalid") if record.value == b"bad" else None
        return Finished(record, "fingerprint", "ok", (), trouble=trouble)


async def until(
    condition: Callable[[], bool], consumption: Consumption, seconds: float = 60
) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, consumption.pause.reason
        assert consumption.crashed is None
        await asyncio.sleep(0.05)


def test_what_was_fetched_behind_records_given_back_is_given_back_too() -> None:
    """Also if the pause ends meanwhile: a commit must not pass the ones before."""
    app: Any = SimpleNamespace(rebalancing_count=1, consumer_generation_id=7)

    def batch() -> list[Any]:
        message = SimpleNamespace(generation_id=7, acked=False)
        return [SimpleNamespace(message=message)]

    async def run() -> None:
        settings = load({})
        pause = Pause(settings, Metrics(), "fingerprint")
        pause.assigned(app, any_partitions=True)
        pause.note([Trouble("fingerprint", "invalid")] * settings.breaker_run)
        first, second = batch(), batch()
        app.rebalancing_count += 1
        assert await pause.hold(app, first) == []
        assert pause.end("by command")
        assert pause.on
        assert await pause.hold(app, second) == []
        assert first[0].message.acked
        assert second[0].message.acked
        pause.assigned(app, any_partitions=True)
        assert not pause.on
        app.consumer_generation_id += 1
        assert await pause.hold(app, batch()) == []
        assert not pause.on, "no further assignment would end it"

    asyncio.run(run())


@pytest.mark.broker
def test_a_long_pause_with_full_buffers_does_not_cost_the_membership(
    deployment: Deployment,
) -> None:
    settings = dataclasses.replace(
        deployment.settings, max_poll_interval=MUST_POLL, breaker_run=3, breaker_probe=3600
    )
    hop, metrics, failures = Recording(), Metrics(), list[BaseException]()

    def produce(values: Sequence[bytes]) -> None:
        # In every partition: the client goes on fetching for those that have room.
        deployment.produce(values, keys=[str(number).encode() for number in range(len(values))])

    async def run() -> None:
        consumption = Consumption(settings, hop, metrics, failures.append)
        await consumption.start()
        try:
            await asyncio.to_thread(produce, [b"bad"] * 3)
            await until(lambda: consumption.pause.on, consumption)
            await asyncio.to_thread(produce, [b"good"] * 200)
            began = time.monotonic()
            await until(lambda: time.monotonic() > began + 2 * MUST_POLL, consumption)
            assert len(hop.handled) == 3
            assert consumption.pause.end("the test says so")
            await until(lambda: len(hop.handled) >= 203, consumption)
        finally:
            await consumption.drain()

    asyncio.run(run())
    assert failures == []
    joined = metrics.registry.get_sample_value("news_rebalances_total", {"stage": "fingerprint"})
    assert joined == 1
    assert hop.handled == [b"bad"] * 3 + [b"good"] * 200
