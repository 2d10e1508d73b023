"""Send articles that have come out through a stage once more, behind their claims.

What is sent has the id, version, key and origin of the enriched record, and the header
``reprocessed``; nothing is claimed, and duplicates stay what they are. The record that comes of it
lies behind the one before in the same partition. Only the newest version of each article is sent,
and none of which a newer one is on its way. Should a revision overtake it all the same, the newest
record is written once more behind it: so the last record of a key is always the newest.

What is forgotten meanwhile is not sent any more, and what had been sent by then is the business of
``forget``, which awaits it (``takedowns``): so nothing of it depends on how this run ends. Where
something of it lies behind its tombstone all the same, because that ``forget`` was broken off, the
tombstone is written once more, and behind it what has arrived since. A run that was interrupted is
taken up by running it again, as what has come out with the new version is not wanted any more.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import orjson

from topics import catalog, codec, headers
from topics.catalog import Topic
from topics.codec import DecodeError
from topics.records import Article, EnrichedArticle, Origin
from workers import pipeline
from workers.runtime.behind import Overtaken, deliver, once_more, put_behind
from workers.runtime.delivery import Delivered, Delivery, Message
from workers.runtime.on_their_way import OnTheirWay
from workers.runtime.pages_again import pages
from workers.runtime.passing import committed, until_passed
from workers.runtime.pool import Limits, TaskPool
from workers.runtime.record import Consumed
from workers.runtime.replay import SENDS_PER_SECOND
from workers.runtime.reprocess_plan import (
    Latest,
    Rule,
    Since,
    from_text,
    message,
    with_language,
)
from workers.runtime.scan import Read, Scan, Stretch
from workers.runtime.takedowns import Takedowns
from workers.runtime.topic_admin import admin, partition_counts
from workers.settings import Settings, pool_plan

TOGETHER = 1_000
"""Articles whose pages are looked for together."""
EXAMPLES = 3
TEXT_ENOUGH = catalog.CLEANED
"""What enters here needs no page."""


@dataclass
class Result:
    """What became of the records that are wanted."""

    found: int = 0
    """Articles whose newest record is wanted, and which are not forgotten."""
    sent: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """Why → how many cannot be sent."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Why → how many need not be sent."""
    examples: dict[str, list[str]] = field(default_factory=dict)
    """Why → ids."""
    mended: int = 0
    """Newest records, or tombstones, that were written again behind what had overtaken them."""
    late: list[str] = field(default_factory=list)
    """What no worker has passed in time, so that nobody knows whether something is to be mended."""

    def note(self, counts: Counter[str], why: str, id: str) -> None:
        """Count one, with its id as an example."""
        counts[why] += 1
        some = self.examples.setdefault(why, [])
        if len(some) < EXAMPLES:
            some.append(id)


class Reprocessing:
    """One reading of the enriched topic, a partition at a time, so that memory stays bounded."""

    def __init__(
        self,
        settings: Settings,
        rule: Rule,
        enters: Topic,
        *,
        rate: float,
        limit: int | None = None,
        report: Callable[[Read], None] = lambda read: None,
    ) -> None:
        self._settings = settings
        self._rule = rule
        self._enters = enters
        self._rate = rate
        self._limit = limit
        self._report = report
        self._enriched = settings.topic(catalog.ENRICHED.name)
        self._sent: dict[int, int] = {}
        """Partition of the topic of entry → the last offset that was written."""
        self._due = 0.0
        self._takedowns: Takedowns
        self.result = Result()

    async def run(self, *, dry: bool, wait: float = 60.0) -> None:
        """Count, or send; DeliveryError if Kafka takes no more: run it again then.

        BusyError while another run sends.
        """
        async with admin(self._settings) as client:
            partitions = await partition_counts(client)
        ends: dict[int, int] = {}
        async with self._means(partitions, dry=dry) as (way, delivery, pool):
            for number in range(partitions.get(self._enriched, 0)):
                latest, ends[number] = await self._latest(number)
                if delivery is not None:
                    await self._write_again(number, latest, delivery)
                wanted = latest.wanted
                self.result.found += len(wanted)
                await self._partition(number, wanted, way, delivery, pool)
            if delivery is not None and self._sent:
                await self._mend(ends, partitions, delivery, time.monotonic() + wait)

    @asynccontextmanager
    async def _means(
        self, partitions: Mapping[str, int], *, dry: bool
    ) -> AsyncIterator[tuple[OnTheirWay, Delivery | None, TaskPool | None]]:
        settings = self._settings
        async with AsyncExitStack() as stack:
            way = OnTheirWay(settings, partitions, self._report)
            stack.push_async_callback(way.stop)
            await way.start()
            if not dry:  # left only when nothing is being sent any more
                self._takedowns = Takedowns(settings, partitions.get(self._enriched, 0))
                stack.push_async_callback(self._takedowns.stop)
                await self._takedowns.start()
            pool = delivery = None
            if self._enters is not TEXT_ENOUGH:
                pool = TaskPool(
                    pool_plan(settings, (pipeline.FINGERPRINT,)),
                    Limits(settings.task_timeout, settings.task_memory),
                    processes=settings.processes,
                )
                stack.push_async_callback(pool.stop)
                await pool.start()
            if not dry:
                delivery = Delivery(settings)
                stack.push_async_callback(delivery.stop)
                await delivery.start()
            yield way, delivery, pool

    async def _latest(
        self, number: int, start: int = 0, rule: Rule | None = None
    ) -> tuple[Latest, int]:
        """The newest version of each article in a partition, and where the reading ended."""
        rule = rule or self._rule
        latest, end = Latest(), start
        async for record in self._scan().records([Stretch(self._enriched, number, start)]):
            end = record.offset + 1
            if record.key is None:
                continue
            if record.value is None:
                latest.forget(record.key, record.offset)
                continue
            try:
                told = orjson.loads(record.value)
            except orjson.JSONDecodeError:
                continue
            if isinstance(told, dict) and isinstance(version := told.get("version", 1), int):
                wanted = rule.wants(told, record.timestamp)
                latest.note(record.key, version, record.offset, wanted=wanted, told=record.headers)
        return latest, end

    async def _partition(
        self,
        number: int,
        wanted: set[int],
        way: OnTheirWay,
        delivery: Delivery | None,
        pool: TaskPool | None,
    ) -> None:
        """Send what is wanted of one partition."""
        if not wanted or self._full:
            return
        group: list[tuple[Consumed, EnrichedArticle]] = []
        size = TOGETHER if pool else max(1, int(self._rate / SENDS_PER_SECOND))
        parts = [Stretch(self._enriched, number, min(wanted))]
        async for record in self._scan().records(parts):
            if record.offset not in wanted:
                continue
            try:
                published = codec.decode(EnrichedArticle, record.value)
            except DecodeError as error:
                key = (record.key or b"").decode("utf-8", "replace")
                self.result.note(self.result.refused, f"its record is {error.reason}", key)
                continue
            group.append((record, published))
            if len(group) >= size:
                await self._group(group, way, delivery, pool)
                group = []
                if self._full:
                    return
        await self._group(group, way, delivery, pool)

    @property
    def _full(self) -> bool:
        return self._limit is not None and self.result.sent >= self._limit

    async def _group(
        self,
        group: list[tuple[Consumed, EnrichedArticle]],
        way: OnTheirWay,
        delivery: Delivery | None,
        pool: TaskPool | None,
    ) -> None:
        if not group:
            return
        articles = await self._articles(group, pool)
        await way.catch_up()
        name, now = self._settings.topic(self._enters.name), datetime.now(UTC)
        messages = []
        for (record, published), article in zip(group, articles, strict=True):
            result, key = self.result, record.key or b""
            if isinstance(article, str):
                result.note(result.refused, article, published.id)
            elif way.newer(key, published.version):
                result.note(result.skipped, "a newer version is on its way", published.id)
            elif way.again(key, published.version):
                result.note(result.skipped, "it was sent already", published.id)
            elif not self._full:
                result.sent += 1
                value = codec.encode(article)
                one = message(self._enters, name, value, article, record, now)
                messages.append((record, one))
        if delivery is not None:
            await self._send(messages, delivery)

    async def _send(self, messages: list[tuple[Consumed, Message]], delivery: Delivery) -> None:
        """Deliver at the rate that is allowed what is not forgotten by then."""
        size = max(1, int(self._rate / SENDS_PER_SECOND))
        for start in range(0, len(messages), size):
            some = messages[start : start + size]
            await self._until_due(len(some))
            async with self._takedowns.sending():
                left = [one for one in some if not self._forgotten(one[0])]
                answers = await delivery.send([one for _, one in left])
            for answer in answers:
                if isinstance(answer, Delivered):
                    place = answer.partition
                    self._sent[place] = max(answer.offset, self._sent.get(place, 0))
                else:
                    self.result.sent -= 1
                    self.result.refused[answer.detail] += 1

    async def _until_due(self, count: int) -> None:
        """Wait until so many may be sent."""
        await asyncio.sleep(max(self._due - time.monotonic(), 0))
        self._due = time.monotonic() + count / self._rate

    def _forgotten(self, record: Consumed) -> bool:
        """Whether what was to be sent is forgotten; told in the result."""
        if not self._takedowns.forgotten(record):
            return False
        self.result.sent -= 1
        key = (record.key or b"").decode("utf-8", "replace")
        self.result.note(self.result.skipped, "it was forgotten meanwhile", key)
        return True

    async def _articles(
        self, group: Iterable[tuple[Consumed, EnrichedArticle]], pool: TaskPool | None
    ) -> list[Article | str]:
        """What is to be sent for each, or why nothing can be."""
        if pool is None:
            return [
                "it has no text"
                if not isinstance(published.text, str)
                else from_text(published, self._rule.stage)
                for _, published in group
            ]
        wanted: dict[Origin, EnrichedArticle] = {rec.origin: pub for rec, pub in group}
        found = await pages(self._settings, pool, wanted, self._report)
        return [self._from_page(found[record.origin], published) for record, published in group]

    def _from_page(self, opened: Article | str, published: EnrichedArticle) -> Article | str:
        if isinstance(opened, str) or self._enters is catalog.UNIQUE:
            return opened
        return with_language(opened, published)

    async def _mend(
        self,
        ends: Mapping[int, int],
        partitions: Mapping[str, int],
        delivery: Delivery,
        deadline: float,
    ) -> None:
        """Once all is out, write again what was overtaken; until nothing is."""
        entered = False
        for stage in pipeline.ENRICHMENTS:
            if not entered and stage.consumes is not self._enters:
                continue
            count = partitions.get(self._settings.topic(stage.consumes.name), 0)
            last = await self._sent_on(stage.name, stage.consumes, count) if entered else self._sent
            entered = True
            late = await until_passed(self._settings, stage.name, stage.consumes, last, deadline)
            place = self._settings.topic(stage.consumes.name)
            self.result.late += [f"{place}/{number}/{offset}" for number, offset in late.items()]
            if late:
                return
        nothing = replace(self._rule, ids=frozenset({""}))
        for number, start in ends.items():
            while await self._write_again(
                number, (await self._latest(number, start, nothing))[0], delivery
            ):
                pass

    async def _sent_on(self, step: str, topic: Topic, partitions: int) -> dict[int, int]:
        """Partition → the last record that was sent again, and that a step has still to finish."""
        found: dict[int, int] = {}
        done = await committed(self._settings, step, topic, range(partitions))
        name = self._settings.topic(topic.name)
        parts = [Stretch(name, number, offset) for number, offset in done.items()]
        async for record in self._scan().records(parts):
            if headers.REPROCESSED in record.headers:
                found[record.partition] = record.offset
        return found

    async def _write_again(self, number: int, latest: Latest, delivery: Delivery) -> bool:
        """Write what was overtaken in a partition once more, as it is; whether anything was."""
        offsets = latest.overwritten | latest.overtaken
        if not offsets:
            return False
        parts = [Stretch(self._enriched, number, min(offsets))]
        found = [one async for one in self._scan().records(parts) if one.offset in offsets]
        async with self._takedowns.sending():
            left = [one for one in found if not self._takedowns.forgotten(one)]
            if gone := [one for one in left if one.value is None]:
                await self._tombstones_again(gone, delivery)
            newest = [once_more(one) for one in left if one.value is not None]
            await deliver(delivery, newest)
        self.result.mended += len(left)
        return bool(left)

    async def _tombstones_again(self, gone: list[Consumed], delivery: Delivery) -> None:
        since = {one.key: Since(one.offset) for one in gone}
        written = await put_behind(
            delivery,
            self._scan().records,
            [Overtaken(once_more(one), one.offset) for one in gone],
            lambda record: since[record.key].anew(record.headers),
        )
        for one in written:
            self._takedowns.wrote(one.partition, one.offset)

    def _scan(self) -> Scan:
        return Scan(self._settings, report=self._report)
