"""The words with which lines begin: split once, for the rules and for the line model's features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workers.stages.strip_boilerplate.junk_words import function_words

HEAD = 200
"""Characters of a longer line by whose words it is judged."""


@dataclass(frozen=True)
class Heads:
    """What each line of a text begins with; the words are in lower case, split at white space."""

    texts: list[str]
    """As the line has them. The last word may be cut off."""
    low: list[str]
    counts: list[int]
    """How many words there are."""
    words: list[set[str]]
    rarer: list[set[str]]
    """The words that are not among the most frequent of any language."""


def heads_of(lines: Sequence[str]) -> Heads:
    """The heads of lines that are stripped and not blank; linear in their number."""
    texts = [line[:HEAD] for line in lines]
    low = list(map(str.lower, texts))
    split = list(map(str.split, low))
    words = list(map(set, split))
    return Heads(
        texts=texts,
        low=low,
        counts=list(map(len, split)),
        words=words,
        rarer=[distinct - _FUNCTIONS for distinct in words],
    )


_FUNCTIONS = function_words()
