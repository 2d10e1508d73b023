"""Further tombstones for what comes out behind the first ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from workers.runtime.delivery import Delivered, Message
from workers.runtime.forget import Done, Forgetting
from workers.runtime.record import Consumed
from workers.runtime.scan import Stretch
from workers.settings import Settings

TOPIC = "articles.dead-letter"


def letter(offset: int, key: bytes | None, value: bytes | None = b"{}") -> Consumed:
    return Consumed(TOPIC, 0, offset, 5, key, value, {"ce_subject": "a"})


def test_every_key_behind_the_first_tombstone_of_a_partition_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = [
        letter(10, b"a", None),
        letter(11, b"a"),
        letter(12, b"an address", None),
        letter(13, b"an address"),
        letter(14, b"a"),
        letter(15, None),
    ]

    async def records(parts: Iterable[Stretch]) -> AsyncIterator[Consumed]:
        for part in parts:
            for record in log[max(part.start - 10, 0) :]:
                yield record

    class Broker:
        sent: Sequence[Message] = ()

        async def send(self, messages: Sequence[Message]) -> list[Delivered]:
            self.sent = messages
            return [Delivered(one.topic, one.partition or 0, 16) for one in messages]

    forgetting, broker, done = Forgetting(Settings()), Broker(), Done()
    monkeypatch.setattr(forgetting, "_scan", lambda topics: SimpleNamespace(records=records))
    written = [Delivered(TOPIC, 0, 10), Delivered(TOPIC, 0, 12)]
    delivery: Any = broker
    asyncio.run(forgetting._forget_rest(delivery, "a", written, done))
    assert {(one.key, one.value, one.partition) for one in broker.sent} == {
        (b"a", None, 0),
        (b"an address", None, 0),
    }
    assert done.again == 4
