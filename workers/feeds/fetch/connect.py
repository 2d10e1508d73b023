"""Connections to checked addresses: looked up once, and what was checked is connected to."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from workers.feeds.fetch.addresses import Address, parsed, refusal
from workers.feeds.fetch.rules import Rules
from workers.feeds.fetch.targets import RefusedError

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""The IP addresses of a host name, best first; OSError where there is none."""

_LOOK_UPS = 16
_TRIED = 8


class SystemResolve:
    """The system's look-up in threads of its own: one that hangs holds up no other work."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_LOOK_UPS, "look-up")

    async def __call__(self, host: str) -> Sequence[str]:
        """All addresses of a name."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _look_up, host)
        return tuple(dict.fromkeys(found))

    def close(self) -> None:
        """Let go of the threads; one that hangs ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str) -> list[str]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [str(sockaddr[0]) for *_, sockaddr in found]


class CheckedResolver(AbstractResolver):
    """Gives aiohttp only addresses that may be connected to."""

    def __init__(self, resolve: Resolve, rules: Rules) -> None:
        self._resolve = resolve
        self._rules = rules

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The allowed addresses of a name; RefusedError where it has none but refused ones."""
        async with asyncio.timeout(self._rules.connect):
            found = [parsed(address) for address in await self._resolve(host)]
        if not found:
            raise OSError(None, "no address")
        refused = {address: refusal(address, self._rules.networks) for address in found}
        fine = [address for address, what in refused.items() if what is None]
        if not fine:
            address, what = next(iter(refused.items()))
            raise RefusedError(f"its address {address} is {what}")
        return [_result(host, address, port) for address in fine[:_TRIED]]

    async def close(self) -> None:
        """Nothing is held."""


def _result(host: str, address: Address, port: int) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=str(address),
        port=port,
        family=socket.AF_INET if address.version == 4 else socket.AF_INET6,
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_NUMERICHOST,
    )


def connector(resolve: Resolve, rules: Rules, tls: ssl.SSLContext | None) -> aiohttp.TCPConnector:
    """Connections that are checked when an address is found, and again when it is connected to."""

    def checked(found: tuple[Any, ...]) -> socket.socket:
        # The last place before a connection, whatever led here.
        family, kind, protocol, _, sockaddr = found
        if what := refusal(parsed(str(sockaddr[0])), rules.networks):
            raise RefusedError(f"its address {sockaddr[0]} is {what}")
        return socket.socket(family=family, type=kind, proto=protocol)

    return aiohttp.TCPConnector(
        resolver=CheckedResolver(resolve, rules),
        use_dns_cache=False,
        socket_factory=checked,
        ssl=tls or True,
        limit=0,
        # A host rests between two requests for longer than connections are kept, and idle ones of
        # thousands of hosts would be more than a process may have open.
        force_close=True,
    )
