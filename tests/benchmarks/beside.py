"""The text stages beside what is commonly used in their place, all in one run.

``python -m tests.benchmarks.beside``: detect_language beside langdetect, on texts of 3,000
characters; the extractor beside trafilatura's fast mode, on made-up pages of some 50 KB with few
elements (with ``--pages FOLDER`` on those of a folder); plain text of 60 lines beside jusText. Each
pair takes turns, so that what else the machine does hits both.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import justext
import trafilatura
from rich.console import Console
from rich.table import Table

from tests.benchmarks import dirty_text, extractor
from tests.benchmarks.dirty_text import Call, in_turns
from tests.benchmarks.language import text_of
from tests.benchmarks.phrases import LANGUAGES
from topics.records import Article
from workers.stages.detect_language import DetectLanguage, load_engine
from workers.stages.strip_boilerplate import StripBoilerplate

PASSES = 9
CHARACTERS = 3_000


@dataclass(frozen=True)
class Pair:
    """One of ours and what is used in its place; both take the number of an input."""

    name: str
    other: str
    ours: Call
    theirs: Call
    inputs: int


def pairs(pages: Sequence[str]) -> Iterator[Pair]:
    """The three, with their inputs; ``pages`` are for the extractor."""
    detect, langdetect = DetectLanguage(), load_engine("langdetect")
    texts = [text_of(language, CHARACTERS) for language in LANGUAGES]
    articles = [Article(id="a", content=text) for text in texts]
    yield Pair(
        "detect_language",
        "langdetect",
        lambda number: detect(articles[number]),
        lambda number: langdetect.identify(texts[number]),
        len(texts),
    )
    yield Pair(
        "extractor",
        "trafilatura fast",
        lambda number: extractor.ours(pages[number]),
        lambda number: trafilatura.extract(pages[number], fast=True, include_comments=False),
        len(pages),
    )
    strip = StripBoilerplate()
    given = [(lines, language) for language in LANGUAGES for lines in dirty_text.texts(language)]
    plain = [Article(id="a", content="\n".join(lines)) for lines, _ in given]
    marked = ["".join(f"<p>{escape(line)}</p>" for line in lines) for lines, _ in given]
    words = [dirty_text.stop_words(language) for _, language in given]
    yield Pair(
        "plain text",
        "jusText",
        lambda number: strip(plain[number]),
        lambda number: justext.justext(marked[number], words[number]),
        len(plain),
    )


def measured(pair: Pair, passes: int = PASSES) -> tuple[float, float]:
    """Milliseconds of CPU of ours and of theirs, the median pass of each."""
    ours, theirs = in_turns([pair.ours, pair.theirs], pair.inputs, passes)
    return statistics.median(ours), statistics.median(theirs)


def main() -> None:
    """Measure all three, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.beside")
    parser.add_argument("--pages", type=Path, help="a folder of pages; default: made-up ones")
    folder = parser.parse_args().pages
    table = Table("", "beside", "ms", "ms of the other", "ours : other")
    for pair in pairs(extractor.read_pages(folder) if folder else extractor.made_up()):
        ours, theirs = measured(pair)
        table.add_row(pair.name, pair.other, f"{ours:.2f}", f"{theirs:.2f}", f"{ours / theirs:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
