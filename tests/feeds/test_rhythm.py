"""When a feed is asked again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.feeds import habit, rhythm
from workers.feeds.fetched import FAILURES
from workers.feeds.habit import DAY
from workers.feeds.rhythm import Bounds

NOW = 1_800_000_000.0
HOUR = 3600.0
BOUNDS = Bounds(shortest=120, longest=6 * HOUR)


def publishes(every: float, last: float = 0.0) -> habit.Habit:
    return habit.learnt((), [NOW - last - index * every for index in range(20)], NOW)


def wait(known: habit.Habit, asked: float | None = None, chance: float = 0.5) -> float:
    return rhythm.after_success(known, NOW, BOUNDS, asked=asked, chance=chance)


def test_a_feed_is_asked_twice_as_often_as_it_publishes() -> None:
    assert wait(publishes(HOUR)) == HOUR / 2


def test_a_feed_that_publishes_each_second_is_asked_at_the_shortest_interval() -> None:
    assert wait(publishes(6)) == BOUNDS.shortest


def test_a_feed_that_publishes_rarely_is_asked_at_the_longest_interval() -> None:
    assert wait(publishes(DAY)) == BOUNDS.longest


def test_a_feed_that_has_fallen_silent_is_asked_less_and_less() -> None:
    waits = [wait(publishes(600, last=hours * HOUR)) for hours in (0, 4, 12, 48)]
    assert waits == sorted(set(waits))


def test_a_feed_of_which_nothing_is_known_is_asked_now_and_then() -> None:
    assert wait(()) == rhythm.UNKNOWN


def test_what_a_feed_asks_for_is_kept_up_to_a_day() -> None:
    assert wait(publishes(600), asked=2 * HOUR) == 2 * HOUR
    assert wait(publishes(600), asked=365 * DAY) == DAY
    assert wait(publishes(HOUR), asked=60) == HOUR / 2


@pytest.mark.parametrize(
    ("ttl", "header", "expected"),
    [
        (None, "", None),
        (600.0, "", 600.0),
        (None, "public, max-age=300", 300.0),
        (600.0, "max-age=300", 600.0),
        (60.0, 'MAX-AGE = "300", s-maxage=9', 300.0),
        (None, "max-age=-5, max-age=1e9, no-cache", None),
        (None, "max-age=٣", None),
    ],
)
def test_the_longest_of_what_is_asked_for(
    ttl: float | None, header: str, expected: float | None
) -> None:
    assert rhythm.asked(ttl, {"cache-control": header}) == expected


def failed(failures: int, kind: str = "timeout", after: float | None = None) -> float:
    return rhythm.after_failure(failures, kind, BOUNDS, retry_after=after, chance=1.0)


def test_a_failing_feed_is_asked_at_growing_intervals() -> None:
    waits = [failed(count) for count in range(1, 12)]
    assert waits[:3] == [240, 480, 960]
    assert waits == sorted(waits)
    assert waits[-1] == rhythm.LONGEST_BACKOFF


def test_a_server_that_asks_to_wait_is_not_asked_sooner() -> None:
    assert failed(1, "throttled", after=5000) == 5000
    assert failed(1, "throttled", after=90 * DAY) == DAY


@pytest.mark.parametrize(("every", "waited"), [(60, 240), (900, 900), (3600, 3600), (DAY, 3600)])
def test_who_is_asked_so_often_at_the_most_is_not_asked_sooner_for_a_hiccup(
    every: float, waited: float
) -> None:
    def failed(failures: int) -> float:
        return rhythm.after_failure(
            failures, "timeout", BOUNDS, retry_after=None, chance=1.0, every=every
        )

    assert failed(1) == waited
    assert failed(12) == DAY


def test_what_only_a_change_can_mend_is_tried_once_a_day() -> None:
    assert failed(1, "refused") == DAY


@given(
    st.integers(1, 10_000),
    st.sampled_from(FAILURES),
    st.one_of(st.none(), st.floats(0, 1e9)),
    st.floats(0, 1),
    st.one_of(st.none(), st.floats(1, 1e9)),
    st.booleans(),
)
def test_waits_after_failures_are_bounded(
    failures: int,
    kind: str,
    after: float | None,
    chance: float,
    every: float | None,
    cut_off: bool,
) -> None:
    waited = rhythm.after_failure(
        failures, kind, BOUNDS, retry_after=after, chance=chance, every=every, cut_off=cut_off
    )
    assert BOUNDS.shortest <= waited <= DAY


@given(
    st.lists(st.floats(NOW - 40 * DAY, NOW), max_size=30),
    st.one_of(st.none(), st.floats(0, 1e9)),
    st.floats(0, 1),
)
def test_waits_after_answers_are_bounded(
    times: list[float], asked: float | None, chance: float
) -> None:
    waited = wait(habit.learnt((), times, NOW), asked, chance)
    assert BOUNDS.shortest * 0.9 <= waited <= DAY * 1.1
