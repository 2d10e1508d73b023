"""Which of an article's outcomes is the one to explain."""

from __future__ import annotations

from topics.records import Origin
from workers.runtime.published import choose
from workers.runtime.trace import Sighting


def seen(topic: str, offset: int, time: int, detail: str = "", *, copy: bool = False) -> Sighting:
    return Sighting(
        topic=f"articles.{topic}",
        place=f"articles.{topic}/0/{time}",
        timestamp=time,
        origin=Origin("articles.raw", 0, offset, 1),
        stage="",
        outcome=topic,
        version=None,
        detail=detail,
        copy=copy,
    )


def times(*sightings: Sighting) -> tuple[int | None, list[int]]:
    chosen, others = choose(sightings)
    return (chosen.timestamp if chosen else None, [other.timestamp for other in others])


def test_the_newest_outcome_that_is_no_mere_repeat() -> None:
    first, repeat = seen("enriched", 1, 10), seen("duplicates", 2, 20, "repeat of a v1 (…)")
    assert times(first, repeat) == (10, [20])
    assert times(first, seen("dead-letter", 3, 30), repeat) == (30, [10, 20])
    assert times(first, seen("duplicates", 4, 40, "near_content of b v1")) == (40, [10])
    assert times(repeat) == (20, [])


def test_of_one_arrival_its_last_outcome_counts() -> None:
    again = (seen("dead-letter", 1, 10), seen("enriched", 1, 20), seen("enriched", 2, 15))
    assert times(*sorted(again, key=lambda item: item.timestamp)) == (20, [15])


def test_what_has_not_come_out_and_what_others_copied_is_no_outcome() -> None:
    assert times(seen("raw", 1, 1), seen("unique", 1, 2)) == (None, [])
    assert times(seen("duplicates", 9, 5, "same_content of a v1", copy=True)) == (None, [])
