"""Every metric of the lag exporter; see ``metrics.py``."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest

from workers.runtime.build_info import show_build
from workers.runtime.group_lag import PartitionLag


class LagMetrics:
    """What ``copydesk lag --serve`` tells, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        labels = ("stage", "topic", "partition")
        self.lag = Gauge(
            "news_group_lag_messages",
            "Records behind what a stage's consumer group has committed.",
            labels,
            registry=registry,
        )
        self.committed = Gauge(
            "news_group_committed_offset",
            "The offset that a stage's consumer group has committed.",
            labels,
            registry=registry,
        )
        self.measured = Gauge(
            "news_group_lag_measured_timestamp_seconds",
            "When Kafka last answered; 0 until then.",
            registry=registry,
        )
        show_build(registry)

    def show(self, found: Sequence[PartitionLag], now: float) -> None:
        """Take in a measurement made at ``now``, in seconds since 1970."""
        self.forget()
        for one in found:
            place = (one.step, one.topic, str(one.partition))
            self.lag.labels(*place).set(one.lag)
            if one.committed is not None:
                self.committed.labels(*place).set(one.committed)
        self.measured.set(now)

    def forget(self) -> None:
        """Show no partition: what was measured is not known to hold any more."""
        self.lag.clear()
        self.committed.clear()

    def page(self) -> bytes:
        """The text that ``/metrics`` serves."""
        return generate_latest(self.registry)
