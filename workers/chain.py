"""How an article passes through stages: what a failure does to a required or an optional one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from topics.records import Article, StageRun
from workers.outcome import Failed, Outcome, Passed, Rejected
from workers.stage import Stage


@dataclass(frozen=True)
class Halted:
    """The article left the chain at one stage: a dead letter."""

    stage: str
    outcome: Rejected | Failed


def conclude(
    stage: Stage, *, required: bool, article: Article, outcome: Outcome | Failed
) -> Article | Halted:
    """The article after one stage, with the stage's run noted.

    A rejection, and a failure of a required stage, halts the article. An optional stage's failure
    leaves the article as it was, with the run marked ``failed``.
    """
    match outcome:
        case Passed():
            run = StageRun(
                name=stage.name,
                version=stage.version,
                status=outcome.status,
                reason=outcome.reason,
            )
            article = outcome.article
        case Failed() if not required:
            reason = f"{outcome.reason}: {outcome.detail}"
            run = StageRun(name=stage.name, version=stage.version, status="failed", reason=reason)
        case _:
            return Halted(stage.name, outcome)
    return replace(article, stages=[*article.stages, run])


def run(
    stages: Sequence[tuple[Stage, bool]],
    article: Article,
    call: Callable[[Stage, Article], Outcome | Failed],
) -> Article | Halted:
    """Take an article through (stage, required) pairs; stop where it halts."""
    for stage, required in stages:
        after = conclude(stage, required=required, article=article, outcome=call(stage, article))
        if isinstance(after, Halted):
            return after
        article = after
    return article
