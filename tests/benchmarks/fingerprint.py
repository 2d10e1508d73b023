"""Microseconds of CPU that a fingerprint takes, and the cheap main text of a page before it.

The yardstick is timed with them.

Alone, in this process, on articles that differ: nothing of one is left in a cache for the next.
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeVar

from tests.benchmarks.articles import articles
from tests.benchmarks.phrases import LANGUAGES
from tests.benchmarks.yardstick import CHARACTERS as YARD
from tests.benchmarks.yardstick import GOALS_PER_SECOND, Yardstick
from topics.records import RawArticle
from workers.stages.deduplicate import MainText, fingerprint, main_text

CHARACTERS = 2000
"""Of the texts that are fingerprinted."""
PAGES = (4_000, 60_000)
"""Bytes of the pages whose main text is taken."""
ARTICLES = 20
PASSES = 40
"""How often all articles are taken; what disturbs some passes leaves the median and the best."""

_LIMIT = 1_000_000

Given = TypeVar("Given")


@dataclass(frozen=True)
class Timing:
    """Microseconds of CPU per article over all articles, by passes."""

    what: str
    median: float
    best: float


def timings(passes: int = PASSES) -> list[Timing]:
    """Fingerprints by language, main texts by size of page, and the yardstick."""
    made, yardstick = [], Yardstick()
    for language in LANGUAGES:
        texts = [_article(text[:CHARACTERS], "text/plain") for text in _texts(language)]
        mains = [(text, _main(text)) for text in texts]
        what = f"fingerprint, {CHARACTERS:,} characters ({language})"
        made.append(_timed(what, lambda pair: fingerprint(*pair), mains, passes))
    for size in PAGES:
        pages = [_article(_page(text, size), "text/html") for text in _texts("en")]
        what = f"main text, page of {size:,} bytes"
        made.append(_timed(what, _main, pages, passes))
    what = f"yardstick: language of {YARD:,} characters (goals: {1e6 / GOALS_PER_SECOND:.0f})"
    made.append(_timed(what, lambda _: yardstick.call(), range(ARTICLES), passes))
    return made


def _timed(
    what: str, call: Callable[[Given], object], given: Sequence[Given], passes: int
) -> Timing:
    found = []
    gc.collect()
    gc.disable()
    try:
        for _ in range(passes):
            began = time.process_time()
            for one in given:
                call(one)
            found.append(1e6 * (time.process_time() - began) / len(given))
    finally:
        gc.enable()
    found.sort()
    return Timing(what, found[len(found) // 2], found[0])


def _texts(language: str) -> list[str]:
    records = articles(0, ARTICLES, (("text", language),))
    return [json.loads(record)["content"] for record in records]


def _article(content: str, media_type: str) -> RawArticle:
    return RawArticle(
        content=content,
        url="https://news.example/en/2025/03/14/ferry?utm_source=feed",
        headline=content.partition("\n")[2][:60],
        source="News Example",
        media_type="text/html" if media_type == "text/html" else "text/plain",
    )


def _main(article: RawArticle) -> MainText:
    main = main_text(article, limit=_LIMIT)
    assert isinstance(main, MainText)
    return main


def _page(text: str, size: int) -> str:
    """A page of so many bytes: an article of up to half of them, and links around it."""
    paragraphs = [f"<p>{escape(line)}</p>" for line in text[: size // 2].split("\n")]
    body = "\n".join(["<article><h1>News</h1>", *paragraphs, "</article>"])
    head = '<!DOCTYPE html>\n<html lang="en"><head><title>News Example</title></head><body><nav>\n'
    foot = "</body></html>"
    link = '<li class="item"><a href="/section/story-{:05}">More of the news</a></li>\n'
    room = size - len((head + "</nav>" + body + foot).encode())
    links = "".join(link.format(number) for number in range(max(0, room // len(link))))
    return f"{head}{links}</nav>{body}{foot}"
