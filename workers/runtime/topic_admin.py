"""Create and look at topics on the broker."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from topics.catalog import TOPICS, Topic
from workers.runtime.connection import client_arguments
from workers.runtime.diagnosis import CLIENT_ERRORS, diagnose
from workers.settings import Settings

AdminClient = AIOKafkaAdminClient

_TRIES = 30


@dataclass(frozen=True)
class Created:
    """What became of one topic."""

    name: str
    partitions: int
    existed: bool


class TopicError(Exception):
    """The broker refused a topic; the message says which and why."""


@contextlib.asynccontextmanager
async def admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """An admin client that has been answered; UnreachableError if no broker lets it in."""
    client = AIOKafkaAdminClient(**client_arguments(settings), request_timeout_ms=15_000)
    try:
        try:
            await client.start()
            await client.list_topics()  # by the address that the brokers advertise
        except CLIENT_ERRORS as error:
            raise await diagnose(settings, error) from error
        yield client
    finally:
        with contextlib.suppress(Exception):
            await client.close()


async def create(settings: Settings, wanted: Sequence[Topic] = TOPICS) -> list[Created]:
    """Create the topics that are missing; leave those that exist as they are."""
    async with admin(settings) as client:
        existing = await partition_counts(client)
        created = []
        for topic in wanted:
            name = settings.topic(topic.name)
            if name in existing:
                created.append(Created(name, existing[name], existed=True))
                continue
            partitions = topic.partitions or settings.partitions
            existed = await _create(client, settings, topic, partitions)
            created.append(Created(name, partitions, existed=existed))
        await _until_visible(client, {item.name for item in created})
        return created


async def partition_counts(client: AIOKafkaAdminClient) -> dict[str, int]:
    """Partitions of every topic on the broker, by full name."""
    names = await client.list_topics()
    described = await client.describe_topics(list(names)) if names else []
    return {item["topic"]: len(item["partitions"]) for item in described}


async def configurations(
    client: AIOKafkaAdminClient, wanted: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, str]]:
    """The wanted settings of topics, by full name; TopicError if the broker does not tell them."""
    found: dict[str, dict[str, str]] = {}
    resources = [
        ConfigResource(ConfigResourceType.TOPIC, name, dict.fromkeys(settings))
        for name, settings in wanted.items()
    ]
    try:
        answers = await client.describe_configs(resources)
    except (KafkaError, OSError) as error:
        raise TopicError(f"the broker does not tell how its topics are set: {error}") from error
    for code, message, _, name, entries in (row for item in answers for row in item.resources):
        if code:
            why = f"{for_code(code).__name__} {message or ''}".rstrip()
            raise TopicError(f"the broker does not tell how topic {name} is set: {why}")
        found[name] = {entry[0]: entry[1] for entry in entries}
    return found


async def _create(
    client: AIOKafkaAdminClient, settings: Settings, topic: Topic, partitions: int
) -> bool:
    name = settings.topic(topic.name)
    layout: Mapping[str, str] = topic.layout(
        min_insync=settings.min_insync if settings.replication > 1 else None
    )
    try:
        answer = await client.create_topics(
            [NewTopic(name, partitions, settings.replication, topic_configs=dict(layout))]
        )
    except TopicAlreadyExistsError:
        return True
    except KafkaError as error:
        raise TopicError(f"topic {name} could not be created: {error}") from error
    for failed, code, *message in answer.topic_errors:
        error_type = for_code(code)
        if error_type is TopicAlreadyExistsError:
            return True
        if code:
            raise TopicError(
                f"topic {failed} could not be created: {error_type.__name__} {message or ''}"
            )
    return False


async def _until_visible(client: AIOKafkaAdminClient, names: set[str]) -> None:
    for _ in range(_TRIES):
        if names <= set(await client.list_topics()):
            return
        await asyncio.sleep(0.2)
    raise TopicError(f"the broker does not show {', '.join(sorted(names))} after creating them")
