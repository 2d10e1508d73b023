"""Find what was published of one article, with the records that led to it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from topics import catalog
from topics.records import Origin
from workers.runtime.record import Consumed
from workers.runtime.scan import Read, Scan, Stretch
from workers.runtime.trace import FORGOTTEN, Sighting, Trace, trace
from workers.settings import Settings

OUTCOMES = (catalog.ENRICHED.name, catalog.DUPLICATES.name, catalog.DEAD_LETTER.name)


@dataclass(frozen=True)
class Published:
    """One outcome on Kafka; what is not there (any more) is None."""

    trace: Trace
    outcome: Sighting | None
    """The outcome that is explained; None if there is none yet."""
    others: tuple[Sighting, ...]
    """The newest outcome of each other arrival of the article."""
    record: Consumed | None
    raw: Consumed | None
    claim: Consumed | None


async def published(
    settings: Settings,
    word: str,
    *,
    since: int | None = None,
    report: Callable[[Read], None] = lambda read: None,
) -> Published:
    """Search all topics for an id or an origin, as ``trace`` does, and read what is explained."""
    found = await trace(settings, word, since=since, report=report)
    chosen, others = choose(found.sightings)
    if chosen is None:
        return Published(found, None, others, None, None, None)
    origin = chosen.origin
    claims = [
        seen.place
        for seen in found.sightings
        if seen.topic == catalog.CLAIMS.name and seen.origin == origin
    ]
    raw = None  # a record that others wrote to an outcome's topic has no arrival
    if origin.topic == settings.topic(catalog.RAW.name):
        raw = await at(settings, str(origin).rpartition("@")[0])
    return Published(
        found,
        chosen,
        others,
        await at(settings, chosen.place),
        raw,
        await at(settings, claims[-1]) if claims else None,
    )


def choose(sightings: Iterable[Sighting]) -> tuple[Sighting | None, tuple[Sighting, ...]]:
    """The outcome to explain, and those of the other arrivals; sightings are in order of time.

    The newest that is no mere repeat: a page that is fetched every hour is its article's news once.
    What was before its article was forgotten is not explained any more.
    """
    newest: dict[Origin, Sighting] = {}
    for seen in sightings:
        if seen.outcome == FORGOTTEN and seen.topic in OUTCOMES:
            newest.clear()
            continue
        if seen.topic in OUTCOMES and not seen.copy:
            newest.pop(seen.origin, None)  # so that the order stays that of time
            newest[seen.origin] = seen
    outcomes: Sequence[Sighting] = list(newest.values())
    telling = [seen for seen in outcomes if not _repeats(seen)] or outcomes
    if not telling:
        return None, ()
    return telling[-1], tuple(seen for seen in outcomes if seen is not telling[-1])


def _repeats(seen: Sighting) -> bool:
    return seen.topic == catalog.DUPLICATES.name and seen.detail.startswith("repeat of ")


async def at(settings: Settings, place: str) -> Consumed | None:
    """The record at ``TOPIC/PARTITION/OFFSET``; None if it is not there (any more)."""
    topic, partition, offset = place.rsplit("/", 2)
    stretch = Stretch(topic, int(partition), int(offset))
    found = Scan(settings).records([stretch])
    assert isinstance(found, AsyncGenerator)  # closed here, and its consumer with it
    async with aclosing(found) as records:
        async for record in records:
            # The first that is there; retention or compaction may have taken the one asked for.
            return record if record.offset == stretch.start else None
    return None
