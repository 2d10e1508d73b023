"""How much the claim takes at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workers.runtime.hops import MOST_BYTES, TOGETHER, claimed_together
from workers.runtime.record import Consumed


def records(sizes: list[int | None]) -> list[Consumed]:
    whole = memoryview(bytes(2 * MOST_BYTES))
    values = (None if size is None else whole[:size] for size in sizes)
    return [
        Consumed("articles.fingerprinted", 0, number, 0, None, value)  # type: ignore[arg-type]
        for number, value in enumerate(values)
    ]


@given(
    st.lists(st.none() | st.sampled_from((0, 900, MOST_BYTES // 3, 2 * MOST_BYTES)), max_size=400)
)
def test_all_are_claimed_in_order_and_few_that_are_large(sizes: list[int | None]) -> None:
    batch = records(sizes)
    groups = list(claimed_together(batch))
    assert [one for group in groups for one in group] == batch
    for group in groups:
        assert len(group) <= TOGETHER
        *others, _ = [len(one.value or b"") for one in group] or [0]
        assert sum(others) <= MOST_BYTES


def test_small_ones_are_claimed_as_many_as_may_be() -> None:
    groups = claimed_together(records([2_000] * (2 * TOGETHER + 3)))
    assert [len(group) for group in groups] == [TOGETHER, TOGETHER, 3]
