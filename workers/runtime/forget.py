"""Forget an article: tombstones for consumers, its claims dropped, and what is on its way awaited.

The claim's owner learns of it by a record of ``articles.fingerprinted``: it has a place in the
order of claims, so that every owner, also one that reads it again after a crash, drops the same.
``articles.enriched``, ``.duplicates`` and ``.dead-letter`` get tombstones at once, and once more
where something of the article came out after them: what was behind its claim already. The topics
between are not written to, since a tombstone would be an article to their workers; what they, and
``articles.raw``, hold goes with their retention.

What is still to be sent through its stages again is no more, once whoever sends it knows of the
tombstone (``takedowns``); that is awaited before looking what is on its way. What arrives after the
takedown is a new article: it stays, and is written once more behind the tombstones that follow it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson

from topics import catalog, codec, headers
from topics.catalog import Topic
from topics.records import StageRun, Takedown
from workers import pipeline
from workers.canonical_url import canonical_url, url_id
from workers.runtime.behind import Overtaken, deliver, put_behind
from workers.runtime.delivery import Delivered, Delivery, Message
from workers.runtime.group_lag import inputs
from workers.runtime.held import Held, held, settings_of
from workers.runtime.letters import same_origin
from workers.runtime.passing import committed, until_passed
from workers.runtime.record import Consumed
from workers.runtime.scan import Read, Scan, Stretch
from workers.runtime.takedowns import until_known
from workers.runtime.topic_admin import admin, partition_counts
from workers.runtime.trace import FORGOTTEN, KEYED_BY_ID, TAKEDOWN, Search, Sighting, trace_all
from workers.settings import Settings

STAGE = "forget"
OUTPUTS: tuple[Topic, ...] = (catalog.ENRICHED, catalog.DUPLICATES, catalog.DEAD_LETTER)
"""What other services read: there a record without a value says that they are to forget it too."""


class NoTopicError(Exception):
    """A topic that must be written to is not on the broker; the message is its name."""


class ArrivalError(Exception):
    """A word names one arrival of an article, and not the article; the message is the id."""


@dataclass(frozen=True)
class Plan:
    """What is there of one article."""

    id: str
    seen: tuple[Sighting, ...]
    more: int
    """Records beyond those that were looked at."""
    held: tuple[Held, ...]
    copies: tuple[str, ...]
    """Ids of articles that were found to repeat it: they stay."""
    forgotten: int | None
    """When it was forgotten (ms), if nothing of it came since; None if there is something to do."""

    @property
    def known(self) -> bool:
        """Whether any topic has a record of it."""
        return any(not one.copy for one in self.seen)


@dataclass
class Done:
    """What was written, and what could not be awaited."""

    tombstones: list[str] = field(default_factory=list)
    takedown: str = ""
    again: int = 0
    """Records that came out meanwhile, and were forgotten too."""
    late: list[str] = field(default_factory=list)
    """What no worker has passed in time."""


class Forgetting:
    """Looks first, then writes."""

    def __init__(
        self, settings: Settings, report: Callable[[Read], None] = lambda read: None
    ) -> None:
        self._settings = settings
        self._report = report

    async def ids(self, word: str) -> list[str]:
        """The ids that a word may mean: itself; for a URL those of all articles at that address."""
        address = canonical_url(word)
        if address is None:
            return [word]
        ids = {url_id(address): None}
        place = address.partition("://")[2]
        host = place.partition("/")[0].encode()
        async for record in self._scan(KEYED_BY_ID).records():
            key = (record.key or b"").decode("utf-8", "replace")
            told = record.value is not None and host in record.value
            if key == word or (key and told and place in _addresses(record.value or b"")):
                ids[key] = None
        return list(ids)

    async def plans(self, word: str) -> list[Plan]:
        """What the topics have of the articles that a word may mean, the likeliest first.

        NoTopicError if a topic that must be written to is not there; ArrivalError if the word names
        an arrival of which the id is known.
        """
        ids = await self.ids(word)
        # Producers key what has no id by its address.
        searches = [Search(self._settings, id, key=word) for id in ids[:1]]
        searches += [Search(self._settings, id) for id in ids[1:]]
        found = await trace_all(self._settings, searches, report=self._report)
        for topic in (catalog.FINGERPRINTED, *OUTPUTS):
            if (name := self._settings.topic(topic.name)) in found[0].missing:
                raise NoTopicError(name)
        if (id := _arrived_as(ids[0], found[0].sightings)) is not None:
            raise ArrivalError(id)
        now = _now_ms()
        names = {one.place.rsplit("/", 2)[0] for each in found for one in each.sightings}
        set_ = await settings_of(self._settings, sorted(names))
        return [
            Plan(
                id=id,
                seen=each.sightings,
                more=each.more,
                held=tuple(held(each.sightings, set_, now)),
                copies=_copies(each.sightings),
                forgotten=await self._forgotten_at(each.sightings),
            )
            for id, each in zip(ids, found, strict=True)
        ]

    async def carry_out(self, plan: Plan, wait: float) -> Done:
        """Forget it, waiting so many seconds for the workers; DeliveryError if Kafka takes nothing.

        Any number of times: what is forgotten already is forgotten once more.
        """
        done, deadline = Done(), time.monotonic() + wait
        delivery = Delivery(self._settings)
        await delivery.start()
        try:
            arrived = self._arrivals(plan)
            await self._pass(pipeline.FINGERPRINT, catalog.RAW, arrived, done, deadline)
            # First, so that nothing that is claimed after the takedown can come out before them.
            written = await deliver(delivery, self._tombstones(plan))
            done.tombstones = [_place(one) for one in written]
            (takedown,) = await deliver(delivery, [self._takedown(plan.id)])
            done.takedown = _place(takedown)
            at = {takedown.partition: takedown.offset}
            await self._pass(pipeline.CLAIM, catalog.FINGERPRINTED, at, done, deadline)
            await self._until_known(written, done, deadline)
            for stage in pipeline.ENRICHMENTS:
                waiting = await self._waiting(plan.id, stage.name, stage.consumes)
                await self._pass(stage.name, stage.consumes, waiting, done, deadline)
            anew = await self._anew(plan, takedown)
            await self._forget_rest(delivery, plan.id, written, done, anew)
        finally:
            await delivery.stop()
        return done

    async def _pass(
        self, step: str, topic: Topic, last: Mapping[int, int], done: Done, deadline: float
    ) -> None:
        late = await until_passed(self._settings, step, topic, last, deadline)
        name = self._settings.topic(topic.name)
        done.late += [
            f"{name}/{number}/{offset}, which no worker of {step} has passed"
            for number, offset in late.items()
        ]

    async def _until_known(self, written: Sequence[Delivered], done: Done, deadline: float) -> None:
        name = self._settings.topic(catalog.ENRICHED.name)
        last: dict[int, int] = {}
        for one in written:
            if one.topic == name:
                last[one.partition] = max(one.offset, last.get(one.partition, 0))
        late = await until_known(self._settings, last, deadline)
        done.late += [
            f"{name}/{number}/{offset}, which a reprocess that is running has not taken note of"
            for number, offset in late.items()
        ]

    async def _waiting(self, id: str, step: str, topic: Topic) -> dict[int, int]:
        """Partition → the last record of the article that the step has not finished."""
        name = self._settings.topic(topic.name)
        async with admin(self._settings) as client:
            numbers = range((await partition_counts(client)).get(name, 0))
        known = await committed(self._settings, step, topic, numbers)
        parts = [Stretch(name, number, known.get(number, 0)) for number in numbers]
        found: dict[int, int] = {}
        async for record in self._scan(()).records(parts):
            if record.key == id.encode("utf-8", "replace"):
                found[record.partition] = max(record.offset, found.get(record.partition, 0))
        return found

    async def _anew(self, plan: Plan, takedown: Delivered) -> set[str]:
        """The origins of what has arrived under the same id after the takedown."""
        key, known = plan.id.encode("utf-8", "replace"), {str(one.origin) for one in plan.seen}
        found = set()
        stretch = Stretch(takedown.topic, takedown.partition, takedown.offset + 1)
        async for record in self._scan(()).records([stretch]):
            # Not what gives a claim back.
            arrived = record.headers.get("ce_source") == f"copydesk/{pipeline.FINGERPRINT}"
            if record.key == key and arrived and str(record.origin) not in known:
                found.add(str(record.origin))
        return found

    async def _forget_rest(
        self,
        delivery: Delivery,
        id: str,
        written: Sequence[Delivered],
        done: Done,
        anew: Collection[str] = (),
    ) -> None:
        """Write further tombstones behind what came out after the first ones; but for the new."""
        key = id.encode("utf-8", "replace")
        first: dict[tuple[str, int], int] = {}
        for one in written:  # there may be several, of several keys
            place = (one.topic, one.partition)
            first[place] = min(one.offset, first.get(place, one.offset))
        parts = [Stretch(*place, offset + 1) for place, offset in first.items()]
        behind: dict[tuple[str, int, bytes], None] = {}
        async for record in self._scan(()).records(parts):
            if (
                record.value is not None
                and _is_of(record, id, key)
                and str(record.origin) not in anew
            ):
                done.again += 1
                behind[record.topic, record.partition, record.key or key] = None
        if not behind:
            return
        now, topics = datetime.now(UTC), {self._settings.topic(t.name): t for t in OUTPUTS}
        overtaken = [
            Overtaken(self._tombstone(topics[name], id, key, number, now), first[name, number])
            for name, number, key in behind
        ]
        again = await put_behind(
            delivery,
            self._scan(()).records,
            overtaken,
            lambda record: str(record.origin) in anew,
        )
        done.tombstones += [_place(one) for one in again]

    async def _forgotten_at(self, seen: Sequence[Sighting]) -> int | None:
        """When an article was forgotten, if nothing of it came since, nor is still to come."""
        known = forgotten_at(seen)
        for step, topic in inputs().items() if known is not None else ():
            last: dict[int, int] = {}
            for one in seen:
                if one.topic == topic.name:
                    number, offset = map(int, one.place.rsplit("/", 2)[1:])
                    last[number] = max(offset, last.get(number, 0))
            if await until_passed(self._settings, step, topic, last, deadline=0):
                return None
        return known

    def _arrivals(self, plan: Plan) -> dict[int, int]:
        """Partition of ``articles.raw`` → the last record of the article there."""
        name = self._settings.topic(catalog.RAW.name)
        return {part.partition: part.offsets[-1] for part in plan.held if part.topic == name}

    def _takedown(self, id: str) -> Message:
        now = datetime.now(UTC)
        run = StageRun(name=STAGE, version=headers.rfc3339(now), status="ok")
        told = headers.event(
            catalog.FINGERPRINTED,
            id=id,
            origin=None,
            stage=STAGE,
            stages=(run,),
            time=now,
            trace=None,
        )
        name = self._settings.topic(catalog.FINGERPRINTED.name)
        value = codec.encode(Takedown(id=id))
        return Message(name, id.encode("utf-8", "replace"), value, headers.write(told))

    def _tombstones(self, plan: Plan) -> list[Message]:
        """One for each key and partition that has records of it, and by its id in any case."""
        now, key = datetime.now(UTC), plan.id.encode("utf-8", "replace")
        messages = []
        for topic in OUTPUTS:
            places: dict[tuple[bytes, int | None], None] = {}
            for one in plan.seen:
                if one.topic == topic.name and one.key is not None and not one.copy:
                    places[one.key, int(one.place.rsplit("/", 2)[1])] = None
            if not any(known == key for known, _ in places):
                places[key, None] = None
            messages += [
                self._tombstone(topic, plan.id, known, number, now) for known, number in places
            ]
        return messages

    def _tombstone(
        self, topic: Topic, id: str, key: bytes, partition: int | None, now: datetime
    ) -> Message:
        told = headers.tombstone(topic, id=id, time=now)
        name = self._settings.topic(topic.name)
        return Message(name, key, None, headers.write(told), partition)

    def _scan(self, topics: Sequence[Topic]) -> Scan:
        return Scan(self._settings, topics, report=self._report)


def _arrived_as(word: str, seen: Sequence[Sighting]) -> str | None:
    """The id under which an arrival of this name was fingerprinted; None if it is no such name."""
    for one in seen:
        named = one.topic == catalog.FINGERPRINTED.name and same_origin(word, one.origin)
        if named and one.key not in (None, word.encode("utf-8", "replace")):
            return (one.key or b"").decode("utf-8", "replace")
    return None


def _copies(seen: Sequence[Sighting]) -> tuple[str, ...]:
    keys = (one.key for one in seen if one.copy and one.key is not None)
    return tuple(dict.fromkeys(key.decode("utf-8", "replace") for key in keys))


def forgotten_at(seen: Sequence[Sighting]) -> int | None:
    """When an article was forgotten, if all three outputs say so and nothing of it came since."""
    newest = {
        topic.name: max(
            (one.timestamp for one in seen if one.topic == topic.name and _is_tombstone(one)),
            default=None,
        )
        for topic in OUTPUTS
    }
    times = [time for time in newest.values() if time is not None]
    if len(times) < len(OUTPUTS):
        return None
    claims: dict[str, bool] = {}
    for one in seen:  # in order of time
        if one.topic == catalog.CLAIMS.name:
            claims[str(one.origin)] = not _is_tombstone(one)
        elif one.timestamp >= min(times) and not (
            _is_tombstone(one) or one.copy or one.outcome == TAKEDOWN
        ):
            return None
    return None if any(claims.values()) else max(times)


def _is_tombstone(seen: Sighting) -> bool:
    return seen.outcome == FORGOTTEN


def _addresses(value: bytes) -> set[str]:
    """The canonical addresses, without their scheme, that a record tells."""
    try:
        record = orjson.loads(value)
    except orjson.JSONDecodeError:
        return set()
    found = set()
    if isinstance(record, dict):
        printed = record.get("fingerprint")
        for part in (record, printed if isinstance(printed, dict) else {}):
            for name in ("canonical_url", "url"):
                known = canonical_url(part[name]) if isinstance(part.get(name), str) else None
                if known is not None:
                    found.add(known.partition("://")[2])
    return found


def _is_of(record: Consumed, id: str, key: bytes) -> bool:
    return record.key == key or record.headers.get("ce_subject") == id


def _place(one: Delivered) -> str:
    return f"{one.topic}/{one.partition}/{one.offset}"


def _now_ms() -> int:
    return int(time.time() * 1000)
