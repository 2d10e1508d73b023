"""A web server on loopback whose hosts publish, edit, move, fail and refuse as a test says.

What is asked for is in the path, how it is sent in the query: ``charset``, ``bom``, ``packed``
(gzip, deflate, br), ``etag`` (weak, none), ``modified`` (none), ``maxage``, ``meta``. A host is
named by the ``Host`` header, or where a test cannot map names by the path:
``/@news.example/rss.xml``.
"""

from __future__ import annotations

import asyncio
import codecs
import gzip
import hashlib
import ssl
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from email.utils import format_datetime
from types import TracebackType
from typing import Any, Self

import brotli
from aiohttp import web

from tests.feeds.site import formats
from tests.feeds.site.hostile import Hostile
from tests.feeds.site.news import Story, story
from workers.feeds.fetch.addresses import networks
from workers.feeds.fetch.rules import Rules

PACKERS = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}
LOOPBACK = networks(["127.0.0.0/8"])


@dataclass
class Seen:
    """A request as the server saw it."""

    at: float
    """Seconds of the monotonic clock, which all processes of the machine share."""
    host: str
    path: str
    query: str
    headers: dict[str, str]
    """Names in lower case."""
    status: int = 0
    done: float = 0.0


@dataclass
class Fault:
    """What a path answers instead, so many times."""

    status: int
    times: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""


@dataclass
class _Host:
    stories: list[Story] = field(default_factory=list)
    robots: str | None = None
    faults: dict[str, Fault] = field(default_factory=dict)
    active: int = 0


class Site:
    """All hosts of a test; an async context manager."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.port = 0
        self.hostile = Hostile()
        self.seen: list[Seen] = []
        self.looked_up: list[str] = []
        self.addresses: dict[str, Sequence[str]] = {}
        """What names lead to; ``*.example`` that are not here lead to this server."""
        self.at_once: dict[str, int] = defaultdict(int)
        """The most requests that a host had at one time."""
        self.slow = 0.0
        """Seconds that every answer takes."""
        self._tls = tls
        self._hosts: dict[str, _Host] = defaultdict(_Host)
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        app = web.Application()
        app.router.add_route("*", "/-/{order}", self._ordered)
        app.router.add_route("*", "/{path:.*}", self._asked)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port, ssl_context=self._tls).start()
        self.port = self._runner.addresses[0][1]
        await self.hostile.start()

    async def stop(self) -> None:
        await self.hostile.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def active(self) -> int:
        """Requests that are being answered."""
        return sum(it.active for it in self._hosts.values())

    # What a test does.

    def url(self, path: str, host: str = "news.example") -> str:
        """An address of this server."""
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{host}:{self.port}{path}"

    def bad(self, path: str, host: str = "bad.example") -> str:
        """An address of the server that misbehaves."""
        return f"http://{host}:{self.hostile.port}{path}"

    def rules(self, **changed: Any) -> Rules:
        """Rules for a test: loopback is allowed, nobody waits, and robots.txt is not asked."""
        quick: dict[str, Any] = {
            "networks": LOOPBACK,
            "ports": (self.port, self.hostile.port),
            "delay": 0.0,
            "robots": False,
        }
        return Rules(**(quick | changed))

    async def resolve(self, host: str) -> Sequence[str]:
        """The look-up of names, for the client."""
        self.looked_up.append(host)
        if host in self.addresses:
            return self.addresses[host]
        if host.endswith(".example"):
            return ["127.0.0.1"]
        raise OSError(-2, "Name or service not known")

    def publish(self, host: str = "news.example", count: int = 1, language: str = "en") -> None:
        """Publish the host's next stories."""
        stories = self._hosts[host].stories
        for _ in range(count):
            stories.append(story(host, len(stories), language))

    def edit(self, number: int, words: str, host: str = "news.example") -> None:
        """Add a paragraph to a story."""
        stories = self._hosts[host].stories
        stories[number] = stories[number].edited(words)

    def robots(self, text: str | None, host: str = "news.example") -> None:
        """Give a host a robots.txt; None takes it away (404)."""
        self._hosts[host].robots = text

    def fail(
        self,
        path: str,
        status: int,
        host: str = "news.example",
        times: int = 1,
        headers: dict[str, str] | None = None,
        body: str = "",
    ) -> None:
        """Let a path answer with a status, so many times."""
        self._hosts[host].faults[path] = Fault(status, times, headers or {}, body)

    def requests(self, path: str | None = None, host: str | None = None) -> list[Seen]:
        """The requests so far, of a path or host."""
        return [
            seen for seen in self.seen if path in (None, seen.path) and host in (None, seen.host)
        ]

    # What a client sees.

    async def _asked(self, request: web.Request) -> web.StreamResponse:
        host, path = request.url.host or "", request.path
        base = f"{request.scheme}://{request.host}"
        if path.startswith("/@"):
            host, _, rest = path[2:].partition("/")
            base, path = f"{base}/@{host}", f"/{rest}"
        headers = {name.lower(): value for name, value in request.headers.items()}
        seen = Seen(time.monotonic(), host, path, request.query_string, headers)
        self.seen.append(seen)
        it = self._hosts[host]
        it.active += 1
        self.at_once[host] = max(self.at_once[host], it.active)
        try:
            if self.slow:
                await asyncio.sleep(self.slow)
            answer = self._answer(it, base, path, request)
        finally:
            it.active -= 1
            seen.done = time.monotonic()
        seen.status = answer.status
        return answer

    def _answer(self, it: _Host, base: str, path: str, request: web.Request) -> web.Response:
        fault = it.faults.get(path)
        if fault is not None and fault.times > 0:
            fault.times -= 1
            head = fault.headers
            return web.Response(
                status=fault.status, headers=head, text=fault.body, content_type="text/html"
            )
        first, _, rest = path.strip("/").partition("/")
        if path == "/robots.txt":
            if it.robots is None:
                return web.Response(status=404)
            return web.Response(text=it.robots)
        if first in ("moved", "found", "to", "loop", "status"):
            return _elsewhere(first, rest, base, request)
        if path in formats.DOCUMENTS:
            media_type, render = formats.DOCUMENTS[path]
            return _sent(request, media_type, render(base, it.stories[::-1]), it.stories)
        if path == "/sitemap.xml.gz":
            data = gzip.compress(formats.sitemap(base, it.stories[::-1]).encode(), mtime=0)
            return web.Response(body=data, content_type="application/gzip")
        if first in formats.PAGES and rest.isdigit() and int(rest) < len(it.stories):
            told = it.stories[int(rest)]
            if first == "articles":
                text = formats.page(base, told, request.query.get("meta"))
            else:
                text = formats.PAGES[first](base, told)
            return _sent(request, "text/html", text, [told])
        return web.Response(status=404, text="Nothing here.")

    # What another process says.

    async def _ordered(self, request: web.Request) -> web.Response:
        order = request.match_info["order"]
        if order == "requests":
            since = int(request.query.get("since", "0"))
            return web.json_response([asdict(seen) for seen in self.seen[since:]])
        told = await request.json()
        orders: dict[str, Callable[..., None]] = {
            "publish": self.publish,
            "edit": self.edit,
            "robots": self.robots,
            "fail": self.fail,
        }
        if order not in orders:
            return web.Response(status=404)
        orders[order](**told)
        return web.json_response({})


def _elsewhere(first: str, rest: str, base: str, request: web.Request) -> web.Response:
    """Redirects and statuses: ``/moved/3/rss.xml`` goes on three times, for good."""
    if first == "to":
        status = int(request.query.get("status", "302"))
        return web.Response(status=status, headers={"Location": request.query["url"]})
    if first == "loop":
        return web.Response(
            status=302, headers={"Location": f"{base}/loop/{'b' if rest == 'a' else 'a'}"}
        )
    if first == "status":
        headers = {"Retry-After": request.query["retry"]} if "retry" in request.query else {}
        return web.Response(status=int(rest), headers=headers)
    left, _, path = rest.partition("/")
    onward = f"/{first}/{int(left) - 1}/{path}" if int(left) > 1 else f"/{path}"
    status = 301 if first == "moved" else 302
    return web.Response(status=status, headers={"Location": base + onward})


def _sent(
    request: web.Request, media_type: str, text: str, stories: Sequence[Story]
) -> web.Response:
    """A document in the charset and packing that the query names, or a 304."""
    query = request.query
    charset = query.get("charset") or query.get("meta") or "utf-8"
    if "xml" in media_type and not text.startswith("<?xml"):
        text = f'<?xml version="1.0" encoding="{charset}"?>{text}'
    data = text.encode(charset, "xmlcharrefreplace")
    if "bom" in query:
        data = codecs.BOM_UTF8 + data
    headers = {"Content-Type": media_type}
    if "charset" in query:
        headers["Content-Type"] += f"; charset={charset}"
    if "maxage" in query:
        headers["Cache-Control"] = f"max-age={query['maxage']}"
    if (kind := query.get("etag")) != "none":
        tag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
        headers["ETag"] = f"W/{tag}" if kind == "weak" else tag
    if stories and query.get("modified") != "none":
        headers["Last-Modified"] = format_datetime(max(it.updated for it in stories), usegmt=True)
    # Compared as text: a client that changes what it was given is not recognised.
    tag_given, time_given = (
        request.headers.get("If-None-Match"),
        request.headers.get("If-Modified-Since"),
    )
    same = (
        tag_given == headers.get("ETag")
        if tag_given
        else (time_given is not None and time_given == headers.get("Last-Modified"))
    )
    if same:
        return web.Response(status=304, headers=headers)
    if packing := query.get("packed"):
        data = PACKERS[packing](data)
        headers["Content-Encoding"] = packing
    return web.Response(body=data, headers=headers)
