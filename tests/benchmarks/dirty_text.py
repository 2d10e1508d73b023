"""Milliseconds that plain text of 60 lines takes, beside jusText on the same text in the same run.

``python -m tests.benchmarks.dirty_text``. A fifth of the lines are boilerplate, the others
sentences of made-up articles in five languages. jusText reads pages, so that it gets each line as a
paragraph; it does less (no offsets, no reasons), and needs to be told the language.

With ``--lines FILE`` ours alone, for 60 lines of the texts in a file: one JSON object per text with
``lines``, each an object with ``text``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import justext

from tests.benchmarks.articles import articles
from tests.benchmarks.phrases import LANGUAGES
from topics.records import Article
from workers.stages.strip_boilerplate import StripBoilerplate

LINES = 60
BOILERPLATE = 12
PASSES = 30
_STOP_WORDS = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "uk": "Ukrainian",
}  # fmt: skip

Call = Callable[[int], object]


def texts(language: str, count: int = 4) -> list[list[str]]:
    """Texts of 60 lines: a few buttons, a title, sentences, and the buttons again."""
    chrome = LANGUAGES[language].chrome
    buttons = [chrome[at % len(chrome)] for at in range(BOILERPLATE // 2)]
    found: list[list[str]] = []
    seed = 0
    while len(found) < count:
        pattern = (("text", language),)
        body: list[str] = []
        while len(body) < LINES - BOILERPLATE:
            record = json.loads(articles(seed, 1, pattern)[0])  # type: ignore[arg-type]
            body += [line for line in record["content"].split("\n") if line.strip()]
            seed += 1
        found.append([*buttons, *body[: LINES - BOILERPLATE], *buttons])
    return found


def main() -> None:
    """Measure in turns, language by language, and print a table; or texts of a file."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.dirty_text")
    parser.add_argument("--lines", type=Path, help="a file of texts; default: made-up ones")
    file = parser.parse_args().lines
    print(f"µs to sum 1,000 numbers: {_reference():.1f}")
    if file is not None:
        _measure_file(file)
        return
    strip = StripBoilerplate()
    print("language  characters  ms (median, best)   jusText (median, best)   jusText : ours")
    for language in LANGUAGES:
        given = texts(language)
        plain = [Article(id="a", content="\n".join(lines)) for lines in given]
        pages = ["".join(f"<p>{escape(line)}</p>" for line in lines) for lines in given]
        known = stop_words(language)

        def ours(number: int, plain: Sequence[Article] = plain) -> object:
            return strip(plain[number])

        def theirs(
            number: int,
            pages: Sequence[str] = pages,
            known: frozenset[str] = known,
        ) -> object:
            return justext.justext(pages[number], known)

        ms, just = in_turns([ours, theirs], len(given))
        characters = statistics.mean(len(one.content or "") for one in plain)
        print(
            f"{language:8}  {characters:10.0f}  {_shown(ms):18}  {_shown(just):23}  "
            f"{statistics.median(just) / statistics.median(ms):.1f}"
        )


def _measure_file(file: Path) -> None:
    """Print the milliseconds for 60 lines, over all texts and of those of about 60 lines."""
    strip = StripBoilerplate()
    given = [json.loads(line)["lines"] for line in file.read_text("utf-8").splitlines()]
    texts = ["\n".join(line["text"] for line in lines) for lines in given]
    counts = [sum(bool(line.strip()) for line in text.split("\n")) for text in texts]
    for what, least, most in (("all", 1, max(counts)), ("of 40 to 90 lines", 40, 90)):
        plain = [
            Article(id="a", content=text)
            for text, count in zip(texts, counts, strict=True)
            if least <= count <= most
        ]
        share = LINES * len(plain) / sum(count for count in counts if least <= count <= most)
        characters = sum(len(one.content or "") for one in plain) / len(plain) * share

        def ours(number: int, plain: Sequence[Article] = plain) -> object:
            return strip(plain[number])

        (ms,) = in_turns([ours], len(plain), passes=9)
        told = _shown([one * share for one in ms])
        print(f"{what}: {len(plain)} texts, {characters:.0f} characters in 60 lines, {told} ms")


def in_turns(calls: Sequence[Call], count: int, passes: int = PASSES) -> list[list[float]]:
    """CPU milliseconds per text of each call, pass by pass; each goes once before it counts."""
    found: list[list[float]] = [[] for _ in calls]
    for taken in range(passes + 1):
        for call, times in zip(calls, found, strict=True):
            began = time.process_time()
            for number in range(count):
                call(number)
            if taken:
                times.append(1000 * (time.process_time() - began) / count)
    return found


def stop_words(language: str) -> frozenset[str]:
    """What jusText is told of a language."""
    name = _STOP_WORDS[language]
    return justext.get_stoplist(name)  # type: ignore[no-any-return]


def _shown(times: Sequence[float]) -> str:
    return f"{statistics.median(times):.2f}, {min(times):.2f}"


def _reference() -> float:
    times = []
    for _ in range(2000):
        began = time.perf_counter()
        sum(range(1000))
        times.append(time.perf_counter() - began)
    return 1e6 * min(times)


if __name__ == "__main__":
    main()
