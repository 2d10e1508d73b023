"""The safe way to consume with Faust.

Faust acknowledges an event when its agent's loop goes round, also when the agent raised or was
cancelled, and commits what was acknowledged. So a batch is taken to its end inside the loop, its
deliveries are awaited, and only then does the loop go round; a batch that could not be finished is
made impossible to acknowledge, and the process ends without a commit.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import faust
from faust import streams
from faust.exceptions import ConsumerNotStarted
from faust.types import TP, EventT

from topics import headers
from workers.runtime import logs
from workers.runtime.connection import faust_arguments
from workers.runtime.hops import Hop
from workers.runtime.metrics import Metrics
from workers.runtime.pausing import Pause, count_as_poll, refuse_acknowledgement
from workers.runtime.prompt_consumer import PromptConsumer, TopicLostError
from workers.runtime.record import Consumed
from workers.settings import Settings

log = logs.get(__name__)

COMMIT_SECONDS = 1.0
BUFFERED = 64
"""Records that wait in memory: as many batches, up to four; one batch if that is larger."""


class PlainStreamsError(Exception):
    """Faust runs without its compiled streams; the message says what to do."""


def check_streams() -> None:
    """PlainStreamsError unless Faust's streams are the compiled ones.

    Those in Python acknowledge the records that a rebalance makes them skip.
    """
    if getattr(streams, "_CStreamIterator", None) is None:
        raise PlainStreamsError(
            "faust-streaming runs without its compiled streams, which loses records when "
            "partitions move: unset NO_CYTHON, or install the wheel of faust-streaming for this "
            "Python and machine"
        )


class Consumption:
    """One hop's Faust app: its consumer group, agent and progress."""

    def __init__(
        self,
        settings: Settings,
        hop: Hop,
        metrics: Metrics,
        failed: Callable[[BaseException], None],
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._failed = failed
        self.hop = hop
        self.name = hop.steps[0]
        self.topic = settings.topic(hop.consumes.name)
        self.finished: dict[tuple[str, int], int] = {}
        """(topic, partition) → the first offset that is not finished, of what this worker took."""
        self.assigned: set[tuple[str, int]] = set()
        self.pause = Pause(settings, metrics, self.name)
        self._draining = False
        self._idle = asyncio.Event()
        self._idle.set()
        self.app = self._declare()

    async def start(self) -> None:
        """Join the consumer group and begin."""
        self.app.finalize()
        await self.app.start()

    async def drain(self) -> None:
        """Finish the batch in hand, commit it, take no other; then leave the group.

        A worker with a name keeps its place in the group for a session.
        """
        self._draining = True
        self.pause.give_back()
        await self._idle.wait()
        # Faust would wait for all that it has handed over, also for what is not taken any more.
        self.app.conf.stream_wait_empty = False
        if self.app.consumer.assignment():
            await self.app.consumer.commit()
        await self.app.stop()

    @property
    def crashed(self) -> BaseException | None:
        """What Faust died of, if it did; it may go on living without consuming."""
        reason = getattr(self.app, "crash_reason", None)
        if reason is not None:
            return reason if isinstance(reason, BaseException) else RuntimeError(str(reason))
        if not self._draining and self.app.should_stop:
            return RuntimeError(f"the consumer of {self.topic} stopped")
        return None

    def first_unfinished(self, place: tuple[str, int]) -> int | None:
        """The first offset of a partition that is not finished; None if nothing is known yet."""
        # Faust learns the committed offsets when partitions are assigned and tells nobody; they are
        # beyond what is finished where a transaction's end lies behind it.
        consumer: Any = self.app.consumer
        known = (self.finished.get(place), consumer._committed_offset.get(TP(*place)))
        return max((offset for offset in known if offset is not None), default=None)

    async def bounds(self) -> dict[tuple[str, int], tuple[int, int]]:
        """The first offset that is still there and the end offset of every assigned partition.

        Raises if Kafka does not answer; who stands by asks it, too, and so knows.
        """
        tps = [TP(topic, partition) for topic, partition in self.assigned]
        consumer: Any = self.app.consumer
        if not tps:
            if consumer._thread._consumer is None:
                raise ConsumerNotStarted(self.topic)
            await consumer.highwaters(TP(self.topic, 0))
            return {}
        beginnings = await consumer.earliest_offsets(*tps)
        ends = await consumer.highwaters(*tps)
        return {(tp.topic, tp.partition): (beginnings.get(tp, 0), end) for tp, end in ends.items()}

    def _declare(self) -> faust.App:
        settings = self._settings
        app = faust.App(
            settings.group(self.name),
            **faust_arguments(settings),
            broker_session_timeout=settings.session_timeout,
            broker_heartbeat_interval=settings.session_timeout / 6,
            # Faust wants a request to be allowed longer than a session.
            broker_request_timeout=max(90.0, settings.session_timeout + 10),
            consumer_group_instance_id=settings.member(self.name),
            broker_max_poll_interval=settings.max_poll_interval,
            broker_max_poll_records=max(self.hop.batch, 16),
            broker_commit_interval=COMMIT_SECONDS,
            consumer_auto_offset_reset="earliest",
            consumer_max_fetch_size=1024 * 1024,
            stream_buffer_maxsize=max(self.hop.batch, min(4 * self.hop.batch, BUFFERED)),
            store="memory://",
            # Nothing is kept there, yet Faust makes the folder, by default in the current one.
            datadir=Path(tempfile.gettempdir(), f"copydesk-faust-{os.getuid()}"),
            key_serializer="raw",
            value_serializer="raw",
            topic_allow_declare=False,
            topic_disable_leader=True,
            web_enabled=False,
            worker_redirect_stdouts=False,
        )
        transport: Any = app.transport
        transport.Consumer = partial(PromptConsumer, settings=settings, lost=self._failed)
        source = app.topic(
            self.topic,
            key_type=bytes,
            value_type=bytes,
            key_serializer="raw",
            value_serializer="raw",
        )
        app.agent(source, name=f"{self.topic}.{self.name}", concurrency=1)(self._consume)
        # Signals hold their receivers weakly, and these are methods.
        app.sensors.add(_CommitTimes(self._metrics, self.name))
        self.pause.watch(app)
        assigned: Any = self._on_assigned
        revoked: Any = self._on_revoked
        app.on_partitions_assigned.connect(assigned, weak=False)
        app.on_partitions_revoked.connect(revoked, weak=False)
        return app

    async def _consume(self, stream: Any) -> None:
        async for events in stream.take_events(self.hop.batch, within=self._settings.batch_within):
            if self._draining:
                refuse_acknowledgement(events)
                await asyncio.Event().wait()  # until the app cancels its agents
            self._idle.clear()
            try:
                await self._work(events)
            except BaseException as error:
                # The stream acknowledges in its finally block, also for a cancelled agent.
                refuse_acknowledgement(events)
                self._failed(error)
                raise
            finally:
                self._idle.set()

    async def _work(self, events: Sequence[EventT[Any]]) -> None:
        """Take a batch to its end, or give back what a pause keeps for too long."""
        left = list(events)
        while left := await self.pause.hold(self.app, left) if self.pause.on else left:
            probing = self.pause.on
            taken = left[:1] if probing else left
            await self._take(taken)
            if probing:
                for event in taken:
                    event.ack()  # with its batch it would be committed hours later
            left = left[len(taken) :]

    async def _take(self, events: Sequence[EventT[Any]]) -> None:
        now = datetime.now(UTC)
        batch = [_consumed(event, now) for event in events]
        inflight = self._metrics.inflight.labels(self.name)
        inflight.set(len(batch))
        became = await self.hop.handle(batch)
        inflight.set(0)
        for consumed in batch:
            self.finished[consumed.topic, consumed.partition] = consumed.offset + 1
        newest = max(consumed.timestamp for consumed in batch) / 1000
        for step in self.hop.steps:
            self._metrics.watermark.labels(step).set(newest)
        self.pause.note([item.trouble for item in became])

    async def _on_assigned(self, app: Any, assigned: set[TP], **kwargs: Any) -> None:
        self._metrics.rebalances.labels(self.name).inc()
        self.assigned = {(tp.topic, tp.partition) for tp in assigned if tp.topic == self.topic}
        self.pause.assigned(app, any_partitions=bool(self.assigned))
        # A batch that outlived its partitions has left offsets which others have passed since.
        self.finished.clear()
        self.hop.assigned()
        if not self._is_there():
            # Created anew, it would be read from where the old one was left.
            self._failed(TopicLostError(f"{self.topic} is not on the broker any more"))
        log.info(
            "partitions assigned",
            stage=self.name,
            topic=self.topic,
            partitions=sorted(partition for _, partition in self.assigned),
        )

    def _is_there(self) -> bool:
        consumer: Any = self.app.consumer
        known = consumer._thread._consumer.partitions_for_topic(self.topic)
        return known is not None

    async def _on_revoked(self, app: Any, revoked: set[TP], **kwargs: Any) -> None:
        for topic, partition in self.assigned:
            self._metrics.forget_partition(self.name, topic, partition)
            self.finished.pop((topic, partition), None)
        self.assigned = set()
        # A batch that outlived the poll interval is over; the client joins only who polls.
        count_as_poll(app)


class _CommitTimes(faust.Sensor):
    """Faust's own view of its commits."""

    logger = logs.of_faust("sensors")

    def __init__(self, metrics: Metrics, step: str) -> None:
        super().__init__()
        self._duration = metrics.commit_duration.labels(step)

    def on_commit_initiated(self, consumer: Any) -> Any:
        """Begin to measure; what is returned comes back at the end."""
        return time.perf_counter()

    def on_commit_completed(self, consumer: Any, state: Any) -> None:
        """Note how long it took."""
        self._duration.observe(time.perf_counter() - state)


def _consumed(event: EventT[Any], taken: datetime) -> Consumed:
    message = event.message
    return Consumed(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp=round((message.timestamp or 0) * 1000),
        key=message.key,
        value=message.value,
        headers=headers.read(message.headers),
        taken=taken,
    )
