"""Kafka stops, dies, refuses, or loses its topics."""

from __future__ import annotations

import asyncio

from tests.deployment import raw
from tests.faults.feed import BAD, article
from tests.faults.lab import BACK, FRONT, Lab, Recovered
from tests.kafka.node import Node
from topics import catalog
from workers.runtime import topic_admin

ARTICLES = 240


def away(lab: Lab, node: Node, how: str) -> Recovered:
    """The broker ends in an orderly way or at once, and comes back."""
    lab.under_load(ARTICLES)
    try:
        (node.kill if how == "kill" else node.stop)()
    finally:
        node.start()
    lab.heal()
    # A worker that cannot deliver for too long ends, to be started again by its supervisor.
    lab.restarted_after = (2, 70)
    lab.produce(ARTICLES // 4)
    return lab.healed()


def no_dead_letters(lab: Lab) -> Recovered:
    """The dead-letter topic is gone: the stage stops, and commits nothing past the record."""
    (front,) = lab.start(FRONT, delivery_timeout=2, delivery_attempts=2)
    asyncio.run(lab.delete(catalog.DEAD_LETTER))
    text = article(lab.rng, 0)
    values = [raw("good", text), BAD[0], *(raw(f"{n}", article(lab.rng, n)) for n in range(1, 40))]
    lab.send(values)
    assert front.process.wait(120) == 70, front.said()[-3000:]
    asyncio.run(topic_admin.create(lab.settings))
    lab.check_committed()
    lab.heal()
    lab.restarted_after = (70,)
    lab.start(BACK)
    return lab.healed()
