"""One consumed record, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from topics import headers
from topics.records import Origin
from workers.runtime.breaker import Trouble
from workers.runtime.delivery import Message

REPLAY_COUNT = headers.DEAD_LETTER_PREFIX + "replay_count"
PRODUCER = "produce"
"""Topic and stage of what the producer itself had to turn away: no record of Kafka."""
LONGEST_COUNT = 10
"""Digits of a count that can be one; Python refuses to read very long ones."""


@dataclass(frozen=True)
class Consumed:
    """A record as the broker gave it; ``topic`` is the full name, the time in milliseconds."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Mapping[str, str] = field(default_factory=dict)
    taken: datetime | None = None
    """When the worker began with its batch; None for what was only read."""

    @property
    def origin(self) -> Origin:
        """The arrival that this record belongs to: its header, else the record itself."""
        carried = self.headers.get(headers.ORIGIN)
        if carried is not None:
            try:
                return Origin.parse(carried)
            except ValueError:
                pass  # some producers use the header's name for purposes of their own
        return Origin(self.topic, self.partition, self.offset, self.timestamp)

    def arrival(self) -> Consumed:
        """This record of ``articles.raw`` under its own name.

        A service that forwards what it consumed forwards our headers too; only a replay may carry
        the origin and the history of an earlier record, which must be one of the same topic.
        """
        replays = self.headers.get(REPLAY_COUNT, "0")
        replayed = replays.isdecimal() and len(replays) < LONGEST_COUNT and int(replays) > 0
        if replayed and self.origin.topic in (self.topic, PRODUCER):
            return self
        own = {
            name: value
            for name, value in self.headers.items()
            if name not in (headers.ORIGIN, headers.REPROCESSED)
            and not name.startswith(headers.DEAD_LETTER_PREFIX)
        }
        return replace(self, headers=own)

    @property
    def trace(self) -> str | None:
        """The trace that the record belongs to."""
        return self.headers.get(headers.TRACEPARENT)

    @property
    def tracestate(self) -> str | None:
        """What tracing systems tell each other along that trace."""
        return self.headers.get(headers.TRACESTATE)


@dataclass(frozen=True)
class Finished:
    """A record's outcome at one hop, with what is to be delivered for it."""

    consumed: Consumed
    step: str
    """The step at which the record ended, within the hop."""
    outcome: Literal["ok", "duplicate", "dead_letter", "error"]
    """``error``: an optional stage failed and the article went on without it."""
    messages: tuple[Message, ...]
    id: str | None = None
    withdrawal: Callable[[], Message | None] | None = None
    """Makes what gives the claim back, should the output turn out too large."""
    trouble: Trouble | None = None
    """Why it is a dead letter, or which optional step of the hop failed first."""
