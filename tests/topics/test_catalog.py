"""The topics fit together, and with the pipeline that writes and reads them."""

import re

import pytest

from topics import catalog
from topics.catalog import TOPICS, Topic

EVERY_TOPIC = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
OUTSIDE = {"copydesk produce", "other services", "operators", "every worker", "copydesk forget"}


def test_names_and_states_are_unique() -> None:
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)
    assert len({topic.state for topic in TOPICS}) == len(TOPICS)
    assert list(catalog.BY_NAME.values()) == list(TOPICS)


def test_every_declared_topic_is_listed() -> None:
    declared = {value.name for value in vars(catalog).values() if isinstance(value, Topic)}
    assert declared == set(catalog.BY_NAME)


@EVERY_TOPIC
def test_it_can_be_made_by_a_broker(topic: Topic) -> None:
    assert re.fullmatch(r"[a-z][a-z.-]{1,80}", topic.name)
    assert topic.partitions is None or topic.partitions > 0
    layout = topic.layout(min_insync=2)
    assert layout["min.insync.replicas"] == "2"
    assert "min.insync.replicas" not in topic.layout()
    assert topic.compacted == ("compact" in layout["cleanup.policy"])
    assert int(layout["max.message.bytes"]) == catalog.MAX_MESSAGE_BYTES
    assert layout["message.timestamp.type"] == "LogAppendTime"


@EVERY_TOPIC
def test_it_has_somebody_at_both_ends(topic: Topic) -> None:
    assert topic.producers
    assert topic.consumers
    assert topic.description.endswith(".")


def test_the_claims_have_one_owner() -> None:
    assert catalog.FINGERPRINTED.partitions == 1
    assert catalog.CLAIMS.partitions == 1
    assert catalog.CLAIMS.compacted


def test_every_stage_reads_what_another_writes() -> None:
    for topic in TOPICS:
        for consumer in set(topic.consumers) - OUTSIDE:
            others = [other for other in TOPICS if consumer in other.producers]
            assert others, f"{consumer} reads {topic.name} and writes nothing"


def test_the_catalog_agrees_with_the_pipeline() -> None:
    from workers import pipeline  # the topics import no workers; this test may

    for stage in pipeline.ENRICHMENTS:
        assert stage.name in stage.consumes.consumers
        assert stage.name in stage.produces.producers
    named = {
        name
        for topic in TOPICS
        for name in (*topic.producers, *topic.consumers)
        if name not in OUTSIDE
    }
    steps = {match[1] for name in named if (match := re.fullmatch(r"deduplicate \((\w+)\)", name))}
    assert steps | {name for name in named if "(" not in name} == set(pipeline.STEPS)
