"""Asking on behalf of feeds: no answer ends the producer, and an outage of ours is told apart."""

from __future__ import annotations

import asyncio
import sqlite3

from workers.feeds.fetch.targets import redacted
from workers.feeds.fetched import Body, Failed, FailureKind, NotModified, Result, Want
from workers.feeds.known import Known
from workers.feeds.means import Means

UNREACHED: frozenset[FailureKind] = frozenset({"unreachable", "timeout"})
"""Failures that a network of ours which is down looks like; so do names that are not found."""


class Asking:
    """Asks for feeds and pages, and remembers when anybody answered."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._answered = float("-inf")

    async def ask(self, url: str, want: Want) -> Result:
        """What comes of asking; what nobody foresaw is a failure of this address, and told.

        What is no answer's doing is raised: the state file's errors, and a lack of memory.
        """
        try:
            result = await self._means.client.get(url, want)
        except (asyncio.CancelledError, sqlite3.Error, MemoryError):
            raise
        except Exception as error:
            shown = redacted(url)
            self._means.told.unforeseen(shown, error)
            said = f"{shown} cannot be read: {type(error).__name__}, which nobody foresaw"
            return Failed(shown, "broken", said)
        if isinstance(result, Body | NotModified):
            self._answered = self._means.clock()
        return result

    def cut_off(self, feed: Known, failed: Failed) -> bool:
        """Whether a failure says more of our network than of who was asked.

        So it is where the feed could not be reached the last time either, and nobody at all has
        answered since. ``feed`` is what was known of it before it was asked now.
        """
        return (
            failed.kind in UNREACHED
            and failed.status is None
            and feed.error_kind in UNREACHED
            and self._answered < (feed.last_poll or 0.0)
        )
