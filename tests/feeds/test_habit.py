"""What a feed's past says of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.feeds import habit
from workers.feeds.habit import DAY, REMEMBERED, REMEMBERED_DAYS

NOW = 1_800_000_000.0
HOUR = 3600.0


def every(seconds: float, days: float, until: float = NOW) -> habit.Habit:
    count = int(days * DAY / seconds)
    return habit.learnt((), [until - index * seconds for index in range(count)], until)


def test_the_usual_gap_is_that_of_nowadays() -> None:
    slow_then_fast = habit.learnt(every(DAY, 20, NOW - 2 * DAY), every(HOUR, 2), NOW)
    assert habit.usual_gap(slow_then_fast) == HOUR


def test_items_published_at_once_say_nothing_of_the_rhythm() -> None:
    bursts = [NOW - hour * HOUR - second for hour in range(0, 40, 4) for second in range(3)]
    assert habit.usual_gap(habit.learnt((), bursts, NOW)) == pytest.approx(4 * HOUR, abs=5)


def test_one_item_says_nothing_of_the_rhythm() -> None:
    assert habit.usual_gap(habit.learnt((), [NOW - 5], NOW)) is None


@pytest.mark.parametrize("time", [None, NOW + 10 * DAY])
def test_an_unknown_time_and_one_ahead_count_as_now(time: float | None) -> None:
    assert habit.learnt((), [time], NOW) == (int(NOW),)


def test_a_feed_with_old_items_only_has_no_habit() -> None:
    assert habit.learnt((), [NOW - 400 * DAY], NOW) == ()


def test_a_feed_is_silent_after_twice_its_longest_silence() -> None:
    # Ten items each working day: the weekend is its longest silence.
    times = [
        NOW - day * DAY - hour * HOUR for day in range(1, 15) if day % 7 < 5 for hour in range(10)
    ]
    known = habit.learnt((), times, NOW)
    limit = habit.silent_after(known)
    assert limit is not None
    assert limit == pytest.approx(2 * (2 * DAY + 15 * HOUR), rel=0.1)
    assert not habit.silent(known, known[-1] + limit - 1)
    assert habit.silent(known, known[-1] + limit + 1)


def test_a_feed_that_is_hardly_known_is_never_silent() -> None:
    assert habit.silent_after(every(HOUR, 2)) is None
    assert not habit.silent((), NOW)


def test_a_busy_feed_is_known_sooner_and_may_pause_for_some_hours() -> None:
    busy = every(60, 1)
    assert len(busy) == REMEMBERED
    assert habit.silent_after(busy) == habit.LEAST_PATIENCE


def test_what_a_clock_that_ran_ahead_has_taught_is_unlearnt() -> None:
    ahead = habit.learnt(every(DAY, 10), [None], NOW + 365 * DAY)
    known = habit.learnt(ahead, every(DAY, 10), NOW)
    assert known == every(DAY, 10)
    assert habit.silent(known, NOW + 60 * DAY)


def test_items_a_day() -> None:
    assert habit.per_day(every(6 * HOUR, 10), NOW) == pytest.approx(4, rel=0.1)
    assert habit.per_day((), NOW) is None


@given(
    st.lists(st.one_of(st.none(), st.floats(NOW - 60 * DAY, NOW + DAY)), max_size=50),
    st.lists(st.one_of(st.none(), st.floats(NOW - 60 * DAY, NOW + DAY)), max_size=50),
)
def test_a_habit_is_ordered_and_bounded(
    first: list[float | None], second: list[float | None]
) -> None:
    known = habit.learnt(habit.learnt((), first, NOW), second, NOW)
    assert list(known) == sorted(set(known))
    assert len(known) <= REMEMBERED
    assert all(NOW - REMEMBERED_DAYS * DAY < time <= NOW for time in known)
    gap, limit = habit.usual_gap(known), habit.silent_after(known)
    assert gap is None or gap > 0
    assert limit is None or limit >= habit.LEAST_PATIENCE
