"""``copydesk doctor`` on Apache Kafka: topics that were not made by ``copydesk topics create``."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from tests.deployment import Deployment, copydesk
from topics import catalog
from topics.catalog import Topic
from workers.runtime import topic_admin

pytestmark = pytest.mark.kafka
SOUND: Mapping[str, str] = {"message.timestamp.type": "LogAppendTime"}


def doctored(deployment: Deployment) -> tuple[int, str]:
    """Status and output of the command."""
    settings = deployment.settings
    done = copydesk(
        *("doctor", "--bootstrap", settings.bootstrap),
        COPYDESK_TOPIC_PREFIX=settings.topic_prefix,
        COLUMNS="200",
    )
    return done.returncode, done.stdout.decode()


def set_anew(deployment: Deployment, changes: Mapping[Topic, Mapping[str, str]]) -> None:
    """Give topics these settings and no others."""

    async def alter() -> None:
        async with topic_admin.admin(deployment.settings) as client:
            resources = [
                ConfigResource(
                    ConfigResourceType.TOPIC, deployment.settings.topic(topic.name), dict(changed)
                )
                for topic, changed in changes.items()
            ]
            for answer in await client.alter_configs(resources):
                assert not any(row[0] for row in answer.resources)

    asyncio.run(alter())


def test_settings_with_which_verdicts_or_records_go_are_told(kafka_deployment: Deployment) -> None:
    status, said = doctored(kafka_deployment)
    assert status == 0, said
    assert "ok    settings of the topics" in said

    by_hand: dict[Topic, Mapping[str, str]] = {
        catalog.RAW: {},
        catalog.CLAIMS: SOUND,
        catalog.UNIQUE: {**SOUND, "cleanup.policy": "compact,delete"},
        catalog.ENRICHED: SOUND,
    }
    set_anew(kafka_deployment, by_hand)
    status, said = doctored(kafka_deployment)
    assert status == 1
    name = kafka_deployment.settings.topic
    wrong = [line for line in said.splitlines() if line.startswith("wrong")]
    assert [line.partition(":")[0] for line in wrong] == [
        f"wrong settings of {name(topic.name)}"
        for topic in (catalog.RAW, catalog.CLAIMS, catalog.UNIQUE)
    ]
    raw, claims, unique = wrong
    assert "message.timestamp.type=CreateTime, must be LogAppendTime: records have" in raw
    assert "cleanup.policy=delete, must be compact: verdicts are deleted by age" in claims
    assert "cleanup.policy=compact,delete, must be delete: of several records" in unique
    assert f"--entity-name {name('articles.claims')} --add-config cleanup.policy=compact" in said
    assert "ok    settings of the topics" not in said
