"""What must hold whatever breaks: invariants I1 to I7, checked on what the broker holds.

I1  The arrivals are the union of enriched, duplicates and dead letters, counted by origin.
I2  These three are disjoint, re-emissions of one origin aside, and no two arrivals are enriched as
    one version of one article.
I3  Re-emissions are byte for byte the same, time fields aside, and a dead letter holds the bytes of
    the record that it names, or their beginning and their hash.
I4  No committed offset has passed a record that is not finished, nor the end.
I5  A duplicate points to another, earlier arrival, which is enriched, by the name that it has
    there, or a dead letter.
I6  After healing, nothing is left to consume.
I7  The workers' counters agree with the topics.

A dead letter that was replayed counts no more once its record lies in its topic again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.deployment import Record
from topics import catalog
from topics.catalog import Topic
from topics.headers import DEAD_LETTER_PREFIX, ORIGIN, TAKEN, TRACEPARENT
from topics.records import Origin
from workers import pipeline
from workers.runtime.record import PRODUCER

Place = tuple[str, int]
"""(catalog name of a topic, partition)"""

OUTPUTS = (
    catalog.FINGERPRINTED,
    catalog.UNIQUE,
    catalog.DUPLICATES,
    catalog.IDENTIFIED,
    catalog.CLEANED,
    catalog.ENRICHED,
    catalog.DEAD_LETTER,
)
TIME_FIELD = re.compile(rb'"enriched_at":"[^"]*"')
# A re-emission is a new step of the trace, at a new time.
TIME_HEADERS = ("ce_time", TAKEN, TRACEPARENT, DEAD_LETTER_PREFIX + "first_failed_at")
REPLAYS = DEAD_LETTER_PREFIX + "replay_count"


@dataclass(frozen=True)
class Observed:
    """What the broker and the workers say at one moment."""

    topics: Mapping[str, Sequence[Record]]
    """All records of all topics, by catalog name."""
    committed: Mapping[Place, int]
    """The hops' committed offsets; absent: none yet. Read before the topics."""
    ends: Mapping[Place, int]
    hops: Sequence[tuple[str, ...]]
    counted: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(step, outcome) → count, over all workers whose counters could be read."""
    all_counted: bool = False
    """Whether no worker has ended: its last counters end with it."""


@dataclass(frozen=True)
class Violation:
    """One invariant that does not hold, and where."""

    invariant: str
    what: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.what}"


@dataclass(frozen=True)
class Account:
    """What came of the arrivals."""

    arrivals: int
    enriched: int
    duplicates: int
    dead_letters: int
    lost: int
    re_emitted: int
    """Records that a consumer of the outputs sees once more than needed."""
    repeated: int
    """The same over all topics."""
    self_duplicates: int


def consumes(hop: Sequence[str]) -> Topic:
    """The topic that a hop reads."""
    fixed = {pipeline.FINGERPRINT: catalog.RAW, pipeline.CLAIM: catalog.FINGERPRINTED}
    return fixed.get(hop[0]) or pipeline.enrichments(hop)[0].consumes


def produces(hop: Sequence[str]) -> Topic:
    """The topic on which an article goes on behind a hop."""
    fixed = {pipeline.FINGERPRINT: catalog.FINGERPRINTED, pipeline.CLAIM: catalog.UNIQUE}
    return fixed.get(hop[0]) or pipeline.enrichments(hop)[-1].produces


def violations(observed: Observed) -> list[Violation]:
    """Everything that does not hold once all is over."""
    return [
        *_unaccounted(observed),
        *_in_several(observed),
        *_under_one_name(observed),
        *_differing(observed),
        *_altered(observed),
        *passed_unfinished(observed),
        *_badly_pointing(observed),
        *_left_over(observed),
        *_miscounted(observed),
    ]


def account(observed: Observed) -> Account:
    """The arrivals and what came of them, as a table shows it."""
    arrivals, outcomes = _arrivals(observed), _outcomes(observed)
    finished = set().union(*outcomes.values())
    enriched, duplicates, dead = outcomes.values()
    again = {
        topic.name: len(records) - len({_story(record) for record in records})
        for topic in OUTPUTS
        for records in [_articles(observed, topic)]
    }
    return Account(
        arrivals=len(arrivals),
        enriched=len(enriched),
        duplicates=len(duplicates),
        dead_letters=len(dead),
        lost=len(arrivals - finished),
        re_emitted=sum(again[name] for name in outcomes),
        repeated=sum(again.values()),
        self_duplicates=sum(
            told["duplicate_of_origin"] == told["origin"] for told in _told(observed)
        ),
    )


def _unaccounted(observed: Observed) -> Iterator[Violation]:
    arrivals = _arrivals(observed)
    finished = set().union(*_outcomes(observed).values())
    if lost := arrivals - finished:
        yield Violation("I1", f"{len(lost)} of {len(arrivals)} arrivals lost: {_some(lost)}")
    if invented := finished - arrivals:
        yield Violation("I1", f"{len(invented)} outcomes without an arrival: {_some(invented)}")


def _in_several(observed: Observed) -> Iterator[Violation]:
    named = list(_outcomes(observed).items())
    for number, (name, origins) in enumerate(named):
        for other, others in named[number + 1 :]:
            if both := origins & others:
                yield Violation("I2", f"{len(both)} in {name} and {other}: {_some(both)}")


def _under_one_name(observed: Observed) -> Iterator[Violation]:
    owners: dict[tuple[object, object], Origin] = {}
    for origin, names in _names(observed).items():
        for name in names:
            if (owner := owners.setdefault(name, origin)) != origin:
                yield Violation("I2", f"{owner} and {origin} are both enriched as {name}")


def _differing(observed: Observed) -> Iterator[Violation]:
    for topic in OUTPUTS:
        first: dict[tuple[Origin, int], Record] = {}
        for record in _articles(observed, topic):
            before = first.setdefault(_story(record), record)
            if _timeless(before) != _timeless(record):
                yield Violation(
                    "I3",
                    f"{topic.name} {record.partition}/{record.offset} differs from "
                    f"{before.partition}/{before.offset} of the same {record.origin}: "
                    f"{_difference(before, record)}",
                )


def _altered(observed: Observed) -> Iterator[Violation]:
    lie = {
        (record.topic, str(record.partition), str(record.offset)): record
        for records in observed.topics.values()
        for record in records
    }
    for letter in observed.topics[catalog.DEAD_LETTER.name]:
        told = letter.failure
        failed = lie.get((told["topic"], told.get("partition", ""), told.get("offset", "")))
        if letter.origin.topic == PRODUCER:
            continue  # what was never put on a topic
        if failed is None:
            yield Violation("I3", f"{letter.place} names a record that is not there: {told}")
        elif told.get("truncated") == "true":
            whole = hashlib.sha256(failed.value).hexdigest() == told.get("sha256")
            if not whole or not letter.value or not failed.value.startswith(letter.value):
                yield Violation("I3", f"{letter.place} is not the beginning of {failed.place}")
        elif (letter.key, letter.value) != (failed.key, failed.value):
            yield Violation("I3", f"{letter.place} has other bytes than {failed.place}")


def passed_unfinished(observed: Observed) -> Iterator[Violation]:
    """I4 alone, which must hold at every moment."""
    failed: dict[tuple[str, Origin], int] = {}
    for letter in observed.topics[catalog.DEAD_LETTER.name]:
        place = (letter.failure["topic"], letter.origin)
        failed[place] = max(_replays(letter), failed.get(place, 0))
    for hop in observed.hops:
        source = consumes(hop)
        out = {produces(hop)}
        if hop[0] == pipeline.CLAIM:
            out.add(catalog.DUPLICATES)
        finished = {record.origin for topic in out for record in _articles(observed, topic)}
        for record in _articles(observed, source):
            committed = observed.committed.get((source.name, record.partition), 0)
            if record.offset >= committed or (origin := _origin(source, record)) in finished:
                continue
            # What failed before it was sent again is not finished by that.
            if failed.get((record.topic, origin), -1) < _replays(record):
                yield Violation(
                    "I4",
                    f"{hop[0]} has committed {committed} in {source.name}/{record.partition}, but "
                    f"{record.offset} is not finished",
                )
    for where, committed in sorted(observed.committed.items()):
        if committed > (end := observed.ends.get(where, 0)):
            yield Violation("I4", f"{committed} is committed in {where}, which ends at {end}")


def _badly_pointing(observed: Observed) -> Iterator[Violation]:
    enriched, duplicates, dead = _outcomes(observed).values()
    order: dict[Origin, int] = {}
    for record in _articles(observed, catalog.FINGERPRINTED):
        order.setdefault(record.origin, record.offset)
    names = _names(observed)
    for record in observed.topics[catalog.DUPLICATES.name]:
        told = record.json
        origin, of = Origin.parse(told["origin"]), Origin.parse(told["duplicate_of_origin"])
        name = (told["duplicate_of"], told["duplicate_of_version"])
        if origin != record.origin:
            yield Violation("I5", f"{record.origin} says that it is {origin}")
        elif origin == of:
            yield Violation("I5", f"{origin} is a duplicate of itself")
        elif of not in enriched | dead:
            where = "a duplicate itself" if of in duplicates else "nowhere"
            yield Violation("I5", f"{origin} points to {of}, which is {where}")
        elif of not in order:
            yield Violation("I5", f"{origin} points to {of}, which was never fingerprinted")
        elif order[of] >= order.get(origin, -1):
            yield Violation("I5", f"{origin} points to {of}, which is not earlier")
        elif of in enriched and name not in names.get(of, ()):
            yield Violation("I5", f"{origin} calls {of} {name}, which has the name {names.get(of)}")


def _left_over(observed: Observed) -> Iterator[Violation]:
    ends = dict(observed.ends)
    for name, records in observed.topics.items():
        for record in records:
            place = (name, record.partition)
            ends[place] = max(ends.get(place, 0), record.offset + 1)
    for hop in observed.hops:
        for place, end in sorted(ends.items()):
            committed = observed.committed.get(place, 0)
            if place[0] == consumes(hop).name and committed < end:
                yield Violation("I6", f"{hop[0]} has {end - committed} left in {place}")


def _miscounted(observed: Observed) -> Iterator[Violation]:
    letters = observed.topics[catalog.DEAD_LETTER.name]
    told: set[tuple[str, str]] = set()
    for hop in observed.hops:
        # What passed one step of several goes on to the next, and no topic tells of it.
        told |= {(step, outcome) for step in hop[:-1] for outcome in ("ok", "error")}
        gone_on = [r for r in _articles(observed, produces(hop)) if not _is_foreign(r)]
        expected: list[tuple[str, tuple[str, ...], Sequence[Record]]]
        expected = [(hop[-1], ("ok", "error"), gone_on)]
        if hop[-1] == pipeline.CLAIM:
            expected.append((hop[-1], ("duplicate",), observed.topics[catalog.DUPLICATES.name]))
        for step in hop:
            mine = [item for item in letters if item.headers[DEAD_LETTER_PREFIX + "stage"] == step]
            expected.append((step, ("dead_letter",), mine))
        for step, outcomes, records in expected:
            told |= {(step, outcome) for outcome in outcomes}
            counted = sum(observed.counted.get((step, outcome), 0) for outcome in outcomes)
            # A record that the client sent again after a lost answer lies there twice.
            least = len({_story(record) for record in records}) if observed.all_counted else 0
            if not least <= counted <= len(records):
                yield Violation(
                    "I7",
                    f"{step} counted {counted} as {' or '.join(outcomes)}; there are "
                    f"{len(records)}, {least} of them different",
                )
    for place, count in sorted(observed.counted.items()):
        if count and place not in told:
            yield Violation("I7", f"{place[0]} counted {count} as {place[1]}, which it cannot have")


def _arrivals(observed: Observed) -> set[Origin]:
    arrivals = {_origin(catalog.RAW, record) for record in observed.topics[catalog.RAW.name]}
    letters = observed.topics[catalog.DEAD_LETTER.name]
    arrivals |= {letter.origin for letter in letters if letter.origin.topic == PRODUCER}
    # What others put on a topic between must not vanish either; it is named by its own place.
    for hop in observed.hops:
        arrivals |= {r.place for r in observed.topics[consumes(hop).name] if _is_foreign(r)}
    return arrivals


def _outcomes(observed: Observed) -> dict[str, set[Origin]]:
    """The origins in the last topic, among the duplicates and among the valid dead letters."""
    last = produces(observed.hops[-1])
    return {
        last.name: {record.origin for record in _articles(observed, last)},
        catalog.DUPLICATES.name: {
            record.origin for record in _articles(observed, catalog.DUPLICATES)
        },
        catalog.DEAD_LETTER.name: {record.origin for record in _letters(observed)},
    }


def _letters(observed: Observed) -> Iterator[Record]:
    replayed: dict[tuple[str, Origin], int] = {}
    for name, records in observed.topics.items():
        for record in records:
            if name != catalog.DEAD_LETTER.name and (count := _replays(record)):
                place = (record.topic, record.origin)
                replayed[place] = max(count, replayed.get(place, 0))
    for letter in observed.topics[catalog.DEAD_LETTER.name]:
        place = (letter.headers[DEAD_LETTER_PREFIX + "topic"], letter.origin)
        if _replays(letter) >= replayed.get(place, 0):
            yield letter


def _articles(observed: Observed, topic: Topic) -> list[Record]:
    """The records of a topic that stand for an article, not for a claim that is given back."""
    return [
        record
        for record in observed.topics[topic.name]
        if not record.headers.get("ce_source", "").endswith("/withdrawal")
    ]


def _origin(topic: Topic, record: Record) -> Origin:
    if topic is catalog.RAW and not _replays(record):
        return record.place
    return record.origin


def _is_foreign(record: Record) -> bool:
    return ORIGIN not in record.headers


def _replays(record: Record) -> int:
    count = record.headers.get(REPLAYS, "0")
    return int(count) if count.isdecimal() else 0


def _story(record: Record) -> tuple[Origin, int]:
    """What makes two records of one topic the same one, emitted again."""
    return record.origin, _replays(record)


def _timeless(record: Record) -> tuple[bytes | None, bytes, Mapping[str, str]]:
    told = {name: value for name, value in record.headers.items() if name not in TIME_HEADERS}
    return record.key, TIME_FIELD.sub(b"", record.value), told


def _difference(one: Record, other: Record) -> str:
    parts = zip(("key", "value", "headers"), _timeless(one), _timeless(other), strict=True)
    return "; ".join(f"{name} {a!r:.300} and {b!r:.300}" for name, a, b in parts if a != b)


def _names(observed: Observed) -> dict[Origin, set[tuple[object, object]]]:
    """Ids and versions in the last topic, by origin; where one of them is absent, none."""
    names: dict[Origin, set[tuple[object, object]]] = {}
    for record in _articles(observed, produces(observed.hops[-1])):
        value = record.json
        if "id" in value and "version" in value:
            names.setdefault(record.origin, set()).add((value["id"], value["version"]))
    return names


def _told(observed: Observed) -> list[dict[str, Any]]:
    return [record.json for record in observed.topics[catalog.DUPLICATES.name]]


def _some(origins: Iterable[Origin]) -> str:
    return ", ".join(str(origin) for origin in sorted(origins)[:5])
