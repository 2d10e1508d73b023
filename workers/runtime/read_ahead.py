"""Read what may block, such as standard input, without holding up the event loop or its end."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class _Read(Generic[Item]):
    item: Item


@dataclass(frozen=True)
class _End:
    error: BaseException | None


async def read_ahead(items: Iterable[Item], most: int) -> AsyncIterator[list[Item]]:
    """Whatever has been read by now, in order, at least one and up to ``most`` items at once.

    An exception of the iterable is raised after the items before it. A daemon thread reads: one
    of asyncio's own would keep the process alive until the next line arrives.
    """
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[_Read[Item] | _End] = asyncio.Queue()
    room = threading.Semaphore(2 * most)
    given_up = threading.Event()

    def read() -> None:
        error: BaseException | None = None
        with contextlib.suppress(RuntimeError):  # the loop has ended
            try:
                for item in items:
                    room.acquire()
                    if given_up.is_set():
                        return
                    loop.call_soon_threadsafe(arrived.put_nowait, _Read(item))
            except Exception as raised:
                error = raised
            loop.call_soon_threadsafe(arrived.put_nowait, _End(error))

    threading.Thread(target=read, name="read-ahead", daemon=True).start()
    try:
        while True:
            found = await arrived.get()
            group: list[Item] = []
            while isinstance(found, _Read):
                room.release()
                group.append(found.item)
                if len(group) == most or arrived.empty():
                    break
                found = arrived.get_nowait()
            if group:
                yield group
            if isinstance(found, _End):
                if found.error is not None:
                    raise found.error
                return
    finally:
        given_up.set()
        room.release()
