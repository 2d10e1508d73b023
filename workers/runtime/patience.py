"""Delivery that outlasts Kafka's absence: what waits is safe, and its source is followed on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from aiokafka.errors import KafkaError

from workers.runtime import logs
from workers.runtime.delivery import DeliveryError

log = logs.get(__name__)

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0

Records = TypeVar("Records")


class Patience(Generic[Records]):
    """Calls ``deliver`` until Kafka takes the records; once ``stop`` was called, not for long."""

    def __init__(self, deliver: Callable[[Records], Awaitable[None]], *, grace: float) -> None:
        """``grace`` are the seconds that are left after ``stop``."""
        self._deliver = deliver
        self._grace = grace
        self._deadline: float | None = None
        self._limit: asyncio.Timeout | None = None

    def stop(self) -> None:
        """Give up when the grace is over; DeliveryError then."""
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().time() + self._grace
            if self._limit is not None:
                self._limit.reschedule(self._deadline)

    async def __call__(self, records: Records) -> None:
        """Return when Kafka has taken all of these."""
        try:
            async with asyncio.timeout_at(self._deadline) as self._limit:
                await self._until_taken(records)
        except TimeoutError:
            raise DeliveryError(
                f"nothing was confirmed within {self._grace:g} s of being stopped"
            ) from None
        finally:
            self._limit = None

    async def _until_taken(self, records: Records) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                return await self._deliver(records)
            except (DeliveryError, KafkaError, OSError) as error:
                log.warning(
                    "Kafka takes no articles; they wait in the state file",
                    why=str(error),
                    again_in=pause,
                )
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
