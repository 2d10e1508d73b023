"""Several nodes with replication: for losing one of them."""

from __future__ import annotations

import asyncio
import contextlib
import time

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from tests.kafka.node import Node

LEADER_SECONDS = 60.0


class Cluster:
    """Combined brokers and controllers; one of three may be away."""

    def __init__(self, nodes: int = 3, *, heap: str = "256m") -> None:
        self.nodes = [Node(number=number, heap=heap) for number in range(1, nodes + 1)]
        self.address = ",".join(node.address for node in self.nodes)
        first = self.nodes[0]
        voters = {number: node.voters[number] for node in self.nodes for number in node.voters}
        for node in self.nodes:
            node.voters = voters
            node.certificates = first.certificates
            node.password = first.password

    def __enter__(self) -> Cluster:
        try:
            for node in self.nodes:
                node.format()
            for node in self.nodes:
                node.launch()
            for node in self.nodes:
                node.until_it_answers()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End all nodes and delete their data."""
        # Without a quorum a node waits long for a controller to say good-bye to.
        for node in self.nodes:
            node.kill()
        for node in self.nodes:
            node.close()

    def leader(self, topic: str, partition: int = 0) -> Node:
        """The running node that leads a partition, waiting for an election if need be."""
        deadline = time.monotonic() + LEADER_SECONDS
        while time.monotonic() < deadline:
            number = asyncio.run(self._leader(topic, partition))
            for node in self.nodes:
                if node.number == number and node.running:
                    return node
            time.sleep(0.3)
        raise AssertionError(f"{topic}/{partition} has no leader after {LEADER_SECONDS} s")

    async def _leader(self, topic: str, partition: int) -> int | None:
        addresses = [node.address for node in self.nodes if node.running]
        admin = AIOKafkaAdminClient(bootstrap_servers=addresses, request_timeout_ms=5000)
        try:
            await admin.start()
            (described,) = await admin.describe_topics([topic])
        except (KafkaError, OSError, TimeoutError):
            return None
        finally:
            with contextlib.suppress(Exception):
                await admin.close()
        for item in described["partitions"]:
            if item["partition"] == partition:
                leader: int = item["leader"]
                return leader
        return None
