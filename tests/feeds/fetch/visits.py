"""One client, one site, one test."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from tests.feeds.site import Site
from workers.feeds.fetch.client import Client
from workers.feeds.fetch.clock import Clock
from workers.feeds.fetched import Body, Failed, FailureKind, Result, Validators, Want

Kind = TypeVar("Kind", bound=Result)
LIMIT = 1024 * 1024


def want(
    limit: int = LIMIT, validators: Validators | None = None, seconds: float | None = None
) -> Want:
    return Want("application/rss+xml, */*;q=0.1", limit, validators or Validators(), seconds)


def visit(
    story: Callable[[Site, Client], Awaitable[None]],
    *,
    clock: Clock | None = None,
    site_tls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    **rules: Any,
) -> None:
    """Play a story of a site and a client with the rules given."""

    async def play() -> None:
        async with Site(site_tls) as site:
            client = Client(site.rules(**rules), resolve=site.resolve, clock=clock, tls=tls)
            async with client, asyncio.timeout(60):
                await story(site, client)

    asyncio.run(play())


def body(result: Result) -> Body:
    assert isinstance(result, Body), result
    return result


def failure(result: Result, kind: FailureKind) -> Failed:
    assert isinstance(result, Failed), result
    assert result.kind == kind, result
    return result
