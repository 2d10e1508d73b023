"""Rows of tables and lists inside an article: each too short to look like anyone's text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workers.stages.strip_boilerplate.extract.blocks import NUMBER, Blocks
from workers.stages.strip_boilerplate.extract.hints import BIT

_CELLS = frozenset(NUMBER[name] for name in ("td", "th", "dt", "dd", "caption"))
_LISTS = frozenset((NUMBER["ul"], NUMBER["ol"]))
_ITEM = NUMBER["li"]
_APART = sum(
    BIT[name]
    for name in ("comment", "related", "share", "nav", "foot", "ad", "subscribe", "side", "dialog")
)
_MOST_LINKED = 0.5
_FEWEST_ITEMS, _MOST_FIGURES, _SHORT = 3, 0.75, 100
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Rows:
    """The blocks of a window, for the question which of them stand in rows."""

    blocks: Blocks
    start: int

    def between(self, kept: Sequence[bool]) -> list[bool]:
        """Of each block whether it is kept, or in a row between two kept ones side by side.

        These are two items of one list, or two blocks of which one is beside the table and the
        other is so too, or in it. Links, and what is named for something else, are no rows.
        """
        filled = list(kept)
        places = [place for place, keep in enumerate(kept) if keep]
        for before, after in pairwise(places):
            if after - before == 1:
                continue
            holder = self._holder(before, after)
            if holder is None:
                continue
            gap = range(before + 1, after)
            figures = self._lists_of_figures(gap)
            for place in gap:
                filled[place] = not self._is_link(place) and self._is_row(place, holder, figures)
        return filled

    def _element(self, place: int) -> int:
        return self.blocks.element[self.start + place]

    def _text(self, place: int) -> str:
        return self.blocks.texts[self.start + place]

    def _is_link(self, place: int) -> bool:
        return self.blocks.linked[self.start + place] > _MOST_LINKED * len(self._text(place))

    def _holder(self, one: int, other: int) -> int | None:
        """The element that holds both blocks, if it is the parent of one of them."""
        parents = self.blocks.elements.parent
        first, second = self._element(one), self._element(other)
        for inner, outer in ((first, second), (second, first)):
            holder = parents[outer]
            while inner > holder:
                inner = parents[inner]
            if inner == holder:
                return holder
        return None

    def _lists_of_figures(self, places: Iterable[int]) -> set[int]:
        """The lists of some short items that nearly all have digits: results, measures, prices."""
        elements = self.blocks.elements
        items: dict[int, list[bool]] = {}
        for place in places:
            element, text = self._element(place), self._text(place)
            if elements.name[element] == _ITEM:
                figure = len(text) < _SHORT and _DIGIT.search(text) is not None
                items.setdefault(elements.parent[element], []).append(figure)
        return {
            element
            for element, figures in items.items()
            if len(figures) >= _FEWEST_ITEMS and sum(figures) > _MOST_FIGURES * len(figures)
        }

    def _is_row(self, place: int, holder: int, figures: Collection[int]) -> bool:
        elements = self.blocks.elements
        element, hints = self._element(place), 0
        row = elements.name[holder] in _LISTS
        while element > holder:
            hints |= elements.hints[element]
            row = row or elements.name[element] in _CELLS or element in figures
            element = elements.parent[element]
        return element == holder and row and not hints & _APART
