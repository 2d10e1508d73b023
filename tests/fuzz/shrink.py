"""A failing line made shorter, as far as it goes on failing in the same way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.fuzz.checks import EXPECTED
from tests.fuzz.desk import Desk, Found, Line

ROUNDS = 25
PIECES = 12


def alone(line: Line, stages: str) -> str | None:
    """What is wrong with a line that has the command to itself; None if nothing is."""
    result = Desk(stages).run([(line.family, line.value)])
    if result.found:
        return result.found[0].complaint
    if result.status or result.stderr or result.unanswered:
        return f"ended with {result.status}: {result.stderr[-600:]}"
    return None


def shrink(found: Found, stages: str) -> bytes:
    """The shortest line that was found to fail like this one; the line itself if none is shorter.

    Reductions of one round are lines of one run: a command has its models to load.
    """
    kind, shortest = _kind(found.complaint), found.line.value
    if "timeout" in kind or kind.startswith("ended"):
        return shortest
    for _ in range(ROUNDS):
        shorter = sorted({r for r in _reductions(shortest) if len(r) < len(shortest)}, key=len)
        result = Desk(stages).run([("shorter", value) for value in shorter])
        alike = [f.line.value for f in result.found if _kind(f.complaint) == kind]
        if not alike:
            break
        shortest = min(alike, key=len)
    return shortest


def _kind(complaint: str) -> str:
    """A complaint without what differs from line to line."""
    head = complaint.partition(" at ")[0].split(":")
    return ":".join(head[:3]) if len(head) > 1 and head[1].strip() not in EXPECTED else head[0]


def _reductions(line: bytes) -> Iterator[bytes]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        yield from _shorter(line)
        return
    for name, value in record.items():
        yield _line({n: v for n, v in record.items() if n != name})
        if isinstance(value, str):
            for text in _shorter(value):
                yield _line({**record, name: text})


def _shorter(whole: Any) -> Iterator[Any]:
    """A text or bytes without one of its pieces, large and small ones."""
    for pieces in (2, PIECES, len(whole)):
        size = max(1, len(whole) // max(1, pieces))
        for start in range(0, min(len(whole), size * 200), size):
            yield whole[:start] + whole[start + size :]


def _line(record: dict[str, Any]) -> bytes:
    return json.dumps(record).encode()
