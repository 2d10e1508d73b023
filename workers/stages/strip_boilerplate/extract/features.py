"""What the model knows of each block: text, links, place, neighbours, and the elements around."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workers.pages.stated import Stated
from workers.stages.strip_boilerplate.extract.blocks import LANDMARK_BITS, NUMBER, Blocks
from workers.stages.strip_boilerplate.extract.container import Floats, Ints, Layout
from workers.stages.strip_boilerplate.extract.hints import BIT, CATEGORIES
from workers.stages.strip_boilerplate.extract.rows import Rows
from workers.stages.strip_boilerplate.extract.signs import SIGNS, signs_of

# Kinds of elements in an order in which a threshold can tell text from labels.
_KINDS = {
    1: "p", 2: "li", 3: "h1", 4: "h2 h3 h4 h5 h6", 5: "div section article main", 6: "td th dd dt",
    7: "blockquote pre", 8: "figcaption caption", 9: "button label legend option",
}  # fmt: skip
_KIND = np.zeros(len(NUMBER), np.int64)
for _kind, _names in _KINDS.items():
    for _name in _names.split():
        _KIND[NUMBER[_name]] = _kind

_HINT_BITS = np.array([1 << place for place in range(len(CATEGORIES) - 1)], np.int64)
_LANDMARK_BITS = np.array(LANDMARK_BITS, np.int64)
_HEADING = NUMBER["h1"]
_TITLE_WORD = re.compile(r"\w{4,}")
_MOST_TIMES = 5
_NO_HEADING = 99
_NEAR = 5
"""Blocks before and after that tell a list of teasers from prose."""

_Numbers = NDArray[np.float32] | NDArray[np.float64] | NDArray[np.int64] | NDArray[np.bool_]

UNKNOWN = -1.0
"""Where there is nothing to compare with."""

_PLAIN = (
    *SIGNS,
    "link_share", "links", "bold", "italic", "images", "kind", "prose",
    "inside", "levels_up", "share_1", "share_2", "share_3", "share_4",
    "links_0", "links_1", "links_2", "blocks_1", "blocks_2", "density_1", "blocks_0", "kind_1",
    "alike", "distance", "place", "prose_before", "prose_to", "total", "container_share",
    "after_heading", "heading_far", "repeated", "next_element", "previous_element",
    "prose_next_3", "prose_previous_3", "article_body", "has_article_body",
    "stated", "stated_covers", "since_heading", "heading_marks",
    "links_near", "words_near",
)  # fmt: skip
_NEIGHBOURS = ("prose", "link_share", "kind", "words", "signs", "stated")
HINTED = tuple(
    f"{where}:{category}" for where in ("path", "own", "parent") for category in CATEGORIES[:-1]
) + tuple(f"landmark:{bit}" for bit in LANDMARK_BITS)
"""The features that rest on how a site names its elements."""
FEATURES = (
    *_PLAIN,
    *(f"{name}_{offset:+d}" for name in _NEIGHBOURS for offset in (-2, -1, 1, 2)),
    *HINTED,
)
"""Names of the columns of the matrix."""


@dataclass(frozen=True, slots=True)
class Window:
    """The blocks that may be of the article, and the matrix of their features."""

    start: int
    stop: int
    """Blocks ``start`` to ``stop``, exclusive."""
    matrix: Floats
    rows: Rows | None = None


def window_of(blocks: Blocks, layout: Layout, stated: Stated) -> Window:
    """The features of all blocks from some before the first strong one to some after the last."""
    start, stop = layout.window()
    matrix = _matrix(blocks, layout, stated, start, stop)
    return Window(start, stop, matrix, Rows(blocks, start))


def _matrix(blocks: Blocks, layout: Layout, stated: Stated, start: int, stop: int) -> Floats:
    here = slice(start, stop)
    texts = blocks.texts[here]
    count, everything = len(texts), len(blocks.texts)
    signs = np.array(_signs(texts, layout.words[here].tolist(), stated), np.float32).reshape(
        count, len(SIGNS)
    )
    element, parent, name = layout.element[here], layout.parent, layout.name
    hints, inherited = layout.hints, layout.inherited
    path, landmarks, levels = _relative(blocks, layout.container)

    inner, container = layout.inner, layout.container
    total = max(1e-6, float(layout.prose.sum()))
    share = inner[:, 0] / total
    linked = inner[:, 2] / np.maximum(1, inner[:, 1])
    one = parent[element]
    two = parent[one]
    three = parent[two]
    prose = layout.prose[here]
    mass = np.log1p(prose)
    kind = _KIND[name[element]]
    place = np.arange(start, stop)
    summed = np.concatenate([[0.0], np.cumsum(layout.prose)])
    distance = np.where(place < layout.first, place - layout.first, 0) + np.where(
        place > layout.final, place - layout.final, 0
    )
    headings = np.flatnonzero(name[layout.element] == _HEADING)
    before = headings[headings <= layout.first]
    heading = int(before[-1]) if len(before) else -1
    found, covers = (
        opinion_on(texts, stated.body)
        if stated.body
        else (np.full(count, UNKNOWN, np.float32), UNKNOWN)
    )
    size = layout.characters[here]
    whole = np.ones(count)
    columns: list[_Numbers] = [
        *signs.T,
        layout.link_share[here],
        np.array(blocks.links[here]),
        np.array(blocks.bold[here]) / size,
        np.array(blocks.italic[here]) / size,
        np.array(blocks.images[here]),
        kind,
        mass,
        (element >= container) & (element <= layout.last[container]),
        levels[element],
        share[one],
        share[two],
        share[three],
        share[parent[three]],
        linked[element],
        linked[one],
        linked[two],
        np.log1p(inner[one, 3]),
        np.log1p(inner[two, 3]),
        inner[one, 0] / np.maximum(1, inner[one, 1]) * 6,
        np.log1p(inner[element, 3]),
        _KIND[name[one]],
        _alike(blocks, layout, here) / total,
        np.sign(distance) * np.log1p(abs(distance)),
        place / everything,
        summed[place] / total,
        summed[place + 1] / total,
        whole * np.log1p(total),
        whole * share[container],
        np.clip(place - heading, -99, 99) if heading >= 0 else -99 * whole,
        place < heading,
        np.array(_repeated(blocks.texts, texts)),
        _shifted(element, 1) - element == 1,
        element - _shifted(element, -1) == 1,
        summed[np.minimum(everything, place + 4)] - summed[place + 1],
        summed[place] - summed[np.maximum(0, place - 3)],
        inherited[element] & BIT["article_body"] > 0,
        whole * bool((inherited & BIT["article_body"]).any()),
        found,
        whole * covers,
        *_under_heading(kind, signs[:, SIGNS.index("marks")]),
        _near(layout.link_share[here], size),
        _near(np.log1p(layout.words[here]), whole),
    ]
    words = signs[:, SIGNS.index("words")]
    marks = signs[:, SIGNS.index("marks")]
    for values in (mass, layout.link_share[here], kind, words, marks, found):
        columns += [_shifted(values, offset) for offset in (-2, -1, 1, 2)]
    parents = np.where(levels[one] > 0, hints[one], 0)
    masks = [
        (mask & bits[:, None]) > 0
        for mask, bits in (
            (path[element], _HINT_BITS),
            (hints[element], _HINT_BITS),
            (parents, _HINT_BITS),
            (landmarks[element], _LANDMARK_BITS),
        )
    ]
    rows = np.empty((len(FEATURES), count), np.float32)
    rows[: len(columns)] = columns
    rows[len(columns) :] = np.concatenate(masks)
    return rows.T


def _signs(texts: Sequence[str], words: Sequence[float], stated: Stated) -> list[tuple[float, ...]]:
    title = frozenset(_TITLE_WORD.findall(stated.title.lower()))
    summary = frozenset(_TITLE_WORD.findall(stated.summary.lower()))
    return [signs_of(text, count, title, summary) for text, count in zip(texts, words, strict=True)]


def _relative(blocks: Blocks, container: int) -> tuple[Ints, Ints, Ints]:
    """By element, from what it shares with the container down: hints, landmarks, levels."""
    elements = blocks.elements
    count = len(elements.parent)
    above = {0}
    place = container
    while place > 0:
        above.add(place)
        place = elements.parent[place]
    hints, landmarks, levels = [0] * count, [0] * count, [0] * count
    for element in range(1, count):
        if element not in above:
            parent = elements.parent[element]
            hints[element] = hints[parent] | elements.hints[element]
            landmarks[element] = landmarks[parent] | elements.landmark(element)
            levels[element] = levels[parent] + 1
    return np.array(hints), np.array(landmarks), np.array(levels)


def _alike(blocks: Blocks, layout: Layout, here: slice) -> Floats:
    """The prose of all blocks of the window whose elements are made the same way."""
    elements = blocks.elements
    prose: dict[tuple[int, int, int], float] = {}
    keys = []
    for element, mass in zip(blocks.element[here], layout.prose[here].tolist(), strict=True):
        key = (elements.name[element], elements.hints[element], elements.depth[element])
        prose[key] = prose.get(key, 0.0) + mass
        keys.append(key)
    return np.array([prose[key] for key in keys], np.float32)


def _repeated(everything: Sequence[str], texts: Sequence[str]) -> list[int]:
    counts: dict[str, int] = {}
    for text in everything:
        counts[text] = counts.get(text, 0) + 1
    return [min(counts[text], _MOST_TIMES) for text in texts]


def _under_heading(kind: Ints, marks: Floats) -> tuple[Ints, Floats]:
    """Of each block how many blocks below a heading it is, and that heading's marks."""
    place = np.arange(len(kind))
    heading = np.maximum.accumulate(np.where((kind == 3) | (kind == 4), place, -1))
    since = np.where(heading < 0, _NO_HEADING, place - heading)
    return since, np.where(heading < 0, UNKNOWN, marks[heading])


def _near(values: _Numbers, weights: _Numbers) -> NDArray[np.float64]:
    """The weighted mean of the blocks around each, itself among them."""
    return _summed_near(values * weights) / np.maximum(1e-6, _summed_near(weights))


def _summed_near(values: _Numbers) -> NDArray[np.float64]:
    sums = np.zeros(len(values) + 1)
    sums[1:] = np.cumsum(values)
    place = np.arange(len(values))
    last = np.minimum(len(values), place + _NEAR + 1)
    return np.asarray(sums[last] - sums[np.maximum(0, place - _NEAR)])


_JOINT = re.compile(r"[\W_]+")
_PROBE = 40


def opinion_on(texts: Sequence[str], text: str) -> tuple[Floats, float]:
    """Of each block how much is in another text, by up to three probes; and how much of that
    text is in the blocks. White space and punctuation do not count.
    """
    joined = _JOINT.sub("", text.lower())
    found = []
    for block in texts:
        letters = _JOINT.sub("", block.lower())
        if not letters:
            found.append(0.0)
        elif len(letters) <= _PROBE:
            found.append(float(letters in joined))
        else:
            middle = len(letters) // 2
            probes = (letters[:_PROBE], letters[middle - 20 : middle + 20], letters[-_PROBE:])
            found.append(sum(probe in joined for probe in probes) / 3)
    share = np.array(found, np.float32)
    sizes = np.array([len(block) for block in texts])
    return share, float((share * sizes).sum() / max(1, len(text)))


def _shifted(values: _Numbers, offset: int) -> NDArray[np.float64]:
    """Each block's value of the block so far after it (before it, if negative); -1 past the end."""
    moved = np.full(len(values), -1.0)
    if offset > 0:
        moved[:-offset] = values[offset:]
    else:
        moved[-offset:] = values[:offset]
    return moved
