"""The metric that says which version runs."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge

from workers import __version__


def show_build(registry: CollectorRegistry) -> None:
    """Show ``news_build_info`` of a process that has no models."""
    Gauge(
        "news_build_info",
        "1, with the versions as labels.",
        ("version", "models"),
        registry=registry,
    ).labels(__version__, "").set(1)
