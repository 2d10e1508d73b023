"""Fused or split, the records are the same."""

from __future__ import annotations

from typing import Any

import pytest

from tests.deployment import Deployment, Record
from workers import pipeline, samples, sources
from workers.runtime import broker
from workers.settings import embedded, load

TIME = 1_767_225_600_000
MAY_DIFFER = {"ce_time", "ce_takenat", "traceparent", "dlq.first_failed_at", "dlq.timestamp"}


def outcome(groups: tuple[tuple[str, ...], ...]) -> dict[tuple[str, str], tuple[Any, ...]]:
    """(topic, origin) → key, headers and value of what comes out of these workers."""
    found = list(sources.read([str(path) for path in samples.paths()]))
    with broker.embedded() as address:
        # One partition: which of two equal articles is first is then the same in both runs.
        variables = {"COPYDESK_PROCESSES": "1", "COPYDESK_PARTITIONS": "1"}
        settings = embedded(load(variables), address)
        with Deployment(settings) as deployment:
            started = [deployment.start(*steps, wait=False) for steps in groups]
            deployment.until_ready(*started)
            arrivals = deployment.produce(
                [item.value for item in found],
                keys=[item.key for item in found],
                timestamps=[TIME + number for number, _ in enumerate(found)],
            )
            out = deployment.until_out(arrivals)
            assert [worker.stop() for worker in started] == [0] * len(groups)
    return {
        (record.topic, record.headers["origin"]): comparable(record)
        for records in out.values()
        for record in records
    }


def comparable(record: Record) -> tuple[Any, ...]:
    told = {name: value for name, value in record.headers.items() if name not in MAY_DIFFER}
    if record.topic.endswith("dead-letter"):
        return record.key, told, record.value
    value = {name: item for name, item in record.json.items() if name != "enriched_at"}
    return record.key, told, value


@pytest.mark.broker
def test_fused_and_split_give_identical_records() -> None:
    fused, split = outcome(pipeline.FUSED), outcome(pipeline.SPLIT)
    assert fused.keys() == split.keys()
    assert len(fused) == samples.ARRIVALS
    for place, record in fused.items():
        assert record == split[place]
