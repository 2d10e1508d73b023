"""Where on a page its article is: how much prose each block holds, and which element holds most.

No list of words decides what is prose, so that all languages are treated alike; scripts without
spaces count two characters as a word.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workers.stages.strip_boilerplate.extract.blocks import NUMBER, Blocks
from workers.stages.strip_boilerplate.extract.hints import BIT
from workers.stages.strip_boilerplate.text_tokens import UNSPACED

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_SENTENCE_ENDS = frozenset('.!?。！？…।۔؟։።”"»)」』’')
_LEAST_WORDS = 6
_STRONG = 12.0
"""Prose of a block that may begin or end the article."""
AROUND = 15
"""Blocks that are judged before the first and after the last strong one, wherever they are."""
FARTHEST = 300
"""The same for those in the container: lists and tables are not strong."""

_LABELS = [
    NUMBER[name] for name in ("figcaption", "caption", "button", "label", "legend", "option")
]
_POOR = BIT["comment"] | BIT["dialog"] | BIT["foot"]
_ASIDE = _POOR | BIT["side"] | BIT["subscribe"] | BIT["related"]
_NOT_STRONG = BIT["comment"] | BIT["foot"] | BIT["subscribe"]

_TO_PARENTS = (1.0, 0.6, 0.25)
"""What of a block's prose counts for the parent of its element, and for those above."""
_BODY_BONUS = 1.3
_MOST_OF_PAGE = 0.5
_MOST_OF_THREAD = 0.85
"""A short article may well have more comments than text."""
_FEWEST_PARAGRAPHS = 2
"""Side by side above comments, these are an article, however many the comments are."""
_LEAST_GAIN, _LEAST_DENSITY = 0.05, 0.35
"""The container grows to a parent that adds this share of prose, at this density."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Arrays by block, then arrays by element, then what follows from them."""

    characters: Floats
    words: Floats
    link_share: Floats
    prose: Floats
    """Words that are likely to be of sentences."""
    element: Ints
    name: Ints
    """By element, as are the next three: see ``Elements``."""
    parent: Ints
    hints: Ints
    inherited: Ints
    inner: Floats
    """By element: prose, characters, linked characters, blocks, and prose in parts set aside."""
    last: Ints
    """By element: the last element inside it."""
    container: int
    """The element that holds the article."""
    first: int
    """The first strong block of the container."""
    final: int
    """The last one."""

    def window(self) -> tuple[int, int]:
        """The blocks that may be the article's: the first, and the one past the last."""
        inside = np.flatnonzero(
            (self.element >= self.container) & (self.element <= self.last[self.container])
        )
        start, stop = self.first - AROUND, self.final + AROUND + 1
        if len(inside):
            start = min(start, max(int(inside[0]), self.first - FARTHEST))
            stop = max(stop, min(int(inside[-1]) + 1, self.final + FARTHEST))
        return max(0, start), min(len(self.element), stop)


def lay_out(blocks: Blocks) -> Layout:
    """Measure all blocks and find the container; there must be at least one block."""
    elements = blocks.elements
    element = np.array(blocks.element, np.int64)
    name = np.array(elements.name, np.int64)
    parent = np.array(elements.parent, np.int64)
    inherited = np.array(elements.inherited, np.int64)
    characters, words, ends = _measures(blocks.texts)
    linked = np.minimum(np.array(blocks.linked, np.float32), characters)
    link_share: Floats = np.asarray(linked / characters, np.float32)
    prose = _prose(words, link_share, ends, name[element])

    telling = _telling(inherited[element], prose)
    score = np.zeros(len(name))
    worth = np.where(inherited[element] & telling & _POOR, 0.4 * prose, prose)
    place = element
    for share in _TO_PARENTS:
        place = parent[place]
        score += np.bincount(place, worth * share, len(name))
    score[inherited & BIT["article_body"] > 0] *= _BODY_BONUS
    best = int(score.argmax())

    aside = (inherited[element] & telling & _ASIDE & ~inherited[best]) > 0
    inner, last = _sums(
        elements.parent, element, (prose, characters, linked, np.ones_like(prose), prose * aside)
    )
    container = _climb(best, elements.parent, inner)
    strong = (element >= container) & (element <= last[container]) & (prose > _STRONG)
    own = inherited[element] & telling & ~inherited[container]
    places = np.flatnonzero(strong & (own & _NOT_STRONG == 0))
    if not len(places):
        places = np.flatnonzero(strong)
    first, final = (int(places[0]), int(places[-1])) if len(places) else (0, len(element) - 1)
    return Layout(
        characters=characters,
        words=words,
        link_share=link_share,
        prose=prose,
        element=element,
        name=name,
        parent=parent,
        hints=np.array(elements.hints, np.int64),
        inherited=inherited,
        inner=inner,
        last=last,
        container=container,
        first=first,
        final=final,
    )


def without_swamping_comments(blocks: Blocks) -> Blocks:
    """The blocks less the comments, where these are most of a page but stand under an article.

    So many would make the article look like what is around them. A forum's thread has no article.
    """
    elements = blocks.elements
    inherited = np.array(elements.inherited, np.int64)[blocks.element]
    comments = inherited & BIT["comment"] > 0
    if not comments.any():
        return blocks
    characters, words, ends = _measures(blocks.texts)
    link_share = np.minimum(np.array(blocks.linked, np.float32) / characters, 1)
    prose = _prose(words, link_share, ends, np.array(elements.name)[blocks.element])
    if float(prose[comments].sum()) <= _MOST_OF_PAGE * float(prose.sum()):
        return blocks
    strong = prose > _STRONG
    first = int((comments & strong).argmax())
    above = strong[:first] & (inherited[:first] & _ASIDE == 0)
    holders = np.array(elements.parent)[blocks.element][:first][above]
    if not len(holders) or int(np.bincount(holders).max()) < _FEWEST_PARAGRAPHS:
        return blocks
    return blocks.only(np.flatnonzero(~comments).tolist())


def _prose(words: Floats, link_share: Floats, ends: Floats, name: Ints) -> Floats:
    mass = words * np.clip(1 - 1.5 * link_share, 0, 1) * np.where(ends > 0, 1, 0.5)
    shape = (words >= _LEAST_WORDS) * np.where(np.isin(name, _LABELS), 0.2, 1)
    return np.asarray(mass * shape, np.float32)


def _telling(inherited: Ints, prose: Floats) -> int:
    """The hints that set parts aside, less those under which most of the page's prose stands.

    A newsletter's archive calls its articles newsletters, and a forum its threads comments.
    """
    total = float(prose.sum())
    telling = 0
    for place in range(_ASIDE.bit_length()):
        bit = _ASIDE & 1 << place
        most = _MOST_OF_THREAD if bit == BIT["comment"] else _MOST_OF_PAGE
        if bit and float(prose[inherited & bit > 0].sum()) <= most * total:
            telling |= bit
    return telling


def _measures(texts: list[str]) -> tuple[Floats, Floats, Floats]:
    rows: list[tuple[int, int, bool]] = []
    for text in texts:
        words = text.count(" ") + 1
        if not text.isascii() and (unspaced := len(UNSPACED.findall(text))) > len(text) // 4:
            words += unspaced // 2
        rows.append((len(text), words, text[-1] in _SENTENCE_ENDS))
    columns = np.array(rows, np.float32).reshape(len(rows), 3)
    return columns[:, 0], columns[:, 1], columns[:, 2]


def _sums(parents: list[int], element: Ints, columns: tuple[Floats, ...]) -> tuple[Floats, Ints]:
    """By element: the sums over all blocks inside it, and the last element inside it."""
    count = len(parents)
    last = list(range(count))
    for place in range(count - 1, 0, -1):
        if last[place] > last[parents[place]]:
            last[parents[place]] = last[place]
    ends = np.array(last, np.int64)
    # Elements are numbered in the order of the page, so that those inside one are neighbours.
    sums = np.zeros((count + 1, len(columns)))
    for column, values in enumerate(columns):
        sums[1:, column] = np.cumsum(np.bincount(element, values, count))
    return (sums[ends + 1] - sums[:-1]).astype(np.float32), ends


def _climb(start: int, parents: list[int], inner: Floats) -> int:
    """Go up as long as a parent adds prose that is no part set aside."""
    current = place = start
    while place > 0:
        place = parents[place]
        prose, characters, _, _, aside = (inner[place] - inner[current]).tolist()
        gain = prose - aside
        if gain <= _LEAST_GAIN * float(inner[current, 0]) or aside >= 2 * gain:
            continue
        if gain * 6 > _LEAST_DENSITY * max(1.0, characters):
            current = place
    return current
