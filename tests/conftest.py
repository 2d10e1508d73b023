"""Fixtures that tests of several parts share."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest

from tests.deployment import Deployment
from workers.runtime import broker
from workers.settings import load

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def broker_address() -> Iterator[str]:
    """One embedded broker for all tests of the session."""
    with broker.embedded() as address:
        yield address


@pytest.fixture
def deployment(broker_address: str) -> Iterator[Deployment]:
    """Topics of its own (by prefix) on the shared broker, and workers that end with the test."""
    settings = load(
        {
            "COPYDESK_TOPIC_PREFIX": f"t{os.getpid()}-{next(_numbers)}.",
            "COPYDESK_BOOTSTRAP": broker_address,
            "COPYDESK_SESSION_TIMEOUT": "6",
            "COPYDESK_PROCESSES": "1",
            "COPYDESK_BATCH": "16",
            "COPYDESK_LOG_FORMAT": "json",
        }
    )
    with Deployment(settings) as it:
        yield it
