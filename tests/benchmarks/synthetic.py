"""Fingerprints of articles that nobody wrote, for memory and speed where millions are needed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

import numpy as np

from topics.records import Fingerprint
from workers.stages.deduplicate import ALGORITHM

GROUP = 5000
SITES = 1000
REWRITTEN_EVERY = 10
CHANGED = 0.3
"""Share of the min-hashes that a rewrite changes."""


def fingerprints(first: int, count: int) -> Iterator[Fingerprint]:
    """Articles ``first`` and after; the same number is always the same article."""
    for group in range(first // GROUP, (first + count - 1) // GROUP + 1):
        made = _group(group)
        low, high = max(0, first - group * GROUP), min(GROUP, first + count - group * GROUP)
        yield from made[low:high]


def id_of(number: int) -> str:
    """The id of an article, as long as a UUID."""
    return f"{number // GROUP:08x}-29e2-41d4-a716-{number % GROUP:012x}"


def _group(group: int) -> list[Fingerprint]:
    rng = np.random.default_rng(group)
    sketches = rng.integers(0, 256, (GROUP, 160), np.uint8)
    for place in range(REWRITTEN_EVERY - 1, GROUP, REWRITTEN_EVERY):
        changed = rng.random(160) < CHANGED
        rewritten = sketches[place - 1].copy()
        rewritten[changed] = sketches[place][changed]
        sketches[place] = rewritten
    hashes = rng.bytes(32 * GROUP)
    lines = rng.bytes(160 * GROUP)
    return [
        Fingerprint(
            algorithm=ALGORITHM,
            id=id_of(group * GROUP + place),
            canonical_url=None,
            content_hash=hashes[32 * place : 32 * place + 16].hex(),
            headline_hash=hashes[32 * place + 16 : 32 * place + 32].hex(),
            shingles=320,
            characters=2000,
            source=f"site{place % SITES}.example",
            sentence_shingles=300,
            signature=b64encode(sketches[place].tobytes()).decode(),
            numbers=b64encode(_numbers(group, place)).decode(),
            lines=b64encode(lines[160 * place : 160 * place + 160]).decode(),
        )
        for place in range(GROUP)
    ]


def _numbers(group: int, place: int) -> bytes:
    """Ten numbers; a rewrite has those of the article before it."""
    if place % REWRITTEN_EVERY == REWRITTEN_EVERY - 1:
        place -= 1
    rng = np.random.default_rng((group, place))
    return np.sort(rng.integers(0, 1 << 16, 10)).astype("<u2").tobytes()
