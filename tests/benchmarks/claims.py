"""How fast one process claims, in how much memory, and how long it takes to know it all again.

Bare: the store without a broker, in a window of 200,000 and one of a million articles, each with a
signature, ten numbers and twenty lines; every tenth is a rewrite of an earlier one. The window is
filled by recovery from claims, as a worker fills it; then new articles are claimed. Then a true
worker that claims articles of 4 KB and of 60 KB from a broker. The machine's own pace is printed
with the figures: how long it takes Python to sum 1,000 numbers.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import multiprocessing
import time
import timeit
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import msgspec
import psutil
from rich.console import Console

from tests.benchmarks.recovery import settings_of
from tests.benchmarks.synthetic import GROUP, REWRITTEN_EVERY, fingerprints
from tests.deployment import Deployment
from topics import catalog, codec
from topics.records import Claim, Fingerprint, Fingerprinted, Origin, RawArticle, Verdict
from workers.settings import Settings
from workers.stages.deduplicate import WindowedSeenStore

WINDOWS = (200_000, 1_000_000)
NEW = 20_000
TOGETHER = 500
DAY_MS = 86_400_000
BEGAN_MS = 20_000 * DAY_MS
BODIES = {4_000: 8_000, 60_000: 2_000}
"""Articles by the bytes of their bodies."""


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
    pace: float


def measure(window: int) -> Figures:
    """Fill a window by recovery, then claim new articles in it."""
    process, step = psutil.Process(), 7 * DAY_MS // (window + NEW)
    # What making articles takes for itself is taken before.
    [codec.decode(Claim, codec.encode(_claimed(one, 0, step))) for one in fingerprints(0, GROUP)]
    store = WindowedSeenStore()
    gc.collect()
    resident = process.memory_info().rss
    decoding = restoring = 0.0
    arrivals = enumerate(fingerprints(0, window))
    while some := list(itertools.islice(arrivals, TOGETHER)):
        records = [codec.encode(_claimed(one, number, step)) for number, one in some]
        began = time.process_time()
        claims = [codec.decode(Claim, record) for record in records]
        decoded = time.process_time()
        for claim in claims:
            store.restore(claim)
        decoding += decoded - began
        restoring += time.process_time() - decoded
        del some, records, claims
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
        pace=pace(),
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


def through(settings: Settings, size: int, articles: int) -> float:
    """Articles a second that a true worker claims, of so many bytes each."""
    with Deployment(settings) as deployment:
        body = "x" * size
        values = [
            codec.encode(
                Fingerprinted(
                    fingerprint=one,
                    raw=msgspec.Raw(codec.encode(RawArticle(id=one.id, content=body))),
                    media_type="text/plain",
                )
            )
            for one in fingerprints(0, articles)
        ]
        deployment.produce(values, topic=catalog.FINGERPRINTED)
        worker = deployment.start("claim")

        def done() -> int:
            samples = worker.samples("news_messages_processed_total")
            return sum(int(one.value) for one in samples if one.labels["stage"] == "claim")

        began, before = time.perf_counter(), done()
        while (count := done()) < articles:
            assert worker.process.poll() is None, worker.said()
            time.sleep(0.02)
        return (count - before) / (time.perf_counter() - began)


def pace() -> float:
    """Microseconds that Python takes to sum 1,000 numbers."""
    return min(timeit.repeat("sum(range(1000))", number=500, repeat=9)) * 2000


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
    parser.add_argument("--broker", choices=("kafka", "embedded", "none"), default="kafka")
    arguments = parser.parse_args()
    console = Console() if Console().is_terminal else Console(width=100)
    for window in arguments.windows:
        told = apart(window)
        console.print(
            f"{told.entries:,} in the window: {told.claims_per_second:,.0f} claims/s, "
            f"{told.rewrites_found:.1%} of rewrites found, {told.bytes_each:.0f} bytes each "
            f"resident ({told.counted_each:.0f} counted); recovery {told.decoding_seconds:.1f} s "
            f"reading JSON + {told.restoring_seconds:.1f} s + {told.indexing_seconds:.1f} s index "
            f"(pace {told.pace:.0f} µs)",
            highlight=False,
        )
    if arguments.broker == "none":
        return
    with settings_of(arguments.broker) as settings:
        for size, articles in BODIES.items():
            rate = through(settings, size, articles)
            console.print(
                f"a worker on {arguments.broker}, bodies of {size:,} bytes: {rate:,.0f} claims/s "
                f"(pace {pace():.0f} µs)",
                highlight=False,
            )


if __name__ == "__main__":
    main()
