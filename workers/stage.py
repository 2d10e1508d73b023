"""The contract of a stage."""

from __future__ import annotations

from typing import Protocol

from topics.records import Article
from workers.outcome import Outcome


class Stage(Protocol):
    """One step of enrichment: pure, with no clock, network, Kafka or metrics.

    ``name`` and ``version`` appear in every record that the stage touched; the version rises when
    the same input may give another output.
    """

    name: str
    version: str

    def __call__(self, article: Article) -> Outcome:
        """Return the grown article, or why it cannot be processed. Any exception is a bug."""
        ...
