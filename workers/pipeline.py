"""The way of an article, in one place: which step reads which topic, and where its outcomes go.

A worker runs one or more of these steps. Neighbouring enrichment stages that run in one worker are
fused: the article passes from one to the next as an object, and the topics between stay empty.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from topics import catalog
from topics.catalog import Topic
from workers.entity_models import read_choices
from workers.stage import Stage
from workers.stages.detect_language import DetectLanguage
from workers.stages.strip_boilerplate import StripBoilerplate
from workers.stages.tag_entities import TagEntities


@dataclass(frozen=True)
class StageOptions:
    """What a deployment may choose about the stages; see the settings of the same names."""

    language_engine: str = "py3langid"
    html_spans: bool = False
    entity_models: str = ""


@dataclass(frozen=True)
class Enrichment:
    """One enrichment stage at its place between two topics."""

    name: str
    version: str
    consumes: Topic
    produces: Topic
    required: bool
    """Whether a failure makes a dead letter; else it leaves a ``partial`` record."""
    load: Callable[[StageOptions], Stage]
    """Make the stage, with its models; slow, and done once per process."""


ENRICHMENTS: tuple[Enrichment, ...] = (
    Enrichment(
        name="detect_language",
        version=DetectLanguage.version,
        consumes=catalog.UNIQUE,
        produces=catalog.IDENTIFIED,
        required=False,
        load=lambda options: DetectLanguage(engine=options.language_engine),
    ),
    Enrichment(
        name="strip_boilerplate",
        version=StripBoilerplate.version,
        consumes=catalog.IDENTIFIED,
        produces=catalog.CLEANED,
        required=True,
        load=lambda options: StripBoilerplate(spans=options.html_spans),
    ),
    Enrichment(
        name="tag_entities",
        version=TagEntities.version,
        consumes=catalog.CLEANED,
        produces=catalog.ENRICHED,
        required=False,
        load=lambda options: TagEntities(models=read_choices(options.entity_models)),
    ),
)

FINGERPRINT = "fingerprint"
"""``articles.raw`` → ``articles.fingerprinted`` (or a dead letter); pure, on all partitions."""
CLAIM = "claim"
"""``articles.fingerprinted`` → ``articles.unique`` or ``articles.duplicates``; one owner."""
DEDUPLICATE = "deduplicate"
"""Both of these steps: a stage to its users."""

STEPS: tuple[str, ...] = (FINGERPRINT, CLAIM, *(stage.name for stage in ENRICHMENTS))
STAGES: tuple[str, ...] = (DEDUPLICATE, *(stage.name for stage in ENRICHMENTS))

SPLIT: tuple[tuple[str, ...], ...] = tuple((step,) for step in STEPS)
"""One worker process per step."""
FUSED: tuple[tuple[str, ...], ...] = (STEPS,)
"""One worker process with all steps, the enrichment stages fused."""


def steps_of(names: Sequence[str]) -> tuple[str, ...]:
    """Steps in pipeline order for stage or step names; ValueError names an unknown one."""
    wanted: set[str] = set()
    for name in names:
        if name not in (*STEPS, *STAGES):
            raise ValueError(f"no stage {name!r}; there are {', '.join((*STAGES, *STEPS[:2]))}")
        wanted |= {FINGERPRINT, CLAIM} if name == DEDUPLICATE else {name}
    return tuple(step for step in STEPS if step in wanted)


def hops(steps: Sequence[str]) -> list[tuple[str, ...]]:
    """Group steps into hops: neighbouring enrichment stages are one hop, fused."""
    groups: list[tuple[str, ...]] = []
    names = [stage.name for stage in ENRICHMENTS]
    for step in steps:
        previous = groups[-1][-1] if groups else None
        follows = (
            step in names and previous in names and names.index(step) == names.index(previous) + 1
        )
        if follows:
            groups[-1] = (*groups[-1], step)
        else:
            groups.append((step,))
    return groups


def enrichments(steps: Sequence[str]) -> tuple[Enrichment, ...]:
    """The enrichment stages among these steps, in pipeline order."""
    return tuple(stage for stage in ENRICHMENTS if stage.name in steps)
