"""Serve the test site until SIGTERM; the first line says its ports as JSON.

Orders come as JSON: ``POST /-/publish {"host": "news.example", "count": 3}``, ``/-/edit``,
``/-/robots``, ``/-/fail``; ``GET /-/requests?since=0`` lists what was asked.
"""

from __future__ import annotations

import asyncio
import json
import signal

from tests.feeds.site import Site


async def serve() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with Site() as site:
        print(json.dumps({"port": site.port, "hostile": site.hostile.port}), flush=True)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(serve())
