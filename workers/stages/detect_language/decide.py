"""From an engine's ranking and what the quick engines think to one language and its confidence."""

from __future__ import annotations

import math
from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Literal

from workers.stages.detect_language.close_languages import neighbours
from workers.stages.detect_language.engine import Opinion

UNDETERMINED = "und"
TIE = 0.6
"""Below this probability two quick engines that agree decide: 15 headlines mended, 7 spoilt."""
WHOLE = 0.9
"""Share of a text that a quick engine must take for a language that the engine does not know."""
STRONG = 600.0
"""CLD2's score per thousand bytes for such a language; its wrong guesses stayed below 500."""
LONG = 30
"""Letters from which it may name one: shorter noise is now and then like some small language."""
HARD = 0.7
"""Most confidence in a shorter text if the engine cannot name a close language of the verdict's."""
PRIOR = 5.0
"""How much likelier a language is for being declared: enough to decide between close ones."""

# Measured on labelled headlines and paragraphs (logistic regression, five folds, rounded): what
# the probability's logit counts for, a quick engine that agrees, and one that knows the language
# and names another.
_SLOPE, _AGREES, _DIFFERS, _OFFSET = 0.9, 1.5, -0.5, -0.2
_HIGHEST = 0.999

Decider = Literal["engine", "quick", "prior"]


@dataclass(frozen=True)
class Verdict:
    """What language a sample is in."""

    language: str
    """``und`` where the confidence does not reach the engine's floor."""
    confidence: float
    """Share of such verdicts that are right, 0 to 1; 0 for ``und``."""
    others: tuple[tuple[str, float], ...] = ()
    """The engine's other languages, best first, with what the verdict leaves them."""
    by: Decider = "engine"
    """Whether the ranking's own best was taken, or who decided otherwise."""

    @classmethod
    def none(cls) -> Verdict:
        """The verdict on what is in no language."""
        return cls(UNDETERMINED, 0.0)


def decide(
    ranking: Sequence[tuple[str, float]],
    opinions: Sequence[Opinion],
    *,
    floor: float,
    length: int = 0,
    known: Set[str] = frozenset(),
    prior: Set[str] = frozenset(),
) -> Verdict:
    """The verdict on one sample.

    ``ranking`` is the engine's, folded, best first; ``length`` that of the text in letters;
    ``known`` the languages that the engine can name; ``prior`` what the source says of the
    language, in whatever way. Without opinions the confidence is the engine's own probability.
    """
    if any(opinion.noise for opinion in opinions):
        return Verdict.none()
    before = ranking[0][0] if ranking else None
    ranking = _weighed(ranking, prior)
    by: Decider = "engine"
    if ranking and ranking[0][0] != before:
        by = "prior"
    language, probability = ranking[0] if ranking else (None, 0.0)
    confidence = None
    if length >= LONG and (stranger := _stranger(opinions, known)) is not None:
        language, by, confidence = stranger.language, "quick", min(stranger.share, _HIGHEST)
    elif by == "engine" and probability < TIE and (agreed := _agreed(opinions)) is not None:
        by = "engine" if agreed == language else "quick"
        language, probability = agreed, dict(ranking).get(agreed, 0.0)
    if language is None:
        return Verdict.none()
    if confidence is None:
        confidence = calibrated(probability, language, opinions)
    if length < LONG and known and (close := neighbours(language)) and not close <= known:
        confidence = min(confidence, HARD)
        unnamed = sorted(close - known)
        ranking = [*ranking, *((one, 1 / len(unnamed)) for one in unnamed)]
    others = _others(ranking, language, confidence)
    if confidence < floor:
        guesses = ((language, round(confidence, 4)), *others)
        return Verdict(UNDETERMINED, 0.0, tuple(sorted(guesses, key=_by_score)), by)
    return Verdict(language, round(confidence, 4), others, by)


def calibrated(probability: float, language: str, opinions: Sequence[Opinion]) -> float:
    """How often such a verdict is right: the probability and who agrees, as one logistic curve."""
    if not opinions:
        return probability
    p = min(max(probability, 1 - _HIGHEST), _HIGHEST)
    logit = _SLOPE * math.log(p / (1 - p)) + _OFFSET
    for opinion in opinions:
        if opinion.language == language:
            logit += _AGREES
        elif language in opinion.knows:
            logit += _DIFFERS
    return min(1 / (1 + math.exp(-logit)), _HIGHEST)


def _weighed(ranking: Sequence[tuple[str, float]], prior: Set[str]) -> Sequence[tuple[str, float]]:
    if not prior or not any(language in prior for language, _ in ranking):
        return ranking
    odds = [(tag, p * (PRIOR if tag in prior else 1.0)) for tag, p in ranking]
    scale = sum(p for _, p in ranking) / sum(p for _, p in odds)
    return sorted(((tag, p * scale) for tag, p in odds), key=_by_score)


def _by_score(item: tuple[str, float]) -> tuple[float, str]:
    return -item[1], item[0]


def _stranger(opinions: Sequence[Opinion], known: Set[str]) -> Opinion | None:
    """An opinion for a language that the engine cannot name, if it is a strong one."""
    for opinion in opinions:
        strong = opinion.share >= WHOLE and opinion.strength >= STRONG
        if known and opinion.language is not None and opinion.language not in known and strong:
            return opinion
    return None


def _agreed(opinions: Sequence[Opinion]) -> str | None:
    languages = {opinion.language for opinion in opinions}
    return languages.pop() if len(opinions) > 1 and len(languages) == 1 else None


def _others(
    ranking: Sequence[tuple[str, float]], language: str, confidence: float
) -> tuple[tuple[str, float], ...]:
    """What the engine thinks besides, scaled to what the confidence leaves."""
    rest = [(tag, p) for tag, p in ranking if tag != language]
    whole = max(sum(p for _, p in ranking) - dict(ranking).get(language, 0.0), 1e-9)
    scale = min(1.0, (1 - confidence) / whole)
    return tuple((tag, round(p * scale, 4)) for tag, p in rest)
