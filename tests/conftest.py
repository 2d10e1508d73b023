"""Fixtures that tests of several parts share."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Iterator

import pytest

from tests.deployment import Deployment
from tests.kafka.jars import KafkaUnavailableError
from tests.kafka.node import Node
from workers.runtime import broker
from workers.settings import Settings, load

# A word to the tests, renamed here: to the product an unknown COPYDESK_ variable is a mistake, and
# pytest's own worker processes read it from this one.
if "COPYDESK_REQUIRE_KAFKA" in os.environ:
    os.environ["TEST_REQUIRE_KAFKA"] = os.environ.pop("COPYDESK_REQUIRE_KAFKA")
REQUIRE_KAFKA = os.environ.get("TEST_REQUIRE_KAFKA", "") not in ("", "0")
"""Fail where Apache Kafka cannot be run, instead of skipping."""

# Tests that run in a shell's background ignore SIGINT, and so would the programs they interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def broker_address() -> Iterator[str]:
    """One embedded broker for all tests of the session."""
    with broker.embedded() as address:
        yield address


@pytest.fixture
def deployment(broker_address: str) -> Iterator[Deployment]:
    """Topics of its own (by prefix) on the shared broker, and workers that end with the test."""
    with Deployment(_settings(broker_address)) as it:
        yield it


@pytest.fixture(scope="session")
def kafka() -> Iterator[Node]:
    """One Apache Kafka node for all tests of the session; a test that breaks it takes its own."""
    try:
        node = Node()
    except KafkaUnavailableError as error:
        if REQUIRE_KAFKA:
            raise
        pytest.skip(f"no Apache Kafka: {error}")
    with node:
        yield node


@pytest.fixture
def kafka_deployment(kafka: Node) -> Iterator[Deployment]:
    """The same as ``deployment`` on Apache Kafka."""
    with Deployment(_settings(kafka.address)) as it:
        yield it


def _settings(address: str) -> Settings:
    return load(
        {
            "COPYDESK_TOPIC_PREFIX": f"t{os.getpid()}-{next(_numbers)}.",
            "COPYDESK_BOOTSTRAP": address,
            "COPYDESK_SESSION_TIMEOUT": "6",
            "COPYDESK_PROCESSES": "1",
            "COPYDESK_BATCH": "16",
            "COPYDESK_LOG_FORMAT": "json",
        }
    )
