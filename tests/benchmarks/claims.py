"""How fast one process claims, in how much memory, and how long it takes to know it all again.

Bare: the store without a broker, in a window of 200,000 and one of a million articles, each with a
signature, ten numbers and twenty lines; every tenth is a rewrite of an earlier one. The window is
filled by recovery from claims, as a worker fills it; then new articles are claimed, by so many
together. One window has copies of which nine come to an original. Then a true worker that claims
articles of 4 KB and of 60 KB from a broker. The yardstick is taken between the parts, and printed
with the figures.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import multiprocessing
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import msgspec
import psutil

from tests.benchmarks import report
from tests.benchmarks.recovery import settings_of
from tests.benchmarks.synthetic import GROUP, REWRITTEN_EVERY, fingerprints, id_of
from tests.benchmarks.yardstick import Yardstick
from tests.deployment import Deployment
from topics import catalog, codec
from topics.records import Claim, Fingerprint, Fingerprinted, Origin, RawArticle, Verdict
from workers.settings import Settings
from workers.stages.deduplicate import WindowedSeenStore

WINDOWS = (200_000, 1_000_000)
NEW = 20_000
GROUPS = (16, 128)
"""Articles that are claimed together: a worker takes as many as there are, up to 128 unless
COPYDESK_CLAIM_BATCH says otherwise."""
COPIES = 10
"""Articles to an original, itself included, in the window with copies."""
PART = 384
"""New articles between two looks at the yardstick."""
READ = 500
DAY_MS = 86_400_000
BEGAN_MS = 20_000 * DAY_MS
BODIES = {4_000: 8_000, 60_000: 2_000}
"""Articles by the bytes of their bodies."""


@dataclass(frozen=True)
class Figures:
    """What was seen in one window."""

    entries: int
    claims_per_second: dict[int, float]
    """By how many were claimed together."""
    rewrites_found: float
    bytes_each: float
    """Of resident memory, all included."""
    counted_each: float
    """What the store itself says."""
    decoding_seconds: float
    """Reading the claims from JSON."""
    restoring_seconds: float
    indexing_seconds: float
    turning_seconds: float
    """Until a day has left the window."""
    turning_bytes_each: float
    """Memory beyond what was resident, meanwhile."""
    yardstick: float
    """Of the machine while it claimed; 1 for the one on which the goals were set."""


def measure(window: int, copies: int = 1) -> Figures:
    """Fill a window by recovery, then claim new articles in it."""
    process, step = psutil.Process(), 7 * DAY_MS // (window + len(GROUPS) * NEW)
    # What making articles takes for itself is taken before.
    [
        codec.decode_claim(codec.encode(_claimed(one, 0, step, copies)))
        for one in fingerprints(0, GROUP)
    ]
    store = WindowedSeenStore()
    gc.collect()
    resident = process.memory_info().rss
    decoding = restoring = 0.0
    arrivals = enumerate(fingerprints(0, window))
    while some := list(itertools.islice(arrivals, READ)):
        records = [codec.encode(_claimed(one, number, step, copies)) for number, one in some]
        began = time.process_time()
        claims = [codec.decode_claim(record) for record in records]
        decoded = time.process_time()
        assert not store.restore_all(claims)
        decoding += decoded - began
        restoring += time.process_time() - decoded
        del some, records, claims
    began = time.process_time()
    store.index()
    indexing = time.process_time() - began
    gc.collect()
    bytes_each = (process.memory_info().rss - resident) / window
    counted_each = store.memory / len(store)
    found, rates, yardstick = 0, {}, Yardstick()
    for round, together in enumerate(GROUPS):
        first = window + round * NEW
        new = [
            (one, _origin(first + place, step))
            for place, one in enumerate(fingerprints(first, NEW))
        ]
        seconds = 0.0
        for start in range(0, NEW, PART):
            began = time.process_time()
            for place in range(start, min(start + PART, NEW), together):
                group = new[place : min(place + together, start + PART)]
                store.prepare(one for one, _ in group)
                found += sum(store.claim(*arrival).kind == "near_content" for arrival in group)
            seconds += time.process_time() - began
            yardstick.take(5)
        rates[together] = NEW / seconds
    store.take_forgotten()
    kept, resident = len(store), process.memory_info().rss
    began = time.process_time()
    store.turn(BEGAN_MS + 8 * DAY_MS)
    turning = time.process_time() - began
    assert len(store.take_forgotten()) == kept - len(store) > 0
    return Figures(
        entries=window,
        claims_per_second=rates,
        rewrites_found=found / (len(GROUPS) * NEW / REWRITTEN_EVERY),
        bytes_each=bytes_each,
        counted_each=counted_each,
        decoding_seconds=decoding,
        restoring_seconds=restoring,
        indexing_seconds=indexing,
        turning_seconds=turning,
        turning_bytes_each=max(0, _peak() - resident) / kept,
        yardstick=yardstick.share,
    )


def _peak() -> int:
    """The most memory that this process ever had resident, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _claimed(one: Fingerprint, number: int, step: int, copies: int) -> Claim:
    """The changelog record of an article: an original, or one of so many to an original.

    Synthetic rewrites are originals here too, so that all are kept in full.
    """
    verdict = Verdict(kind="original", version=1, cluster=one.id)
    if first := number % copies:
        original = id_of(number - first)
        alike = {"shared_shingles": 250, "shingles": 300, "shared_numbers": 9, "numbers": 10}
        verdict = Verdict(
            kind="near_content",
            version=1,
            cluster=original,
            of=original,
            of_version=1,
            of_origin=str(_origin(number - first, step)),
            similarity=0.7031,
            containment=0.8333,
            method="minhash/1",
            evidence={**alike, "matches": 90, "lead_matches": 24, "headline": False},
        )
    return Claim(
        origin=str(_origin(number, step)),
        algorithm=one.algorithm,
        id=one.id,
        content_hash=one.content_hash,
        headline_hash=one.headline_hash,
        shingles=one.shingles,
        verdict=verdict,
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


def apart(window: int, copies: int = 1) -> Figures:
    """The same in a fresh process."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(measure, window, copies).result()


def main() -> None:
    """Measure each window, and print what it took."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.claims", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--window", type=int, action="append", help="default: both; 0 for none")
    parser.add_argument("--broker", choices=("kafka", "embedded", "none"), default="kafka")
    arguments = parser.parse_args()
    console = report.console(100)
    windows = [(window, 1) for window in arguments.window or WINDOWS if window]
    for window, copies in windows + [(window, COPIES) for window, _ in windows[:1]]:
        told = apart(window, copies)
        rates = ", ".join(
            f"{rate:,.0f} by {group}" for group, rate in told.claims_per_second.items()
        )
        what = "originals" if copies == 1 else f"articles of which one in {copies} is no copy"
        console.print(
            f"{told.entries:,} {what} in the window: {told.bytes_each:.0f} bytes each resident "
            f"({told.counted_each:.0f} counted); claims/s {rates} together, "
            f"{told.rewrites_found:.1%} of rewrites found; recovery {told.decoding_seconds:.1f} s "
            f"reading JSON + {told.restoring_seconds:.1f} s + {told.indexing_seconds:.1f} s index; "
            f"a day leaves the window in {told.turning_seconds:.1f} s with "
            f"{told.turning_bytes_each:.0f} bytes each more meanwhile "
            f"(yardstick {told.yardstick:.2f})",
            highlight=False,
        )
    if arguments.broker == "none":
        return
    with settings_of(arguments.broker) as settings:
        for size, articles in BODIES.items():
            yardstick = Yardstick()
            yardstick.take(200)
            rate = through(settings, size, articles)
            yardstick.take(200)
            console.print(
                f"a worker on {arguments.broker}, bodies of {size:,} bytes: {rate:,.0f} claims/s "
                f"(yardstick {yardstick.share:.2f})",
                highlight=False,
            )


if __name__ == "__main__":
    main()
