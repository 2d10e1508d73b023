"""When the breaker opens, and what closes it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workers.runtime.breaker import Breaker, Trouble

BAD = Trouble("fingerprint", "undecodable")
OTHER = Trouble("fingerprint", "invalid")
ARTICLES = st.lists(st.sampled_from([None, BAD, OTHER]), max_size=60)
BATCHES = st.lists(ARTICLES, max_size=12)


def breaker(*, run: int = 3, share: float = 0.5, window: int = 10, probe: float = 30) -> Breaker:
    return Breaker(run=run, share=share, window=window, probe=probe)


def opened() -> Breaker:
    it = breaker()
    it.note([BAD] * 3, 100)
    assert it.open
    return it


def test_a_run_of_failures_opens_it_and_the_reason_says_of_what() -> None:
    it = breaker()
    it.note([BAD, OTHER], 0)
    assert not it.open
    assert it.reason(0) is None
    it.note([BAD], 100)
    assert it.open
    assert it.reason(160) == (
        "paused for 60 s: the last 3 articles all failed (fingerprint undecodable 2, "
        "fingerprint invalid 1); it tries one article every 30 s"
    )


def test_one_good_article_interrupts_a_run() -> None:
    it = breaker(share=0)
    for _ in range(50):
        it.note([BAD, BAD, None], 0)
    assert not it.open


def test_a_share_of_failures_opens_it_once_the_window_is_full() -> None:
    it = breaker(run=0)
    it.note([BAD] * 9, 0)
    assert not it.open
    it.note([None], 0)
    assert it.open
    assert "9 of the last 10 articles failed (fingerprint undecodable 9)" in str(it.reason(0))


def test_exactly_the_share_is_not_beyond_it() -> None:
    it = breaker(run=0)
    it.note([BAD, None] * 40, 0)
    assert not it.open
    it.note([BAD, BAD], 0)
    assert it.open


def test_old_articles_leave_the_window() -> None:
    it = breaker(run=0)
    it.note([BAD] * 5 + [None] * 100, 0)
    it.note([BAD] * 5, 0)
    assert not it.open


def test_a_run_that_ended_within_its_batch_is_over() -> None:
    it = breaker(share=0)
    it.note([BAD] * 20 + [None], 0)
    assert not it.open


def test_a_probe_is_due_after_a_while_and_again_after_it_failed() -> None:
    it = opened()
    assert it.wait(100) == 30
    assert it.wait(129) == 1
    assert it.wait(131) == 0
    it.note([BAD], 140)
    assert it.open
    assert it.wait(140) == 30
    assert "1 failed since" in str(it.reason(140))


def test_a_good_probe_closes_it_and_all_is_forgotten() -> None:
    it = opened()
    it.note([None], 140)
    assert not it.open
    assert it.wait(140) == 0
    it.note([BAD] * 2, 141)
    assert not it.open
    it.note([BAD], 141)
    assert it.open


def test_a_record_that_is_no_article_proves_nothing() -> None:
    it = opened()
    it.note([], 140)
    assert it.open
    assert it.wait(140) == 0
    assert it.failed_probes == 0


def test_closing_by_command_tells_whether_it_was_open() -> None:
    it = opened()
    assert it.close()
    assert not it.close()
    assert it.reason(200) is None
    it.note([BAD] * 2, 200)
    assert not it.open


def test_more_causes_than_can_be_shown_are_counted() -> None:
    it = breaker(run=6)
    it.note([Trouble("claim", str(number)) for number in range(6)], 0)
    assert "others 3" in str(it.reason(0))


@given(BATCHES)
def test_without_limits_it_never_opens(batches: list[list[Trouble | None]]) -> None:
    it = breaker(run=0, share=0)
    for batch in batches:
        it.note(batch, 0)
        assert not it.open


@given(BATCHES, st.integers(1, 9), st.sampled_from([0, 0.25, 0.5, 0.9, 1]), st.integers(2, 15))
def test_it_opens_exactly_when_a_limit_is_passed_where_a_batch_ends(
    batches: list[list[Trouble | None]], run: int, share: float, window: int
) -> None:
    it = breaker(run=run, share=share, window=window)
    seen: list[Trouble | None] = []
    for batch in batches:
        it.note(batch, 0)
        seen += batch
        row = len(seen) >= run and None not in seen[-run:]
        latest = seen[-window:]
        bad = sum(trouble is not None for trouble in latest)
        much = share > 0 and len(latest) == window and bad > share * window
        assert it.open == (row or much)
        if it.open:
            return


@given(BATCHES, st.integers(0, 9), st.integers(2, 15))
def test_after_closing_it_is_as_good_as_new(
    batches: list[list[Trouble | None]], run: int, window: int
) -> None:
    used, new = breaker(run=run, window=window), breaker(run=run, window=window)
    used.note([BAD] * 20, 0)
    used.close()
    for batch in batches:
        used.note(batch, 0)
        new.note(batch, 0)
        assert used.open == new.open
        assert used.reason(5) == new.reason(5)
