"""Follow one article, or one arrival of it, through all topics.

A record has waited from the time of the one that was consumed until a worker took that one in hand,
and was worked on, with its batch, until it lay in its topic itself; by the clocks of the worker and
of the broker. Where nothing tells when it was taken, waiting and working are told as one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from topics import catalog
from topics.catalog import Topic
from topics.headers import TAKEN
from topics.records import Origin
from workers import pipeline
from workers.canonical_url import canonical_url, url_id
from workers.runtime.letters import Letter, is_tombstone, same_origin
from workers.runtime.record import Consumed
from workers.runtime.replay_plan import REPLAY_COUNT
from workers.runtime.scan import Read, Scan, Stretch
from workers.settings import Settings

FORGOTTEN = "forgotten"
"""The outcome of a tombstone."""
TAKEDOWN = "takedown"
"""That of a record by which the claim's owner drops its claims."""
MOST = 10_000
"""Records of one article that are kept; more are counted."""
LONGEST_PLACE = 30
"""Characters of a partition and an offset; Python refuses to read very long numbers."""
KEYED_BY_ID: tuple[Topic, ...] = tuple(
    topic
    for topic in catalog.TOPICS
    if topic not in (catalog.RAW, catalog.CLAIMS, catalog.DEAD_LETTER)
)


@dataclass(frozen=True)
class Sighting:
    """One record of the article; times in milliseconds."""

    topic: str
    """The name in the catalog."""
    place: str
    timestamp: int
    origin: Origin
    stage: str
    """What wrote it; empty where its headers do not tell."""
    outcome: str
    version: int | None
    detail: str
    taken: int | None = None
    """When the worker began with the batch that it comes from, if that is told."""
    waited: int | None = None
    """Since the record before of the same arrival until it was taken; None for its first."""
    worked: int | None = None
    """Since it was taken; None where that is not told, and is part of ``waited``."""
    copy: bool = False
    """Whether it tells of another article, which repeats this one."""
    key: bytes | None = None

    def described(self) -> dict[str, Any]:
        """The sighting as one JSON object."""
        return {
            "timestamp": self.timestamp,
            "waited": self.waited,
            "worked": self.worked,
            "topic": self.topic,
            "place": self.place,
            "origin": str(self.origin),
            "stage": self.stage,
            "outcome": self.outcome,
            "version": self.version,
            "detail": self.detail,
        }


@dataclass(frozen=True)
class Trace:
    """All that was found, in order of time, and what could not be."""

    sightings: tuple[Sighting, ...]
    more: int
    """Records beyond those that are kept."""
    missing: tuple[str, ...]
    """Topics that are not on the broker, by full name."""
    deleted: dict[str, int]
    """Topic, by full name → records that retention has deleted."""


class Search:
    """Which records belong to the article; ``word`` is its id or one of its origins.

    ``key`` is one under which it may have arrived, if that is not its id.
    """

    def __init__(self, settings: Settings, word: str, *, key: str | None = None) -> None:
        self._names = {settings.topic(topic.name): topic for topic in catalog.TOPICS}
        self._word = word
        self._keys = {name.encode("utf-8", "replace") for name in (word, key or word)}
        self._needle = orjson.dumps(word)
        self._origins: set[Origin] = set()
        self.found: list[Sighting] = []
        self.more = 0

    def note(self, record: Consumed) -> None:
        """Take in one record; topics keyed by id come first, for they tell the origins."""
        topic = self._names.get(record.topic)
        if topic is None:
            return
        origin = _origin(record, topic)
        own = self._is_of(record, topic, origin)
        if own:
            self._origins.add(origin)
        elif not (topic is catalog.DUPLICATES and self._copies(record)):
            return
        if len(self.found) < MOST:
            self.found.append(replace(sighting(record, topic, origin), copy=not own))
        else:
            self.more += 1

    def _is_of(self, record: Consumed, topic: Topic, origin: Origin) -> bool:
        if origin in self._origins or same_origin(self._word, origin):
            return True
        if topic is catalog.CLAIMS:
            return _value(record, self._needle).get("id") == self._word
        if topic is catalog.RAW and self._word.startswith("url-"):
            value = _value(record)  # not fingerprinted yet, it is known by its address alone
            url, own = value.get("url"), value.get("id") or self._word
            known = canonical_url(url) if isinstance(url, str) else None
            if known is not None and url_id(known) == own == self._word:
                return True
        return record.key in self._keys or record.headers.get("ce_subject") == self._word

    def _copies(self, record: Consumed) -> bool:
        """Whether another article was found to repeat this one."""
        return _value(record, self._needle).get("duplicate_of") == self._word


async def trace(
    settings: Settings,
    word: str,
    *,
    since: int | None = None,
    report: Callable[[Read], None] = lambda read: None,
) -> Trace:
    """Read all topics once, from ``since`` (ms) on; what belongs to an id or an arrival.

    An arrival is named by its origin, or by the place of any record of it.
    Every partition is read, whatever the key: others may have produced with a partitioner of their
    own, and partitions may have been added.
    """
    searches = [Search(settings, await _arrival(settings, word) or word)]
    (found,) = await trace_all(settings, searches, since=since, report=report)
    return found


async def _arrival(settings: Settings, word: str) -> str | None:
    """The origin of the record at this place; None if it is no place, or nothing is there."""
    topic, _, place = word.partition("/")
    partition, _, offset = place.partition("/")
    known = catalog.BY_NAME.get(topic.removeprefix(settings.topic_prefix))
    numbers = partition.isdecimal() and offset.isdecimal() and len(place) < LONGEST_PLACE
    if known is None or not numbers or topic != settings.topic(known.name):
        return None
    at = Stretch(topic, int(partition), int(offset))
    async with contextlib.aclosing(Scan(settings, [known]).records([at])) as records:
        async for record in records:
            if record.offset != at.start:
                return None
            return str(record.arrival().origin if known is catalog.RAW else _origin(record, known))
    return None


async def trace_all(
    settings: Settings,
    searches: Sequence[Search],
    *,
    since: int | None = None,
    report: Callable[[Read], None] = lambda read: None,
) -> list[Trace]:
    """The same for several articles, by one reading."""
    missing: list[str] = []
    deleted: dict[str, int] = {}
    for topics in (KEYED_BY_ID, (catalog.DEAD_LETTER,), (catalog.CLAIMS, catalog.RAW)):
        scan = Scan(settings, topics, since=since, report=report)
        async for record in scan.records():
            for search in searches:
                search.note(record)
        missing += scan.missing
        deleted |= scan.deleted
    return [
        Trace(in_order(search.found), search.more, tuple(missing), deleted) for search in searches
    ]


def in_order(found: Iterable[Sighting]) -> tuple[Sighting, ...]:
    """By time; records of one millisecond in the order of the pipeline. Tells what each waited."""
    places = {topic.name: number for number, topic in enumerate(catalog.TOPICS)}
    ordered = sorted(found, key=lambda seen: (seen.timestamp, places[seen.topic], seen.place))
    before: dict[Origin, list[int]] = {}
    told = []
    for seen in ordered:
        earlier = before.setdefault(seen.origin, [])
        told.append(_timed(seen, earlier))
        earlier.append(seen.timestamp)
    return tuple(told)


def _timed(seen: Sighting, earlier: Sequence[int]) -> Sighting:
    """The sighting with its waiting and working; ``earlier`` are the times of those before it."""
    if seen.taken is None:
        return replace(seen, waited=seen.timestamp - earlier[-1] if earlier else None)
    # The claim's changelog is written while the claim works: what it waited for came before.
    consumed = [time for time in earlier if time <= seen.taken] or earlier[:1]
    waited = max(0, seen.taken - consumed[-1]) if consumed else None
    return replace(seen, waited=waited, worked=max(0, seen.timestamp - seen.taken))


def sighting(record: Consumed, topic: Topic, origin: Origin) -> Sighting:
    """One record in words."""
    value = _value(record)
    outcome, version, detail = topic.state, None, ""
    stage = record.headers.get("ce_source", "").removeprefix("copydesk/")
    if record.value is None and (topic is catalog.CLAIMS or is_tombstone(record)):
        outcome, detail = FORGOTTEN, "a tombstone"
    elif topic is catalog.FINGERPRINTED and value.get("record") == "withdrawal":
        outcome, detail = "withdrawal", "gives its claim back"
    elif topic is catalog.FINGERPRINTED and value.get("record") == "takedown":
        outcome, detail = TAKEDOWN, "drops all its claims"
    elif topic is catalog.CLAIMS:
        stage = pipeline.CLAIM
        outcome, version, detail = _claim(value)
    elif topic is catalog.DUPLICATES:
        detail = (
            f"{value.get('reason')} of {value.get('duplicate_of')} "
            f"v{value.get('duplicate_of_version')} ({value.get('duplicate_of_origin')})"
        )
    elif topic is catalog.DEAD_LETTER:
        letter = Letter.of(record)
        detail = f"{letter.reason} in {letter.stage}: {letter.message}"
    elif topic not in (catalog.RAW, catalog.FINGERPRINTED):
        version, detail = value.get("version"), _weak_stages(value)
    if topic is not catalog.DEAD_LETTER and REPLAY_COUNT in record.headers:
        detail = f"replay {record.headers[REPLAY_COUNT]}"
    return Sighting(
        topic=topic.name,
        place=f"{record.topic}/{record.partition}/{record.offset}",
        timestamp=record.timestamp,
        origin=origin,
        stage=stage,
        outcome=outcome,
        version=version if isinstance(version, int) else None,
        detail=detail,
        taken=None if topic is catalog.RAW else _moment(record.headers.get(TAKEN, "")),
        key=record.key,
    )


def _moment(text: str) -> int | None:
    """Milliseconds of a time that a header tells; None where it tells none."""
    try:
        time = datetime.fromisoformat(text)
        return round(time.timestamp() * 1000) if time.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _origin(record: Consumed, topic: Topic) -> Origin:
    if topic is catalog.CLAIMS:  # its key; it carries no headers
        with contextlib.suppress(ValueError):
            return Origin.parse((record.key or b"").decode("utf-8", "replace"))
    return record.origin


def _claim(value: dict[str, Any]) -> tuple[str, Any, str]:
    verdict = value.get("verdict")
    verdict = verdict if isinstance(verdict, dict) else {}
    detail = str(verdict.get("kind"))
    if verdict.get("of") is not None:
        detail += f" of {verdict['of']} v{verdict.get('of_version')}"
    return "withdrawn" if value.get("withdrawn") else "claimed", verdict.get("version"), detail


def _weak_stages(value: dict[str, Any]) -> str:
    """Stages that failed or had nothing to do, with their reasons."""
    stages = value.get("stages")
    runs: Sequence[Any] = stages if isinstance(stages, list) else ()
    return "; ".join(
        f"{run.get('name')} {run['status']}: {run.get('reason')}"
        for run in runs
        if isinstance(run, dict) and run.get("status") in ("failed", "skipped")
    )


def _value(record: Consumed, needle: bytes = b"") -> dict[str, Any]:
    """The value where it is a JSON object that has these bytes in it; else nothing."""
    if not record.value or needle not in record.value:
        return {}
    try:
        value = orjson.loads(record.value)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}
