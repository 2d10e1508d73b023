"""What the network is built of: a linear layer, the best of its pieces, normalisation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workers.stages.tag_entities.ner.package import Floats

_EPSILON = 1e-8  # as in thinc's LayerNorm


@dataclass(frozen=True)
class Maxout:
    """A linear layer of several pieces, of which the largest counts, and a normalisation."""

    weights: Floats
    """Inputs × (pieces × outputs): a piece's outputs lie side by side."""
    bias: Floats
    pieces: int
    gain: Floats
    offset: Floats

    def __call__(self, inputs: Floats) -> Floats:
        """One row of outputs for each row of inputs."""
        sums = inputs @ self.weights
        sums += self.bias
        found = best_piece(sums, self.pieces)
        width = found.shape[1]
        found -= found.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", found, found) / np.float32(width) + np.float32(_EPSILON)
        found *= (1 / np.sqrt(variance))[:, None]
        found *= self.gain
        found += self.offset
        return found


def best_piece(sums: Floats, pieces: int) -> Floats:
    """Of each output the largest of its pieces."""
    width = sums.shape[1] // pieces
    best = sums[:, :width].copy() if pieces == 1 else sums[:, :width]
    for piece in range(1, pieces):
        other = sums[:, piece * width : (piece + 1) * width]
        best = np.maximum(best, other, out=None if piece == 1 else best)
    return best
