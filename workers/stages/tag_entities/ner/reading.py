"""A text as tokens: numbers of word types, and where each token lies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from workers.stages.tag_entities.ner.tokenizer import PIECE, Tokenizer, run_of
from workers.stages.tag_entities.ner.words import BEGINS_SPECIAL, Rows, Words

LONGEST = 60
"""Characters of a run that is kept: longer ones seldom come twice."""


@dataclass(frozen=True)
class Tokens:
    """A text's tokens; offsets are code points, end exclusive."""

    rows: Rows
    starts: Rows
    ends: Rows


class Reader:
    """Reads one text after the other, and remembers what it saw of them.

    Once more than ``kept`` word types or twice as many runs are known, the next text starts anew.
    """

    def __init__(self, tokenizer: Tokenizer, words: Words, kept: int) -> None:
        self._tokenizer, self._words, self._kept = tokenizer, words, kept
        self._pieces = _Pieces(self._tokens)

    def read(self, text: str) -> Tokens:
        """The text's tokens, which cover all of it but single spaces between two of them."""
        # Only before a text: a long one may go beyond the bound.
        if len(self._words) > self._kept or len(self._pieces) > 2 * self._kept:
            self._words.forget()
            self._pieces.clear()
        found = list(chain.from_iterable(map(self._pieces.__getitem__, PIECE.findall(text))))
        tokens = self._placed(found)
        (where,) = np.nonzero(self._words.flags[tokens.rows] & BEGINS_SPECIAL)
        if len(where):
            changed = self._with_special_cases(text, found, tokens, where.tolist())
            return tokens if changed == found else self._placed(changed)
        return tokens

    def _placed(self, found: Sequence[int]) -> Tokens:
        codes = np.array(found, np.intp)
        rows, spaces = codes >> 1, codes & 1
        lengths = self._words.lengths[rows]
        ends = np.cumsum(lengths + spaces) - spaces
        return Tokens(rows, ends - lengths, ends)

    def _tokens(self, piece: str) -> tuple[int, ...]:
        """Of each token the type's number, doubled, and one more if a space follows."""
        run = run_of(piece)
        codes = [2 * self._words.row(token) for token in self._tokenizer.split(run)]
        codes[-1] += len(piece) - len(run)
        return tuple(codes)

    def _with_special_cases(
        self, text: str, found: list[int], tokens: Tokens, where: Sequence[int]
    ) -> list[int]:
        words = [self._words.texts[row] for row in tokens.rows.tolist()]
        starts = tokens.starts.tolist()
        changed: list[int] = []
        after = 0
        for start, end, replaced in self._tokenizer.special_cases(text, words, starts, where):
            changed += found[after:start]
            changed += [2 * self._words.row(token) for token in replaced]
            changed[-1] |= found[end - 1] & 1
            after = end
        return changed + found[after:]


class _Pieces(dict[str, tuple[int, ...]]):
    """Tokens by piece; what is missing is computed when it is asked for."""

    def __init__(self, compute: Callable[[str], tuple[int, ...]]) -> None:
        super().__init__()
        self._compute = compute

    def __missing__(self, piece: str) -> tuple[int, ...]:
        found = self._compute(piece)
        if len(piece) <= LONGEST:
            self[piece] = found
        return found
