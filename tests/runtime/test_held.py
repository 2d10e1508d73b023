"""What is said of how long the topics hold an article, and of whether it was forgotten."""

from __future__ import annotations

import pytest

from topics import catalog
from topics.records import Origin
from workers.runtime.forget import OUTPUTS, forgotten_at
from workers.runtime.held import NEVER, held, until_when
from workers.runtime.trace import FORGOTTEN, TAKEDOWN, Sighting

DAY = catalog.DAY_MS


def seen(
    topic: str, offset: int, time: int, outcome: str = "", *, origin: int = 1, copy: bool = False
) -> Sighting:
    return Sighting(
        topic=topic,
        place=f"t.{topic}/0/{offset}",
        timestamp=time,
        origin=Origin("t.articles.raw", 0, origin, 5),
        stage="",
        outcome=outcome,
        version=None,
        detail="",
        copy=copy,
    )


@pytest.mark.parametrize(
    ("set_", "until", "by"),
    [
        ({"retention.ms": str(30 * DAY)}, 100 + 37 * DAY, "retention"),
        ({"retention.ms": str(DAY), "segment.ms": "50"}, 150 + DAY, "retention"),
        ({"retention.ms": "-1"}, None, "nothing: it is kept for ever (retention.ms)"),
        (
            {"cleanup.policy": "compact", "max.compaction.lag.ms": str(7 * DAY)},
            200 + 7 * DAY,
            "compaction",
        ),
        (
            {"cleanup.policy": "compact", "max.compaction.lag.ms": str(NEVER)},
            None,
            "compaction, at no set time (max.compaction.lag.ms)",
        ),
        (
            {"cleanup.policy": "compact,delete", "retention.ms": "10", "segment.ms": "1"},
            111,
            "retention",
        ),
        (
            {
                **{"cleanup.policy": "compact,delete", "retention.ms": str(9 * DAY)},
                "max.compaction.lag.ms": str(DAY),
            },
            200 + DAY,
            "compaction",
        ),
    ],
)
def test_the_latest_time_follows_from_the_settings(
    set_: dict[str, str], until: int | None, by: str
) -> None:
    assert until_when(set_, last=100, now=200) == (until, by)


def test_what_is_held_is_told_by_partition_without_tombstones_and_copies() -> None:
    sightings = [
        seen("articles.enriched", 4, 20),
        seen("articles.raw", 7, 10),
        seen("articles.enriched", 2, 15),
        seen("articles.enriched", 9, 30, FORGOTTEN),
        seen("articles.fingerprinted", 3, 30, TAKEDOWN),
        seen("articles.duplicates", 1, 12, copy=True),
    ]
    set_ = {"t.articles.raw": {"retention.ms": "5", "segment.ms": "1"}}
    raw, enriched = held(sightings, set_, now=40)
    assert (raw.topic, raw.offsets, raw.until) == ("t.articles.raw", (7,), 16)
    assert (enriched.offsets, enriched.first, enriched.last) == ((2, 4), 15, 20)


def test_forgotten_is_what_all_outputs_say_and_nothing_came_after() -> None:
    before = [seen("articles.raw", 0, 1), seen("articles.claims", 0, 2, "claimed")]
    takedown = seen("articles.fingerprinted", 3, 40, TAKEDOWN)
    marks = [seen(topic.name, 5, 50, FORGOTTEN) for topic in OUTPUTS]
    dropped = seen("articles.claims", 1, 60, FORGOTTEN)
    assert forgotten_at([*before, takedown, *marks, dropped]) == 50
    assert forgotten_at([*before, takedown, *marks]) is None, "its claim is alive"
    assert forgotten_at([*before, takedown, *marks[1:], dropped]) is None
    late = seen("articles.enriched", 6, 55)
    assert forgotten_at([*before, takedown, *marks, late, dropped]) is None
    anew = seen("articles.claims", 9, 70, "claimed", origin=9)
    assert forgotten_at([*before, takedown, *marks, dropped, anew]) is None
