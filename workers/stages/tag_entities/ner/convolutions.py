"""Gives each word's vector its context: windows of three tokens, over a whole text at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import as_strided

from workers.stages.tag_entities.ner.maxout import Maxout
from workers.stages.tag_entities.ner.package import Floats


def convolve(windows: Sequence[Maxout], vectors: Floats) -> Floats:
    """The vectors after all windows; each adds to what it read.

    Before and behind the text are as many empty tokens as there are windows, which take part like
    all others (thinc pads so), and one more that stays empty.
    """
    around = len(windows) + 1
    count, width = vectors.shape
    padded = np.zeros((count + 2 * around, width), np.float32)
    padded[around:-around] = vectors
    row, item = padded.strides
    overlapping = as_strided(padded, (len(padded) - 2, 3 * width), (row, item), writeable=False)
    for window in windows:
        # Copied, because a matrix whose rows overlap is not what BLAS takes.
        padded[1:-1] += window(np.ascontiguousarray(overlapping))
    return padded[around:-around]
