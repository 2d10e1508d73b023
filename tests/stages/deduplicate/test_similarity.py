"""What two signatures say of two texts."""

import pytest

from workers.stages.deduplicate.similarity import LEAST, NUMBERS, Similarity, compare, overlap


def alike(
    containment: float,
    lead: float = 0.5,
    numbers: tuple[int, int] = (0, 0),
    smaller: int = 400,
) -> Similarity:
    return Similarity(
        matches=0,
        lead_matches=round(lead * 32),
        shared_numbers=numbers[0],
        numbers=numbers[1],
        shared=round(containment * smaller),
        smaller=smaller,
    )


def test_equal_signatures_are_equal_texts_and_unequal_ones_share_nothing() -> None:
    same = compare(128, 32, (300, 300), ((), ()))
    assert (same.jaccard, same.containment, same.lead, same.shared) == (1.0, 1.0, 1.0, 300)
    nothing = compare(0, 0, (300, 300), ((), ()))
    assert (nothing.jaccard, nothing.containment, nothing.lead) == (0, 0, 0)


def test_a_part_is_contained_in_the_whole() -> None:
    # A third of 300 shingles: a Jaccard similarity of 1/3, 43 of 128 min-hashes.
    part = compare(43, 11, (100, 300), ((), ()))
    assert part.jaccard == pytest.approx(1 / 3, abs=0.01)
    assert part.containment == pytest.approx(1, abs=0.01)


def test_what_speaks_against_one_story_asks_for_more_containment() -> None:
    plain = alike(0.6)
    assert plain.same_story
    assert alike(0.6, numbers=(0, 4)).required > alike(0.6, numbers=(3, 4)).required
    assert alike(0.6, numbers=(0, 6)).required > alike(0.6, numbers=(0, 1)).required
    assert alike(0.6, smaller=40).required > plain.required
    assert alike(0.6, lead=0.0).required > plain.required
    assert alike(0.6, lead=1.0).required > plain.required
    assert not alike(1.0, numbers=(0, 5)).same_story


def test_nothing_makes_up_for_too_little_in_common() -> None:
    assert alike(LEAST - 0.02, lead=0.45).same_story is False
    assert alike(1.0, lead=1.0).same_story is True


def test_numbers_are_counted_in_the_text_that_has_fewer() -> None:
    assert overlap((), (1, 2)) == (0, 0)
    assert overlap((1, 2, 9), (2, 9, 10, 11)) == (2, 3)


def test_many_numbers_are_compared_below_the_limit_up_to_which_both_are_known() -> None:
    many = tuple(range(0, 10 * NUMBERS, 10))
    few = (10, 15, 20, 5000)
    assert overlap(many, few) == (2, 3)
    dense = tuple(range(NUMBERS))
    assert overlap(many, dense) == (3, 3)
