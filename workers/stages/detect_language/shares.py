"""Several languages in one text: its pieces by language, and how much each has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from workers.stages.detect_language.close_languages import are_close
from workers.stages.detect_language.decide import UNDETERMINED, Verdict
from workers.stages.detect_language.engine import QuickEngine
from workers.stages.detect_language.scripts import written_weight

PIECE = 100
"""Letters of a piece of a line that is itself mixed; it ends with a sentence."""
LONG_LINE = 200
"""Characters from which a line may be mixed itself."""
UNITS = 40
"""Lines and pieces that are looked at."""
LEAST_SHARE = 0.1
"""Less of a text than this is a quotation or a name, and no second language of it."""
SURE = 0.8
"""Confidence from which a line or piece counts for its language alone."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+|(?<=[。！？।॥؟۔])")


@dataclass(frozen=True)
class Mixture:
    """The languages of a text."""

    main: str
    """The text of its main language."""
    shares: tuple[tuple[str, float], ...]
    """Languages with their shares of the text, 0 to 1, the main one first."""


@dataclass
class _Part:
    """What is in one language, in order."""

    units: list[str] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)

    def add(self, unit: str) -> None:
        self.units.append(unit)
        self.weights.append(written_weight(unit))

    def take(self, other: _Part) -> None:
        self.units += other.units
        self.weights += other.weights

    @property
    def text(self) -> str:
        return "\n".join(self.units)

    @property
    def prominence(self) -> int:
        """Long blocks count for more: an article has those, notices and menus have short ones."""
        return sum(weight * weight for weight in self.weights)


def mixture(
    lines: Sequence[str], quick: QuickEngine, decided: Callable[[str], Verdict]
) -> Mixture | None:
    """The languages of a text line by line; None if it has only one.

    Lines that are mixed themselves, by the quick engine, are looked at sentence by sentence. What
    is too short or too unclear for a language of its own goes where all of it together belongs.
    Reads everything twice, so only for texts that look mixed.
    """
    parts: dict[str, _Part] = {}
    unclear = _Part()
    for unit in islice(_units(lines, quick), UNITS):
        verdict = decided(unit)
        if verdict.confidence >= SURE:
            _part_of(parts, verdict.language).add(unit)
        else:
            unclear.add(unit)
    if unclear.units:
        language = decided(unclear.text).language
        if language == UNDETERMINED and parts:
            language = max(parts, key=lambda one: parts[one].prominence)
        _part_of(parts, language).take(unclear)
    parts.pop(UNDETERMINED, None)
    total = sum(sum(part.weights) for part in parts.values())
    shares = {tag: round(sum(part.weights) / total, 2) for tag, part in parts.items()}
    kept = [tag for tag in parts if shares[tag] >= LEAST_SHARE]
    if len(kept) < 2:
        return None
    kept.sort(key=lambda tag: (-parts[tag].prominence, tag))
    return Mixture(parts[kept[0]].text, tuple((tag, shares[tag]) for tag in kept))


def _part_of(parts: dict[str, _Part], language: str) -> _Part:
    """The part of a language, or of a close one that is there already."""
    same = next((one for one in parts if one == language or are_close(one, language)), language)
    return parts.setdefault(same, _Part())


def _units(lines: Sequence[str], quick: QuickEngine) -> Iterator[str]:
    for line in lines:
        if len(line) >= LONG_LINE and quick.read(line).other >= LEAST_SHARE:
            yield from _pieces(line)
        else:
            yield line


def _pieces(line: str) -> Iterator[str]:
    piece = ""
    for sentence in _SENTENCE_END.split(line):
        piece = f"{piece} {sentence}".strip()
        if written_weight(piece) >= PIECE:
            yield piece
            piece = ""
    if piece:
        yield piece
