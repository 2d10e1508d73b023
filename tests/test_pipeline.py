"""The order of the steps, their fusing, and that the catalog of topics says the same."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics import catalog
from workers import pipeline
from workers.commands import COMMANDS
from workers.pipeline import ENRICHMENTS, STAGES, STEPS, hops, steps_of


def test_deduplicate_is_two_steps_and_the_order_is_the_pipelines() -> None:
    assert steps_of(["tag_entities", "deduplicate"]) == ("fingerprint", "claim", "tag_entities")
    assert steps_of(["claim", "claim", "deduplicate"]) == ("fingerprint", "claim")
    assert steps_of(STAGES) == STEPS
    assert steps_of([]) == ()


@pytest.mark.parametrize("name", ["", "translate", "Deduplicate", " claim"])
def test_an_unknown_stage_is_named_with_what_there_is(name: str) -> None:
    with pytest.raises(ValueError, match="there are deduplicate, detect_language") as error:
        steps_of(["deduplicate", name])
    assert repr(name) in str(error.value)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (
            STEPS,
            [
                ("fingerprint",),
                ("claim",),
                ("detect_language", "strip_boilerplate", "tag_entities"),
            ],
        ),
        (("claim", "detect_language"), [("claim",), ("detect_language",)]),
        (("detect_language", "tag_entities"), [("detect_language",), ("tag_entities",)]),
        (("fingerprint", "strip_boilerplate"), [("fingerprint",), ("strip_boilerplate",)]),
        ((), []),
    ],
)
def test_only_neighbouring_enrichment_stages_are_fused(
    steps: tuple[str, ...], expected: list[tuple[str, ...]]
) -> None:
    assert hops(steps) == expected


@given(st.lists(st.sampled_from((*STAGES, *STEPS))))
def test_every_step_is_in_one_hop_and_a_fused_hops_topics_join(names: list[str]) -> None:
    steps = steps_of(names)
    groups = hops(steps)
    assert [step for group in groups for step in group] == list(steps)
    for group in groups:
        stages = pipeline.enrichments(group)
        assert not stages or len(stages) == len(group)
        for before, after in itertools.pairwise(stages):
            assert before.produces is after.consumes


def test_the_ways_of_running_it_have_every_step_once() -> None:
    for groups in (pipeline.FUSED, pipeline.SPLIT):
        assert tuple(step for group in groups for step in group) == STEPS


def test_the_catalog_names_the_stages_that_write_and_read_each_topic() -> None:
    for stage in ENRICHMENTS:
        assert stage.name in stage.produces.producers
        assert stage.name in stage.consumes.consumers
    written = {stage.produces.name: stage.name for stage in ENRICHMENTS}
    for topic in catalog.TOPICS:
        for consumer in topic.consumers:
            assert consumer.partition(" ")[0] in (*STAGES, "other", "operators"), topic.name
        if topic.name in written:
            workers = [name for name in topic.producers if not name.startswith("copydesk ")]
            assert workers == [written[topic.name]]
        asked = [name.split()[1] for name in topic.producers if name.startswith("copydesk ")]
        assert set(asked) <= set(COMMANDS), topic.name


def test_the_stages_lie_between_the_claim_and_the_product() -> None:
    assert ENRICHMENTS[0].consumes is catalog.UNIQUE
    assert ENRICHMENTS[-1].produces is catalog.ENRICHED
    assert {stage.name for stage in ENRICHMENTS if stage.required} == {"strip_boilerplate"}
