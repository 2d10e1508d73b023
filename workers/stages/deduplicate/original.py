"""Whose copy an article is: of what resembles it, the earliest original."""

from __future__ import annotations

from typing import NamedTuple

from workers.stages.deduplicate.arrival import Arrival
from workers.stages.deduplicate.near_texts import Text
from workers.stages.deduplicate.seen_rows import LINKED, NEAR_CONTENT, SUPERSEDED
from workers.stages.deduplicate.seen_state import SeenState
from workers.stages.deduplicate.similarity import LEAST_THROUGH_COPY, Similarity


class Original(NamedTuple):
    """An earlier version that an article is a copy of."""

    number: int
    """Of its claim."""
    alike: Similarity
    through_copy: bool
    """It is known for one by another copy only."""


def original_of(state: SeenState, arrival: Arrival, text: Text) -> tuple[int, Original | None]:
    """With how many texts an article was compared, and the earliest version of the same story.

    Of a copy that is the same story its original, if that is like enough itself.
    """
    rows, near = state.rows, state.near
    candidates, places = near.search(text)
    if not places:
        return candidates, None
    algorithm = rows.algorithm(arrival.algorithm)
    originals: dict[int, Similarity] = {}
    through: dict[int, bool] = {}  # originals of copies; whether of another article
    for place, alike in places:
        number = near.row(place)
        row = rows[number]
        if not alike.same_story or row.algorithm != algorithm or row.flags & SUPERSEDED:
            continue
        other = rows.ids[number] != arrival.id
        if row.kind != NEAR_CONTENT:
            if row.flags & LINKED and other:
                originals[number] = alike
        elif (original := state.find(rows.target_origin(row))) is not None:
            through[original] = through.get(original, False) or other
    # Of a story with many copies the bands show the latest; its original is asked all the same.
    loose: dict[int, Similarity] = {}
    for number in through.keys() - originals.keys():
        row = rows[number]
        if row.flags & LINKED and row.place and rows.ids[number] != arrival.id:
            alike = near.compare(text, row.place - 1)
            if alike.same_story:
                originals[number] = alike
            elif through[number] and alike.containment >= LEAST_THROUGH_COPY:
                loose[number] = alike
    found = originals or loose
    if not found:
        return candidates, None
    earliest = min(found, key=lambda number: rows[number].sequence)
    return candidates, Original(earliest, found[earliest], not originals)
