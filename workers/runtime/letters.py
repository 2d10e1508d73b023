"""Dead letters as an operator sees them: what their headers tell, and which of them are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from topics import headers
from topics.headers import DEAD_LETTER_PREFIX
from topics.records import Origin
from workers.runtime.dead_letters import LONGEST_ID
from workers.runtime.record import Consumed

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Letter:
    """One dead letter without its payload; times in milliseconds."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    origin: Origin
    id: str
    """The article's; before one is known the producer's subject, else the origin."""
    key: bytes | None
    stage: str
    reason: str
    message: str
    exception: str
    attempts: int
    failed_topic: str
    """Full name of the topic whose record failed; empty if the headers do not say."""
    failed_partition: int
    failed_offset: int
    failed_timestamp: int
    first_failed_at: str
    replay_count: int
    worker_version: str
    truncated: bool
    size: int
    """Bytes of the payload, as far as it was kept."""

    @classmethod
    def of(cls, record: Consumed) -> Letter:
        """Read the headers; whatever stands in them, this does not fail."""
        told = {
            name.removeprefix(DEAD_LETTER_PREFIX): value
            for name, value in record.headers.items()
            if name.startswith(DEAD_LETTER_PREFIX)
        }
        return cls(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            timestamp=record.timestamp,
            origin=record.origin,
            id=record.headers.get("ce_subject", ""),
            key=record.key,
            stage=told.get("stage") or UNKNOWN,
            reason=told.get("reason") or UNKNOWN,
            message=told.get("message", ""),
            exception=told.get("exception", ""),
            attempts=_whole(told, "attempts"),
            failed_topic=told.get("topic", ""),
            failed_partition=_whole(told, "partition"),
            failed_offset=_whole(told, "offset"),
            failed_timestamp=_whole(told, "timestamp"),
            first_failed_at=told.get("first_failed_at", ""),
            replay_count=_whole(told, "replay_count"),
            worker_version=told.get("worker_version", ""),
            truncated="truncated" in told,
            size=len(record.value or b""),
        )

    @property
    def place(self) -> str:
        """Where it lies: ``topic/partition/offset``."""
        return f"{self.topic}/{self.partition}/{self.offset}"

    @property
    def failed_place(self) -> str:
        """Where the record lies that failed."""
        if not self.failed_topic:
            return UNKNOWN
        return f"{self.failed_topic}/{self.failed_partition}/{self.failed_offset}"

    def named(self, word: str) -> bool:
        """Whether a user may mean this one: by place, origin (its time may be left out) or id."""
        names = (self.place, self.place.removeprefix(f"{self.topic}/"))
        return word in names or same_origin(word, self.origin) or self.is_of(word)

    def is_of(self, id: str) -> bool:
        """Whether it is of the article with this id, which may be known by the key alone."""
        return id[:LONGEST_ID] == self.id or id.encode("utf-8", "replace") == self.key

    def described(self) -> dict[str, Any]:
        """The letter as one JSON object."""
        return {
            "place": self.place,
            "timestamp": self.timestamp,
            "origin": str(self.origin),
            "id": self.id,
            "key": None if self.key is None else self.key.decode("utf-8", "replace"),
            "stage": self.stage,
            "reason": self.reason,
            "message": self.message,
            "exception": self.exception,
            "attempts": self.attempts,
            "failed": self.failed_place,
            "first_failed_at": self.first_failed_at,
            "replay_count": self.replay_count,
            "worker_version": self.worker_version,
            "truncated": self.truncated,
            "size": self.size,
        }


@dataclass(frozen=True)
class Wanted:
    """Which dead letters a command is about; an empty field wants all, several must all hold."""

    place: str | None = None
    """Anything that ``Letter.named`` knows."""
    reasons: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()
    since: int | None = None
    """Milliseconds, inclusive, of the dead letter's own time."""
    until: int | None = None
    """Milliseconds, exclusive."""

    def matches(self, letter: Letter) -> bool:
        """Whether this is one of them."""
        return (
            (self.place is None or letter.named(self.place))
            and (not self.reasons or letter.reason in self.reasons)
            and (not self.stages or letter.stage in self.stages)
            and (not self.ids or any(map(letter.is_of, self.ids)))
            and (not self.origins or any(same_origin(o, letter.origin) for o in self.origins))
            and (self.since is None or letter.timestamp >= self.since)
            and (self.until is None or letter.timestamp < self.until)
        )


def is_tombstone(record: Consumed) -> bool:
    """Whether it says that its article is to be forgotten; no dead letter then, for one."""
    return record.value is None and record.headers.get("ce_type") == headers.FORGOTTEN


def same_origin(word: str, origin: Origin) -> bool:
    """Whether a user's word names this arrival; the time may be left out."""
    return word in (str(origin), str(origin).rpartition("@")[0])


def _whole(told: Mapping[str, str], name: str) -> int:
    """A number that a header tells; 0 where it tells none that Kafka could have."""
    try:
        value = int(told.get(name, ""))
    except ValueError:
        return 0
    return value if 0 <= value < 2**63 else 0
