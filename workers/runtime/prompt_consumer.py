"""Faust's consumer where it waits too long, fetches too early, or stops short of the end."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

from aiokafka import TopicPartition
from faust.transport.consumer import ensure_TP
from faust.transport.drivers.aiokafka import ensure_aiokafka_TP
from faust.types import TP

from workers.runtime import logs
from workers.runtime.membership import NamedConsumer
from workers.runtime.pausing import count_as_poll

log = logs.get(__name__)

FULL_PAUSE_SECONDS = 0.02
SEEK_AGAIN_SECONDS = 1.0
STANDBY_POLL_SECONDS = 1.0
POSITIONS_SECONDS = 1.0


class TopicLostError(Exception):
    """The topic is not the one that was consumed so far; to start again reads the new one."""


class PromptConsumer(NamedConsumer):
    """Faust's consumer, but for topics made anew, rebalances, markers, and how long it sleeps.

    Faust sleeps a whole second with full buffers, which with buffers small enough to bound memory
    left a worker idle most of the time: 30 short articles a second against 90 in the same minutes.

    Faust ends a rebalance by going to the committed offsets. But it does not stop a worker that had
    no partitions, nor a fetch that is on its way; what these bring came twice, or seemed to come
    from a topic made anew. So nothing is fetched until that seek, and what a fetch brings from
    before it is thrown away, and sought again.

    Faust commits behind the last record. But the end of a transaction takes an offset as well, so
    that behind a transactional producer a partition would never be read to its end: it would have
    lag and no progress, and the worker would end as one that stands still.
    """

    can_resume_flow: Any
    _settled = 0
    """The count of rebalances when the last seek began that has succeeded."""
    _thrown_away = _gone_back = 0
    """Fetches that were thrown away; how many of them when that seek began."""
    _polled = 0.0
    _looked = 0.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._reached: dict[TP, int] = {}
        """Behind the last record that was fetched since the last seek."""

    async def _wait_next_records(self, timeout: float) -> Any:
        if not self.flow_active:
            await self.wait(self.can_resume_flow)
            return {}, set()
        if self.app.rebalancing_count != self._settled or not self._get_active_partitions():
            self._stay_member()
            await self.sleep(FULL_PAUSE_SECONDS)
            return {}, set()
        if self._thrown_away != self._gone_back:
            await self._go_back()
            return {}, set()
        if time.monotonic() > self._looked + POSITIONS_SECONDS and (done := self._all_committed()):
            self._looked = time.monotonic()
            await self._pass_markers(done)
            return {}, set()
        begun = self.app.rebalancing_count
        found, active = await super()._wait_next_records(timeout)
        if not self.flow_active or self.app.rebalancing_count != begun:
            self._thrown_away += bool(found)
            if not self.flow_active:
                await self.wait(self.can_resume_flow)  # Faust would seek amid the rebalance
            return {}, set()
        for tp, records in (found or {}).items():
            read = self._read_offset[tp]
            # Faust drops what it thinks it has read already, without a word.
            if records and read is not None and records[0].offset < read:
                raise TopicLostError(
                    f"{tp.topic}/{tp.partition} goes back from offset {read} to "
                    f"{records[0].offset}: it was deleted and created anew, or truncated"
                )
            if records:
                self._reached[tp] = records[-1].offset + 1
        return found, active

    def _all_committed(self) -> list[TP]:
        committed = self._committed_offset
        return [tp for tp, reached in self._reached.items() if (committed[tp] or 0) == reached]

    async def _pass_markers(self, done: Iterable[TP]) -> None:
        """Commit what lies behind the last record of partitions whose records are all committed.

        The client's position passes what is no record: the ends of transactions, and what was
        compacted or deleted. What it has passed since ``_reached`` was given to nobody.
        """
        begun = self.app.rebalancing_count
        thread: Any = self._thread
        places = [ensure_aiokafka_TP(tp) for tp in done]
        positions = await thread.call_thread(_positions, thread._ensure_consumer(), places)
        if not self.flow_active or self.app.rebalancing_count != begun:
            return
        passed = {tp: at for tp, at in positions.items() if at > self._reached[tp]}
        if passed and await self._commit_offsets(passed):
            self._reached |= passed

    async def perform_seek(self) -> None:
        """Go to what was committed, and take note that it is done."""
        count, thrown_away = self.app.rebalancing_count, self._thrown_away
        await super().perform_seek()
        self._settled = max(self._settled, count)  # seeks overlap
        self._gone_back = max(self._gone_back, thrown_away)

    async def seek_to_committed(self) -> Any:
        """Also go to the beginning where nothing was committed.

        There the client would stay where it is: behind what a fetch has brought in vain.
        """
        thread: Any = self._thread
        committed = await thread.call_thread(_seek, thread._ensure_consumer())
        self._reached = {ensure_TP(tp): offset or 0 for tp, offset in committed.items()}
        return committed

    async def _go_back(self) -> None:
        try:
            await self.perform_seek()
        except Exception as error:
            log.warning("cannot go back to the committed offsets yet", error=repr(error))
            await self.sleep(SEEK_AGAIN_SECONDS)

    def _stay_member(self) -> None:
        """Keep a worker that stands by in its group, which the client leaves if nobody fetches."""
        if not self.assignment() and time.monotonic() > self._polled + STANDBY_POLL_SECONDS:
            self._polled = time.monotonic()
            app: Any = self.app
            count_as_poll(app)


async def _seek(client: Any) -> Any:
    """Runs in the consumer's own thread."""
    committed = await client.seek_to_committed()
    for tp, offset in committed.items():
        if not offset:
            # Nothing is waited for, and a position that is not known ends Faust's consumer; where
            # the topic begins later, the client goes there (consumer_auto_offset_reset).
            client.seek(tp, 0)
    return committed


async def _positions(client: Any, places: Sequence[TopicPartition]) -> dict[TP, int]:
    """Where the client is, in what is assigned; runs in the consumer's own thread."""
    subscription = client._subscription.subscription
    assignment = subscription.assignment if subscription is not None else None
    if assignment is None:
        return {}
    states = {place: assignment.state_value(place) for place in places}
    # To ask for a position that is not known yet would wait for it.
    return {
        ensure_TP(place): state.position
        for place, state in states.items()
        if state is not None and state.has_valid_position
    }
