"""What every hop works with: its settings, the way out, metrics and the clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from topics import headers
from topics.catalog import Topic
from topics.records import Reason, StageRun
from workers.runtime import logs
from workers.runtime.breaker import Trouble
from workers.runtime.dead_letters import dead_letter
from workers.runtime.delivery import Message
from workers.runtime.metrics import Metrics
from workers.runtime.outbox import Outbox
from workers.runtime.record import Consumed, Finished
from workers.settings import Settings

log = logs.get(__name__)


class Desk:
    """What every hop works with: settings, the way out, metrics and the clock."""

    def __init__(
        self,
        settings: Settings,
        outbox: Outbox,
        metrics: Metrics,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.settings = settings
        self.outbox = outbox
        self.metrics = metrics
        self.now = now

    def message(
        self,
        topic: Topic,
        value: bytes,
        *,
        id: str,
        consumed: Consumed,
        stage: str,
        stages: Sequence[Any] = (),
    ) -> Message:
        """A record for a topic, keyed by the article's id, with all headers."""
        again = consumed.headers.get(headers.REPROCESSED)
        if again is not None:
            # Another event, though the same versions may have made it: a stage may have failed.
            stages = [*stages, StageRun(name=headers.REPROCESSED, version=again, status="ok")]
        told = headers.event(
            topic,
            id=id,
            origin=consumed.origin,
            stage=stage,
            stages=stages,
            time=self.now(),
            trace=consumed.trace,
            tracestate=consumed.tracestate,
            taken=consumed.taken,
        )
        if again is not None:
            told[headers.REPROCESSED] = again
        return Message(
            self.settings.topic(topic.name), id.encode("utf-8"), value, headers.write(told)
        )

    def rejected(
        self,
        consumed: Consumed,
        *,
        stage: str,
        reason: Reason,
        detail: str,
        exception: str | None = None,
        attempts: int = 1,
        id: str | None = None,
        withdrawal: Message | None = None,
    ) -> Finished:
        """The outcome of a record that could not be processed."""
        log.warning(
            "dead letter",
            stage=stage,
            reason=reason,
            message=detail,
            id=id,
            topic=consumed.topic,
            partition=consumed.partition,
            offset=consumed.offset,
            origin=str(consumed.origin),
        )
        self.metrics.dead_letters.labels(stage, reason).inc()
        letter = dead_letter(
            self.settings,
            consumed,
            stage=stage,
            reason=reason,
            detail=detail,
            exception=exception,
            attempts=attempts,
            now=self.now(),
            id=id,
        )
        messages = (letter,) if withdrawal is None else (letter, withdrawal)
        return Finished(
            consumed, stage, "dead_letter", messages, id, trouble=Trouble(stage, reason)
        )
