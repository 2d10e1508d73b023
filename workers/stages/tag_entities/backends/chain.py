"""From labels of words to names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from workers.stages.tag_entities.backend import Name
from workers.stages.tag_entities.backends.labels import position


class Labelled(NamedTuple):
    """A word with its label; offsets are code points, end exclusive."""

    start: int
    end: int
    label: str


def names_of(text: str, words: Iterable[Labelled]) -> list[Name]:
    """The names that the labels mark, whatever their scheme (BIO, BILOU, BIOES, none).

    A label that continues nothing begins a name. A line's end ends one.
    """
    names: list[Name] = []
    open_ = False
    for start, end, label in words:
        if start >= end:
            continue
        place, kind = position(label)
        if place == "O":
            open_ = False
            continue
        last = names[-1] if names else None
        if (
            open_
            and last is not None
            and place in "IL"
            and last.label == kind
            and not _ends_line(text[last.end : start])
        ):
            names[-1] = last._replace(end=end)
        else:
            names.append(Name(start, end, kind))
        open_ = place not in "LU"
    return names


def _ends_line(between: str) -> bool:
    return len(between.splitlines()) > 1 or between.endswith(("\n", "\r"))
