"""Which articles are between their claim and the enriched topic, and the revisions that come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

import orjson

from topics import catalog, headers
from topics.catalog import Topic
from workers import pipeline
from workers.runtime.passing import committed
from workers.runtime.reader import TopicReader
from workers.runtime.scan import Read, Scan, Stretch
from workers.runtime.topic_admin import admin
from workers.settings import Settings


async def read_by(settings: Settings) -> set[str]:
    """The enrichment steps whose topics some worker reads: those that begin a hop."""
    found = set()
    async with admin(settings) as client:
        for stage in pipeline.ENRICHMENTS:
            for answer in await client.describe_consumer_groups([settings.group(stage.name)]):
                for group in answer.groups:
                    # error code, id, state, protocol type, protocol, members
                    if not group[0] and group[5]:
                        found.add(stage.name)
    return found


class OnTheirWay:
    """The newest version of each article that is on its way, as far as it is not out."""

    def __init__(
        self,
        settings: Settings,
        partitions: Mapping[str, int],
        report: Callable[[Read], None] = lambda read: None,
    ) -> None:
        self._settings = settings
        self._partitions = partitions
        self._report = report
        self._versions: dict[bytes, int] = {}
        self._again: set[tuple[bytes, int]] = set()
        self._reader = TopicReader(settings, [catalog.UNIQUE], from_beginning=False)

    async def start(self) -> None:
        """Read what no step has finished, and take note of whatever is claimed from now on."""
        await self._reader.start()
        for stage in pipeline.ENRICHMENTS:
            name = self._settings.topic(stage.consumes.name)
            numbers = range(self._partitions.get(name, 0))
            done = await committed(self._settings, stage.name, stage.consumes, numbers)
            # Where no step has ever read, nothing has been left by one either.
            parts = [Stretch(name, number, offset) for number, offset in done.items()]
            async for record in Scan(self._settings, report=self._report).records(parts):
                told = record.headers
                self.note(record.key, record.value, again=headers.REPROCESSED in told)

    async def stop(self) -> None:
        """Disconnect."""
        await self._reader.stop()

    async def catch_up(self) -> None:
        """Take in what was claimed meanwhile."""
        while not await self._reader.at_end():
            for message in await self._reader.read():
                told = headers.read(message.headers)
                self.note(message.key, message.value, again=headers.REPROCESSED in told)

    def note(self, key: bytes | None, value: bytes | None, *, again: bool) -> None:
        """Take in one record between the claim and the enriched topic."""
        version = 1
        with suppress(orjson.JSONDecodeError):
            record = orjson.loads(value or b"")
            version = record.get("version", 1) if isinstance(record, dict) else 1
        if key is None or not isinstance(version, int):
            return
        if again:
            self._again.add((key, version))
        else:
            self._versions[key] = max(version, self._versions.get(key, 0))

    def newer(self, key: bytes, version: int) -> bool:
        """Whether a newer version of an article is on its way."""
        return self._versions.get(key, 0) > version

    def again(self, key: bytes, version: int) -> bool:
        """Whether this version is on its way through its stages once more already."""
        return (key, version) in self._again


def entry(stage: str, reading: set[str]) -> Topic | None:
    """The topic by which articles get to a stage: its own, else the nearest before it.

    ``reading`` are the steps that workers begin with; None if there are none at or before it.
    """
    names = [one.name for one in pipeline.ENRICHMENTS]
    for one in reversed(pipeline.ENRICHMENTS[: names.index(stage) + 1]):
        if one.name in reading:
            return one.consumes
    return None
