"""All that two files differ in, counted, with the articles that differ most."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workers.commands.compared.differences import IGNORED, Change, Difference, difference
from workers.commands.compared.entries import Entry, Kind
from workers.commands.compared.index import Index, Pair

SIDES = ("old", "new")
OUTCOMES: tuple[Kind, ...] = ("enriched", "duplicate", "dead_letter")
_MOST_NAMES = 20_000
"""Names that are counted; of more, those that were met least are dropped."""


@dataclass(frozen=True)
class Example:
    """One article that differs."""

    id: str
    version: int
    headline: str
    told: Mapping[str, Any]
    """What differs, for JSON and for people."""


@dataclass
class Worst:
    """The articles with the largest differences of one kind."""

    most: int
    _heap: list[tuple[float, int, Example]] = field(default_factory=list)
    _seen: int = 0

    def note(self, size: float, example: Callable[[], Example]) -> None:
        """Keep one if it is among the largest; of equals the earliest."""
        self._seen += 1
        if self.most and (len(self._heap) < self.most or size > self._heap[0][0]):
            heapq.heappush(self._heap, (size, -self._seen, example()))
            if len(self._heap) > self.most:
                heapq.heappop(self._heap)

    def __iter__(self) -> Iterator[Example]:
        return (example for _, _, example in sorted(self._heap, key=lambda item: item[:2])[::-1])


@dataclass
class Comparison:
    """Everything that is told; counts are of articles unless they say otherwise."""

    examples: int
    ignored: Sequence[str] = IGNORED
    outcomes: list[dict[str, int]] = field(default_factory=list)
    """For each file, how many outcomes of each kind."""
    repeated: list[int] = field(default_factory=list)
    stages: list[Counter[str]] = field(default_factory=lambda: [Counter(), Counter()])
    """For each file, ``name version`` of the stages in the enriched records that both have."""
    both: int = 0
    """Enriched records that both files have."""
    seen: set[str] = field(default_factory=set)
    """The fields of those records."""
    differ: int = 0
    fields: dict[str, Counter[Change]] = field(default_factory=dict)
    characters: Counter[str] = field(default_factory=Counter)
    """Of the texts: ``of``, ``removed``, ``added``."""
    entities: dict[str, Counter[str]] = field(default_factory=dict)
    """Type → entities ``of`` it before, ``added``, ``removed``, ``retyped``, ``placed``."""
    names: dict[str, Counter[str]] = field(default_factory=dict)
    """``added``, ``removed``, ``retyped``, ``placed`` → how often which."""
    values: dict[str, Counter[str]] = field(default_factory=dict)
    """Of fields with few values (``language``, ``status``): ``old → new``."""
    changed: Counter[str] = field(default_factory=Counter)
    """``old outcome → new outcome``."""
    alone: list[Counter[str]] = field(default_factory=lambda: [Counter(), Counter()])
    """For each file, the outcomes that only it has."""
    worst: dict[str, Worst] = field(default_factory=dict)
    """``text``, ``entities``, ``language``, ``outcome``, ``alone`` → examples."""

    @property
    def articles(self) -> int:
        """All outcomes of both files; those that both have count once."""
        return self._paired + sum(self.changed.values()) + sum(map(Counter.total, self.alone))

    @property
    def different(self) -> int:
        """Those that are not the same in both files."""
        return (
            self.differ
            + self._others
            + sum(self.changed.values())
            + sum(map(Counter.total, self.alone))
        )

    _paired: int = 0
    _others: int = 0
    """Duplicates and dead letters that both files have and that differ."""

    def share(self, name: str | None = None) -> float:
        """How many of all articles differ, or of those that both have in one field; 0 to 1.

        All of them where the old file has enriched articles and none of them is one in the new.
        """
        if name is None:
            return self.different / self.articles if self.articles else 0.0
        if not self.both:
            return float(self.outcomes[0]["enriched"] > 0)
        return self.fields.get(name, Counter()).total() / self.both

    def take(self, index: Index) -> None:
        """Compare all that the files have."""
        self.outcomes = [{kind: index.count(side, kind) for kind in OUTCOMES} for side in (0, 1)]
        self.repeated = list(index.repeated)
        for pair in index.pairs():
            self._paired += 1
            self._same_kind(pair)
        for old, new in index.changed():
            self._outcome(old, new)
        for side in (0, 1):
            for entry in index.alone(side):
                self.alone[side][entry.outcome] += 1
                told = {f"only_in_{SIDES[side]}": entry.outcome}
                self._example("alone", 1 + (entry.kind == "enriched"), entry, told)

    def _same_kind(self, pair: Pair) -> None:
        old, new = pair
        if old.kind != "enriched":
            if old.outcome != new.outcome:
                self._others += 1
                self._outcome(old, new, counted=True)
            elif old.record.get("duplicate_of") != new.record.get("duplicate_of"):
                self._others += 1
                told = {
                    "duplicate_of": [entry.record.get("duplicate_of") for entry in pair],
                    "reason": new.record.get("reason"),
                }
                self.values.setdefault("duplicate_of", Counter())["another original"] += 1
                self._example("outcome", 1, new, told)
            return
        self.both += 1
        self.seen.update(old.record, new.record)
        for side, entry in enumerate(pair):
            self.stages[side].update(_stages(entry.record))
        found = difference(old.record, new.record, self.ignored)
        if isinstance(text := old.record.get("text"), str):
            self.characters["of"] += len(text)
        for entity in _entities(old.record):
            self._of_type(str(entity.get("type")))["of"] += 1
        if found.fields:
            self.differ += 1
            self._count(old, new, found)

    def _count(self, old: Entry, new: Entry, found: Difference) -> None:
        told: dict[str, Any]
        for name, change in found.fields.items():
            self.fields.setdefault(name, Counter())[change] += 1
            if name in ("language", "status", "quality", "media_type"):
                values = f"{_word(old.record.get(name))} → {_word(new.record.get(name))}"
                self.values.setdefault(name, Counter())[values] += 1
                if name == "language":
                    told = {"language": [old.record.get(name), new.record.get(name)]}
                    sure = old.record.get("language_confidence")
                    size = sure if isinstance(sure, int | float) else 0
                    self._example("language", size, new, told)
        if (text := found.text) is not None:
            self.characters.update(removed=text.removed, added=text.added)
            told = {
                **{"share": round(text.share, 4), "removed": text.removed, "added": text.added},
                **{"first_removed": text.first_removed, "first_added": text.first_added},
            }
            self._example("text", text.share, new, told)
        if (entities := found.entities) is not None:
            for name, type in entities.added:
                self._entity("added", type, f"{name} ({type})")
            for name, type in entities.removed:
                self._entity("removed", type, f"{name} ({type})")
            for name, before, after in entities.retyped:
                self._entity("retyped", before, f"{name} ({before} → {after})")
            for name, before, after in entities.placed:
                self._entity("placed", "place", f"{name} ({before or 'none'} → {after or 'none'})")
            told = {
                "added": [f"{name} ({type})" for name, type in entities.added],
                "removed": [f"{name} ({type})" for name, type in entities.removed],
                "retyped": [f"{name} ({one} → {other})" for name, one, other in entities.retyped],
                "placed": [
                    f"{name} ({one or 'none'} → {other or 'none'})"
                    for name, one, other in entities.placed
                ],
                "mentions": entities.mentions,
            }
            if entities.size:
                self._example("entities", entities.size, new, told)

    def _outcome(self, old: Entry, new: Entry, *, counted: bool = False) -> None:
        if counted:
            self.values.setdefault("outcome", Counter())[f"{old.outcome} → {new.outcome}"] += 1
        else:
            self.changed[f"{old.outcome} → {new.outcome}"] += 1
        told: dict[str, Any] = {"outcome": [old.outcome, new.outcome]}
        if of := new.record.get("duplicate_of"):
            told["duplicate_of"] = of
        self._example("outcome", 2 if old.kind == "enriched" else 1, new, told)

    def _entity(self, what: str, type: str, told: str) -> None:
        self._of_type(type)[what] += 1
        names = self.names.setdefault(what, Counter())
        names[told] += 1
        if len(names) > _MOST_NAMES:
            self.names[what] = Counter(dict(names.most_common(_MOST_NAMES // 2)))

    def _of_type(self, type: str) -> Counter[str]:
        return self.entities.setdefault(type, Counter())

    def _example(self, what: str, size: float, entry: Entry, told: Mapping[str, Any]) -> None:
        self.worst.setdefault(what, Worst(self.examples)).note(
            size,
            lambda: Example(entry.id, entry.version, str(entry.record.get("headline") or ""), told),
        )


def _stages(record: Mapping[str, Any]) -> Iterator[str]:
    runs = record.get("stages")
    for run in runs if isinstance(runs, list) else ():
        if isinstance(run, Mapping):
            yield f"{run.get('name')} {run.get('version')}"


def _entities(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    found = record.get("entities")
    return (
        (one for one in found if isinstance(one, Mapping)) if isinstance(found, list) else iter(())
    )


def _word(value: Any) -> str:
    return value if isinstance(value, str) else "none"
