"""A TCP proxy in front of a broker, whose network can be made slow, silent or broken."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any

CHUNK = 64 * 1024
START_SECONDS = 10.0


class Proxy:
    """Passes connections on to ``target``, a port of 127.0.0.1, in a thread until ``close()``.

    ``latency`` (seconds, each way) and ``rate`` (bytes a second, of all connections together) may
    be set at any time.
    """

    def __init__(self) -> None:
        self.target = 0
        self.latency = 0.0
        self.rate: float | None = None
        self._free = 0.0
        """When the line will have passed on what was given to it, by the loop's clock."""
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._flows = asyncio.Event()
        self._flows.set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()
        listening = asyncio.start_server(self._accept, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(START_SECONDS)
        self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def silence(self) -> None:
        """Accept everything and pass nothing on; nobody is told. What is under way waits."""
        self._call(self._flows.clear)

    def speak(self) -> None:
        """Pass on again, also what has waited."""
        self._call(self._flows.set)

    def reset(self) -> None:
        """Cut every connection; what is under way is gone."""

        def abort() -> None:
            for writer in list(self._open):
                writer.transport.abort()

        self._call(abort)

    def close(self) -> None:
        """Cut everything and stop listening."""
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(START_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_SECONDS)
        self._loop.close()

    def _call(self, function: Callable[[], Any]) -> None:
        done = threading.Event()

        def called() -> None:
            function()
            done.set()

        self._loop.call_soon_threadsafe(called)
        assert done.wait(START_SECONDS), "the proxy hangs"

    async def _stop(self) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._open.add(writer)
        further: asyncio.StreamWriter | None = None
        try:
            await self._flows.wait()
            answers, further = await asyncio.open_connection("127.0.0.1", self.target)
            self._open.add(further)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass(reader, further))
                both.create_task(self._pass(answers, writer))
        except* (OSError, asyncio.CancelledError):
            pass  # one side has gone; so does the other
        finally:
            for side in (writer, further):
                if side is not None:
                    self._open.discard(side)
                    side.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(CHUNK):
            await self._travel(len(data))
            await self._flows.wait()
            writer.write(data)
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.write_eof()

    async def _travel(self, size: int) -> None:
        now = self._loop.time()
        self._free = max(self._free, now) + (size / self.rate if self.rate else 0.0)
        if (delay := self._free - now + self.latency) > 0:
            await asyncio.sleep(delay)
