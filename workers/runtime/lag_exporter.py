"""Serves the lag of every consumer group to Prometheus until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable

from aiokafka.errors import KafkaError

from workers.runtime import logs
from workers.runtime.group_lag import GroupLag
from workers.runtime.http import HttpServer
from workers.runtime.lag_metrics import LagMetrics
from workers.runtime.unreachable import UnreachableError
from workers.settings import Settings

log = logs.get(__name__)

MEASURE_SECONDS = 5.0
MEASUREMENTS = 60
"""Between two looks at which partitions there are."""


class LagExporter:
    """Measures every few seconds; Kafka away or topics missing are told and waited out."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.metrics = LagMetrics()
        self._wrong: str | None = "starting"

    async def run(self, *, ready: Callable[[str], None] = lambda address: None) -> None:
        """Serve; PortTakenError if the address cannot be bound. ``ready`` gets the address."""
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        http = HttpServer(self._settings, self.metrics, live=list, ready=self._unready)
        await http.start()
        ready(http.address)
        log.info("lag exporter starts", http=http.address)
        watching = asyncio.create_task(self._watch(), name="lag")
        stopped = asyncio.create_task(stop.wait(), name="stop")
        await asyncio.wait((watching, stopped), return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            watching.result()
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        await http.stop()

    async def _watch(self) -> None:
        while True:
            groups = GroupLag(self._settings)
            try:
                await groups.start()
                for _ in range(MEASUREMENTS):
                    self.metrics.show(await groups.measure(), time.time())
                    self._wrong = None
                    await asyncio.sleep(MEASURE_SECONDS)
            except (KafkaError, LookupError, OSError, UnreachableError) as error:
                self._tell(str(error) or repr(error))
                self.metrics.forget()
                await asyncio.sleep(MEASURE_SECONDS)
            finally:
                await groups.stop()

    def _tell(self, wrong: str) -> None:
        if wrong != self._wrong:
            log.warning("no lag", why=wrong)
        self._wrong = wrong

    def _unready(self) -> list[str]:
        return [self._wrong] if self._wrong else []
