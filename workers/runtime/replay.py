"""Replay dead letters: their records once more into the topics in which they failed.

What that means for counting. A replayed record is no new arrival: its header ``origin`` names the
first one, in ``articles.raw`` as in every other topic, and every worker goes by that header. The
dead letter stays where it is, and the arrival gets exactly one outcome more: enriched, duplicate,
or the next dead letter. So by origin

- arrivals = enriched ∪ duplicates ∪ dead letters holds at any time, where the arrivals are the
  origins of ``articles.raw``, not its records;
- the three are disjoint once the dead letters are left out that were replayed. Those are the ones
  whose topic (``dlq.topic``) holds a record of the same origin with a higher ``dlq.replay_count``.

``dlq.replay_count`` counts per topic: a record that gets further and fails there starts from 0.

To replay twice does no harm but for the work, as the claim gives one origin one verdict and the
product is keyed by id. It is avoided all the same: of several letters of one arrival only the last
is replayed, and none whose replay lies in its topic already (as long as retention leaves it there).

Records that failed behind the claim do not pass it again. Their claim was given back, so that a
copy may have become an original of its own since; where even their version was given to another
article they are refused.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from topics import catalog, codec
from topics.catalog import Topic
from topics.codec import DecodeError
from topics.records import Claim
from workers.runtime.delivery import Delivered, Delivery, Message
from workers.runtime.letters import Letter, Wanted, is_tombstone
from workers.runtime.record import Consumed
from workers.runtime.replay_plan import (
    Decision,
    Known,
    Rules,
    Send,
    decide,
    given_anew,
    message,
    target,
)
from workers.runtime.scan import Read, Scan, Stretch
from workers.settings import Settings

CLOCKS_MS = 2 * 60 * 60 * 1000
"""How far the clocks of workers may differ."""
SENDS_PER_SECOND = 10
"""Into how many groups a second's records are split."""


class NoTopicError(Exception):
    """The dead letters' topic is not on the broker."""


@dataclass(frozen=True)
class Planned:
    """One dead letter and what is to become of it."""

    letter: Letter
    decision: Decision


@dataclass(frozen=True)
class Sent:
    """One dead letter whose record Kafka has taken, or has refused as too large."""

    letter: Letter
    where: str | None
    problem: str | None = None


class Replay:
    """Plans first, from what the topics tell; then sends what the plan says."""

    def __init__(
        self,
        settings: Settings,
        rules: Rules,
        report: Callable[[Read], None] = lambda read: None,
    ) -> None:
        self._settings = settings
        self._rules = rules
        self._report = report

    async def plan(self, wanted: Wanted) -> list[Planned]:
        """Decide about every wanted letter, in order of time; nothing is sent."""
        known = Known()
        letters = []
        scan = self._scan([catalog.DEAD_LETTER], wanted.since)
        async for record in scan.records():
            letter = Letter.of(record)
            if is_tombstone(record):
                known.note_forgotten(letter)
                continue
            known.note_letter(letter)
            if wanted.matches(letter):
                letters.append(letter)
        if scan.missing:
            raise NoTopicError(
                f"no topic {scan.missing[0]} on the broker; create it with: copydesk topics create"
            )
        known.partitions = scan.partitions
        letters.sort(key=lambda letter: (letter.timestamp, letter.partition, letter.offset))
        await self._find_replays(letters, known)
        await self._find_given_anew(letters, known)
        return [
            Planned(letter, decide(self._settings, letter, known, self._rules))
            for letter in letters
        ]

    async def send(self, plan: Sequence[Planned], rate: float) -> AsyncIterator[Sent]:
        """Send what the plan says, at most ``rate`` records a second; tells what is delivered.

        The payloads are read again, a few at a time. DeliveryError if Kafka does not take one.
        """
        sends = {item.letter.place: item.letter for item in plan if isinstance(item.decision, Send)}
        decisions = {item.letter.place: item.decision for item in plan}
        group: list[tuple[Letter, Message]] = []
        size = max(1, int(rate / SENDS_PER_SECOND))
        delivery = Delivery(self._settings)
        await delivery.start()
        try:
            due = time.monotonic()
            async for record in self._again(list(sends.values())):
                letter = sends.pop(f"{record.topic}/{record.partition}/{record.offset}", None)
                if letter is None:
                    continue
                decision, topic = decisions[letter.place], target(self._settings, letter)
                assert isinstance(decision, Send)
                assert topic is not None
                now = datetime.now(UTC)
                group.append((letter, message(record, letter, topic, decision, now=now)))
                if len(group) == size or not sends:
                    await asyncio.sleep(max(due - time.monotonic(), 0))
                    due = time.monotonic() + len(group) / rate
                    for sent in await _deliver(delivery, group):
                        yield sent
                    group.clear()
            if group:
                for sent in await _deliver(delivery, group):
                    yield sent
            for letter in sends.values():
                yield Sent(letter, None, "it is no longer there: retention has deleted it")
        finally:
            await delivery.stop()

    async def _again(self, letters: Sequence[Letter]) -> AsyncIterator[Consumed]:
        first: dict[tuple[str, int], int] = {}
        for letter in letters:
            place = (letter.topic, letter.partition)
            first[place] = min(first.get(place, letter.offset), letter.offset)
        parts = [Stretch(topic, number, offset) for (topic, number), offset in first.items()]
        async for record in self._scan().records(parts):
            yield record

    async def _find_replays(self, letters: Sequence[Letter], known: Known) -> None:
        """Look behind the failed records: a replay lies in the same partition, at its end then."""
        first: dict[tuple[str, int], int] = {}
        for letter in letters:
            if target(self._settings, letter) is not None:
                place = (letter.failed_topic, letter.failed_partition)
                first[place] = min(first.get(place, letter.failed_offset), letter.failed_offset)
        parts = [Stretch(topic, number, offset + 1) for (topic, number), offset in first.items()]
        origins = {letter.origin for letter in letters}
        async for record in self._scan().records(parts):
            if record.origin in origins:
                known.note_record(record)

    async def _find_given_anew(self, letters: Sequence[Letter], known: Known) -> None:
        behind = {
            letter.origin: letter
            for letter in letters
            if target(self._settings, letter) not in (None, catalog.RAW)
        }
        if not behind:
            return
        ids = {letter.id for letter in behind.values()}
        since = min(letter.timestamp for letter in behind.values()) - CLOCKS_MS
        claims: dict[str, Claim] = {}
        async for record in self._scan([catalog.CLAIMS], since).records():
            try:
                claim = codec.decode_claim(record.value)
            except DecodeError:
                continue  # a tombstone
            if claim.id in ids:
                claims[claim.origin] = claim
        known.given_anew = given_anew(behind, claims)

    def _scan(self, topics: Sequence[Topic] = (), since: int | None = None) -> Scan:
        return Scan(self._settings, topics, since=since, report=self._report)


async def _deliver(delivery: Delivery, group: Sequence[tuple[Letter, Message]]) -> list[Sent]:
    answers = await delivery.send([message for _, message in group])
    return [
        Sent(letter, f"{answer.topic}/{answer.partition}/{answer.offset}")
        if isinstance(answer, Delivered)
        else Sent(letter, None, answer.detail)
        for (letter, _), answer in zip(group, answers, strict=True)
    ]
