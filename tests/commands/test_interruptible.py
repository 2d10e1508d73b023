"""An interrupt reaches a command that waits for something that never comes."""

from __future__ import annotations

import signal
import subprocess
import sys

# The system may give a process's signal to any of its threads.
PROGRAM = """
import asyncio, signal, threading
from workers.commands.interruptible import run_interruptibly

async def wait():
    loop = asyncio.get_running_loop()
    asleep = threading.Event()
    def interrupt():
        asleep.wait()
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
    threading.Thread(target=interrupt, daemon=True).start()
    loop.call_soon(asleep.set)
    try:
        await asyncio.Event().wait()
    finally:
        print("cleaned up", flush=True)

try:
    run_interruptibly(wait())
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def test_an_interrupt_that_another_thread_receives_ends_the_waiting() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, timeout=60, check=False
    )
    assert done.stdout.split(b"\n")[:2] == [b"cleaned up", b"interrupted"], done.stderr


def test_what_the_coroutine_returns_and_raises_comes_through() -> None:
    from workers.commands.interruptible import run_interruptibly

    async def answer() -> int:
        return 42

    before = signal.getsignal(signal.SIGINT)
    assert run_interruptibly(answer()) == 42
    assert signal.getsignal(signal.SIGINT) is before
