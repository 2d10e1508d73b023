"""The three kinds of hop: what each makes of one batch of records, before anything is committed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal, Protocol

from msgspec import UNSET

from topics import catalog, codec, headers
from topics.catalog import Topic
from topics.codec import DecodeError
from topics.records import Article, Fingerprinted, Origin, RawArticle, Takedown, Withdrawal
from workers import article as articles
from workers import pipeline
from workers.chain import Halted, conclude
from workers.outcome import Failed, Rejected
from workers.runtime import logs
from workers.runtime.breaker import Trouble
from workers.runtime.changelog import ClaimState
from workers.runtime.delivery import Message
from workers.runtime.desk import Desk
from workers.runtime.performers import Printed
from workers.runtime.pool import TaskPool
from workers.runtime.record import Consumed, Finished

log = logs.get(__name__)

LATEST_MS = 253_402_300_800_000
"""The year 10000."""
TOGETHER = 128
"""Articles looked for at once by the claim; from twice as many on it would search in vain."""
MOST_BYTES = 16 * 1024 * 1024
"""Of records whose outputs the claim has in memory at once."""


class Hop(Protocol):
    """What a Faust app does with the batches of one topic."""

    steps: tuple[str, ...]
    consumes: Topic
    batch: int
    """Records taken at once, at most."""

    async def handle(self, batch: Sequence[Consumed]) -> list[Finished]:
        """Take every record to its outcome and deliver it; an exception ends the process.

        The answer says what became of the articles, in order; other records are not in it.
        """
        ...

    def assigned(self) -> None:
        """The partitions were assigned anew: another worker may have worked in between."""
        ...


class FingerprintHop:
    """``articles.raw`` → ``articles.fingerprinted``."""

    steps: tuple[str, ...] = (pipeline.FINGERPRINT,)
    consumes = catalog.RAW

    def __init__(self, desk: Desk, pool: TaskPool) -> None:
        self._desk = desk
        self._pool = pool
        self.batch = desk.settings.batch

    async def handle(self, batch: Sequence[Consumed]) -> list[Finished]:
        """Work on the whole batch at once, as far as the pool has processes."""
        return await self._desk.outbox.deliver(await asyncio.gather(*map(self._one, batch)))

    def assigned(self) -> None:
        """Nothing to do: this hop remembers nothing."""

    async def _one(self, record: Consumed) -> Finished:
        desk, step, consumed = self._desk, pipeline.FINGERPRINT, record.arrival()
        desk.metrics.queued(step, consumed.timestamp)
        answer = await self._pool.run(step, consumed.value)
        if isinstance(answer, Printed):
            message = desk.message(
                catalog.FINGERPRINTED, answer.value, id=answer.id, consumed=consumed, stage=step
            )
            return Finished(consumed, step, "ok", (message,), answer.id)
        return _dead(desk, consumed, step, answer)


class ClaimHop:
    """``articles.fingerprinted`` → ``articles.unique`` or ``articles.duplicates``; one owner.

    The verdicts on what is claimed together are delivered to the changelog before any of its
    outputs: a worker that dies in between finds them again, and gives the same answers.
    """

    steps: tuple[str, ...] = (pipeline.CLAIM,)
    consumes = catalog.FINGERPRINTED

    def __init__(self, desk: Desk, state: ClaimState) -> None:
        self._desk = desk
        self._state = state
        self.batch = desk.settings.claim_batch

    def assigned(self) -> None:
        """Another owner may have claimed in between."""
        self._state.suspect()

    async def handle(self, batch: Sequence[Consumed]) -> list[Finished]:
        """Claim one after the other, in order; save; then deliver."""
        finished = []
        for some in claimed_together(batch):
            await self._state.catch_up()
            claimed = await self._some(some)
            await self._state.save()
            finished += await self._desk.outbox.deliver(claimed)
        return finished

    async def _some(self, batch: Sequence[Consumed]) -> list[Finished]:
        began = time.perf_counter()
        read, finished = [(consumed, _read(consumed)) for consumed in batch], []
        while read:
            turning = self._turning(read)
            if turning == 0:
                await self._state.turn(read[0][0].origin.timestamp)
                continue
            # What is prepared knows nothing of what a later article makes forgotten.
            now, read = read[:turning], read[turning:]
            self._state.prepare(one[0].fingerprint for _, one in now if isinstance(one, tuple))
            finished += [self._one(*pair) for pair in now]
        processing = self._desk.metrics.processing.labels(pipeline.CLAIM)
        seconds = (time.perf_counter() - began) / len(batch)
        for _ in batch:
            processing.observe(seconds)
        return [item for item in finished if item is not None]

    def _turning(self, read: Sequence[tuple[Consumed, _Read]]) -> int:
        """The place of the first article with which a day leaves the window, or their number."""
        for place, (consumed, one) in enumerate(read):
            if isinstance(one, tuple) and self._state.turns(consumed.origin.timestamp):
                return place
        return len(read)

    def _one(self, consumed: Consumed, read: _Read) -> Finished | None:
        desk, step = self._desk, pipeline.CLAIM
        desk.metrics.queued(step, consumed.timestamp)
        if isinstance(read, DecodeError):
            return desk.rejected(consumed, stage=step, reason=read.reason, detail=read.message)
        if isinstance(read, Withdrawal):
            self._state.withdraw(read)
            return None
        if isinstance(read, Takedown):
            self._state.take_down(read)
            return None
        record, raw = read
        fingerprint = record.fingerprint
        verdict = self._state.claim(fingerprint, consumed.origin)
        if verdict.passes:
            opened = articles.open_article(raw, record, verdict)
            message = desk.message(
                catalog.UNIQUE,
                codec.encode(opened),
                id=opened.id,
                consumed=consumed,
                stage=step,
                stages=opened.stages,
            )
            return Finished(
                consumed,
                step,
                "ok",
                (message,),
                opened.id,
                partial(withdrawal, desk, opened.id, consumed, step),
            )
        duplicate = articles.duplicate(raw, fingerprint, verdict, consumed.origin)
        message = desk.message(
            catalog.DUPLICATES,
            codec.encode(duplicate),
            id=duplicate.id,
            consumed=consumed,
            stage=step,
        )
        desk.metrics.duplicates.labels(duplicate.reason).inc()
        return Finished(consumed, step, "duplicate", (message,), duplicate.id)


def claimed_together(batch: Sequence[Consumed]) -> Iterator[Sequence[Consumed]]:
    """What is claimed together: in order, ``TOGETHER`` at most and about ``MOST_BYTES``."""
    start = size = 0
    for place, consumed in enumerate(batch):
        if place - start >= TOGETHER or size > MOST_BYTES:
            yield batch[start:place]
            start, size = place, 0
        size += len(consumed.value or b"")
    if batch[start:]:
        yield batch[start:]


_Read = tuple[Fingerprinted, RawArticle] | Withdrawal | Takedown | DecodeError


def _read(consumed: Consumed) -> _Read:
    try:
        record = codec.decode_fingerprinted(consumed.value)
        if isinstance(record, Withdrawal | Takedown):
            return record
        return record, codec.decode(RawArticle, bytes(record.raw))
    except DecodeError as error:
        return error


class EnrichHop:
    """One enrichment stage, or several neighbours fused: the article passes as an object."""

    def __init__(self, desk: Desk, pool: TaskPool, steps: tuple[str, ...]) -> None:
        self.steps = steps
        self._desk = desk
        self._pool = pool
        self.batch = desk.settings.batch
        self._stages = pipeline.enrichments(steps)
        self.consumes = self._stages[0].consumes
        self._produces = self._stages[-1].produces

    def assigned(self) -> None:
        """Nothing to do: this hop remembers nothing."""

    async def handle(self, batch: Sequence[Consumed]) -> list[Finished]:
        """Work on the whole batch at once, as far as the pool has processes."""
        return await self._desk.outbox.deliver(await asyncio.gather(*map(self._one, batch)))

    async def _one(self, consumed: Consumed) -> Finished:
        desk, first, last = self._desk, self.steps[0], self.steps[-1]
        desk.metrics.queued(first, consumed.timestamp)
        try:
            article = codec.decode(Article, consumed.value)
        except DecodeError as error:
            return desk.rejected(
                consumed,
                stage=first,
                reason=error.reason,
                detail=error.message,
                withdrawal=withdrawal(desk, consumed.headers.get("ce_subject"), consumed, first),
            )
        trouble: Trouble | None = None
        for stage in self._stages:
            answer = await self._pool.run(stage.name, article)
            outcome: Literal["ok", "error"] = "ok"
            if isinstance(answer, Failed) and not stage.required:
                outcome = "error"
                trouble = trouble or Trouble(stage.name, answer.reason)
                desk.metrics.stage_failures.labels(stage.name, answer.reason).inc()
                log.warning(
                    "optional stage failed",
                    stage=stage.name,
                    reason=answer.reason,
                    message=answer.detail,
                    id=article.id,
                    topic=consumed.topic,
                    partition=consumed.partition,
                    offset=consumed.offset,
                    origin=str(consumed.origin),
                )
            after = conclude(
                stage.name, stage.version, required=stage.required, article=article, outcome=answer
            )
            if isinstance(after, Halted):
                return _dead(
                    desk,
                    consumed,
                    after.stage,
                    after.outcome,
                    id=article.id,
                    withdrawal=withdrawal(desk, article.id, consumed, after.stage),
                )
            article = after
            if stage.name != last:
                desk.metrics.messages_processed.labels(stage.name, outcome).inc()
        return self._out(article, consumed, last, outcome, trouble)

    def _out(
        self,
        article: Article,
        consumed: Consumed,
        step: str,
        outcome: Literal["ok", "error"],
        trouble: Trouble | None,
    ) -> Finished:
        desk = self._desk
        record: Any = article
        if self._produces is catalog.ENRICHED:
            now = desk.now()
            record = articles.publish(article, enriched_at=now)
            first = headers.REPROCESSED not in consumed.headers  # else it came out long ago
            desk.metrics.published(
                language=None if article.language is UNSET else article.language,
                arrived=(_time(article.fetched_at) or _arrival(consumed.origin)) if first else None,
                dated=_time(article.published_at) if first else None,
                now=now,
            )
            desk.metrics.content(
                kept=None if article.text is UNSET else len(article.text),
                removed=None
                if article.removed_summary is UNSET
                else sum(total.characters for total in article.removed_summary.values()),
                entities=None
                if article.entities is UNSET
                else [entity.type for entity in article.entities],
            )
        message = desk.message(
            self._produces,
            codec.encode(record),
            id=article.id,
            consumed=consumed,
            stage=step,
            stages=article.stages,
        )
        return Finished(
            consumed,
            step,
            outcome,
            (message,),
            article.id,
            partial(withdrawal, desk, article.id, consumed, step),
            trouble,
        )


def withdrawal(desk: Desk, id: str | None, consumed: Consumed, stage: str) -> Message | None:
    """What gives an article's claim back when it becomes a dead letter after all.

    None for a record that no claim has passed on: it names no article. None for one that is sent
    through its stages again: what it was published as stands.
    """
    told = consumed.headers
    if id is None or headers.ORIGIN not in told or headers.REPROCESSED in told:
        return None
    record = Withdrawal(id=id, origin=str(consumed.origin))
    return desk.message(
        catalog.FINGERPRINTED,
        codec.encode(record),
        id=id,
        consumed=consumed,
        stage=f"{stage}/withdrawal",
    )


def _dead(
    desk: Desk,
    consumed: Consumed,
    stage: str,
    answer: Rejected | Failed,
    *,
    id: str | None = None,
    withdrawal: Message | None = None,
) -> Finished:
    failed = answer if isinstance(answer, Failed) else None
    return desk.rejected(
        consumed,
        stage=stage,
        reason=answer.reason,
        detail=answer.detail,
        exception=failed.exception if failed else None,
        attempts=failed.attempts if failed else 1,
        id=id,
        withdrawal=withdrawal,
    )


def _time(text: str | None) -> datetime | None:
    known = articles.utc(text)
    return datetime.fromisoformat(known) if known else None


def _arrival(origin: Origin) -> datetime | None:
    """The arrival's time; None without one, or with one beyond datetime (microseconds, say)."""
    if not 0 < origin.timestamp < LATEST_MS:
        return None
    return datetime.fromtimestamp(origin.timestamp / 1000, UTC)
