"""Run a command's coroutine so that Ctrl-C always reaches it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

from workers.commands import INTERRUPTED

Result = TypeVar("Result")


def run_interruptibly(main: Coroutine[Any, Any, Result]) -> Result:
    """What the coroutine returns; KeyboardInterrupt after SIGINT, whatever it waits for.

    ``asyncio.run`` by itself only notices the signal at the loop's next event: one that comes as
    the loop goes to sleep, or that the system gives to another thread, would wait for that. The
    loop's own handlers wake it.
    """
    interrupted = False

    async def run() -> Result:
        task = asyncio.current_task()
        assert task is not None

        def interrupt() -> None:
            nonlocal interrupted
            if interrupted:
                os._exit(INTERRUPTED)  # whoever asks twice does not wait for the tidying up
            interrupted = True
            task.cancel()

        # A shell lets what it starts in the background ignore the signal.
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, interrupt)
        return await main

    try:
        return asyncio.run(run())
    except asyncio.CancelledError:
        if interrupted:
            raise KeyboardInterrupt from None
        raise
