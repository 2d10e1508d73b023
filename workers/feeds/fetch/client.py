"""Asks for addresses: one at a time of each host, only where it is safe, and within limits."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from workers.feeds.fetch import answers, robots
from workers.feeds.fetch.clock import Clock, SystemClock
from workers.feeds.fetch.connect import Resolve, SystemResolve, connector
from workers.feeds.fetch.hindrances import failed
from workers.feeds.fetch.politeness import Turns, Visited
from workers.feeds.fetch.robots import Robots
from workers.feeds.fetch.rules import Rules
from workers.feeds.fetch.targets import RefusedError, Target, onward, redacted, target
from workers.feeds.fetch.unpack import ACCEPTED, BrokenError, TooLargeError, Unpacker
from workers.feeds.fetched import Body, Failed, NotModified, Result, Validators, Visit, Want
from workers.pages import challenges

MOST_LED = 4
"""Requests that redirects may lead to one host at a time, among them those that wait there."""
_FIELD = 16 * 1024
_FIELDS = 128
_EXPLAINED = 64 * 1024
"""Bytes of a body that are read to learn whose refusal it is."""
_ROBOTS = Want("text/plain, */*;q=0.1", robots.LIMIT)


@dataclass(frozen=True)
class _Answer:
    status: int
    reason: str
    raw: answers.Raw
    headers: dict[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class _Errand:
    """What holds for a request and the redirects after it."""

    want: Want
    origin: str
    """Where it began: whose headers the want's are."""
    redirects: int
    obedient: bool
    """Whether robots.txt is asked first."""
    beginning: bool = False
    """Whether the first bytes do where there are too many."""


class _Budget:
    """The seconds that are left for being connected; waiting for a turn costs none."""

    def __init__(self, seconds: float) -> None:
        self.whole = self.left = seconds


class Client:
    """The one client of a process; every outcome is a value.

    Use it as a context manager, or ``close`` it.
    """

    def __init__(
        self,
        rules: Rules,
        *,
        resolve: Resolve | None = None,
        clock: Clock | None = None,
        tls: ssl.SSLContext | None = None,
        before: Mapping[str, Visit] | None = None,
        visited: Visited = lambda host, visit: None,
    ) -> None:
        """``resolve`` and ``tls`` take the place of the system's look-up and trusted roots.

        ``before`` and ``visited`` let rests outlast the process; see ``Turns``.
        """
        self._rules = rules
        self._clock = clock or SystemClock()
        self._own = SystemResolve() if resolve is None else None
        self._resolve = resolve or self._own
        self._tls = tls
        longest = max(rules.delay, rules.crawl_delay)
        self._turns = Turns(self._clock, longest, before=before, visited=visited)
        self._led: Counter[str] = Counter()
        """By host the requests that a redirect of another one led there, or that wait there."""
        self._overloaded: Counter[str] = Counter()
        """By host how many times in a row it was, without saying for how long."""
        self._robots = Robots(rules, self._clock, self._robots_txt)
        self._slots = asyncio.Semaphore(rules.connections)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
        if self._own is not None:
            self._own.close()

    @property
    def crowded(self) -> frozenset[str]:
        """Hosts to which so many were led that further ones would be sent away.

        They hold what their senders could use, and a slow host for long.
        """
        return frozenset(host for host, led in self._led.items() if led >= MOST_LED)

    async def get(self, url: str, want: Want) -> Result:
        """What comes of asking for an address; waits for the host's turn first."""
        try:
            at = target(url, self._rules)
        except RefusedError as error:
            return Failed(redacted(url), "refused", str(error))
        return await self._follow(
            at, _Errand(want, at.origin, self._rules.redirects, self._rules.robots)
        )

    async def _robots_txt(self, url: str) -> Result:
        at = target(url, self._rules)
        errand = _Errand(_ROBOTS, at.origin, robots.REDIRECTS, obedient=False, beginning=True)
        return await self._follow(at, errand)

    async def _follow(self, at: Target, errand: _Errand) -> Result:
        with contextlib.ExitStack() as led:
            return await self._followed(at, errand, led)

    async def _followed(self, at: Target, errand: _Errand, led: contextlib.ExitStack) -> Result:
        budget = _Budget(errand.want.seconds or self._rules.whole)
        asked: set[str] = set()
        hosts = {at.host}
        permanent, downgraded = True, False
        while True:
            asked.add(at.shown)
            if at.host not in hosts:
                hosts.add(at.host)
                if self._led[at.host] >= MOST_LED:
                    said = f"{at.shown} is not asked yet: {MOST_LED} that were led there wait"
                    return Failed(at.shown, "throttled", said, via=at.host)
                led.enter_context(self._as_led(at.host))
            answer = await self._ask(at, errand, budget)
            if isinstance(answer, Failed):
                return answer
            location = answer.headers.get("location")
            if answer.status not in answers.REDIRECTS or location is None:
                moved = at.shown if permanent and len(asked) > 1 else None
                return self._result(at, errand, answer, moved, permanent, downgraded)
            try:
                new = onward(at, location, self._rules)
            except RefusedError as error:
                return Failed(at.shown, "refused", str(error), answer.status)
            if new.shown in asked:
                said = f"{new.shown} leads in a circle"
                return Failed(at.shown, "redirects", said, answer.status)
            if len(asked) > errand.redirects:
                said = f"{at.shown} leads on after {errand.redirects} redirects"
                return Failed(at.shown, "redirects", said, answer.status)
            permanent = permanent and answer.status in answers.PERMANENT
            downgraded = downgraded or (at.url.scheme == "https" and new.url.scheme == "http")
            at = new

    @contextlib.contextmanager
    def _as_led(self, host: str) -> Iterator[None]:
        self._led[host] += 1
        try:
            yield
        finally:
            self._led[host] -= 1
            self._led += Counter()  # drops what is zero

    async def _ask(self, at: Target, errand: _Errand, budget: _Budget) -> _Answer | Failed:
        rest = self._rules.delay
        if errand.obedient:
            ruling = await self._robots.ruling(at.origin, at.shown)
            if isinstance(ruling, Failed):
                return replace(ruling, url=at.shown)
            if not ruling.allowed:
                said = f"{at.shown} is not fetched: robots.txt of {at.origin} says no"
                return Failed(at.shown, "robots", said)
            rest = max(rest, ruling.delay)
        async with self._turns.turn(at.host, rest), self._slots:
            # Asked here, as another request may have learnt it while this one waited.
            if left := self._turns.paused(at.host):
                said = f"{at.shown} is not asked yet: {at.host} wants {left:.0f} s without requests"
                return Failed(at.shown, "throttled", said, retry_after=left)
            begun = time.monotonic()
            try:
                async with asyncio.timeout(budget.left) as limit:
                    answer = await self._exchange(at, errand)
                self._mind(at, answer)
                return answer
            except (TooLargeError, BrokenError, RefusedError) as error:
                return failed(at.shown, error, self._rules)
            except (aiohttp.ClientError, HttpProcessingError, OSError, ValueError) as error:
                whole = budget.whole if limit.expired() else None
                return failed(at.shown, error, self._rules, whole)
            finally:
                budget.left -= time.monotonic() - begun

    def _mind(self, at: Target, answer: _Answer) -> None:
        """An overloaded host means all of its addresses, also where it does not say for how long.

        Then it is for longer each time, until it answers again.
        """
        if answer.status not in answers.THROTTLED:
            self._overloaded.pop(at.host, None)
            return
        now, rules = self._clock.wall(), self._rules
        wait = answers.retry_after(answer.headers, now, rules.retry_after)
        if wait is None and not _challenged(answer):
            times = self._overloaded[at.host]
            self._overloaded[at.host] += 1
            wait = min(rules.overloaded * 2.0 ** min(times, 20), rules.longest_overloaded)
        if wait:
            self._turns.pause(at.host, wait)

    async def _exchange(self, at: Target, errand: _Errand) -> _Answer:
        own = errand.want.headers if at.origin == errand.origin else {}
        conditions = answers.conditions(errand.want.validators)
        headers = {**own, "Accept": errand.want.accept, **conditions}
        if at.credentials is not None and at.credentials.origin == at.origin:
            login = aiohttp.encode_basic_auth(at.credentials.user, at.credentials.password)
            headers["Authorization"] = login
        async with self._opened().get(at.url, headers=headers, allow_redirects=False) as answer:
            raw = answer.raw_headers
            plain = answers.plain(raw)
            reason = "".join(c for c in answer.reason or "" if c.isprintable())[:100]
            body = b""
            if answer.status == 200:
                body = await _body(answer, plain, errand, self._rules.pause)
            elif answer.status in challenges.STATUSES and "retry-after" not in plain:
                body = await _begun(answer, plain, errand, self._rules.pause)
            return _Answer(answer.status, reason, raw, plain, body)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            assert self._resolve is not None
            rules = self._rules
            self._session = aiohttp.ClientSession(
                connector=connector(self._resolve, rules, self._tls),
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=rules.connect, sock_read=rules.pause
                ),
                headers={
                    "User-Agent": rules.user_agent,
                    "Accept-Encoding": ACCEPTED,
                    "Connection": "close",
                },
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                max_line_size=_FIELD,
                max_field_size=_FIELD,
                max_headers=_FIELDS,
            )
        return self._session

    def _result(
        self,
        at: Target,
        errand: _Errand,
        answer: _Answer,
        moved: str | None,
        permanent: bool,
        downgraded: bool,
    ) -> Result:
        headers, status = answer.headers, answer.status
        challenged = _challenged(answer)
        if status == 200 and not challenged:
            media_type, charset = answers.content_type(headers)
            given = answers.validators(answer.raw)
            return Body(
                at.shown, answer.body, headers, given, moved, media_type, charset, downgraded
            )
        if status == 304 and errand.want.validators != Validators():
            return NotModified(at.shown, headers, moved, downgraded)
        said = f"{at.shown} answers with status {status} {answer.reason}".rstrip()
        if challenged:
            said += ": a guard asks whether a person reads it"
        return Failed(
            at.shown,
            answers.failure(status, permanent, challenged=challenged),
            said,
            status,
            answers.retry_after(headers, self._clock.wall(), self._rules.retry_after),
            headers,
        )


def _challenged(answer: _Answer) -> bool:
    """Whether a guard gave the answer, which asks whether a person reads it."""
    return challenges.challenged(answer.status, answer.headers) or (
        answer.status in challenges.STATUSES
        and challenges.is_challenge(answer.body.decode("utf-8", "replace"))
    )


async def _begun(
    answer: aiohttp.ClientResponse, headers: dict[str, str], errand: _Errand, pause: float
) -> bytes:
    """The beginning of a body that only explains a status; nothing where it cannot be had."""
    want = replace(errand.want, limit=_EXPLAINED)
    try:
        return await _body(answer, headers, replace(errand, want=want, beginning=True), pause)
    except (BrokenError, aiohttp.ClientError, HttpProcessingError, OSError, ValueError):
        answer.close()
        return b""


async def _body(
    answer: aiohttp.ClientResponse, headers: dict[str, str], errand: _Errand, pause: float
) -> bytes:
    limit = errand.want.limit
    unpacker = Unpacker(headers.get("content-encoding", ""), limit)
    try:
        if (answer.content_length or 0) > limit and not errand.beginning:
            raise TooLargeError(f"it has {answer.content_length:,} bytes, more than {limit:,}")
        while piece := await _piece(answer, pause):
            unpacker.feed(piece)
        return unpacker.end()
    except TooLargeError:
        # What is left of it is not wanted, and the connection goes with it.
        answer.close()
        if errand.beginning:
            return unpacker.begun()
        raise
    except BrokenError:
        answer.close()
        raise


async def _piece(answer: aiohttp.ClientResponse, pause: float) -> bytes:
    # The session's own limit ends with its connection, and a body whose chunks go wrong on the way
    # would be waited for as long as the whole may take.
    try:
        async with asyncio.timeout(pause):
            return await answer.content.readany()
    except TimeoutError:
        raise aiohttp.SocketTimeoutError from None
