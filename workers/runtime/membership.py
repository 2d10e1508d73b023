"""Static membership: a worker that comes back under its name finds its partitions as it left them.

The client joins under the name, and does not leave the group when it ends; nobody else notices a
restart within the session timeout. But it does not say its name with heartbeats and commits. So a
member whose name another process has taken is only told that the broker does not know it, at which
the client joins once more and throws the other process out, and so on in turns. Here such a member
ends instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer

from workers.runtime import logs
from workers.settings import Settings, variable

UNKNOWN_MEMBER = 25
FENCED = 82
"""Error codes of the protocol; the client has no class for the second."""
OFFSET_COMMIT = 8

Lost = Callable[[BaseException], None]


class PlaceLostError(Exception):
    """Another process has this worker's name, or its session was over; the message says so."""


class NamedConsumer(Consumer):
    """Faust's consumer; as a static member it calls ``lost`` when it has lost its place."""

    logger = logs.of_faust("consumer")

    def __init__(self, *arguments: Any, settings: Settings, lost: Lost, **named: Any) -> None:
        self._settings = settings
        self._lost = lost
        super().__init__(*arguments, **named)

    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        thread = _Thread(self, loop=self.loop, beacon=self.beacon)
        thread.joins = self._guard if self._settings.instance else None
        return thread

    def _guard(self, coordinator: Any) -> None:
        """Look at every answer of the group's coordinator; runs in the consumer's own thread."""
        send = coordinator._send_req

        async def guarded(request: Any) -> Any:
            answer = await send(request)
            if {UNKNOWN_MEMBER, FENCED}.intersection(_codes(answer)):
                self.loop.call_soon_threadsafe(self._lost, self._error(coordinator.group_id))
                await asyncio.Event().wait()  # the process ends: nothing more is asked
            return answer

        coordinator._send_req = guarded

    def _error(self, group: str) -> PlaceLostError:
        settings, name = self._settings, variable("instance")
        return PlaceLostError(
            f"this worker has lost its place in group {group}: another process runs with "
            f"{name}={settings.instance}, or this one was silent for more than "
            f"{variable('session_timeout')} ({settings.session_timeout:g} s); "
            f"every process of a stage needs a {name} of its own"
        )


class _Thread(AIOKafkaConsumerThread):
    logger = logs.of_faust("consumer")
    joins: Callable[[Any], None] | None = None

    async def on_start(self) -> None:
        """Connect; the group is joined later, when Faust subscribes."""
        await super().on_start()
        if self.joins is not None:
            assert self._consumer is not None
            self.joins(self._consumer._coordinator)


def _codes(answer: Any) -> Iterator[int]:
    if answer.API_KEY == OFFSET_COMMIT:
        for _, partitions in answer.topics:
            for _, code in partitions:
                yield code
    else:
        yield getattr(answer, "error_code", 0)
