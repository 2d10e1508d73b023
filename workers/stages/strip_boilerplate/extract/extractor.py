"""The article's text of a page: blocks that the model keeps, with a second opinion where unsure.

The way of a page: markup without scripts, of a depth and size that can be parsed; blocks; the
container and the window around it; the model's probability of each block; and where that is unsure
the opinion of a slower extractor, which moves the probabilities or, where the container was wrong,
replaces the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Literal

import numpy as np

from workers.pages.stated import Stated
from workers.stages.strip_boilerplate.extract.blocks import Blocks, read_blocks
from workers.stages.strip_boilerplate.extract.container import (
    Floats,
    lay_out,
    without_swamping_comments,
)
from workers.stages.strip_boilerplate.extract.features import Window, opinion_on, window_of
from workers.stages.strip_boilerplate.extract.model import block_model
from workers.stages.strip_boilerplate.extract.repeats import without_repeats
from workers.stages.strip_boilerplate.extract.rows import Rows
from workers.stages.strip_boilerplate.extract.trees import Trees

Method = Literal["blocks", "blocks+trafilatura", "trafilatura"]

KEPT = 0.55
"""A block is kept above this probability. Collections differ in whether captions and boxes are
an article's: a lower one suits those that say so (WCXB), a higher one the others (Fundus)."""
UNSURE = 0.085
"""Doubt above which another extractor is asked: about an eighth of pages."""
SCANT = 300
"""It is asked too where fewer characters than this are kept."""
TRUST = 4.0
"""By how much, times the doubt, the other's opinion moves a probability."""
ELSEWHERE = 0.75
"""Where less than this share of the other's text is in the window, the window is wrong."""
MOST_BLOCKS = 10_000
"""What has more blocks to judge is no article."""

_PASSES = 1_000


@dataclass(frozen=True)
class Extraction:
    """The text, a block a line, and what found it."""

    text: str
    method: Method


@dataclass(frozen=True)
class Judged:
    """The blocks of a window, what is known of them, and how likely each is the article's."""

    texts: Sequence[str]
    window: Window
    probability: Floats

    @property
    def doubt(self) -> float:
        """Mean distance of the probabilities from certainty, by characters: 0 to .5."""
        return doubt_of(self.texts, self.probability)


def extract(markup: str, stated: Stated, opinion: Callable[[], str]) -> Extraction | None:
    """The text of a page; None if it has none.

    ``markup`` is the page without scripts, and must be fit to be parsed. ``opinion`` returns what
    another extractor finds, empty if nothing; it is called at most once, and for few pages.
    """
    blocks = read_blocks(markup)
    if not blocks.texts:
        # Parsers differ in what they make of markup that follows no standard.
        other = opinion()
        return Extraction(other, "trafilatura") if other else None
    window = window_on(blocks, stated)
    if window is None:
        return None
    page = judged(*window, block_model())
    text = kept_text(page.texts, page.probability, page.window.rows)
    if page.doubt <= UNSURE and len(text) >= SCANT:
        return Extraction(text, "blocks")
    return second(page, text, opinion())


def window_on(blocks: Blocks, stated: Stated) -> tuple[Sequence[str], Window] | None:
    """The blocks that may be the article's, with their features; None if there are none."""
    if not blocks.texts:
        return None
    blocks = without_swamping_comments(blocks)
    layout = lay_out(blocks)
    start, stop = layout.window()
    if stop - start > MOST_BLOCKS:
        return None
    return blocks.texts[start:stop], window_of(blocks, layout, stated)


def judged(texts: Sequence[str], window: Window, model: Trees) -> Judged:
    """Ask the model about each block, some at a time: the answers take room."""
    parts = range(0, len(texts), _PASSES)
    probabilities = [model.probability(window.matrix[at : at + _PASSES]) for at in parts]
    return Judged(texts, window, np.concatenate(probabilities))


def second(page: Judged, text: str, other: str) -> Extraction | None:
    """Decide with another extractor's text at hand; ``text`` is what the model alone keeps."""
    if not other:
        return Extraction(text, "blocks") if text else None
    found, inside = opinion_on(page.texts, other)
    if inside < ELSEWHERE and len(other) > len(text) / 2:
        return Extraction(other, "trafilatura")
    moved = page.probability + TRUST * page.doubt * (found - 0.5)
    text = kept_text(page.texts, moved, page.window.rows)
    return Extraction(text, "blocks+trafilatura") if text else Extraction(other, "trafilatura")


def doubt_of(texts: Iterable[str], probability: Floats) -> float:
    """See ``Judged.doubt``."""
    sizes = np.array([len(text) for text in texts])
    return float((np.minimum(probability, 1 - probability) * sizes).sum() / sizes.sum())


def kept_text(texts: Sequence[str], probability: Floats, rows: Rows | None = None) -> str:
    """The blocks above the threshold and the rows between them, each once, joined by ``\\n``."""
    kept = (probability > KEPT).tolist()
    if rows is not None:
        kept = rows.between(kept)
    return "\n".join(without_repeats(compress(texts, kept)))
