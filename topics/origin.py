"""The name of an arrival, which it keeps through every hop and replay."""

from __future__ import annotations

from typing import NamedTuple

LONGEST_TOPIC = 249
"""Characters of a topic's name that Kafka allows."""


class Origin(NamedTuple):
    """The name of one arrival: its record in ``articles.raw``, or its line for ``enrich``."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    """Milliseconds since the epoch, as the broker recorded them; 0 where there is no broker."""

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}@{self.timestamp}"

    @classmethod
    def parse(cls, text: str) -> Origin:
        """Read what ``str()`` wrote; ValueError if it is anything else, or no record of Kafka."""
        place, at, timestamp = text.rpartition("@")
        topic, _, rest = place.partition("/")
        partition, slash, offset = rest.partition("/")
        if not (at and slash and 0 < len(topic) <= LONGEST_TOPIC):
            raise ValueError(f"not an origin: {text!r}, expected topic/partition/offset@timestamp")
        numbers = int(partition), int(offset), int(timestamp)
        if 0 <= numbers[0] < 2**31 and 0 <= numbers[1] < 2**63 > numbers[2] >= -1:
            return cls(topic, *numbers)
        raise ValueError(f"not an origin: no record of Kafka is {text[:300]!r}")
