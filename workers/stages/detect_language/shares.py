"""Several languages in one text: its pieces by language, and how much each has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from workers.stages.detect_language.close_languages import are_close
from workers.stages.detect_language.consent import SEVERAL, names_cookies, topics
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
LEAST_LEFT = 30
"""Letters of a sentence: as much must be left for notices to be left out."""
NOTICES = 2
"""Lines of a notice that is longer than the article; more of them are one about such things."""
LEAST_READ = 15
"""Letters of a sentence that a quick engine is asked about."""
SURE = 0.8
"""Confidence from which a line or piece counts for its language alone."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+|(?<=[。！？।॥؟۔])")


@dataclass(frozen=True)
class Mixture:
    """The languages of a text."""

    main: str
    """The text of its main language."""
    shares: tuple[tuple[str, float], ...]
    """Languages with their shares of the text, 0 to 1, the largest first; it is the main one."""


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
    def weight(self) -> int:
        return sum(self.weights)


def mixture(
    lines: Sequence[str], quick: QuickEngine, decided: Callable[[str], Verdict]
) -> Mixture | None:
    """The languages of a text line by line; None if it has only one and is to be read whole.

    The one with most letters is the main one. Notices that ask for consent are left out if there is
    a sentence besides; what the text is about is not a notice.

    Lines that are mixed themselves, by the quick engine, are looked at sentence by sentence. What
    is too short or too unclear for a language of its own goes where all of it together belongs.
    Reads everything twice, so only for texts that look mixed.
    """
    parts: dict[str, _Part] = {}
    notices: dict[str, _Part] = {}
    unclear = _Part()
    for unit in islice(_units(lines, quick), UNITS):
        verdict = decided(unit)
        if verdict.confidence < SURE:
            unclear.add(unit)
        else:
            _part_of(notices if _is_notice(unit) else parts, verdict.language).add(unit)
    left_out = _can_go(notices, unclear.weight + sum(part.weight for part in parts.values()))
    if not left_out:
        for language, part in notices.items():
            _part_of(parts, language).take(part)
    if unclear.units:
        language = decided(unclear.text).language
        if language == UNDETERMINED and parts:
            language = max(parts, key=lambda one: parts[one].weight)
        _part_of(parts, language).take(unclear)
    if len(parts) > 1:
        parts.pop(UNDETERMINED, None)
    total = sum(part.weight for part in parts.values())
    shares = {tag: round(part.weight / total, 2) for tag, part in parts.items()}
    kept = [tag for tag in parts if shares[tag] >= LEAST_SHARE]
    if not kept or (len(kept) < 2 and not left_out):
        return None
    kept.sort(key=lambda tag: (-parts[tag].weight, tag))
    return Mixture(parts[kept[0]].text, tuple((tag, shares[tag]) for tag in kept))


def _is_notice(unit: str) -> bool:
    return names_cookies(unit.lower()) or topics(unit) >= SEVERAL


def _can_go(notices: Mapping[str, _Part], left: int) -> bool:
    """Whether a text of so many letters besides is not about what its notices speak of."""
    lines = [unit for part in notices.values() for unit in part.units]
    if not lines or left < LEAST_LEFT:
        return False
    weight = sum(part.weight for part in notices.values())
    return weight <= left or (len(lines) <= NOTICES and topics("\n".join(lines)) >= SEVERAL)


def _part_of(parts: dict[str, _Part], language: str) -> _Part:
    """The part of a language, or of a close one that is there already."""
    same = next((one for one in parts if one == language or are_close(one, language)), language)
    return parts.setdefault(same, _Part())


def _units(lines: Sequence[str], quick: QuickEngine) -> Iterator[str]:
    for line in lines:
        if len(line) >= LONG_LINE and quick.read(line).other >= LEAST_SHARE:
            yield from _pieces(line, quick)
        else:
            yield line


def _pieces(line: str, quick: QuickEngine) -> Iterator[str]:
    """Sentences, those put together that are short and, as far as one can tell, in one language."""
    piece = ""
    known: str | None = None
    for sentence in _SENTENCE_END.split(line):
        language = quick.read(sentence).language if written_weight(sentence) >= LEAST_READ else None
        changed = None not in (known, language) and known != language
        if piece and (changed or written_weight(piece) >= PIECE):
            yield piece
            piece, known = "", None
        piece = f"{piece} {sentence}".strip()
        known = known or language
    if piece:
        yield piece
