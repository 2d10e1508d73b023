"""What sites let be fetched: their ``robots.txt``, kept for a while (RFC 9309)."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from protego import Protego

from workers.feeds.fetch.clock import Clock
from workers.feeds.fetch.rules import Rules
from workers.feeds.fetched import Body, Failed, Result

LIMIT = 500 * 1024
"""Bytes of a ``robots.txt`` that are read; what comes after them is left out."""
REDIRECTS = 5
_MOST = 32 * 1024 * 1024
_LONG = 16 * 1024
_ENTRY = 1024
_AGENT = re.compile(r"\s*user(?:-|\s+)?agent(?![\w-])\s*:?([^#]*)", re.IGNORECASE)
_NOBODY = "User-agent: -"

Ask = Callable[[str], Awaitable[Result]]
"""Fetches a ``robots.txt``, of which the first ``LIMIT`` bytes are enough."""


@dataclass(frozen=True)
class Ruling:
    """What a site says to one request."""

    allowed: bool
    delay: float = 0.0
    """Seconds that it asks to leave between requests."""


@dataclass
class _Site:
    parsed: Protego | None = None
    hindrance: Failed | None = None
    """Why its ``robots.txt`` could not be had: until it can, nothing else is asked."""
    until: float = 0.0
    weight: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Robots:
    """The rules of all sites that were asked lately."""

    def __init__(self, rules: Rules, clock: Clock, ask: Ask) -> None:
        self._rules = rules
        self._clock = clock
        self._ask = ask
        self._sites: OrderedDict[str, _Site] = OrderedDict()
        self._weight = 0

    def __len__(self) -> int:
        """Sites whose rules are kept."""
        return len(self._sites)

    async def ruling(self, origin: str, url: str) -> Ruling | Failed:
        """Whether a site lets an address be fetched; Failed where its rules cannot be had."""
        site = self._sites.get(origin)
        if site is None:
            site = self._sites[origin] = _Site()
        self._sites.move_to_end(origin)
        if site.until <= self._clock.now():
            # One asks, others wait for what it learns; if it gives up, the next one asks.
            async with site.lock:
                if site.until <= self._clock.now() and (sent := await self._learn(origin, site)):
                    return sent
        if site.hindrance is not None:
            return site.hindrance
        if site.parsed is None:
            return Ruling(True)
        delay = site.parsed.crawl_delay(self._rules.product) or 0.0
        allowed = site.parsed.can_fetch(url, self._rules.product)
        return Ruling(allowed, min(delay, self._rules.crawl_delay))

    async def _learn(self, origin: str, site: _Site) -> Failed | None:
        """Ask a site for its rules; Failed if that has to wait for another host's turn.

        That is of one moment and not remembered.
        """
        result = await self._ask(f"{origin}/robots.txt")
        if isinstance(result, Failed) and result.via is not None:
            return result
        now, weight = self._clock.now(), _ENTRY
        if isinstance(result, Body):
            text = result.data.decode("utf-8-sig", "replace")
            site.parsed, site.hindrance = await _parsed(text, self._rules.product), None
            site.until = now + self._rules.robots_kept
            weight += len(text)
        elif isinstance(result, Failed) and _hinders(result):
            # Rules that were had before hold on, as nobody says otherwise.
            if site.parsed is None:
                site.hindrance = replace(
                    result,
                    url=origin,
                    reason=f"robots.txt could not be read, so nothing else is: {result.reason}",
                )
            else:
                weight = site.weight
            wait = max(self._rules.robots_retry, result.retry_after or 0.0)
            site.until = now + min(wait, self._rules.robots_kept)
        else:
            site.parsed = site.hindrance = None
            site.until = now + self._rules.robots_kept
        self._weigh(origin, site, weight)
        return None

    def _weigh(self, origin: str, site: _Site, weight: int) -> None:
        """Account for what a site's rules take, and forget those asked longest ago over the most.

        A forgotten site is asked for its rules anew.
        """
        if self._sites.get(origin) is site:
            self._weight += weight - site.weight
            site.weight = weight
        while self._weight > _MOST and len(self._sites) > 1:
            _, oldest = self._sites.popitem(last=False)
            self._weight -= oldest.weight


def _hinders(failed: Failed) -> bool:
    """Whether a failure leaves it open what the site allows.

    A site that has no ``robots.txt`` (4xx), or only redirects for one, allows all; one that is
    down or overloaded has not said so. A refused address is refused for the page as well.
    """
    if failed.kind in ("redirects", "gone", "refused"):
        return False
    return failed.status is None or failed.status == 429 or failed.status >= 500


async def _parsed(text: str, product: str) -> Protego:
    text = relevant(text, product)
    if len(text) < _LONG:
        return Protego.parse(text)
    return await asyncio.to_thread(Protego.parse, text)


def relevant(text: str, product: str) -> str:
    """A ``robots.txt`` with every other program's name taken out.

    The parser keeps each rule once for each program that a group names, so that a file of 500 KiB
    could ask for gigabytes.
    """
    return "\n".join(_anonymous(line, product.lower()) for line in text.splitlines())


def _anonymous(line: str, product: str) -> str:
    agent = _AGENT.match(line)
    if not agent:
        return line
    name = agent[1].strip().lower()
    if name and not name.strip("*"):
        return "User-agent: *"
    name = name.replace("*", "")
    return f"User-agent: {name}" if name and product.startswith(name) else _NOBODY
