"""Reading topics once: from a time or offset, to their present end, and sending at a rate."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.deployment import Deployment
from topics import catalog, headers
from topics.catalog import Topic
from workers.runtime.delivery import Delivery, Message
from workers.runtime.letters import Wanted
from workers.runtime.record import Consumed
from workers.runtime.replay import Planned, Replay, Sent
from workers.runtime.replay_plan import Rules
from workers.runtime.scan import Scan, Stretch

pytestmark = pytest.mark.broker
MANY = 1200


def scanned(
    scan: Scan, stretches: Sequence[Stretch] | None = None
) -> dict[tuple[str, int], list[Consumed]]:
    async def read() -> dict[tuple[str, int], list[Consumed]]:
        found: dict[tuple[str, int], list[Consumed]] = {}
        async for record in scan.records(stretches):
            found.setdefault((record.topic, record.partition), []).append(record)
        return found

    return asyncio.run(read())


def fill(deployment: Deployment, count: int, topic: Topic = catalog.DEAD_LETTER) -> None:
    values = [str(number).encode() for number in range(count)]
    deployment.produce(values, keys=values, topic=topic)


def test_everything_is_read_in_order(deployment: Deployment) -> None:
    fill(deployment, MANY)
    found = scanned(Scan(deployment.settings, [catalog.DEAD_LETTER]))
    assert sorted(int(r.value or b"") for part in found.values() for r in part) == [*range(MANY)]
    assert len(found) == 4
    for part in found.values():
        assert [record.offset for record in part] == [*range(len(part))]


def test_an_offset_a_time_and_what_is_not_there(deployment: Deployment) -> None:
    fill(deployment, MANY)
    name = deployment.settings.topic("articles.dead-letter")
    whole = scanned(Scan(deployment.settings, [catalog.DEAD_LETTER]))[name, 1]
    parts = [Stretch(name, 1, len(whole) - 3), Stretch(name, 2, 10**9), Stretch(name, 99)]
    parts.append(Stretch("no-such-topic", 0))
    found = scanned(Scan(deployment.settings), parts)
    assert found == {(name, 1): whole[-3:]}
    late = Scan(deployment.settings, [catalog.DEAD_LETTER], since=4_000_000_000_000)
    assert not scanned(late)
    early = Scan(deployment.settings, [catalog.DEAD_LETTER], since=0)
    assert sum(map(len, scanned(early).values())) == MANY


def test_what_arrives_while_it_reads_does_not_keep_it_from_ending(deployment: Deployment) -> None:
    fill(deployment, 50)

    async def read() -> int:
        count = 0
        async for _ in Scan(deployment.settings, [catalog.DEAD_LETTER]).records():
            count += 1
            values: list[bytes | None] = [b"more"] * 5
            await deployment._produce(values, values, None, catalog.DEAD_LETTER)
            assert count < 1000
        return count

    assert asyncio.run(read()) >= 50


def test_a_topic_that_is_missing_is_told(deployment: Deployment) -> None:
    other = Topic(**{**vars(catalog.RAW), "name": "articles.other"})
    scan = Scan(deployment.settings, [other, catalog.RAW])
    assert not scanned(scan)
    assert scan.missing == [deployment.settings.topic("articles.other")]


def test_no_more_than_the_rate_is_sent_and_what_is_gone_is_told(deployment: Deployment) -> None:
    told = {"dlq.topic": deployment.settings.topic("articles.raw"), "dlq.stage": "fingerprint"}
    values = [str(number).encode() for number in range(6)]
    letters = [
        Message(
            deployment.settings.topic("articles.dead-letter"),
            value,
            value,
            headers.write(told | {"origin": f"raw/0/{value.decode()}@1"}),
        )
        for value in values
    ]

    async def replay() -> tuple[list[Sent], float]:
        delivery = Delivery(deployment.settings)
        await delivery.start()
        await delivery.send(letters)
        await delivery.stop()
        replay = Replay(deployment.settings, Rules())
        plan = await replay.plan(Wanted())
        assert len(plan) == len(values)
        gone = replace(plan[0].letter, offset=10**6)
        began = time.monotonic()
        sent = [item async for item in replay.send([*plan, Planned(gone, plan[0].decision)], 10)]
        return sent, time.monotonic() - began

    sent, seconds = asyncio.run(replay())
    assert seconds > 0.5
    assert sum(item.where is not None for item in sent) == len(values)
    assert [item.problem for item in sent if item.where is None] == [
        "it is no longer there: retention has deleted it"
    ]
    read = deployment.read(catalog.RAW)["articles.raw"]
    assert sorted(record.value for record in read) == values
