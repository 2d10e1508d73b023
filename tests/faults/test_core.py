"""The core of the faults, each with one seed, on Apache Kafka; ``make faults`` runs all of them."""

from __future__ import annotations

import os
import random

import pytest

from tests.faults.lab import Lab, settings_for
from tests.faults.matrix import FAULTS, Fault
from tests.kafka.node import Node
from workers.settings import load


@pytest.mark.kafka
@pytest.mark.parametrize("fault", [pytest.param(f, id=f.name) for f in FAULTS if f.core])
def test_nothing_is_lost(kafka: Node, fault: Fault) -> None:
    seed = int(os.environ.get("TEST_SEED") or random.SystemRandom().randrange(1_000_000))
    print(f"seed {seed}: set TEST_SEED={seed} to repeat")
    settings = load({"COPYDESK_BOOTSTRAP": kafka.address})
    with Lab(settings_for(settings, f"core-{FAULTS.index(fault)}."), seed) as lab:
        recovered = fault.run(lab, kafka)
    print(recovered)
    assert recovered.account.lost == 0
    assert recovered.account.self_duplicates == 0
