"""The texts that the line model is fitted on: lines of web pages, labelled, grouped by site."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from workers.stages.strip_boilerplate.page import Source, rendering_of

SOURCES = ("fundus", "wcxb")
"""The collections whose licences let models be fitted on them and shipped."""
_WORD = re.compile(r"\w+")
_HOST = re.compile(
    r"(?:rel=[\"']?canonical[\"']?[^>]{0,300}?href=|property=[\"']og:url[\"'][^>]{0,300}?content=)"
    r"[\"']?https?://(?:www\.)?([^/\"'>\s]+)",
    re.IGNORECASE,
)
_LONG = 6
"""Words of a line that is labelled by itself."""
_OVERLAP = 0.6
_SHARED_LINES, _SHARED_LENGTH, _SHARED_BY = 4, 25, 6
_KEPT_BOILERPLATE = 0.12


@dataclass(frozen=True)
class Text:
    """One page's visible lines, and which of them are the article's."""

    id: str
    source: str
    lines: Sequence[str]
    content: Sequence[bool]
    labelled: bool
    """Labelled by the collection of lines, not here."""
    site: str = ""
    """The least id of the texts that are of one site."""

    def fold(self, folds: int) -> int:
        """Which part of a cross-validation the site belongs to."""
        return hashlib.sha256(self.site.encode()).digest()[0] % folds


def texts_in(folder: Path) -> list[Text]:
    """All texts of the allowed collections: those of ``lines.jsonl``, then pages of ``html/``."""
    hosts: dict[str, str] = {}
    texts: dict[str, Text] = {}
    with (folder / "lines.jsonl").open(encoding="utf-8") as rows:
        for one in map(json.loads, rows):
            lines = [row["text"] for row in one["lines"]]
            content = [row["content"] for row in one["lines"]]
            texts[one["id"]] = Text(one["id"], one["source"], lines, content, labelled=True)
    truth = json.loads((folder / "html" / "truth.json").read_text(encoding="utf-8"))
    for id in sorted(truth):
        with gzip.open(
            folder / "html" / f"{id}.html.gz", "rt", encoding="utf-8", errors="replace"
        ) as f:
            html = f.read()
        if host := _HOST.search(html):
            hosts[id] = host[1].lower()
        if id not in texts:
            lines = [
                " ".join(line.split())
                for line in rendering_of(Source.of(html)).text.split("\n")
                if line.strip()
            ]
            content = labels(lines, truth[id]["text"])
            texts[id] = Text(id, truth[id]["source"], lines, content, labelled=False)
    return of_sites([text for text in texts.values() if text.source in SOURCES], hosts)


def labels(lines: Sequence[str], article: str) -> list[bool]:
    """Which lines are in an article's text.

    A line of six words is if .6 of its 4-grams are; a shorter one if it, or three of its words in a
    row, is there and a line next to it is too.
    """
    words = [word.lower() for word in _WORD.findall(article)]
    fours = set(zip(words, words[1:], words[2:], words[3:], strict=False))
    threes = set(zip(words, words[1:], words[2:], strict=False))
    flat = f" {' '.join(words)} "
    found: list[bool] = []
    possible: list[bool] = []
    for line in lines:
        own = [word.lower() for word in _WORD.findall(line)]
        grams = list(zip(own, own[1:], own[2:], own[3:], strict=False))
        long = len(own) >= _LONG
        found.append(long and sum(gram in fours for gram in grams) >= _OVERLAP * len(grams))
        possible.append(
            bool(own) and not long
            and (f" {' '.join(own)} " in flat
                 or any(gram in threes for gram in zip(own, own[1:], own[2:], strict=False)))
        )  # fmt: skip
    for order in (range(1, len(lines)), range(len(lines) - 2, -1, -1)):
        for at in order:
            neighbour = at - 1 if order.step > 0 else at + 1
            found[at] = found[at] or (possible[at] and found[neighbour])
    return found


def thinned(texts: Sequence[Text], seed: int) -> Iterator[Text]:
    """The same texts with most of their boilerplate left out, in stretches of up to four lines."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    for text in texts:
        keep = False
        chosen: list[int] = []
        for at, content in enumerate(text.content):
            if at % 4 == 0 or content:
                keep = chance.random() < _KEPT_BOILERPLATE
            if content or keep:
                chosen.append(at)
        if chosen:
            lines = [text.lines[at] for at in chosen]
            yield replace(text, lines=lines, content=[text.content[at] for at in chosen])


def of_sites(texts: Sequence[Text], hosts: dict[str, str]) -> list[Text]:
    """Texts are of one site if their pages name one host, or if they share four rare lines."""
    site = {text.id: text.id for text in texts}

    def find(id: str) -> str:
        while site[id] != id:
            id = site[id]
        return id

    def join(one: str, other: str) -> None:
        first, second = sorted((find(one), find(other)))
        site[second] = first

    first_of: dict[str, str] = {}
    where: defaultdict[str, list[str]] = defaultdict(list)
    for text in texts:
        if host := hosts.get(text.id):
            join(text.id, first_of.setdefault(host, text.id))
        for line in {line for line in text.lines if len(line) >= _SHARED_LENGTH}:
            where[line].append(text.id)
    rare = [ids for ids in where.values() if len(ids) <= _SHARED_BY]
    shared = Counter(pair for ids in rare for pair in combinations(sorted(ids), 2))
    for pair, count in shared.items():
        if count >= _SHARED_LINES:
            join(*pair)
    return [replace(text, site=find(text.id)) for text in texts]
