"""Count what became of every arrival, by origin, from the output topics."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from topics import catalog
from topics.records import Origin

OUTPUTS = (catalog.ENRICHED, catalog.DUPLICATES, catalog.DEAD_LETTER)
Place = tuple[str, int, int]
"""An origin without its time: topic, partition, offset."""


@dataclass
class Tally:
    """Arrivals against outcomes."""

    arrived: dict[Place, str] = field(default_factory=dict)
    """Origin → where the producer found the article."""
    outcomes: dict[Place, str] = field(default_factory=dict)
    """Origin → topic (without prefix) in which it ended."""
    contradictions: list[str] = field(default_factory=list)
    reemitted: int = 0

    def arrive(self, origin: Origin, where: str) -> None:
        """Note one arrival."""
        self.arrived[origin[:3]] = where

    def end(self, origin: Origin, topic: str) -> bool:
        """Note one outcome; False if this origin had one already."""
        before = self.outcomes.get(origin[:3])
        if before is None:
            self.outcomes[origin[:3]] = topic
        elif before == topic:
            self.reemitted += 1
        else:
            self.contradictions.append(f"{origin} is in {before} and in {topic}")
        return before is None

    def missing(self) -> list[tuple[Place, str]]:
        """Arrivals without an outcome, with where they came from."""
        return [
            (place, where) for place, where in self.arrived.items() if place not in self.outcomes
        ]

    def count(self, topic: str) -> int:
        """Arrivals that ended in one topic."""
        return Counter(self.outcomes[place] for place in self.arrived if place in self.outcomes)[
            topic
        ]

    @property
    def done(self) -> bool:
        """Whether every arrival has come out."""
        return self.arrived.keys() <= self.outcomes.keys()
