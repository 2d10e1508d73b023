"""What the topics still hold of an article, and until when at the latest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from topics import catalog
from topics.catalog import Topic
from workers.runtime.topic_admin import TopicError, admin, configurations
from workers.runtime.trace import FORGOTTEN, TAKEDOWN, Sighting
from workers.settings import Settings

ASKED = ("cleanup.policy", "retention.ms", "segment.ms", "max.compaction.lag.ms")
SEGMENT_MS = 7 * catalog.DAY_MS
"""Kafka's default."""
NEVER = (1 << 63) - 1


@dataclass(frozen=True)
class Held:
    """Records of one article in one partition; times in milliseconds."""

    topic: str
    """Full name."""
    partition: int
    offsets: tuple[int, ...]
    first: int
    last: int
    until: int | None
    """When the last of them is gone at the latest; None if nothing promises that."""
    by: str
    """What takes them away: ``retention``, ``compaction``, or why nothing does."""

    def described(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "topic": self.topic,
            "partition": self.partition,
            "offsets": list(self.offsets),
            "first": self.first,
            "last": self.last,
            "until": self.until,
            "by": self.by,
        }


async def settings_of(settings: Settings, names: Iterable[str]) -> dict[str, dict[str, str]]:
    """How topics (full names) are set; as the catalog says where the broker does not tell."""
    known = {settings.topic(topic.name): dict(topic.layout()) for topic in catalog.TOPICS}
    wanted = dict.fromkeys(names, ASKED)
    try:
        async with admin(settings) as client:
            told = await configurations(client, wanted)
    except TopicError:
        told = {}
    return {
        name: known.get(name, {})
        | {key: value for key, value in told.get(name, {}).items() if value is not None}
        for name in wanted
    }


def held(seen: Iterable[Sighting], set_: Mapping[str, Mapping[str, str]], now: int) -> list[Held]:
    """By topic and partition, in the order of the pipeline; without copies and takedowns.

    ``now`` is when the tombstones are written, in milliseconds.
    """
    order: dict[str, Topic] = {topic.name: topic for topic in catalog.TOPICS}
    places: dict[tuple[int, str, int], list[Sighting]] = {}
    for one in seen:
        if one.copy or one.outcome in (FORGOTTEN, TAKEDOWN):
            continue
        topic, partition, _ = one.place.rsplit("/", 2)
        places.setdefault((list(order).index(one.topic), topic, int(partition)), []).append(one)
    return [
        _held(topic, partition, some, set_.get(topic, {}), now)
        for (_, topic, partition), some in sorted(places.items(), key=lambda item: item[0])
    ]


def _held(
    topic: str, partition: int, some: list[Sighting], set_: Mapping[str, str], now: int
) -> Held:
    last = max(one.timestamp for one in some)
    until, by = until_when(set_, last, now)
    return Held(
        topic=topic,
        partition=partition,
        offsets=tuple(sorted(int(one.place.rpartition("/")[2]) for one in some)),
        first=min(one.timestamp for one in some),
        last=last,
        until=until,
        by=by,
    )


def until_when(set_: Mapping[str, str], last: int, now: int) -> tuple[int | None, str]:
    """When Kafka has deleted a record of time ``last`` at the latest, by a topic's settings.

    A segment is deleted once its newest record is too old, and may take on records for so long as
    ``segment.ms`` says. Compaction promises nothing unless ``max.compaction.lag.ms`` does.
    """
    policy = set_.get("cleanup.policy", "delete").split(",")
    ends: list[tuple[int, str]] = []
    retention = _number(set_, "retention.ms", -1)
    if "delete" in policy and retention >= 0:
        ends.append((last + retention + _number(set_, "segment.ms", SEGMENT_MS), "retention"))
    lag = _number(set_, "max.compaction.lag.ms", NEVER)
    if "compact" in policy and lag < NEVER:
        ends.append((now + lag, "compaction"))
    if ends:
        return min(ends)
    if "compact" in policy:
        return None, "compaction, at no set time (max.compaction.lag.ms)"
    return None, "nothing: it is kept for ever (retention.ms)"


def _number(set_: Mapping[str, str], name: str, otherwise: int) -> int:
    try:
        return int(set_[name])
    except (KeyError, ValueError):
        return otherwise
