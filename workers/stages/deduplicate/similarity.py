"""How alike two texts are by their signatures, and how alike they must be to be one story.

Containment, not resemblance (Broder 1997): a cut copy is all in its original. Estimated from the
matches of b-bit min-hashes (Li and König 2010) as C = min(1, J (a + b) / (1 + J) / min(a, b)) for
texts of a and b shingles with Jaccard similarity J.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

HASHES = 128
LEAD_HASHES = 32
NUMBERS = 24
"""Most numbers that a fingerprint names; of more, those with the least hashes."""
_BY_CHANCE = 1 / 256
"""Two min-hashes of 8 bits agree so often when the texts share nothing."""

LEAST = 0.45
"""No pair with less containment is the same story, whatever else agrees."""
LEAST_THROUGH_COPY = 0.3
"""What is enough where a verified copy of the same original is itself verified."""


@dataclass(frozen=True, slots=True)
class Similarity:
    """What two signatures tell; everything follows from these counts."""

    matches: int
    """Equal min-hashes of 128."""
    lead_matches: int
    """Equal min-hashes of the 32 of the first 80 tokens."""
    shared_numbers: int
    numbers: int
    """Numbers of the text that has fewer."""
    shared: int
    """Shingles in both, estimated."""
    smaller: int
    """Shingles of the shorter text."""

    @property
    def jaccard(self) -> float:
        """Estimated share of all shingles that are in both."""
        return _corrected(self.matches / HASHES)

    @property
    def containment(self) -> float:
        """Estimated share of the shorter text's shingles that are in the other."""
        return self.shared / self.smaller

    @property
    def lead(self) -> float:
        """The same as ``jaccard`` of the leads."""
        return _corrected(self.lead_matches / LEAD_HASHES)

    @property
    def required(self) -> float:
        """The containment from which this is the same story.

        Half, and more where something speaks against it: numbers that differ (a report made from a
        template: weather, markets, results), the more the more of the text is numbers; a short
        text, of which half is little evidence; a lead much more or much less alike than the whole,
        which is one block in common (a live blog, a site's boilerplate) and not a rewrite. A lead
        in common speaks for it.
        """
        guard = 1 - self.shared_numbers / self.numbers if self.numbers else 0.0
        lead = self.lead
        needed = (
            0.5
            + 0.7 * guard * min(1.0, 75 * self.numbers / min(self.smaller, 300))
            + 0.2 * (1 - min(self.smaller, 300) / 300)
            + 0.2 * max(0.0, abs(lead - self.containment) - 0.15)
            - 0.2 * min(lead, 0.5)
        )
        return max(needed, LEAST)

    @property
    def same_story(self) -> bool:
        """Whether one text is a version of the other."""
        return self.containment >= self.required


def compare(
    matches: int,
    lead_matches: int,
    sizes: tuple[int, int],
    numbers: tuple[Sequence[int], Sequence[int]],
) -> Similarity:
    """Two texts by their equal min-hashes, numbers of shingles and numbers (hashes, ascending)."""
    jaccard = _corrected(matches / HASHES)
    shared, fewer = overlap(*numbers)
    return Similarity(
        matches=matches,
        lead_matches=lead_matches,
        shared_numbers=shared,
        numbers=fewer,
        shared=min(round(_shared(jaccard, *sizes)), *sizes),
        smaller=min(sizes),
    )


def could_be_same(
    matches: npt.NDArray[np.int64], sizes: npt.NDArray[Any], others: npt.NDArray[Any]
) -> npt.NDArray[np.bool_]:
    """Whether pairs with so many equal min-hashes could be the same story.

    ``compare`` decides; this leaves out what it would refuse, for many pairs at once.
    """
    shared = _shared(_unbiased(matches / HASHES), sizes, others)
    enough: npt.NDArray[np.bool_] = shared + 1 >= LEAST * np.minimum(sizes, others)
    return enough


def overlap(one: Sequence[int], other: Sequence[int]) -> tuple[int, int]:
    """How many numbers two texts share, and how many the one with fewer has.

    Of a text that has more than can be named, only those below a limit are known: then both are
    compared below the lower limit, which is a fair sample (bottom-k sketches, Cohen and Kaplan
    2007).
    """
    limit = min(
        one[-1] if len(one) >= NUMBERS else 0xFFFF, other[-1] if len(other) >= NUMBERS else 0xFFFF
    )
    one, other = one[: bisect_right(one, limit)], other[: bisect_right(other, limit)]
    return len(set(one).intersection(other)), min(len(one), len(other))


def _corrected(share: float) -> float:
    return max(0.0, float(_unbiased(share)))


def _unbiased(share: Any) -> Any:
    """Without what agrees by chance, of one pair or of many."""
    return (share - _BY_CHANCE) / (1 - _BY_CHANCE)


def _shared(jaccard: Any, one: Any, other: Any) -> Any:
    """Shingles in both texts, of one pair or of many."""
    return jaccard * (one + other) / (1 + jaccard)
