"""Which blocks of a page are of its article, told from the article's text alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"\w+")
_LENGTH = 4
_CERTAIN = 0.6


def labels_of(texts: Sequence[str], article: str) -> list[float]:
    """Of each block the share of its four-word sequences that are in the article.

    A block of fewer words counts as the article's if it stands there beside a neighbour that does.
    """
    gold = _WORD.findall(article)
    sequences = set(_sequences(gold))
    words = [_WORD.findall(text) for text in texts]
    labels = [
        sum(one in sequences for one in _sequences(block)) / (len(block) - _LENGTH + 1)
        if len(block) >= _LENGTH
        else -1.0
        for block in words
    ]
    certain = [place for place, label in enumerate(labels) if label > _CERTAIN]
    joined = " " + " ".join(gold) + " "
    for place, block in enumerate(words):
        if labels[place] >= 0:
            continue
        before = next((p for p in reversed(certain) if p < place), None)
        after = next((p for p in certain if p > place), None)
        beside = []
        if before is not None:
            beside.append([*words[before][-3:], *block])
        if after is not None:
            beside.append([*block, *words[after][:3]])
        found = any(" " + " ".join(one) + " " in joined for one in beside)
        labels[place] = float(bool(block) and found)
    return labels


def _sequences(words: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + _LENGTH]) for at in range(len(words) - _LENGTH + 1)]
