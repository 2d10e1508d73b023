"""Delivery to Kafka: nothing counts as sent before the broker has acknowledged it.

A record that is too large is an outcome. Anything else that keeps a record from being delivered is
tried again a bounded number of times and then ends the process, so that no offset is committed
past it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from topics.catalog import MAX_MESSAGE_BYTES
from topics.headers import Headers
from workers.runtime.connection import client_arguments
from workers.runtime.diagnosis import CLIENT_ERRORS, diagnose
from workers.settings import Settings

LARGEST_REQUEST = 2 * MAX_MESSAGE_BYTES
BATCH_BYTES = 1024 * 1024
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 5.0
TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)


class DeliveryError(Exception):
    """Kafka did not take a record within the allowed tries: the process must end."""


@dataclass(frozen=True)
class Message:
    """A record on its way; ``topic`` is the full name."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = field(default_factory=list)
    partition: int | None = None


@dataclass(frozen=True)
class Delivered:
    """Where a record lies now."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True)
class TooLarge:
    """The record is larger than the client or the broker allows."""

    size: int
    detail: str


class Delivery:
    """A producer whose every send is confirmed."""

    def __init__(
        self,
        settings: Settings,
        *,
        retried: Callable[[Message, BaseException], None] = lambda message, error: None,
    ) -> None:
        self._settings = settings
        self._retried = retried
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect; UnreachableError if no broker lets us in."""
        compression = self._settings.compression
        producer = AIOKafkaProducer(
            **client_arguments(self._settings),
            acks="all",
            compression_type=None if compression == "none" else compression,
            max_request_size=LARGEST_REQUEST,
            max_batch_size=BATCH_BYTES,
            linger_ms=2,
            request_timeout_ms=int(self._settings.delivery_timeout * 1000),
        )
        try:
            await producer.start()
        except BaseException as error:
            with contextlib.suppress(Exception):
                await producer.stop()
            if isinstance(error, CLIENT_ERRORS):
                raise await diagnose(self._settings, error) from error
            raise
        self._producer = producer

    async def stop(self) -> None:
        """Disconnect; everything sent has been confirmed already."""
        if self._producer is not None:
            await self._producer.stop()

    async def send(self, messages: Sequence[Message]) -> list[Delivered | TooLarge]:
        """Deliver all messages, each to its answer in order.

        Raises DeliveryError when any of them could not be delivered.
        """
        answers: list[Delivered | TooLarge | BaseException] = list(
            await self._send_together(messages)
        )
        pause = FIRST_PAUSE
        for attempt in range(1, self._settings.delivery_attempts + 1):
            failed = [i for i, answer in enumerate(answers) if isinstance(answer, BaseException)]
            if not failed:
                return [answer for answer in answers if not isinstance(answer, BaseException)]
            if attempt > 1:
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            for i in failed:
                if isinstance(error := answers[i], BaseException):
                    self._retried(messages[i], error)
            # A batch is refused whole for one large record: alone, each shows its own answer.
            large = [i for i in failed if isinstance(answers[i], TOO_LARGE)]
            for i in large:
                (answers[i],) = await self._send_together([messages[i]], alone=True)
            others = [i for i in failed if i not in large]
            again = await self._send_together([messages[i] for i in others])
            for i, answer in zip(others, again, strict=True):
                answers[i] = answer
        for message, answer in zip(messages, answers, strict=True):
            if isinstance(answer, BaseException):
                raise DeliveryError(
                    f"{message.topic} did not take a record after "
                    f"{self._settings.delivery_attempts} tries: {answer!r}"
                ) from answer
        return [answer for answer in answers if not isinstance(answer, BaseException)]

    async def _send_together(
        self, messages: Sequence[Message], *, alone: bool = False
    ) -> list[Delivered | TooLarge | BaseException]:
        started: list[asyncio.Future[Any] | BaseException] = []
        for message in messages:
            # A client that has no room left for one record has none for those behind it either.
            away = started[-1] if started and isinstance(started[-1], TimeoutError) else None
            started.append(away or await self._start(message))
        futures = [item for item in started if isinstance(item, asyncio.Future)]
        if futures:
            # The producer retries by itself for ever while a broker is away: bound each try.
            await asyncio.wait(futures, timeout=self._settings.delivery_timeout * 1.5)
        return [
            self._answer(message, item, alone=alone)
            for message, item in zip(messages, started, strict=True)
        ]

    async def _start(self, message: Message) -> asyncio.Future[Any] | BaseException:
        assert self._producer is not None, "start() comes first"
        try:
            future: asyncio.Future[Any] = await asyncio.wait_for(
                self._producer.send(
                    message.topic,
                    value=message.value,
                    # The client refuses a record with neither, which others may have produced.
                    key=b"" if message.key is None and message.value is None else message.key,
                    partition=message.partition,
                    headers=message.headers,
                ),
                self._settings.delivery_timeout * 1.5,
            )
        except (KafkaError, TimeoutError) as error:
            return error
        # One that was given up on may still fail, and nobody is left to hear of it.
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        return future

    @staticmethod
    def _answer(
        message: Message, item: asyncio.Future[Any] | BaseException, *, alone: bool
    ) -> Delivered | TooLarge | BaseException:
        if isinstance(item, BaseException):
            error: BaseException | None = item
            refused_by_client = True
        elif not item.done():
            return TimeoutError("no answer from the broker")
        else:
            error = item.exception()
            refused_by_client = False
        if error is None:
            assert isinstance(item, asyncio.Future)
            metadata = item.result()
            return Delivered(metadata.topic, metadata.partition, metadata.offset)
        if isinstance(error, TOO_LARGE) and (alone or refused_by_client):
            size = len(message.value or b"") + len(message.key or b"")
            return TooLarge(size, f"{size} bytes are more than {message.topic} takes")
        return error
