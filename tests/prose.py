"""Text that is like no other, where a test needs articles that are no copies of each other."""

from __future__ import annotations

import random

SYLLABLES = ("ba", "den", "fi", "gor", "hal", "ke", "lum", "mi", "nor", "pa", "ris", "sto", "tu")


def prose(number: int, words: int = 40) -> str:
    """A sentence of invented words; those of two numbers have next to nothing in common."""
    rng = random.Random(number)
    made = ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4))) for _ in range(words)]
    return " ".join(made).capitalize() + "."
