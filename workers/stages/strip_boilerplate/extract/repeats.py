"""Blocks that a page shows more than once: for print, for narrow screens, for readers who pay."""

from __future__ import annotations

from collections.abc import Iterable

_SHORT = 60
"""Characters: what is shorter may well be said twice."""
_LONG = 600
_PROBES = 6
_PROBE = 40


def without_repeats(texts: Iterable[str]) -> list[str]:
    """The texts, less those that are said already: word for word, or a long one in pieces."""
    kept: list[str] = []
    seen: set[str] = set()
    for text in texts:
        if len(text) > _SHORT:
            if text in seen:
                continue
            seen.add(text)
        if len(text) > _LONG and _all_within(text, " ".join(kept)):
            continue
        kept.append(text)
    return kept


def _all_within(text: str, whole: str) -> bool:
    step = (len(text) - _PROBE - 1) // _PROBES
    return all(text[at : at + _PROBE] in whole for at in range(0, len(text) - _PROBE, step))
