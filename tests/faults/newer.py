"""The true command line as a later version would be: its records carry a newer schema version.

``python -m tests.faults.newer worker STAGE…`` with TEST_SCHEMA_VERSION. Every record that it writes
says that version, and has a field ``added_later``, which this version does not know.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import Any

import msgspec
import orjson

from topics import codec
from workers import commands
from workers.runtime import performers, worker
from workers.runtime.pool import TaskPool

VARIABLE = "TEST_SCHEMA_VERSION"
ADDED = "added_later"
ADDED_VALUE = {"by": "a later version", "list": [1, 2.5, None]}


def _grow_up(version: str) -> None:
    changed: Any = codec
    original = codec.encode

    def encode(record: msgspec.Struct) -> bytes:
        value = orjson.loads(original(record))
        return orjson.dumps(value | {"schema_version": version, ADDED: ADDED_VALUE})

    changed.encode = encode
    # A later version understands its own records.
    changed.SCHEMA_VERSION = version
    changed._MAJOR = int(version.partition(".")[0])


def perform(step: str, value: Any) -> tuple[Any, float]:
    """Run one step on one article, in a pool process that imported this module."""
    return performers.perform(step, value)


if __name__ == "__main__":
    from tests.faults import newer  # the pool's processes know it by this name

    replaced: Any = worker
    replaced.TaskPool = partial(TaskPool, perform=newer.perform)
    commands.main(sys.argv[1:])
elif VARIABLE in os.environ:
    _grow_up(os.environ[VARIABLE])
