"""What goes wrong on purpose, which alert says so, and what it silences."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from dataclasses import dataclass

from tests.monitoring.stack import HOSTS, Watched, children, signal_all
from topics import catalog
from workers.runtime import topic_admin
from workers.runtime.topic_admin import admin

FRONT = ("deduplicate",)
MIDDLE = ("detect_language",)
BACK = ("strip_boilerplate", "tag_entities")
GROUPS = (FRONT, MIDDLE, BACK)
POISON = 40

Heal = Callable[[], None]


@dataclass(frozen=True)
class Incident:
    """A fault and the one alert that may be told of it."""

    name: str
    alert: str
    stage: str | None
    begin: Callable[[Watched], Heal]
    """Bring it about; what it returns mends it."""
    silenced: frozenset[str] = frozenset()
    """Alerts that fire, too, and must not be told."""


def _kill(watched: Watched) -> Heal:
    watched.workers[MIDDLE].kill()
    return lambda: watched.restart(MIDDLE)


def _stall(watched: Watched) -> Heal:
    """The processes in which the stage's work is done stop; the worker itself lives on."""
    pids = children(watched.workers[BACK])
    signal_all(pids, signal.SIGSTOP)
    return lambda: signal_all(pids, signal.SIGCONT)


def _poison(watched: Watched) -> Heal:
    watched.deployment.produce([b'{"id": "x", "content": 1}'] * POISON)
    return lambda: None


def _late(watched: Watched) -> Heal:
    watched.fetched_ago = 1800.0

    def heal() -> None:
        watched.fetched_ago = 0.0

    return heal


def _stop_feed(watched: Watched) -> Heal:
    watched.site.fail("/rss.xml", 500, HOSTS[0], 1_000_000)
    return lambda: watched.site.fail("/rss.xml", 500, HOSTS[0], 0)


def _no_dead_letters(watched: Watched) -> Heal:
    asyncio.run(_delete(watched))
    watched.deployment.produce([b"{"])
    return lambda: asyncio.run(_create(watched))


async def _delete(watched: Watched) -> None:
    async with admin(watched.settings) as client:
        await client.delete_topics([watched.settings.topic(catalog.DEAD_LETTER.name)])


async def _create(watched: Watched) -> None:
    await topic_admin.create(watched.settings)


INCIDENTS = (
    Incident(
        "a worker killed (SIGKILL)",
        "WorkerDown",
        "detect_language",
        _kill,
        frozenset({"StageWithoutWorkers", "StageStalled"}),
    ),
    Incident("a stage stalled (SIGSTOP)", "StageStalled", "strip_boilerplate", _stall),
    Incident("a topic poisoned", "DeadLetterRatioHigh", "fingerprint", _poison),
    Incident(
        "the dead-letter topic gone", "DeadLetterWritesFailing", "fingerprint", _no_dead_letters
    ),
    Incident("a feed stopped", "FeedsFailing", None, _stop_feed),
    # The last one: its articles stay in the long window of LatencyBudgetBurningSlowly.
    Incident("articles late", "LatencyBudgetBurningFast", None, _late),
)
