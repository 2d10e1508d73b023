"""detect_language alone: how fast beside its engines, how often right at which confidence.

``python -m tests.benchmarks.language --labelled FILE`` takes the second from lines of JSON with
``text`` and ``language`` (and ``kind``, if there is one); without a file it is taken from pieces of
the benchmark's own sentences, in five languages.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.phrases import LANGUAGES
from topics.records import Article
from workers.outcome import Passed
from workers.stages.detect_language import DetectLanguage, load_engine
from workers.stages.detect_language.tags import fold

LENGTHS = (60, 3_000, 1_000_000)
"""Characters of the texts that are timed."""
BINS = (0.0, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
"""From which confidence on a line of the reliability table counts."""
PASSES = 7
_PIECES = 400
_GAPS = ("{person}", "{other}", "{place}", "{organisation}", "{number}", "{day}")


@dataclass(frozen=True)
class Labelled:
    """A text whose language is known."""

    text: str
    language: str
    kind: str = "all"


@dataclass(frozen=True)
class Bin:
    """Verdicts of about one confidence."""

    least: float
    texts: int
    confidence: float
    """Their mean confidence."""
    right: float
    """Share of them that is right."""


def rates(passes: int = PASSES) -> dict[int, dict[str, float]]:
    """Texts per second by length and by who reads them: best of some passes, one core.

    The stage reads an excerpt; py3langid and langdetect, as installed, all of the text (of a
    megabyte they are spared).
    """
    stage = DetectLanguage()
    readers: dict[str, Callable[[str], object]] = {
        "detect_language": lambda text: stage(Article(id="1", content=text)),
        "py3langid, whole text": load_engine("py3langid").identify,
        "langdetect, whole text": load_engine("langdetect").identify,
    }
    made: dict[int, dict[str, float]] = {}
    for length in LENGTHS:
        texts = [text_of(language, length) for language in LANGUAGES]
        chosen = [name for name in readers if length < 100_000 or name == "detect_language"]
        made[length] = {name: _rate(readers[name], texts, passes) for name in chosen}
    return made


def reliability(labelled: Iterable[Labelled]) -> dict[str, list[Bin]]:
    """How often verdicts are right, by kind of text and by confidence; ``und`` is left out."""
    stage = DetectLanguage()
    found: dict[str, list[tuple[float, bool]]] = {}
    for one in labelled:
        outcome = stage(Article(id="1", content=one.text))
        assert isinstance(outcome, Passed)
        confidence, language = outcome.article.language_confidence, outcome.article.language
        assert isinstance(confidence, float)
        assert isinstance(language, str)
        if language != "und":
            found.setdefault(one.kind, []).append((confidence, language == fold(one.language)))
    return {kind: _bins(verdicts) for kind, verdicts in found.items()}


def pieces(count: int = _PIECES, seed: int = 1) -> list[Labelled]:
    """Pieces of one to eight words of the benchmark's sentences, whose language is known."""
    draw = random.Random(seed)
    made = []
    for _ in range(count):
        language, phrases = draw.choice(list(LANGUAGES.items()))
        words = [word for word in draw.choice(phrases.sentences).split() if "{" not in word]
        start = draw.randrange(len(words))
        made.append(Labelled(" ".join(words[start : start + draw.randint(1, 8)]), language))
    return made


def read(path: Path) -> list[Labelled]:
    """Labelled texts from lines of JSON."""
    lines = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    return [Labelled(one["text"], one["language"], one.get("kind", "all")) for one in lines]


def _bins(verdicts: Sequence[tuple[float, bool]]) -> list[Bin]:
    made = []
    for least, below in zip(BINS, (*BINS[1:], 1.01), strict=True):
        those = [(score, right) for score, right in verdicts if least <= score < below]
        if those:
            mean = sum(score for score, _ in those) / len(those)
            right = sum(right for _, right in those) / len(those)
            made.append(Bin(least, len(those), mean, right))
    return made


def text_of(language: str, length: int) -> str:
    """So many characters of made-up sentences."""
    sentences = " ".join(LANGUAGES[language].sentences)
    for gap in _GAPS:
        sentences = sentences.replace(gap, "12" if gap == "{number}" else "Aalen")
    return ((sentences + "\n") * (length // len(sentences) + 1))[:length]


def _rate(read: Callable[[str], object], texts: Sequence[str], passes: int) -> float:
    best = [float("inf")] * len(texts)
    for _ in range(passes):
        for number, text in enumerate(texts):
            began = time.perf_counter()
            read(text)
            best[number] = min(best[number], time.perf_counter() - began)
    return len(best) / sum(best)


def _summing() -> float:
    """Microseconds to sum 1,000 numbers in Python: how fast this core is just now."""
    return 1e6 / _rate(lambda _: sum(range(1000)), [""], 200)


def show(
    console: Console, speed: Mapping[int, Mapping[str, float]], made: Mapping[str, list[Bin]]
) -> None:
    """Print both tables."""
    console.print(f"One core; sum of 1,000 numbers in Python: {_summing():.0f} µs", highlight=False)
    table = Table("characters", "who", "texts/s", title="Speed")
    for length, by_reader in speed.items():
        for name, rate in by_reader.items():
            table.add_row(f"{length:,}", name, f"{rate:,.0f}")
    console.print(table)
    table = Table("kind", "confidence from", "texts", "mean", "right", title="Reliability")
    for kind, bins in made.items():
        for one in bins:
            row = (f"{one.least:.2f}", f"{one.texts:,}", f"{one.confidence:.3f}")
            table.add_row(kind, *row, f"{one.right:.3f}")
    console.print(table)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.language")
    parser.add_argument("--labelled", type=Path, metavar="FILE", help="lines of text, language")
    arguments = parser.parse_args()
    labelled = read(arguments.labelled) if arguments.labelled else pieces()
    show(Console(width=100), rates(), reliability(labelled))


if __name__ == "__main__":
    main()
