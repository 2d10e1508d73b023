"""Every metric of the feed producer; see ``metrics.py``. Nothing is labelled by feed or address."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from workers.feeds.fetched import FAILURES
from workers.feeds.health import CONDITIONS
from workers.runtime.build_info import show_build

POLLS = ("new", "unchanged", "unreadable", *FAILURES)
ITEMS = ("article", "excerpt", "page", "later", "again", "old", "lost")
OTHER = "other"
_LATE = (0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600)


class FeedMetrics:
    """The metrics of one producer, in a registry of their own; closed label sets, there from 0."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        self._polls = Counter(
            "news_feed_fetch_total", "Polls of feeds, by result.", ("result",), registry=registry
        )
        self._items = Counter(
            "news_feed_items_total",
            "What became of feeds' new items.",
            ("result",),
            registry=registry,
        )
        self._feeds = Gauge("news_feeds", "Feeds, by state.", ("state",), registry=registry)
        self.overdue = Gauge(
            "news_feeds_due",
            "Feeds that should have been asked more than a minute ago.",
            registry=registry,
        )
        self._late = Histogram(
            "news_feed_poll_lateness_seconds",
            "How much later than due a feed was polled.",
            buckets=_LATE,
            registry=registry,
        )
        self.pages_waiting = Gauge(
            "news_feed_pages_waiting",
            "Pages of items that are still to be fetched.",
            registry=registry,
        )
        self.articles_waiting = Gauge(
            "news_feed_articles_waiting",
            "Articles that Kafka has not confirmed yet.",
            registry=registry,
        )
        self._produced = Counter(
            "news_feed_articles_produced_total",
            "Articles that Kafka has confirmed.",
            registry=registry,
        )
        self.last_success = Gauge(
            "news_feed_last_success_timestamp_seconds",
            "When any feed last answered.",
            registry=registry,
        )
        show_build(registry)
        for result in (*POLLS, OTHER):
            self._polls.labels(result)
        for result in ITEMS:
            self._items.labels(result)
        self.feeds({})

    def polled(self, result: str) -> None:
        """Count a poll."""
        self._polls.labels(result if result in POLLS else OTHER).inc()

    def item(self, result: str) -> None:
        """Count what became of an item."""
        self._items.labels(result).inc()

    def late(self, seconds: float) -> None:
        """Note how late a poll started."""
        self._late.observe(seconds)

    def produced(self, articles: int) -> None:
        """Count confirmed articles."""
        self._produced.inc(articles)

    def feeds(self, by_state: Mapping[str, int]) -> None:
        """How many feeds are in each state."""
        for state in CONDITIONS:
            self._feeds.labels(state).set(by_state.get(state, 0))

    def page(self) -> bytes:
        """The text that ``/metrics`` serves."""
        return generate_latest(self.registry)
