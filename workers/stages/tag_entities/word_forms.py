"""Languages in which endings change names, and whether two forms may be of one name."""

from __future__ import annotations

from itertools import takewhile

INFLECTED: frozenset[str] = frozenset(
    {
        "az", "be", "bg", "bs", "cs", "el", "et", "eu", "fi", "hr", "hu", "is", "ka", "kk", "la",
        "lt", "lv", "mk", "pl", "ro", "ru", "sk", "sl", "sq", "sr", "tr", "uk", "uz",
    }
)  # fmt: skip
"""By their primary subtags."""
LEAST_STEM = 3
LONGEST_ENDING = 3
SURNAMES_OF_WOMEN = ("ová", "ova", "ова", "ева", "ska", "ská", "ская", "ська")
"""Behind a whole name they make another one: "Novák" and "Nováková" are two people."""


def stem(word: str) -> str:
    """What words that are alike have in common for certain."""
    return word[:LEAST_STEM]


def alike(one: str, other: str) -> bool:
    """Whether two words differ by short endings only, which are not those of another name."""
    pairs = zip(one, other, strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    endings = one[same:], other[same:]
    if same < LEAST_STEM or max(map(len, endings)) > LONGEST_ENDING:
        return False
    return not ("" in endings and max(endings, key=len) in SURNAMES_OF_WOMEN)


def same_inflected(one: str, other: str) -> bool:
    """Whether two names of as many words, at least two, are alike word by word."""
    left, right = one.split(), other.split()
    return len(left) == len(right) > 1 and all(map(alike, left, right))
