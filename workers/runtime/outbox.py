"""Deliver what a batch came to: outputs first, and a dead letter for each that is too large."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from workers.runtime.breaker import Trouble
from workers.runtime.dead_letters import dead_letter, truncated
from workers.runtime.delivery import Delivery, DeliveryError, TooLarge
from workers.runtime.metrics import Metrics
from workers.runtime.record import Finished
from workers.settings import Settings


class Outbox:
    """Where the finished records of a hop leave the worker."""

    def __init__(
        self,
        settings: Settings,
        delivery: Delivery,
        metrics: Metrics,
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._delivery = delivery
        self._metrics = metrics
        self._now = now

    async def deliver(self, finished: Sequence[Finished]) -> list[Finished]:
        """Deliver everything and count it; DeliveryError if that fails.

        The answer says in order what became of each: what was too large is a dead letter.
        """
        messages = [message for item in finished for message in item.messages]
        letters = sum(item.outcome == "dead_letter" for item in finished)
        try:
            answers = iter(await self._delivery.send(messages))
        except DeliveryError:
            if letters:
                for item in finished:
                    if item.outcome == "dead_letter":
                        errors = self._metrics.dead_letter_write_errors
                        errors.labels(item.step, "delivery").inc()
            raise
        became = list(finished)
        refused: list[tuple[int, TooLarge]] = []
        for number, item in enumerate(finished):
            mine = [next(answers) for _ in item.messages]
            large = next((answer for answer in mine if isinstance(answer, TooLarge)), None)
            if large is None:
                self._metrics.messages_processed.labels(item.step, item.outcome).inc()
            else:
                refused.append((number, large))
        for number, large in refused:
            became[number] = await self._deliver_refused(finished[number], large)
        return became

    async def _deliver_refused(self, item: Finished, large: TooLarge) -> Finished:
        trouble = item.trouble
        if item.outcome == "dead_letter":
            letter = truncated(item.messages[0])
        else:
            trouble = Trouble(item.step, "too_large")
            letter = dead_letter(
                self._settings,
                item.consumed,
                stage=item.step,
                reason="too_large",
                detail=large.detail,
                exception=None,
                attempts=1,
                now=self._now(),
                id=item.id,
            )
            self._metrics.dead_letters.labels(item.step, "too_large").inc()
        (answer,) = await self._delivery.send([letter])
        if isinstance(answer, TooLarge) and item.outcome != "dead_letter":
            (answer,) = await self._delivery.send([truncated(letter)])
        if isinstance(answer, TooLarge):
            self._metrics.dead_letter_write_errors.labels(item.step, "too_large").inc()
            raise DeliveryError(f"not even a truncated dead letter fits: {answer.detail}")
        if item.withdrawal is not None and (message := item.withdrawal()) is not None:
            await self._delivery.send([message])
        self._metrics.messages_processed.labels(item.step, "dead_letter").inc()
        return replace(item, outcome="dead_letter", trouble=trouble)
