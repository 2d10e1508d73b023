"""Made-up articles in the shapes that arrive: short notes, texts of some length, whole pages.

A seed gives the same articles again, and articles of two seeds never repeat each other, so that
rounds can be compared and none is a duplicate. Kinds and languages come in a fixed pattern: every
round of a full number of patterns is of the same composition.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from html import escape
from typing import Literal

from tests.benchmarks.phrases import FAMILY, GIVEN, LANGUAGES, Phrases
from topics import codec
from topics.records import RawArticle

Kind = Literal["short", "text", "page"]

PATTERN: tuple[tuple[Kind, str], ...] = (
    ("text", "en"), ("short", "en"), ("page", "en"), ("text", "uk"), ("short", "en"),
    ("text", "en"), ("page", "de"), ("text", "en"), ("short", "fr"), ("text", "en"),
    ("page", "en"), ("short", "en"), ("text", "es"), ("page", "en"), ("text", "en"),
    ("short", "uk"), ("text", "en"), ("page", "en"), ("short", "en"), ("text", "en"),
)  # fmt: skip
"""A quarter of pages, nearly a half of texts; three quarters English."""
NOTE: tuple[tuple[Kind, str], ...] = (("short", "uk"),)
"""What the stages have least to do for."""

CLEAN = tuple((("text" if kind == "page" else kind), language) for kind, language in PATTERN)
"""The same without pages: what tag_entities reads when it is asked for alone."""

SHORT, LONG = 300, 3000
"""Characters of a short note's and of a text's or page's own sentences, about."""
FIGURES = 12
"""Numbers that no other note has: what tells apart notes of the same few phrases."""
LINKS = 150
"""Links around a page's body; with its scripts and styles this makes some 50 kB."""


def articles(seed: int, count: int, pattern: Sequence[tuple[Kind, str]] = PATTERN) -> list[bytes]:
    """Raw records (JSON), one per article."""
    return [_article(seed, number, *pattern[number % len(pattern)]) for number in range(count)]


def _article(seed: int, number: int, kind: Kind, language: str) -> bytes:
    # A string, because a tuple's hash differs from run to run.
    writer = _Writer(random.Random(f"{seed}/{number}"), LANGUAGES[language])
    mark = f"{seed}-{number}"
    if kind == "short":
        mark += ": " + " ".join(str(writer.number()) for _ in range(FIGURES))
    paragraphs = writer.paragraphs(SHORT if kind == "short" else LONG, mark=mark)
    headline = writer.headline()
    content = {
        "short": lambda: paragraphs[0],
        "text": lambda: writer.dirty_text(paragraphs),
        "page": lambda: writer.page(headline, paragraphs, language),
    }[kind]()
    record = RawArticle(
        id=f"bench-{seed}-{number}",
        url=f"https://news.example/{language}/{seed}/{number}?utm_source=feed",
        content=content,
        media_type="text/html" if kind == "page" else "text/plain",
        headline=headline,
        source="news.example",
        language=language,
        published_at="2025-03-14T08:15:00Z",
        fetched_at="2025-03-14T08:20:00Z",
    )
    return codec.encode(record)


class _Writer:
    """Writes one article."""

    def __init__(self, rng: random.Random, phrases: Phrases) -> None:
        self._rng = rng
        self._phrases = phrases

    def sentence(self) -> str:
        rng, phrases = self._rng, self._phrases
        return rng.choice(phrases.sentences).format(
            person=f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}",
            organisation=rng.choice(phrases.organisations),
            place=rng.choice(phrases.places),
            other=rng.choice(phrases.places),
            number=rng.randint(2, 9999),
            day=rng.choice(phrases.days),
        )

    def paragraphs(self, characters: int, *, mark: str) -> list[str]:
        """Paragraphs of up to five sentences; the mark keeps the text from repeating another."""
        sentences = [f"{self.sentence()} [{mark}]"]
        while sum(map(len, sentences)) < characters:
            sentences.append(self.sentence())
        paragraphs = []
        while sentences:
            together = self._rng.randint(3, 5)
            paragraphs.append(" ".join(sentences[:together]))
            del sentences[:together]
        return paragraphs

    def headline(self) -> str:
        return " ".join(self.sentence().split()[:9]).rstrip(",.;")

    def dirty_text(self, paragraphs: Sequence[str]) -> str:
        """Text as scrapers leave it: counters and buttons before and after."""
        chrome = self._phrases.chrome
        before = [self._rng.choice(chrome), f"{self._rng.randint(1, 900)} {chrome[0]}"]
        after = [" | ".join(self._rng.sample(chrome, 4)), f"{self.headline()} {self.number()}"]
        return "\n".join([*before, *paragraphs, *after])

    def page(self, headline: str, paragraphs: Sequence[str], language: str) -> str:
        """A whole page: head, scripts, navigation, the article, a sidebar and a footer."""
        body = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
        return (
            f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8">'
            f"<title>{escape(headline)} - News Example</title>"
            f'<meta property="og:title" content="{escape(headline)}">'
            '<meta property="article:published_time" content="2025-03-14T08:15:00Z">'
            f"<style>{self.styles()}</style><script>{self.script()}</script></head><body>\n"
            f'<header><nav class="menu"><ul>{self.links(LINKS // 3)}</ul></nav></header>\n'
            f'<main><article class="story"><h1>{escape(headline)}</h1>'
            f'<p class="byline">{self._rng.choice(GIVEN)} {self._rng.choice(FAMILY)}</p>\n'
            f'{body}\n</article><aside class="related"><ul>{self.links(LINKS // 3)}</ul></aside>'
            f'</main>\n<footer><ul class="links">{self.links(LINKS // 3)}</ul></footer>'
            f"<script>{self.script()}</script></body></html>"
        )

    def links(self, count: int) -> str:
        chrome = self._phrases.chrome
        return "\n".join(
            f'<li class="item item--{n % 7}"><a class="link link--menu" '
            f'href="/section/{self.number()}/story-{self.number()}" data-track="click:{n}">'
            f"<span>{escape(self._rng.choice(chrome))} {escape(self.headline())}</span></a></li>"
            for n in range(count)
        )

    def styles(self) -> str:
        return "\n".join(
            f".c{n}{{margin:0 {self._rng.randint(0, 40)}px;color:#{self.number():06x}}}"
            for n in range(150)
        )

    def script(self) -> str:
        return ";".join(f'window.track("{n}","{self.number():08x}")' for n in range(200))

    def number(self) -> int:
        return self._rng.randrange(100_000)
