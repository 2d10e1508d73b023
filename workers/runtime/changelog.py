"""The claim's memory and its changelog: ``articles.claims``, from which it recovers.

A topic of our own rather than a Faust table: its writes are awaited before the outputs go out (a
table sends its changelog without telling whether it arrived), nothing depends on a local store that
a SIGKILL could leave inconsistent, and it reads back in one go (how fast:
``python -m tests.benchmarks.recovery``).

The claim is a deterministic function of what was claimed before it, so an owner that lost its
partition without noticing writes the same verdicts as the new one.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from topics import catalog, codec
from topics.codec import DecodeError
from topics.records import Claim, Fingerprint, Origin, Takedown, Verdict, Withdrawal
from workers.runtime import logs
from workers.runtime.connection import client_arguments
from workers.runtime.delivery import Delivered, Delivery, DeliveryError, Message
from workers.runtime.metrics import Metrics
from workers.settings import Settings
from workers.stages.deduplicate import WindowedSeenStore

log = logs.get(__name__)

PARTITION = 0
"""One shard has one owner; a second shard would be a second partition with a state of its own."""
TOMBSTONES = 500
"""Sent at most with one batch."""
YOUNG = 50_000
"""New objects after which garbage among them is looked for during a recovery; usually 700."""
RESTORED = 500
"""Claims restored at once, before heartbeats and /health have their turn."""


class ClaimState:
    """A SeenStore that is never ahead of its changelog when an output leaves."""

    def __init__(
        self,
        settings: Settings,
        delivery: Delivery,
        metrics: Metrics,
        store: Callable[[], WindowedSeenStore],
    ) -> None:
        self._settings = settings
        self._delivery = delivery
        self._metrics = metrics
        self._store = store()
        self._topic = settings.topic(catalog.CLAIMS.name)
        self.position = 0
        """Offset of the first changelog record that may be unknown to the store."""
        self._suspected = True
        self._unsaved: dict[str, Claim] = {}
        self._forgotten: dict[str, None] = {}
        """Origins that want a tombstone, the oldest first."""
        self._taken_down: dict[str, None] = {}
        """Origins that want a tombstone before anything else goes out."""
        self.recovering = False
        self.recovered = ""
        """How far a recovery is."""

    def __len__(self) -> int:
        return len(self._store)

    def suspect(self) -> None:
        """Another owner may have written since: catch up before the next claim."""
        self._suspected = True

    async def catch_up(self) -> None:
        """Read what the changelog holds beyond what the store knows, if that is in doubt."""
        if not self._suspected:
            return
        self._suspected = False
        self.recovering = True
        began = time.perf_counter()
        try:
            with _only_young_garbage_collected():
                count = await self._read_to_end()
        except BaseException:
            self._suspected = True
            raise
        finally:
            self.recovering = False
        seconds = time.perf_counter() - began
        self._metrics.recovery_seconds.labels("claim").set(seconds)
        self._measure()
        log.info("claims recovered", records=count, entries=len(self._store), seconds=seconds)

    def turns(self, timestamp: int) -> bool:
        """Whether a day leaves the window by an arrival of this time."""
        return self._store.turns(timestamp)

    async def turn(self, timestamp: int) -> None:
        """Forget that day: seconds for a million, while heartbeats and /health go on."""
        await asyncio.to_thread(self._store.turn, timestamp)

    def prepare(self, fingerprints: Iterable[Fingerprint]) -> None:
        """Look for what resembles some articles that are claimed next; saves time, no more."""
        self._store.prepare(fingerprints)

    def claim(self, fingerprint: Fingerprint, by: Origin) -> Verdict:
        """The verdict on one arrival; a new one is kept for ``save()``."""
        record, new = self._store.claim_record(fingerprint, by)
        if new:
            self._unsaved[record.origin] = record
            self._metrics.candidates.observe(self._store.candidates)
        return record.verdict

    def withdraw(self, withdrawal: Withdrawal) -> None:
        """Give a claim back; the change is kept for ``save()``."""
        record = self._store.withdraw(withdrawal)
        if record is not None:
            self._unsaved[record.origin] = record

    def take_down(self, takedown: Takedown) -> None:
        """Drop all claims of an article; their tombstones are kept for ``save()``."""
        dropped = self._store.take_down(takedown.id)
        for origin in dropped:
            self._unsaved.pop(origin, None)
            self._taken_down[origin] = None
        log.info("article taken down", id=takedown.id, claims=len(dropped))

    async def save(self) -> None:
        """Deliver the new verdicts to the changelog; only then may outputs go out.

        What has left the window gets tombstones, so that compaction drops it before its time is up:
        a whole day's, some with every batch.
        """
        if not (self._unsaved or self._taken_down):
            return
        self._forgotten.update(dict.fromkeys(self._store.take_forgotten()))
        again = self._unsaved.keys() & self._forgotten.keys()
        self._claimed_anew(again)
        # What this very batch claimed and forgot gets its tombstone after its record.
        gone = list(islice((one for one in self._forgotten if one not in again), TOMBSTONES))
        messages = [
            Message(self._topic, origin.encode(), None, partition=PARTITION)
            for origin in (*self._taken_down, *gone)
        ] + [
            Message(self._topic, origin.encode(), codec.encode(record), partition=PARTITION)
            for origin, record in self._unsaved.items()
        ]
        for answer in await self._delivery.send(messages):
            if not isinstance(answer, Delivered):
                raise DeliveryError(f"a claim does not fit into {self._topic}: {answer.detail}")
            if answer.offset == self.position:
                self.position += 1
            elif answer.offset > self.position:
                self.suspect()  # somebody else has written too: read what
        self._unsaved.clear()
        self._taken_down.clear()
        for origin in gone:
            del self._forgotten[origin]
        self._measure()

    def _claimed_anew(self, origins: Iterable[str]) -> None:
        for origin in origins:
            if origin in self._store:
                self._forgotten.pop(origin, None)

    def _measure(self) -> None:
        store, metrics = self._store, self._metrics
        metrics.state_entries.labels("claim").set(len(store))
        metrics.state_bytes.labels("claim").set(store.memory)
        metrics.state_window_age.labels("claim").set(store.window_age_ms / 1000)

    def _restore(self, messages: Iterable[ConsumerRecord]) -> int:
        """Take in claims and tombstones, in order; returns how many claims."""
        claims, count = list[tuple[ConsumerRecord, Claim]](), 0
        for message in messages:
            if message.value is None:
                count += self._restore_claims(claims)
                claims = []
                self._store.drop((message.key or b"").decode("utf-8", "replace"))
                continue
            try:
                claims.append((message, codec.decode_claim(message.value)))
            except DecodeError as error:
                _left_out(message, error)
        return count + self._restore_claims(claims)

    def _restore_claims(self, claims: Sequence[tuple[ConsumerRecord, Claim]]) -> int:
        errors = self._store.restore_all([claim for _, claim in claims])
        for place, error in errors.items():
            _left_out(claims[place][0], error)
        return len(claims) - len(errors)

    async def _read_to_end(self) -> int:
        partition = TopicPartition(self._topic, PARTITION)
        consumer = AIOKafkaConsumer(
            **client_arguments(self._settings),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=4 * 1024 * 1024,
        )
        await consumer.start()
        try:
            consumer.assign([partition])
            end = (await consumer.end_offsets([partition]))[partition]
            beginning = (await consumer.beginning_offsets([partition]))[partition]
            if self.position > end:  # the changelog was deleted and made anew
                self._store.clear()
                self._forgotten.clear()
                self.position = 0
            self.position = max(self.position, beginning)
            consumer.seek(partition, self.position)
            count = 0
            while self.position < end:
                # All that was fetched, so that more is fetched meanwhile.
                batches = await consumer.getmany(partition, timeout_ms=1000)
                # The embedded broker's first answer falls short of the end of its last batch.
                end = max(end, consumer.highwater(partition) or 0)
                fetched = batches.get(partition, [])
                for start in range(0, len(fetched), RESTORED):
                    count += self._restore(fetched[start : start + RESTORED])
                    self.recovered = f"record {fetched[start].offset:,} of {end:,}"
                    await asyncio.sleep(0)
                # The position also passes what compaction and aborted writes left out.
                self.position = await consumer.position(partition)
            self.recovered = f"indexing {len(self._store):,} verdicts"
            # Seconds for a million: heartbeats and /health go on meanwhile.
            await asyncio.to_thread(self._store.index)
            # What another owner forgot without telling is told now, but not what it claimed anew.
            self._forgotten.update(dict.fromkeys(self._store.take_forgotten()))
            self._claimed_anew(list(self._forgotten))
            return count
        finally:
            await consumer.stop()


@contextlib.contextmanager
def _only_young_garbage_collected() -> Iterator[None]:
    """Spare the collector its walks through what is kept for good: a fifth of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(YOUNG, 20, 1_000_000)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _left_out(message: ConsumerRecord, error: Exception) -> None:
    # One verdict that nobody can read must not keep the only owner from starting.
    log.error(
        "a claim cannot be read and is left out: its article may pass once more",
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        error=str(error),
    )
