"""How long the main text of a page takes, as a ratio to trafilatura's fast mode in the same run.

Pages of real sites differ from made-up ones: ``--pages FOLDER`` takes a folder of ``*.html.gz`` or
``*.html``. Passes of the two alternate, so that what else the machine does hits both. Times are
CPU seconds; neither side reads headline, authors or dates.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import trafilatura

from tests.benchmarks.articles import articles
from workers.pages.markup import can_be_parsed, without_scripts
from workers.pages.stated import stated_in
from workers.stages.strip_boilerplate.extract.extractor import extract
from workers.stages.strip_boilerplate.extract.second_opinion import (
    text_found_by_trafilatura,
    tree_of,
)
from workers.stages.strip_boilerplate.page import Source, read_page, rendering_of

PAGES = 40
PASSES = 5
HOSTILE = {
    "100,000 nested divs": "<div>" * 100_000 + "Deep words.",
    "10 MB of paragraphs": "<p>A paragraph of ten words that says nothing at all.</p>" * 180_000,
    "60,000 links": "<p><a href='/a-story'>A headline of six words or so</a></p>\n" * 60_000,
    "500 deep, 20,000 times": "<div>" * 500 + "<p>Some words<div></div>" * 20_000,
    "unclosed formatting": "<p><b class=a><i><font color=b>x" * 20_000,
    "2 MB without an end": "<p>" + "word " * 400_000,
    "an open comment": "<p>Words</p><!--" + "<div>" * 300_000,
    "200,000 open scripts": "<p>Words</p>" + "<svg><script" * 200_000,
}
"""Pages that parsers take long over; each must have its answer within a stage's time limit."""


@dataclass(frozen=True)
class Figures:
    """Milliseconds of CPU per page, best pass of each side."""

    extractor: float
    trafilatura: float
    asked: float
    """Share of the pages on which trafilatura was asked for a second opinion."""

    @property
    def ratio(self) -> float:
        return self.extractor / self.trafilatura


def ours(html: str, asked: Callable[[], None] = lambda: None) -> None:
    """Take one page; ``asked`` is called if trafilatura is."""

    def opinion() -> str:
        asked()
        return text_found_by_trafilatura(tree_of(html))

    markup = without_scripts(html)
    if can_be_parsed(markup):
        extract(markup, stated_in(html), opinion)


def measured(pages: Sequence[str], passes: int = PASSES) -> Figures:
    """Take all pages by turns with both."""
    asked: set[int] = set()

    def taken(number: int) -> None:
        ours(pages[number], lambda: asked.add(number))

    def theirs(number: int) -> None:
        trafilatura.extract(pages[number], fast=True, include_comments=False)

    best: dict[Callable[[int], None], float] = {}
    for _ in range(passes):
        for call in (taken, theirs):
            began = time.process_time()
            for number in range(len(pages)):
                call(number)
            best[call] = min(best.get(call, float("inf")), time.process_time() - began)
    return Figures(
        1e3 * best[taken] / len(pages), 1e3 * best[theirs] / len(pages), len(asked) / len(pages)
    )


def made_up(count: int = PAGES) -> list[str]:
    """Pages of some 50 KB."""
    records = articles(0, count, (("page", "en"), ("page", "de"), ("page", "uk")))
    return [json.loads(record)["content"] for record in records]


def read_pages(folder: Path) -> list[str]:
    """All pages of a folder."""
    files = sorted([*folder.glob("*.html.gz"), *folder.glob("*.html")])
    raw = [
        gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        for file in files
    ]
    return [page.decode("utf-8", "replace") for page in raw]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.extractor")
    parser.add_argument("--pages", type=Path, help="a folder of pages; default: made-up ones")
    parser.add_argument("--passes", type=int, default=PASSES)
    arguments = parser.parse_args()
    pages = read_pages(arguments.pages) if arguments.pages else made_up()
    figures = measured(pages, arguments.passes)
    print(
        f"{len(pages)} pages: extractor {figures.extractor:.1f} ms of CPU a page, trafilatura fast "
        f"{figures.trafilatura:.1f} ms, ratio {figures.ratio:.2f}, second opinion on "
        f"{figures.asked:.0%}"
    )
    for name, html in HOSTILE.items():
        began = time.process_time()
        source = Source.of(html)
        found = read_page(source)
        rendering_of(source)
        seconds = time.process_time() - began
        print(f"{name}: {seconds:.1f} s with its rendering, {len(found.text):,} characters")


if __name__ == "__main__":
    main()
