"""Whether the memory of a run was bounded."""

from __future__ import annotations

from statistics import median

from tests.fuzz.desk import MB, Memory, Result

PER_LINE = 1024
"""Bytes that the command may keep of each line: the claim, by which later ones are repeats."""
ROOM = 64 * MB
"""What it may keep besides: large lines, some of them in hand at once, leave room behind."""
POOL_GROWTH = 1.3
"""What all other processes may have at the end, of what they had after a quarter."""
TOO_FEW = 20
"""Samples; a run of fewer is too short to tell growth from start-up."""


def growth(result: Result) -> tuple[str, list[str]]:
    """The figures in words, and what is wrong with them.

    After a quarter and at the end: medians of a tenth of the samples.
    """
    samples = result.memory
    peak = f"largest process {result.peak / MB:.0f} MB resident at its peak"
    if len(samples) < TOO_FEW:
        return peak, []
    early, late = _around(samples, 0.25), _around(samples, 1.0)
    own = [median(sample.own for sample in part) for part in (early, late)]
    others = [median(sample.others for sample in part) for part in (early, late)]
    lines = median(s.lines for s in late) - median(s.lines for s in early)
    per_line = (own[1] - own[0]) / max(lines, 1)
    most = max(sample.own + sample.others for sample in samples)
    told = (
        f"memory (proportional): after a quarter {own[0] / MB:.0f} MB own and "
        f"{others[0] / MB:.0f} MB of the pool, at the end {own[1] / MB:.0f} and "
        f"{others[1] / MB:.0f} MB; {per_line:.0f} bytes kept per line; "
        f"at most {most / MB:.0f} MB together; {peak}"
    )
    wrong = []
    if own[1] - own[0] > ROOM + PER_LINE * lines:
        wrong.append(f"the command keeps {per_line:.0f} bytes of every line")
    if others[1] > POOL_GROWTH * others[0]:
        wrong.append(f"the pool grew from {others[0] / MB:.0f} to {others[1] / MB:.0f} MB")
    return told, wrong


def _around(samples: list[Memory], share: float) -> list[Memory]:
    width = max(3, len(samples) // 10)
    end = max(width, round(share * len(samples)))
    return samples[end - width : end]
