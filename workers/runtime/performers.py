"""What runs inside a pool process: the pure steps, loaded once, and their bugs made into values.

The pool's fork server imports this module and loads the stages before it forks, so that a process
that replaces a killed one starts with its models in memory.
"""

from __future__ import annotations

import copyreg
import gc
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET, UnsetType

from topics import codec
from topics.records import Article, Fingerprinted
from workers import pipeline
from workers.feeds import reading
from workers.outcome import Failed, Outcome, Passed, Rejected
from workers.settings import PoolPlan, planned
from workers.stages.deduplicate import Fingerprinter
from workers.utf8 import without_surrogates

LONGEST_DETAIL = 500


def _unset() -> UnsetType:
    return UNSET


# Left to itself, pickle looks for UNSET in every module that was ever imported, for each field of
# each article that has it: most of what a task cost.
copyreg.pickle(UnsetType, lambda _: (_unset, ()))


@dataclass(frozen=True)
class Printed:
    """A fingerprinted article, ready for its topic."""

    id: str
    value: bytes


Perform = Callable[[str, Any], tuple[Any, float]]
"""A step's name and its value → its answer, and the seconds that it took."""

_performers: dict[str, Callable[[Any], Any]] = {}


def load(plan: PoolPlan) -> None:
    """Make this process ready for the plan's steps, with their models."""
    for step in plan.steps:
        if step not in _performers:
            _performers[step] = performer(step, plan)


def warnings() -> list[str]:
    """What the loaded steps have to say about their models."""
    return [text for loaded in _performers.values() for text in getattr(loaded, "warnings", ())]


def performer(step: str, plan: PoolPlan) -> Callable[[Any], Any]:
    """One step as a function of picklable values."""
    if step == pipeline.FINGERPRINT:
        return _printing(Fingerprinter(limit=plan.article_limit))
    if step == reading.READ:
        return reading.read_feed
    if step == reading.MAKE:
        return reading.make_article
    options = pipeline.StageOptions(
        language_engine=plan.language_engine,
        html_spans=plan.html_spans,
        entity_models=plan.entity_models,
    )
    (enrichment,) = (stage for stage in pipeline.ENRICHMENTS if stage.name == step)
    stage: Callable[[Article], Outcome] = enrichment.load(options)
    return stage


def perform(step: str, value: Any) -> tuple[Any, float]:
    """Run one step on one article: its answer, and the seconds that it took.

    An exception comes back as Failed, never as itself: not every exception survives pickling. So
    does an article that no record can hold, which would end the worker each time it met it.
    """
    began = time.perf_counter()
    try:
        answer = _performers[step](value)
        if isinstance(answer, Passed):
            codec.encode(answer.article)
    except MemoryError:
        answer = Failed("out_of_memory", "the process had no memory left", "MemoryError")
    except Exception as error:
        detail = f"{type(error).__name__} at {_place(error)}: {error}"[:LONGEST_DETAIL]
        answer = Failed("stage_bug", without_surrogates(detail), type(error).__name__)
    return answer, time.perf_counter() - began


def _printing(fingerprinter: Fingerprinter) -> Callable[[bytes | None], Printed | Rejected]:
    def run(value: bytes | None) -> Printed | Rejected:
        found = fingerprinter(value)
        if isinstance(found, Fingerprinted):
            return Printed(found.fingerprint.id, codec.encode(found))
        assert isinstance(found, Rejected)
        return found

    return run


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "?"
    code = trace.tb_frame.f_code
    return f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"


# A fork server imports this module before the first fork; elsewhere no plan is handed down.
if (_plan := planned()) is not None and "multiprocessing.forkserver" in sys.modules:
    load(_plan)
    gc.collect()
    gc.freeze()  # keeps the collector from touching, and so copying, the shared pages
