"""The word types of the texts that were read: what is known of each, computed once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workers.stages.tag_entities.ner.embedding import embed
from workers.stages.tag_entities.ner.lexicon import Lexicon
from workers.stages.tag_entities.ner.package import Floats
from workers.stages.tag_entities.ner.tokenizer import Token, Tokenizer
from workers.stages.tag_entities.ner.weights import Weights

Rows = npt.NDArray[np.intp]

SPACE, LINE_END, BEGINS_SPECIAL = 1, 2, 4


class Words:
    """Numbers word types, and keeps their vectors, lengths and flags in arrays by that number.

    A type is a token's text and norm. Grows with what it is asked for: who asks calls ``forget``.
    """

    def __init__(self, weights: Weights, lexicon: Lexicon, tokenizer: Tokenizer, room: int) -> None:
        self._weights, self._lexicon, self._tokenizer = weights, lexicon, tokenizer
        self._room = room
        self.forget()

    def __len__(self) -> int:
        return len(self.texts)

    def forget(self) -> None:
        """Start anew; numbers given before are void."""
        self._rows: dict[Token, int] = {}
        self._new: list[list[int]] = []
        self.texts: list[str] = []
        # Zeros, which take no memory before they are written to.
        self.vectors = np.zeros((self._room, len(self._weights.mix.gain)), np.float32)
        self.lengths = np.zeros(self._room, np.intp)
        self.flags = np.zeros(self._room, np.uint8)

    def row(self, token: Token) -> int:
        """The type's number; its vector is there after the next ``embed``."""
        found = self._rows.get(token)
        if found is not None:
            return found
        row, text = len(self.texts), token.text
        if row == len(self.lengths):
            self._double()
        # First of all, because it fails on a lone surrogate, and must then leave nothing behind.
        self._new.append(self._lexicon.attributes(text, token.norm))
        self._rows[token] = row
        self.texts.append(text)
        self.lengths[row] = len(text)
        self.flags[row] = (
            SPACE * text.isspace()
            | LINE_END * ("\n" in text)
            | BEGINS_SPECIAL * self._tokenizer.begins(text)
        )
        return row

    def embed(self, rows: Rows) -> Floats:
        """The vectors of these types."""
        if self._new:
            start = len(self.texts) - len(self._new)
            self.vectors[start : len(self.texts)] = embed(
                self._weights, np.array(self._new, np.uint64)
            )
            self._new = []
        return self.vectors[rows]

    def _double(self) -> None:
        self.vectors = np.concatenate([self.vectors, np.zeros_like(self.vectors)])
        self.lengths = np.concatenate([self.lengths, np.zeros_like(self.lengths)])
        self.flags = np.concatenate([self.flags, np.zeros_like(self.flags)])
