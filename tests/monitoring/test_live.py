"""A short live run: every panel and rule gets an answer, and a killed worker is told.

``make verify-monitoring`` is the long one, with every incident.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.deployment import Deployment
from tests.kafka.node import Node
from tests.monitoring.__main__ import SEED, settings_for
from tests.monitoring.incidents import FRONT, MIDDLE
from tests.monitoring.live import live
from tests.monitoring.programs import MissingProgramError, program

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module", autouse=True)
def programs() -> None:
    try:
        program("prometheus", "prometheus")
        program("prometheus-alertmanager", "prometheus-alertmanager")
    except MissingProgramError as error:
        pytest.skip(str(error))


def test_everything_that_is_watched_is_there_and_a_killed_worker_is_told(
    kafka: Node, tmp_path: Path
) -> None:
    settings = replace(settings_for(kafka.address), topic_prefix=f"watched{os.getpid()}.")
    groups = (FRONT, (*MIDDLE, "strip_boilerplate", "tag_entities"))
    with Deployment(settings) as deployment, live(deployment, tmp_path, groups, seed=SEED) as it:
        asked, unanswered = it.ask()
        assert len(asked) > 100
        assert [(one.source, one.name, one.expression) for one in unanswered] == []
        it.webhook.told.clear()
        it.watched.workers[FRONT].kill()
        it.until_told("WorkerDown", "fingerprint")
