"""An experiment: what transactions do to a worker that is killed, or whose group rebalances.

``python -m tests.faults.exactly_once [--seeds 3] [--only VARIANT]`` copies a topic with each of the
workers of ``copying.py``, under load and under two faults, and counts what a consumer that reads
committed records only finds. Every phase has a deadline: a worker that hangs is a result.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic

from tests.faults.copying import VARIANTS
from tests.kafka.node import Node
from workers.runtime.topic_admin import admin
from workers.settings import load

RECORDS = 2000
PARTITIONS = 4
PHASE_SECONDS = 120.0
STARTS_ALLOWED = 6
COLUMNS = (
    "variant",
    "fault",
    "records",
    "lost",
    "twice",
    "longest silence s",
    "crashes",
    "end",
)


@dataclass
class Result:
    """One variant under one fault with one seed."""

    variant: str
    fault: str
    lost: int = 0
    twice: int = 0
    silence: float = 0.0
    """The longest time in seconds, from the fault on, in which no new record came out."""
    crashes: int = 0
    """Workers that ended by themselves with an error, and were started again."""
    end: str = "all out"

    def cells(self) -> tuple[str, ...]:
        return (
            *(self.variant, self.fault, str(RECORDS), str(self.lost), str(self.twice)),
            *(f"{self.silence:.0f}", str(self.crashes), self.end),
        )


@dataclass
class Group:
    """The workers of one run; those that end by themselves are started again."""

    address: str
    variant: str
    prefix: str
    folder: Path
    crashes: int = 0
    silence: float = 0.0
    """The longest time without a new record since ``look_from_here()``."""
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _starts: itertools.count[int] = field(default_factory=itertools.count)
    _seen: int = 0
    _grown: float = 0.0

    @property
    def source(self) -> str:
        return f"{self.prefix}.source"

    @property
    def target(self) -> str:
        return f"{self.prefix}.target"

    def start(self, name: str) -> None:
        log = self.folder / f"{self.prefix}.{next(self._starts)}.log"
        arguments = (self.variant, self.address, self.prefix, self.source, self.target, name)
        with log.open("wb") as stream:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.copying", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
            )

    def end(self, name: str, *, kill: bool) -> None:
        process = self.running.pop(name)
        (process.kill if kill else process.terminate)()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:  # it hangs while it stops
            process.kill()
            process.wait()
            self.crashes += 1

    def supervise(self) -> None:
        for name, process in list(self.running.items()):
            if process.poll() is not None and self.crashes < STARTS_ALLOWED:
                self.crashes += 1
                self.start(name)

    def close(self) -> None:
        for name in list(self.running):
            self.end(name, kill=True)

    async def found(self) -> Counter[bytes]:
        """What a consumer of committed records finds, with how often."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.address,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        )
        await consumer.start()
        try:
            partitions = [TopicPartition(self.target, number) for number in range(PARTITIONS)]
            consumer.assign(partitions)
            found: Counter[bytes] = Counter()
            # Where open transactions begin is the end for a consumer like this one.
            ends = await consumer.end_offsets(partitions)
            left = {partition for partition, end in ends.items() if end > 0}
            while left:
                batches = await consumer.getmany(timeout_ms=1000)
                found.update(item.value for records in batches.values() for item in records)
                left = {tp for tp in left if await consumer.position(tp) < ends[tp]}
            return found
        finally:
            await consumer.stop()

    def look_from_here(self) -> None:
        """From here on the silence is measured."""
        self._seen = len(asyncio.run(self.found()))
        self._grown, self.silence = time.monotonic(), 0.0

    def until(self, records: int, seconds: float) -> Counter[bytes]:
        """Wait until so many different records are out; what is out then, or at the deadline."""
        deadline = time.monotonic() + seconds
        while True:
            self.supervise()
            found = asyncio.run(self.found())
            self.silence = max(self.silence, time.monotonic() - self._grown)
            if len(found) > self._seen:
                self._seen, self._grown = len(found), time.monotonic()
            if len(found) >= records or time.monotonic() > deadline:
                return found


def undisturbed(group: Group, chance: random.Random) -> None:
    """Nothing happens."""
    group.start("first")
    group.until(RECORDS // 10, PHASE_SECONDS)
    group.look_from_here()


def killed(group: Group, chance: random.Random) -> None:
    """SIGKILL in the middle; another process starts under the same name at once."""
    group.start("first")
    group.until(RECORDS * chance.randint(10, 40) // 100, PHASE_SECONDS)
    time.sleep(chance.random())
    group.end("first", kill=True)
    group.look_from_here()
    group.start("first")


def rebalanced(group: Group, chance: random.Random) -> None:
    """A second worker joins in the middle, works along, and leaves."""
    group.start("first")
    group.until(RECORDS * chance.randint(5, 20) // 100, PHASE_SECONDS)
    group.look_from_here()
    group.start("second")
    group.until(RECORDS * chance.randint(50, 70) // 100, PHASE_SECONDS / 2)
    if "second" in group.running:
        group.end("second", kill=False)


FAULTS: dict[str, Callable[[Group, random.Random], None]] = {
    "none": undisturbed,
    "kill -9": killed,
    "rebalance": rebalanced,
}


async def prepare(group: Group) -> None:
    """Make the topics and fill the first of them."""
    async with admin(load({"COPYDESK_BOOTSTRAP": group.address})) as client:
        names = (group.source, group.target)
        await client.create_topics([NewTopic(name, PARTITIONS, 1) for name in names])
    producer = AIOKafkaProducer(bootstrap_servers=group.address)
    await producer.start()
    try:
        values = [str(number).encode() for number in range(RECORDS)]
        sent = [await producer.send(group.source, key=value, value=value) for value in values]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


def experiment(node: Node, variant: str, fault: str, seed: int, folder: Path) -> Result:
    """One variant under one fault."""
    group = Group(node.address, variant, f"{variant}-{fault.replace(' ', '')}-{seed}", folder)
    result = Result(variant, fault)
    asyncio.run(prepare(group))
    try:
        FAULTS[fault](group, random.Random(seed))
        found = group.until(RECORDS, PHASE_SECONDS)
        if len(found) < RECORDS:
            result.end = f"hung at {len(found)} of {RECORDS} for lack of progress"
            for name in list(group.running):  # what an operator would do
                group.end(name, kill=True)
            group.start("first")
            found = group.until(RECORDS, PHASE_SECONDS)
            result.end += "; all out after a restart" if len(found) == RECORDS else "; for good"
        time.sleep(2)  # what is sent again comes behind the last new one
        found = asyncio.run(group.found())
    finally:
        group.close()
    result.lost = RECORDS - len(found)
    result.twice = sum(found.values()) - len(found)
    result.crashes, result.silence = group.crashes, group.silence
    return result


def main() -> int:
    """Run all of it and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.exactly_once")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", default="", help="variants whose name holds this")
    parser.add_argument("--logs", type=Path, help="a folder to keep the workers' logs in")
    chosen = parser.parse_args()
    variants = [variant for variant in VARIANTS if chosen.only in variant]
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS), flush=True)
    extra = {"transaction.state.log.num.partitions": "4"}
    with tempfile.TemporaryDirectory() as temporary, Node(extra=extra) as node:
        folder = chosen.logs or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for variant, fault in itertools.product(variants, FAULTS):
            for seed in range(1, chosen.seeds + 1):
                result = experiment(node, variant, fault, seed, folder)
                print("| " + " | ".join(result.cells()) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
