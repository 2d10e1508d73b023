"""The true command line with stages that hang, grow or crash on articles that ask for it.

``python -m tests.faults.misbehave worker STAGE…``. An article whose content holds one of the words
does that to the step it names; every other article is worked on by the true stages.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from functools import partial
from typing import Any

from topics.records import Article
from workers import commands
from workers.runtime import performers, worker
from workers.runtime.pool import TaskPool

CHUNK = 16 * 1024 * 1024


def wish(behaviour: str, step: str) -> str:
    """What an article must hold to make a step behave like this."""
    return f"please-{behaviour}-at-{step}."


def perform(step: str, value: Any) -> tuple[Any, float]:
    """Run one step on one article, unless the article wishes otherwise."""
    whole = value.content if isinstance(value, Article) else value
    content = str(whole)
    if wish("hang", step) in content:
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        while True:
            time.sleep(60)
    if wish("grow", step) in content:
        held = []
        while True:
            held.append(bytearray(b"x") * CHUNK)
            time.sleep(0.01)
    if wish("crash", step) in content:
        os.kill(os.getpid(), signal.SIGSEGV)
    return performers.perform(step, value)


if __name__ == "__main__":
    from tests.faults import misbehave  # the pool's processes know it by this name

    replaced: Any = worker
    replaced.TaskPool = partial(TaskPool, perform=misbehave.perform)
    commands.main(sys.argv[1:])
