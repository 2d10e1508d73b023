"""How an article passes through stages: what a failure does to a required or an optional one."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from topics.records import Article, StageRun
from workers.outcome import Failed, Outcome, Passed, Rejected


@dataclass(frozen=True)
class Halted:
    """The article left the chain at one stage: a dead letter."""

    stage: str
    outcome: Rejected | Failed


def conclude(
    name: str, version: str, *, required: bool, article: Article, outcome: Outcome | Failed
) -> Article | Halted:
    """The article after one stage, with the stage's run noted.

    A rejection, and a failure of a required stage, halts the article. An optional stage's failure
    leaves the article as it was, with the run marked ``failed``.
    """
    match outcome:
        case Passed():
            article = outcome.article
            run = StageRun(name=name, version=version, status=outcome.status, reason=outcome.reason)
        case Failed() if not required:
            reason = f"{outcome.reason}: {outcome.detail}"
            run = StageRun(name=name, version=version, status="failed", reason=reason)
        case _:
            return Halted(name, outcome)
    return replace(article, stages=[*article.stages, run])
