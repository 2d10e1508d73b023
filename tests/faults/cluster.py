"""Three nodes with three copies of everything: leaders die, and too few copies are left."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from tests.deployment import wait_for
from tests.faults.lab import Lab, Recovered
from tests.kafka.cluster import Cluster
from tests.kafka.node import Node
from topics import catalog
from workers.runtime.topic_admin import admin

ARTICLES = 240
SETTINGS: Mapping[str, Any] = {"replication": 3, "min_insync": 2}
"""What these faults need of the lab's settings."""
AWAY_SECONDS = 12.0
IN_SYNC_SECONDS = 120.0


def leader(lab: Lab, cluster: Cluster, whose: str) -> Recovered:
    """Under load, the node dies that leads a ``partition``, or looks after a consumer ``group``."""
    _under_load(lab)
    if whose == "partition":
        node = cluster.leader(lab.settings.topic(catalog.FINGERPRINTED.name))
    else:
        node = _coordinator(lab, cluster)
    lab.heal()
    node.kill()
    # A worker that cannot deliver for too long ends, to be started again by its supervisor.
    lab.restarted_after = (2, 70)
    lab.produce(ARTICLES // 4)
    seconds = lab.healed().seconds
    _back(lab, cluster, [node])
    lab.produce(ARTICLES // 4)
    return Recovered(lab.healed().account, seconds)


def no_quorum(lab: Lab, cluster: Cluster) -> Recovered:
    """Two nodes of three die: nobody can write, until they are back."""
    return _without(lab, cluster, lab.rng.sample(cluster.nodes, 2))


def too_few_in_sync(lab: Lab, cluster: Cluster) -> Recovered:
    """Records are refused for want of copies, while the offsets' topic still takes commits."""
    asyncio.run(_want_copies(lab, len(cluster.nodes)))
    return _without(lab, cluster, lab.rng.sample(cluster.nodes, 1))


def _without(lab: Lab, cluster: Cluster, nodes: Sequence[Node]) -> Recovered:
    _under_load(lab)
    for node in nodes:
        node.kill()
    time.sleep(AWAY_SECONDS)
    if len(nodes) == 1:
        lab.check_committed()
    lab.restarted_after = (2, 70)
    _back(lab, cluster, nodes)
    lab.heal()
    lab.check_committed()
    lab.produce(ARTICLES // 4)
    return lab.healed()


def _back(lab: Lab, cluster: Cluster, nodes: Sequence[Node]) -> None:
    for node in nodes:
        node.launch()
    for node in nodes:
        node.until_it_answers()
    everywhere = {node.number for node in cluster.nodes}
    wait_for(lambda: asyncio.run(_in_sync(lab)) == everywhere, IN_SYNC_SECONDS)


def _under_load(lab: Lab) -> None:
    lab.start()
    lab.produce(ARTICLES)
    before = lab.outcomes()
    wait_for(lambda: lab.outcomes() > before, 60)


def _coordinator(lab: Lab, cluster: Cluster) -> Node:
    async def find() -> int:
        async with admin(lab.settings) as client:
            step = lab.rng.choice(lab.hops)[0]
            found: int = await client.find_coordinator(lab.settings.group(step))
            return found

    number = asyncio.run(find())
    return next(node for node in cluster.nodes if node.number == number)


async def _in_sync(lab: Lab) -> set[int]:
    """The nodes that have every record of every partition of ours."""
    async with admin(lab.settings) as client:
        names = [lab.settings.topic(topic.name) for topic in catalog.TOPICS]
        described = await client.describe_topics(names)
    partitions = [set(item["isr"]) for topic in described for item in topic["partitions"]]
    return set.intersection(*partitions)


async def _want_copies(lab: Lab, copies: int) -> None:
    settings = lab.settings
    wanted = [  # what is not named falls back to the default
        ConfigResource(
            ConfigResourceType.TOPIC,
            settings.topic(topic.name),
            dict(topic.layout(min_insync=copies, claim_window_ms=settings.claim_window_ms)),
        )
        for topic in catalog.TOPICS
    ]
    async with admin(settings) as client:
        for answer in await client.alter_configs(wanted):
            assert all(code == 0 for code, *_ in answer.resources), answer
