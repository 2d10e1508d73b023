"""What a stage can answer: expected outcomes are values, never exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from topics.records import Article, Reason


@dataclass(frozen=True)
class Passed:
    """The article goes on, grown by what the stage found."""

    article: Article
    status: Literal["ok", "skipped"] = "ok"
    reason: str | None = None
    """Why the stage had nothing to do, where it was skipped."""


@dataclass(frozen=True)
class Rejected:
    """The article cannot be processed, for a reason of the closed set."""

    reason: Reason
    detail: str


@dataclass(frozen=True)
class Failed:
    """The stage did not answer: it ran out of time or memory, crashed, or has a bug."""

    reason: Literal["timeout", "out_of_memory", "crashed", "stage_bug"]
    detail: str
    exception: str | None = None
    """The exception's class name, where there was one."""
    attempts: int = 1


Outcome = Passed | Rejected
