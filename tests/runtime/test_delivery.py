"""Deliveries to a real broker: confirmed, too large, or given up in bounded time."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import psutil
import pytest

from tests.deployment import Deployment
from topics import catalog
from topics.catalog import Topic
from workers.runtime import broker, topic_admin
from workers.runtime.dead_letters import dead_letter
from workers.runtime.delivery import (
    LARGEST_REQUEST,
    Delivered,
    Delivery,
    DeliveryError,
    Message,
    TooLarge,
)
from workers.runtime.metrics import Metrics
from workers.runtime.outbox import Outbox
from workers.runtime.record import Consumed, Finished
from workers.runtime.unreachable import UnreachableError
from workers.runtime.worker import Worker
from workers.settings import Settings, embedded, load

pytestmark = pytest.mark.broker

CLAIMED = catalog.FINGERPRINTED
NOW = datetime(2026, 1, 1, tzinfo=UTC)
HUGE = os.urandom(1024 * 1024) * (LARGEST_REQUEST // (1024 * 1024) + 1)


def delivering(settings: Settings, work: Callable[[Delivery], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        delivery = Delivery(settings)
        await delivery.start()
        try:
            return await work(delivery)
        finally:
            await delivery.stop()

    return asyncio.run(run())


def message(deployment: Deployment, value: bytes, topic: Topic = catalog.CLEANED) -> Message:
    return Message(deployment.settings.topic(topic.name), b"k", value)


def test_each_message_gets_its_answer_in_order_and_a_large_one_spares_its_neighbours(
    deployment: Deployment,
) -> None:
    values = [b"a", b"b", HUGE, b"c", HUGE, b"d"]

    async def work(delivery: Delivery) -> Any:
        return await delivery.send([message(deployment, value) for value in values])

    answers = delivering(deployment.settings, work)
    assert [type(answer) for answer in answers] == [
        Delivered if value is not HUGE else TooLarge for value in values
    ]
    assert answers[2].size == len(HUGE) + 1
    written = deployment.read(catalog.CLEANED)["articles.cleaned"]
    assert [record.value for record in written] == [b"a", b"b", b"c", b"d"]
    places = {(a.partition, a.offset) for a in answers if isinstance(a, Delivered)}
    assert places == {(record.partition, record.offset) for record in written}


def test_a_record_without_key_and_value_can_be_passed_on(deployment: Deployment) -> None:
    async def work(delivery: Delivery) -> Any:
        name = deployment.settings.topic(catalog.DEAD_LETTER.name)
        return await delivery.send([Message(name, None, None, [("h", b"1")])])

    (answer,) = delivering(deployment.settings, work)
    assert isinstance(answer, Delivered)


def finished(deployment: Deployment, outcome: Any, messages: Sequence[Message]) -> Finished:
    consumed = Consumed("articles.cleaned", 0, 3, 5, b"k", HUGE, {"origin": "articles.raw/0/1@2"})
    if outcome == "dead_letter":
        messages = [
            dead_letter(
                deployment.settings,
                consumed,
                stage="tag_entities",
                reason="timeout",
                detail="too slow",
                exception=None,
                attempts=1,
                now=NOW,
            )
        ]
    return Finished(
        consumed,
        "tag_entities",
        outcome,
        tuple(messages),
        "a",
        None if outcome == "dead_letter" else partial(message, deployment, b"back", CLAIMED),
    )


def test_an_output_that_does_not_fit_becomes_a_truncated_dead_letter_and_gives_its_claim_back(
    deployment: Deployment,
) -> None:
    metrics = Metrics()

    async def work(delivery: Delivery) -> None:
        outbox = Outbox(deployment.settings, delivery, metrics, lambda: NOW)
        large = finished(deployment, "ok", [message(deployment, HUGE, catalog.ENRICHED)])
        small = finished(deployment, "ok", [message(deployment, b"{}", catalog.ENRICHED)])
        await outbox.deliver([small, large, finished(deployment, "dead_letter", ())])

    delivering(deployment.settings, work)
    out = deployment.read()
    assert [record.value for record in out["articles.enriched"]] == [b"{}"]
    told = {record.headers["dlq.reason"]: record for record in out["articles.dead-letter"]}
    assert told.keys() == {"too_large", "timeout"}
    for record in told.values():
        assert record.headers["dlq.truncated"] == "true"
        assert HUGE.startswith(record.value)
        assert record.origin.offset == 1
    withdrawn = deployment.read(catalog.FINGERPRINTED)["articles.fingerprinted"]
    assert [record.value for record in withdrawn] == [b"back"]

    def processed(outcome: str) -> float | None:
        labels = {"stage": "tag_entities", "outcome": outcome}
        return metrics.registry.get_sample_value("news_messages_processed_total", labels)

    assert (processed("ok"), processed("dead_letter")) == (1, 2)
    labels = {"stage": "tag_entities", "reason": "too_large"}
    assert metrics.registry.get_sample_value("news_dead_letters_total", labels) == 1


def test_a_broker_that_is_gone_ends_the_delivery_in_bounded_time() -> None:
    variables = {"COPYDESK_DELIVERY_TIMEOUT": "1", "COPYDESK_DELIVERY_ATTEMPTS": "2"}
    retried: list[Message] = []

    async def work(settings: Settings, server: psutil.Process) -> None:
        await topic_admin.create(settings, [catalog.CLEANED])
        delivery = Delivery(settings, retried=lambda message, error: retried.append(message))
        await delivery.start()
        messages = [Message("articles.cleaned", b"k", b"v")] * 50
        assert len(await delivery.send(messages)) == 50
        server.kill()
        server.wait()
        with pytest.raises(DeliveryError, match=r"articles\.cleaned did not take .* 2 tries"):
            await delivery.send(messages)
        await delivery.stop()

    before = set(psutil.Process().children())
    with broker.embedded() as address:
        (server,) = set(psutil.Process().children()) - before
        settings = embedded(load(variables), address)
        began = time.monotonic()
        asyncio.run(work(settings, server))
        assert time.monotonic() - began < 15
    assert len(retried) == 2 * 50


def test_a_dead_letter_that_is_not_taken_is_counted_while_there_are_tries_left() -> None:
    settings = load({})
    worker = Worker(settings, ("fingerprint",))
    letter = Message(
        settings.topic(catalog.DEAD_LETTER.name), b"k", b"v", [("dlq.stage", b"fingerprint")]
    )
    worker._delivery._retried(letter, TimeoutError())
    worker._delivery._retried(Message("articles.fingerprinted", b"k", b"v"), TimeoutError())

    def counted(name: str, reason: str) -> float | None:
        labels = {"stage": "fingerprint", "reason": reason}
        return worker.metrics.registry.get_sample_value(f"news_{name}_total", labels)

    assert counted("dead_letter_write_errors", "delivery") == 1
    assert counted("retries", "delivery") == 2


def test_no_broker_at_all_is_told_at_the_start() -> None:
    settings = load({"COPYDESK_BOOTSTRAP": f"127.0.0.1:{broker.free_port()}"})

    async def nothing(delivery: Delivery) -> None:
        raise AssertionError("started without a broker")

    with pytest.raises(UnreachableError, match=f"nothing listens at {settings.bootstrap}"):
        delivering(settings, nothing)
