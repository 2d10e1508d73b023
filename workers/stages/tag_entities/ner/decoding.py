"""Which tokens are a name: spaCy's greedy transition system, in batches instead of steps.

While no name is open, the scores of a move depend on the one token alone: those of all tokens are
computed at once. Where one begins a name, only two moves are left until it ends, to go on or to
close it, and they depend on the token, on the first one and on the one before. This too is done at
once, for all tokens that could begin a name, also if an earlier name turns out to cover them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from workers.stages.tag_entities.ner.maxout import best_piece
from workers.stages.tag_entities.ner.package import Floats, UnusablePackage
from workers.stages.tag_entities.ner.weights import BEGIN, IN, LAST, OUT, UNIT, Decisions

Flags = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]


class Found(NamedTuple):
    """A name: its first token, the one after its last, and its label."""

    start: int
    end: int
    label: str


class Decoder:
    """Takes the decisions for one network."""

    def __init__(self, weights: Decisions) -> None:
        self._weights = weights
        moves = weights.moves
        # A move with an empty label only confirms names that were set before: there are none.
        free = [
            n for n, m in enumerate(moves) if m.kind == OUT or (m.label and m.kind in (BEGIN, UNIT))
        ]
        self._labels = sorted({move.label for move in moves if move.label})
        self._scores = np.ascontiguousarray(weights.scores.weights[:, free])
        self._bias = weights.scores.bias[free]
        self._begins = np.array([moves[n].kind == BEGIN for n in free])
        self._names = np.array([moves[n].kind != OUT for n in free])
        self._label = np.array(
            [self._labels.index(moves[n].label) if moves[n].label else -1 for n in free]
        )
        going_on = self._moves_of(IN), self._moves_of(LAST)
        # labels × (go on, close) × inputs
        self._inside = np.stack([weights.scores.weights.T[numbers] for numbers in going_on], axis=1)
        self._inside_bias = np.stack([weights.scores.bias[numbers] for numbers in going_on], axis=1)

    def __call__(self, vectors: Floats, space: Flags, closed: Flags) -> list[Found]:
        """The names in a text, in order and without overlap.

        ``space``: tokens of white space, with which no name begins. ``closed``: tokens after which
        no name goes on; the last one always is.
        """
        if not len(vectors):
            return []
        closed = closed.copy()
        closed[-1] = True
        tokens: Floats = vectors @ self._weights.reduce.weights
        tokens += self._weights.reduce.bias
        own: Floats = tokens @ self._weights.features[0]
        unnamed: Floats = own + self._weights.unnamed
        scores = best_piece(unnamed, self._weights.pieces) @ self._scores
        scores += self._bias
        scores[np.ix_(closed, self._begins)] = -np.inf
        scores[np.ix_(space, self._names)] = -np.inf
        move = scores.argmax(axis=1)
        starts = np.flatnonzero(self._names[move])
        longer = starts[self._begins[move[starts]]]
        ends = np.zeros(len(move), np.intp)
        ends[starts] = starts + 1
        ends[longer] = self._ends(tokens, own, longer, self._label[move[longer]], closed)
        found: list[Found] = []
        after = 0
        for start, end, label in zip(
            starts.tolist(), ends[starts].tolist(), self._label[move[starts]].tolist(), strict=True
        ):
            if start >= after:
                found.append(Found(start, end, self._labels[label]))
                after = end
        return found

    def _ends(
        self, tokens: Floats, own: Floats, starts: Positions, labels: Positions, closed: Flags
    ) -> Positions:
        """For each name that begins, the position after its last token."""
        ends = starts + 1
        going_on = np.arange(len(starts))
        first = tokens[starts] @ self._weights.features[1] + self._weights.bias
        while len(going_on):
            now = ends[going_on]
            before = tokens[now - 1] @ self._weights.features[2]
            hidden = best_piece(own[now] + first[going_on] + before, self._weights.pieces)
            label = labels[going_on]
            scores = np.einsum("nki,ni->nk", self._inside[label], hidden) + self._inside_bias[label]
            ends[going_on] += 1
            going_on = going_on[~closed[now] & (scores[:, 1] <= scores[:, 0])]
        return ends

    def _moves_of(self, kind: int) -> list[int]:
        numbers = {m.label: n for n, m in enumerate(self._weights.moves) if m.kind == kind}
        if not numbers.keys() >= set(self._labels):
            raise UnusablePackage("ner: labels without all their moves")
        return [numbers[label] for label in self._labels]
