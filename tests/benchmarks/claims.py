"""How fast one process claims, in how much memory, and how long it takes to know it all again.

Bare: the store without a broker, in a window of 200,000 and one of a million articles, each with a
signature, ten numbers and twenty lines; every tenth is a rewrite of an earlier one. The window is
filled by recovery from claims, as a worker fills it; then new articles are claimed.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import time
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import psutil
from rich.console import Console

from topics import codec
from topics.records import Claim, Fingerprint, Origin, Verdict
from workers.stages.deduplicate import ALGORITHM, WindowedSeenStore

WINDOWS = (200_000, 1_000_000)
NEW = 20_000
SITES = 1000
REWRITTEN_EVERY = 10
CHANGED = 0.3
"""Share of the min-hashes that a rewrite changes."""
DAY_MS = 86_400_000
BEGAN_MS = 20_000 * DAY_MS
GROUP = 5000


@dataclass(frozen=True)
class Figures:
    """What was seen in one window."""

    entries: int
    claims_per_second: float
    rewrites_found: float
    bytes_each: float
    """Of resident memory, all included."""
    counted_each: float
    """What the store itself says."""
    decoding_seconds: float
    """Reading the claims from JSON."""
    restoring_seconds: float
    indexing_seconds: float


def fingerprints(first: int, count: int) -> Iterator[Fingerprint]:
    """Articles ``first`` and after; the same number is always the same article."""
    for group in range(first // GROUP, (first + count - 1) // GROUP + 1):
        made = _group(group)
        low, high = max(0, first - group * GROUP), min(GROUP, first + count - group * GROUP)
        yield from made[low:high]


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
            id=f"{group:08x}-29e2-41d4-a716-{place:012x}",
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


def measure(window: int) -> Figures:
    """Fill a window by recovery, then claim new articles in it."""
    process, step = psutil.Process(), 7 * DAY_MS // (window + NEW)
    store = WindowedSeenStore()
    gc.collect()
    resident = process.memory_info().rss
    decoding = restoring = 0.0
    for first in range(0, window, GROUP):
        records = [
            codec.encode(_claimed(one, first + place, step))
            for place, one in enumerate(fingerprints(first, GROUP))
        ]
        began = time.process_time()
        claims = [codec.decode(Claim, record) for record in records]
        decoded = time.process_time()
        for claim in claims:
            store.restore(claim)
        decoding += decoded - began
        restoring += time.process_time() - decoded
        del records, claims
    began = time.process_time()
    store.index()
    indexing = time.process_time() - began
    gc.collect()
    bytes_each = (process.memory_info().rss - resident) / window
    new = [
        (one, _origin(window + place, step)) for place, one in enumerate(fingerprints(window, NEW))
    ]
    began = time.process_time()
    found = sum(store.claim(*arrival).kind == "near_content" for arrival in new)
    seconds = time.process_time() - began
    return Figures(
        entries=window,
        claims_per_second=NEW / seconds,
        rewrites_found=found / (NEW / REWRITTEN_EVERY),
        bytes_each=bytes_each,
        counted_each=store.memory / len(store),
        decoding_seconds=decoding,
        restoring_seconds=restoring,
        indexing_seconds=indexing,
    )


def _claimed(one: Fingerprint, number: int, step: int) -> Claim:
    """The changelog record of an original; rewrites too, so that all are kept in full."""
    return Claim(
        origin=str(_origin(number, step)),
        algorithm=one.algorithm,
        id=one.id,
        content_hash=one.content_hash,
        headline_hash=one.headline_hash,
        shingles=one.shingles,
        verdict=Verdict(kind="original", version=1, cluster=one.id),
        sequence=number + 1,
        source=one.source,
        sentence_shingles=one.sentence_shingles,
        signature=one.signature,
        numbers=one.numbers,
        lines=one.lines,
    )


def _origin(number: int, step: int) -> Origin:
    return Origin("articles.raw", number % 4, number // 4, BEGAN_MS + number * step)


def apart(window: int) -> Figures:
    """The same in a fresh process."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(measure, window).result()


def main() -> None:
    """Measure each window, and print what it took."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.claims", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("windows", nargs="*", type=int, default=WINDOWS)
    console = Console() if Console().is_terminal else Console(width=100)
    for window in parser.parse_args().windows:
        told = apart(window)
        console.print(
            f"{told.entries:,} in the window: {told.claims_per_second:,.0f} claims/s, "
            f"{told.rewrites_found:.1%} of rewrites found, {told.bytes_each:.0f} bytes each "
            f"resident ({told.counted_each:.0f} counted); recovery {told.decoding_seconds:.1f} s "
            f"reading JSON + {told.restoring_seconds:.1f} s + {told.indexing_seconds:.1f} s index",
            highlight=False,
        )


if __name__ == "__main__":
    main()
