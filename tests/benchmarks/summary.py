"""The figures that tables and JSON show, of what was measured round by round."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Iterable
from typing import Any

from tests.benchmarks.articles import PATTERN, articles
from tests.benchmarks.kafka_bytes import Written
from tests.benchmarks.measure import ENRICH, Figures
from tests.benchmarks.pipeline import Round
from tests.benchmarks.processes import MB
from workers.pipeline import FUSED, SPLIT, hops

EXTRA_HOPS = len(SPLIT) - sum(len(hops(steps)) for steps in FUSED)
"""Hops that the split pipeline has and the fused one has not."""


def facts() -> dict[str, Any]:
    """The machine and the input, as far as they matter."""
    sizes: dict[str, list[int]] = {}
    for (kind, _), record in zip(PATTERN, articles(0, len(PATTERN)), strict=True):
        sizes.setdefault(kind, []).append(len(record))
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "load_before": round(os.getloadavg()[0], 1),
        "input": {
            kind: {"share": len(found) / len(PATTERN), "bytes": round(statistics.mean(found))}
            for kind, found in sizes.items()
        },
    }


def figures_of(figures: Figures) -> dict[str, Any]:
    """The figures that tables and JSON show; medians over the rounds."""
    made: dict[str, Any] = {"bare": _bare(figures)}
    if figures.fingerprint:
        made["fingerprint_us"] = {
            timing.what: {"median": timing.median, "best": timing.best}
            for timing in figures.fingerprint
        }
    if figures.enrich:
        made["enrich"] = {
            "articles_per_second": {n: _median(rates) for n, rates in figures.enrich.items()},
            **_ratios(figures, ENRICH),
        }
    if figures.through:
        made["pipeline"] = {name: _pipeline(figures, name) for name in figures.through}
        made["extra_hops"] = EXTRA_HOPS
        made["hops"] = {name: _hops(figures, name) for name in figures.notes}
        made["us_wall_per_extra_hop"] = _extra(made["hops"], "us")
        made["us_cpu_per_extra_hop"] = _extra(made["hops"], "us_cpu")
        made["bytes_per_arrival"] = {n: _bytes(found) for n, found in figures.bytes.items()}
    made["memory_mb"] = {
        name: {
            hop: [
                {"role": u.role, "peak": round(u.peak / MB), "share": round(u.own / MB)}
                for u in usages
            ]
            for hop, usages in found.items()
        }
        for name, found in figures.memory.items()
    }
    made["start_up_seconds"] = figures.start_up
    return made


def _bare(figures: Figures) -> dict[str, Any]:
    rounds = figures.calls
    return {
        "articles_per_second_one_process": _median(r.articles / r.seconds for r in rounds),
        "articles_per_second_all_cores": _median(figures.together),
        "ms_per_article": {
            step: _median(1000 * r.steps[step] / r.articles for r in rounds)
            for step in rounds[0].steps
        },
        "share": {
            step: _median(r.steps[step] / r.seconds for r in rounds) for step in rounds[0].steps
        },
    }


def _pipeline(figures: Figures, name: str) -> dict[str, Any]:
    rounds = figures.through[name]

    def per_article(seconds: Iterable[float]) -> float:
        return 1000 * _median(s / r.articles for s, r in zip(seconds, rounds, strict=True))

    return {
        "articles_per_second": _median(r.articles / r.seconds for r in rounds),
        **_ratios(figures, name),
        "cpu_ms_per_article": {
            "workers": per_article(sum(w.own for w in r.workers) for r in rounds),
            "pools": per_article(sum(w.pool for w in r.workers) for r in rounds),
            "broker": per_article(r.broker for r in rounds),
        },
        "seconds_for_one_article_alone": _median(figures.alone[name]),
    }


def _ratios(figures: Figures, name: str) -> dict[str, float]:
    found = figures.ratios[name]
    return {
        "rate_to_plain_calls": _median(ratio.rate for ratio in found),
        "cpu_to_plain_calls": _median(ratio.cpu for ratio in found),
    }


def _extra(hops_found: dict[str, Any], what: str) -> float:
    difference: float = hops_found["split"][what] - hops_found["fused"][what]
    return difference / EXTRA_HOPS


def _hops(figures: Figures, name: str) -> dict[str, Any]:
    rounds, idle = figures.notes[name], figures.idle[name]

    def own(done: Round, number: int) -> float:
        worker = done.workers[number]
        return 1e6 * max(worker.own - idle[worker.hop] * done.seconds, 0) / done.articles

    workers = {
        worker.hop: {
            "us_own": _median(own(done, number) for done in rounds),
            "us_pool": _median(1e6 * r.workers[number].pool / r.articles for r in rounds),
            "idle": idle[worker.hop],
        }
        for number, worker in enumerate(rounds[0].workers)
    }
    return {
        "articles_per_second": _median(r.articles / r.seconds for r in rounds),
        "us": _median(1e6 * r.seconds / r.articles for r in rounds),
        "us_cpu": sum(worker["us_own"] + worker["us_pool"] for worker in workers.values()),
        "us_plain_calls": _median(1e6 * r.seconds / r.articles for r in figures.calls_notes),
        "workers": workers,
        "us_broker": _median(1e6 * r.broker / r.articles for r in rounds),
    }


def _bytes(found: list[Written]) -> dict[str, Any]:
    total = next(one.records for one in found if one.topic == "articles.raw")
    held = [one for one in found if one.records]
    return {
        one.topic: {"plain": one.plain / total, "stored": one.stored / total} for one in held
    } | {
        "all": {
            "plain": sum(one.plain for one in held) / total,
            "stored": sum(one.stored for one in held) / total,
        }
    }


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)
