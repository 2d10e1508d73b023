"""``/metrics``, ``/health/live`` and ``/health/ready`` of a worker, and how to end a pause.

Unauthenticated, so on loopback unless a setting says otherwise.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web

from workers.settings import Settings, variable

Check = Callable[[], list[str]]
"""What is wrong, in words; empty when all is well."""
Resume = Callable[[], dict[str, str]]
"""Ends every pause; the hops that were paused and why, by first step."""
RESUME = "/breaker/close"


class Metrics(Protocol):
    """What is served at ``/metrics``."""

    def page(self) -> bytes:
        """The page, in Prometheus' text format."""
        ...


class PortTakenError(Exception):
    """The address for metrics and health cannot be bound; the message names the settings."""


class HttpServer:
    """Serves one worker's metrics and health."""

    def __init__(
        self,
        settings: Settings,
        metrics: Metrics,
        *,
        live: Check,
        ready: Check,
        resume: Resume = dict,
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._live = live
        self._ready = ready
        self._resume = resume
        self._runner: web.AppRunner | None = None
        self.address = ""

    async def start(self) -> None:
        """Bind and serve; ``address`` is HOST:PORT afterwards."""
        app = web.Application()
        app.router.add_get("/metrics", self._page)
        app.router.add_get("/health/live", self._answer(self._live))
        app.router.add_get("/health/ready", self._answer(self._ready))
        app.router.add_post(RESUME, self._close)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._settings.http_host, self._settings.http_port)
        try:
            await site.start()
        except OSError as error:
            raise PortTakenError(
                f"metrics and health cannot be served on {self._settings.http_host}:"
                f"{self._settings.http_port} ({error.strerror or error}); set "
                f"{variable('http_host')} and {variable('http_port')} (0: any free port)"
            ) from None
        host, port = self._runner.addresses[0][:2]
        self.address = f"{host}:{port}"

    async def stop(self) -> None:
        """Stop serving."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _page(self, request: web.Request) -> web.Response:
        return web.Response(
            body=self._metrics.page(),
            headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
        )

    async def _close(self, request: web.Request) -> web.Response:
        # A page in somebody's browser can make it post a form to loopback, but not JSON: for that
        # it would first have to ask with OPTIONS, which is not answered. Unless its own name leads
        # here, which the browser tells in both of these.
        if "Origin" in request.headers:
            return web.json_response({"error": "not for pages in a browser"}, status=403)
        if self._is_stranger(request.headers.get("Host", "")):
            why = "this port is on loopback only: call it by 127.0.0.1 or localhost"
            return web.json_response({"error": why}, status=403)
        if request.content_type != "application/json":
            return web.json_response({"error": "Content-Type must be application/json"}, status=415)
        return web.json_response({"resumed": self._resume()})

    def _is_stranger(self, host: str) -> bool:
        """Whether a server on loopback is called by a name that is not loopback's."""
        assert self._runner is not None
        if not all(_is_loopback(address[0]) for address in self._runner.addresses):
            return False  # the names by which a network knows it cannot be known here
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        own = self._settings.http_host.lower()
        return name.strip("[]").lower() != own and not _is_loopback(name)

    @staticmethod
    def _answer(check: Check) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            wrong = check()
            return web.json_response(
                {"status": "red" if wrong else "green", "wrong": wrong},
                status=503 if wrong else 200,
            )

        return answer


def _is_loopback(host: str) -> bool:
    host = host.strip("[]").lower()
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
