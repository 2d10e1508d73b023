"""A stall: lag while the first unfinished offset stays where it is."""

from __future__ import annotations

from typing import Any, cast

from workers.runtime.consume import Consumption
from workers.runtime.metrics import Metrics
from workers.runtime.progress import Progress

PLACE = ("t", 0)


class Paused:
    on = False


class Position:
    """As much of a consumer as a stall is measured by."""

    name = "claim"
    topic = "t"
    assigned = frozenset({PLACE})

    def __init__(self, offset: int | None = None) -> None:
        self.offset = offset
        self.pause = Paused()

    def first_unfinished(self, place: tuple[str, int]) -> int | None:
        return self.offset


class Watched:
    def __init__(self, offset: int | None) -> None:
        self.position = Position(offset)
        self.metrics = Metrics()
        self.progress = Progress([], self.metrics, stall_after=100)

    def at(self, now: float, end: int, *, beginning: int = 0, lost: bool = False) -> list[str]:
        bounds: Any = {} if lost else {PLACE: (beginning, end)}
        self.progress.note(cast(Consumption, self.position), bounds, now)
        return self.progress.stalled(now)

    def gauge(self, name: str) -> float | None:
        labels = {"stage": "claim", "topic": "t", "partition": "0"}
        return self.metrics.registry.get_sample_value(name, labels)


def test_lag_that_does_not_move_turns_red_and_green_again_once_it_moves() -> None:
    watched = Watched(5)
    assert watched.at(0, 10) == []
    assert watched.at(100, 10) == []
    (told,) = watched.at(101, 12)
    assert told == "t/0 has 7 records waiting and has stood at offset 5 for 101 s"
    assert watched.gauge("news_consumer_lag_messages") == 7
    assert watched.gauge("news_oldest_unprocessed_age_seconds") == 101
    watched.position.offset = 6
    assert watched.at(102, 12) == []
    assert watched.gauge("news_oldest_unprocessed_age_seconds") == 0


def test_no_lag_is_no_stall_however_long() -> None:
    watched = Watched(10)
    assert watched.at(0, 10) == []
    assert watched.at(9999, 10) == []
    assert watched.at(10_000, 11) == []  # the clock starts with the lag
    assert watched.at(10_100, 11) == []
    assert watched.at(10_101, 11)


def test_a_pause_is_no_stall_and_the_clock_starts_with_its_end() -> None:
    watched = Watched(5)
    assert watched.at(0, 10) == []
    watched.position.pause.on = True
    assert watched.at(99, 10) == []
    assert watched.at(500, 10) == []
    assert watched.gauge("news_oldest_unprocessed_age_seconds") == 500
    watched.position.pause.on = False
    assert watched.at(600, 10) == []
    (told,) = watched.at(601, 10)
    assert told.endswith("for 101 s")


def test_a_consumer_that_never_began_stalls_too() -> None:
    watched = Watched(None)
    watched.at(0, 3)
    assert watched.at(101, 3)


def test_what_retention_has_deleted_is_not_waiting() -> None:
    watched = Watched(None)
    watched.at(0, 1000, beginning=1000)
    assert watched.at(500, 1000, beginning=1000) == []
    assert watched.gauge("news_consumer_lag_messages") == 0
    watched.position.offset = 400
    assert watched.at(501, 1005, beginning=1000) == []
    assert watched.gauge("news_consumer_lag_messages") == 5


def test_a_partition_that_moved_to_another_worker_is_not_ours_to_report() -> None:
    watched = Watched(5)
    watched.at(0, 10)
    assert watched.at(101, 10)
    assert watched.at(102, 10, lost=True) == []
    assert watched.at(103, 10) == []  # and starts anew when it comes back


def test_an_end_before_our_offset_is_no_negative_lag() -> None:
    watched = Watched(50)
    assert watched.at(0, 3) == []
    assert watched.at(500, 3) == []
    assert watched.gauge("news_consumer_lag_messages") == 0


def test_an_answer_from_before_a_rebalance_brings_no_gauge_back() -> None:
    watched = Watched(3)
    watched.at(0, 8)
    assert watched.gauge("news_consumer_lag_messages") == 5
    watched.position.assigned = frozenset()
    watched.at(1, 9)
    assert watched.gauge("news_consumer_lag_messages") is None
    assert watched.progress.stalled(1000) == []


def test_silence_is_shown_for_what_a_worker_consumes_and_for_nothing_else() -> None:
    metrics = Metrics()
    progress = Progress([cast(Consumption, Position())], metrics, stall_after=100)

    def shown(stage: str) -> float | None:
        return metrics.registry.get_sample_value("news_kafka_silence_seconds", {"stage": stage})

    progress.note_silence(50)
    assert shown("claim") is None
    progress._heard["t"] = 20
    progress.note_silence(50)
    assert shown("claim") == 30
    # A gauge that nobody sets would keep the least of all at 0, and Kafka would never seem away.
    assert shown("tag_entities") is None
