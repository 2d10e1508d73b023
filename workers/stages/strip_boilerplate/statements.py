"""Which lines are whole sentences, and whether a text marks where its sentences end."""

from __future__ import annotations

from collections.abc import Sequence

from workers.stages.strip_boilerplate.text_tokens import CLOSING, unspaced_letters

FULL_STOPS = (".", "。", "．", "।", "۔", "։", "።")
_SENTENCE_WORDS = 9
"""From so many on a sentence is a story's."""
_MARKED = 1 / 3
"""Least share of a text's long lines with a full stop if it ends its sentences with one."""


def is_statement(line: str, words: int = _SENTENCE_WORDS) -> bool:
    """Whether a line is a whole sentence of so many words (of twice the letters without spaces)."""
    bare = line.rstrip(CLOSING + " ")
    if not bare.endswith(FULL_STOPS) or bare.endswith(("..", "…")):
        return False
    return is_wordy(line, words)


def is_wordy(line: str, words: int = _SENTENCE_WORDS) -> bool:
    """Whether a line is long enough for a sentence of so many words, whatever it ends with."""
    return len(line.split()) >= words or unspaced_letters(line) >= 2 * words


def marks_sentences(lines: Sequence[str]) -> bool:
    """Whether a text ends its sentences with a full stop, so that a headline can be told by it.

    Thai and Lao have none, and elsewhere many type another sign for it, or leave it out.
    """
    long = [line for line in lines if is_wordy(line)]
    return bool(long) and sum(map(is_statement, long)) >= _MARKED * len(long)
