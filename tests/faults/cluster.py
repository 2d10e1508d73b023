"""Three nodes with three copies of everything: leaders die, and too few copies are left."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from tests.deployment import wait_for
from tests.faults.lab import Lab, Recovered
from tests.kafka.cluster import Cluster
from tests.kafka.node import Node
from topics import catalog
from workers.runtime.topic_admin import admin
from workers.runtime.unreachable import UnreachableError

ARTICLES = 240
SETTINGS: Mapping[str, Any] = {"replication": 3, "min_insync": 2}
"""What these faults need of the lab's settings."""
AWAY_SECONDS = 12.0
ELECTION_SECONDS = 60.0
IN_SYNC_SECONDS = 120.0


def leader(lab: Lab, cluster: Cluster, whose: str) -> Recovered:
    """Under load, the node dies that leads a ``partition``, or looks after a consumer ``group``."""
    lab.under_load(ARTICLES)
    if whose == "partition":
        node = cluster.leader(lab.settings.topic(catalog.FINGERPRINTED.name))
    else:
        node = _coordinator(lab, cluster)
    lab.heal()
    node.kill()
    with _back_at_last(node):
        # A worker that cannot deliver for too long ends, to be started again by its supervisor.
        lab.restarted_after = (2, 70)
        wait_for(lambda: _led(lab, cluster), ELECTION_SECONDS)
        lab.produce(ARTICLES // 4)
        seconds = lab.healed().seconds
    _until_in_sync(lab, cluster)
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
    lab.under_load(ARTICLES)
    lab.restarted_after = (2, 70)
    for node in nodes:
        node.kill()
    with _back_at_last(*nodes):
        time.sleep(AWAY_SECONDS)
    _until_in_sync(lab, cluster)
    lab.heal()
    lab.check_committed()
    lab.produce(ARTICLES // 4)
    return lab.healed()


@contextlib.contextmanager
def _back_at_last(*nodes: Node) -> Iterator[None]:
    """Start the nodes again whatever happens: other faults need them."""
    try:
        yield
    finally:
        for node in nodes:
            node.launch()
        for node in nodes:
            node.until_it_answers()


def _until_in_sync(lab: Lab, cluster: Cluster) -> None:
    everywhere = {node.number for node in cluster.nodes}
    wait_for(
        lambda: all(everywhere == copies for _, copies in asyncio.run(_partitions(lab))),
        IN_SYNC_SECONDS,
    )


def _led(lab: Lab, cluster: Cluster) -> bool:
    running = {node.number for node in cluster.nodes if node.running}
    try:
        return all(leader in running for leader, _ in asyncio.run(_partitions(lab)))
    except (KafkaError, OSError, UnreachableError):
        return False


def _coordinator(lab: Lab, cluster: Cluster) -> Node:
    async def find() -> int:
        async with admin(lab.settings) as client:
            step = lab.rng.choice(lab.hops)[0]
            found: int = await client.find_coordinator(lab.settings.group(step))
            return found

    number = asyncio.run(find())
    return next(node for node in cluster.nodes if node.number == number)


async def _partitions(lab: Lab) -> list[tuple[int, set[int]]]:
    """The leader of every partition of ours, and the nodes that have all its records."""
    async with admin(lab.settings) as client:
        names = [lab.settings.topic(topic.name) for topic in catalog.TOPICS]
        described = await client.describe_topics(names)
    return [
        (item["leader"], set(item["isr"])) for topic in described for item in topic["partitions"]
    ]


async def _want_copies(lab: Lab, copies: int) -> None:
    settings = lab.settings
    wanted = [  # what is not named falls back to the default
        ConfigResource(
            ConfigResourceType.TOPIC,
            settings.topic(topic.name),
            dict(topic.layout(min_insync=copies)),
        )
        for topic in catalog.TOPICS
    ]
    async with admin(settings) as client:
        for answer in await client.alter_configs(wanted):
            assert all(code == 0 for code, *_ in answer.resources), answer
