"""The engine of tag_entities beside spaCy with the same weights, and its memory on a long stream.

``python -m tests.benchmarks.names``: with the weights of copydesk's own English model, then with
those of spaCy's wheel, articles of 500 words, all of which were met before, or of which a tenth or
a half are new in every article. Both take turns on the same articles, so that what else the machine
does hits both; times are CPU seconds of one core, with one thread per numeric library, as workers
have: threads that wait for each other on a busy machine count as CPU. A process of its own for each
tells what it takes to start. ``--stream 20000`` reads so many articles with new words and tells how
memory moves; without it the stream is short.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.table import Table
from threadpoolctl import threadpool_limits

from tests.benchmarks import report
from tests.benchmarks.articles import articles
from tests.benchmarks.processes import MB, one_thread_each
from workers.stages.tag_entities.backend import Backend
from workers.stages.tag_entities.english import PACKAGE
from workers.stages.tag_entities.ner import Model, Package
from workers.stages.tag_entities.trained import FOLDER

WORDS = 500
"""Of an article, white space apart."""
ARTICLES = 30
PASSES = 7
STREAM = 1_000
NEW = {"met before": 0.0, "a tenth new": 0.1, "half new": 0.5}
"""Share of words that no article had before. In a newspaper's articles it is less than a tenth once
some thousands were read."""
_WORD = re.compile(r"\n|\S+")
SYLLABLES = tuple(a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er"))

OWN = FOLDER / "en"
"""The model that workers use."""
LOADING = {
    "ours": "from workers.stages.tag_entities.ner import *; model = Model(Package(Path({!r})))",
    "spaCy": "from tests.spacy_names import *; model = SpacyNames(Path({!r}))",
}
TELLING = (
    "import time; began = time.perf_counter(); from pathlib import Path; {}; "
    "model.names('They met in Paris on Monday.'); "
    "import psutil; print(time.perf_counter() - began, psutil.Process().memory_info().rss)"
)


@dataclass(frozen=True)
class Speed:
    """Milliseconds of CPU per article, the median pass of each; and how many names differed."""

    what: str
    ours: float
    spacy: float
    names: int
    differing: int


class Writer:
    """Writes articles of 500 words; a seed gives the same ones again."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._numbers = itertools.count()
        self._seed = seed

    def write(self, count: int, new: float) -> list[str]:
        """So many articles, in which this share of the words are of its own making."""
        started = self._seed * 1_000_003 + next(self._numbers)
        records = articles(started, count, (("text", "en"),))
        return [self._article(json.loads(record)["content"], new) for record in records]

    def _article(self, content: str, new: float) -> str:
        found: list[str] = []
        counted = 0
        for word in itertools.cycle(_WORD.findall(content)):
            if word != "\n":
                if counted == WORDS:
                    return " ".join(found)
                counted += 1
                if word.isalpha() and self._random.random() < new:
                    word = self._invented(word)
            found.append(word)
        raise AssertionError("an article without words")

    def _invented(self, word: str) -> str:
        made = "".join(self._random.choices(SYLLABLES, k=4))
        return made.capitalize() if word[0].isupper() else made


def speeds(
    passes: int = PASSES, count: int = ARTICLES, weights: str | Path = PACKAGE
) -> Iterator[Speed]:
    """Both backends on the same articles by turns; warm, and with new words in every pass."""
    # Not before: the memory of the stream is measured in a process without spaCy.
    from tests.spacy_names import SpacyNames

    backends: tuple[Backend, Backend] = (Model(Package(weights)), SpacyNames(weights))
    for number, (what, new) in enumerate(NEW.items()):
        writer = Writer(number)
        given = writer.write(count, new)
        times: tuple[list[float], list[float]] = ([], [])
        names = differing = 0
        for taken in range(passes + 1):
            if new:
                given = writer.write(count, new)
            found = []
            for backend, spent in zip(backends, times, strict=True):
                began = time.process_time()
                found.append([backend.names(text) for text in given])
                if taken:
                    spent.append(1000 * (time.process_time() - began) / count)
            for left, right in zip(*found, strict=True):
                names += len(right)
                differing += len(set(left) ^ set(right))
        ours, spacy = map(statistics.median, times)
        yield Speed(what, ours, spacy, names, differing)


def stream(backend: Backend, count: int, tell: Callable[[int, int], None], looks: int = 10) -> None:
    """Read so many articles with new words; tells how many were read and the resident bytes."""
    writer, process = Writer(99), psutil.Process()
    together = max(1, count // (looks * 10))
    for done in range(together, count + 1, together):
        for text in writer.write(together, NEW["a tenth new"]):
            backend.names(text)
        if done % (together * 10) == 0:
            tell(done, process.memory_info().rss)


def start_up(code: str) -> tuple[float, float]:
    """Seconds to the first names, and resident MB, of a process that does nothing else."""
    done = subprocess.run(
        [sys.executable, "-c", TELLING.format(code)],
        capture_output=True,
        text=True,
        check=True,
        env=one_thread_each(),
    )
    seconds, resident = map(float, done.stdout.split())
    return seconds, resident / MB


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.names", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--stream", type=int, default=STREAM, help="articles of the long stream")
    parser.add_argument("--passes", type=int, default=PASSES)
    parsed = parser.parse_args(arguments)
    with threadpool_limits(1):
        measure(parsed.stream, parsed.passes)


def measure(articles_of_stream: int, passes: int) -> None:
    """All of it, printed."""
    console = report.console(110)
    stream(
        Model(Package(OWN)),
        articles_of_stream,
        lambda done, rss: console.print(f"{done:,} articles with new words: {rss / MB:.0f} MB"),
    )
    for name, code in LOADING.items():
        seconds, resident = start_up(code.format(str(OWN)))
        console.print(f"{name}: {seconds:.1f} s to the first names, {resident:.0f} MB resident")
    table = Table(
        "weights", "500 words", "ms", "articles/s", "spaCy ms", "spaCy : ours", "names", "differing"
    )
    for name, weights in (("copydesk's", OWN), ("the wheel's", PACKAGE)):
        for one in speeds(passes, weights=weights):
            table.add_row(
                name,
                one.what,
                f"{one.ours:.1f}",
                f"{1000 / one.ours:.0f}",
                f"{one.spacy:.1f}",
                f"{one.spacy / one.ours:.1f}",
                f"{one.names:,}",
                str(one.differing),
            )
    console.print(table)


if __name__ == "__main__":
    main()
