"""What following feeds and fetching their pages work with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from workers.feeds.fetched import Body, Result, Want
from workers.feeds.items import Item, Unreadable
from workers.feeds.known import Known, Ready
from workers.feeds.reading import Read
from workers.feeds.state import State
from workers.feeds.subscriptions import Subscription


class Client(Protocol):
    """Fetches; expected outcomes are values."""

    async def get(self, url: str, want: Want) -> Result:
        """What comes of asking for this address."""
        ...


class Desk(Protocol):
    """Reads feeds and makes articles, in processes that can be killed."""

    async def read(self, subscription: Subscription, body: Body) -> Read | Unreadable:
        """The feed in a body; Unreadable also where reading took too long."""
        ...

    async def article(
        self, subscription: Subscription, feed: Known, item: Item, page: Body | None
    ) -> Ready | str:
        """The article of an item, from its page if there is one; or why there is none."""
        ...


@dataclass(frozen=True)
class Told:
    """Whom to tell what happens, for metrics and logs."""

    polled: Callable[[str], None] = lambda result: None
    """``new``, ``unchanged``, ``unreadable`` or a ``FailureKind``."""
    item: Callable[[str], None] = lambda result: None
    """``article`` made (``excerpt`` where its page could not be had), ``page`` to be fetched,
    ``later`` as too many wait, ``again`` put off, ``old``, or ``lost``."""
    changed: Callable[[Known, Known], None] = lambda before, after: None
    """What was known of a feed, and what is now."""
    unforeseen: Callable[[str, Exception], None] = lambda url, error: None
    """An error of a kind that no answer should cause, and the address that was asked for."""


UNHEARD = Told()


@dataclass(frozen=True)
class Means:
    """What both have in hand."""

    state: State
    client: Client
    desk: Desk
    clock: Callable[[], float]
    """Seconds since the epoch."""
    chance: Callable[[], float]
    """A number from 0 to 1, drawn anew each time."""
    told: Told = UNHEARD
