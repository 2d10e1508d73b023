"""Kafka goes away and comes back."""

from __future__ import annotations

import asyncio

import pytest

from workers.runtime import patience
from workers.runtime.delivery import DeliveryError
from workers.runtime.patience import Patience


def test_records_are_delivered_when_kafka_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE", 0.001)
    tried: list[list[int]] = []

    async def deliver(records: list[int]) -> None:
        tried.append(records)
        if len(tried) < 4:
            raise DeliveryError("no broker")

    asyncio.run(Patience(deliver, grace=9.0)([1, 2]))
    assert tried == [[1, 2]] * 4


@pytest.mark.parametrize("hangs", [True, False])
def test_who_is_stopped_waits_for_the_grace_and_no_longer(hangs: bool) -> None:
    async def deliver(records: list[int]) -> None:
        if hangs:
            await asyncio.sleep(60)
        raise DeliveryError("no broker")

    async def story() -> None:
        patient = Patience(deliver, grace=0.05)
        asyncio.get_running_loop().call_later(0.01, patient.stop)
        with pytest.raises(DeliveryError, match="nothing was confirmed within"):
            await asyncio.wait_for(patient([1]), 5)
        with pytest.raises(DeliveryError):
            await asyncio.wait_for(patient([1]), 5)

    asyncio.run(story())


def test_a_bug_is_not_waited_for() -> None:
    async def deliver(records: list[int]) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(Patience(deliver, grace=9.0)([1]))
