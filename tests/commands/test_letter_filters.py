"""Which steps a word after ``--stage`` means."""

from __future__ import annotations

import pytest

from workers.commands import CommandError
from workers.commands.dead_letters import _stages


@pytest.mark.parametrize(
    ("words", "steps"),
    [
        ([], set()),
        (["deduplicate"], {"fingerprint", "claim"}),
        (["claim", "tag_entities"], {"claim", "tag_entities"}),
        (["produce", "unknown"], {"produce", "unknown"}),
    ],
)
def test_a_stage_is_all_its_steps_and_the_producer_is_one(
    words: list[str], steps: set[str]
) -> None:
    assert _stages(words) == steps


def test_a_misspelt_stage_matches_not_just_nothing() -> None:
    with pytest.raises(CommandError, match=r"--stage: no stage 'claims'; there are .*, produce"):
        _stages(["claim", "claims"])
