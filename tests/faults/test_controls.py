"""The invariants catch workers that lose records: a check that cannot fail proves nothing."""

from __future__ import annotations

import pytest

from tests.faults.controls import MISTAKES
from tests.faults.lab import Lab, settings_for
from tests.kafka.node import Node
from workers.settings import load

pytestmark = pytest.mark.kafka
ARTICLES = 120
SEED = 7


@pytest.mark.parametrize("mistake", ["none", *MISTAKES])
def test_a_worker_that_loses_records_is_caught(kafka: Node, mistake: str) -> None:
    settings = settings_for(load({"COPYDESK_BOOTSTRAP": kafka.address}), f"control-{mistake}.")
    with Lab(settings, SEED, ("fingerprint",)) as lab:
        if mistake == "none":
            lab.start()
            lab.produce(ARTICLES)
            assert lab.healed().account.lost == 0
            return
        through = ("tests.faults.controls", mistake)
        worker = lab.deployment.start("fingerprint", wait=False, through=through)
        lab.produce(ARTICLES)
        if mistake != "swallows":
            with pytest.raises(AssertionError, match="I4: fingerprint has committed"):
                lab.died(worker)
            lab.start()
        with pytest.raises(AssertionError, match=r"I1: \d+ of 120 arrivals lost"):
            lab.healed()
        with pytest.raises(AssertionError, match="I4: fingerprint has committed"):
            lab.check_committed()
