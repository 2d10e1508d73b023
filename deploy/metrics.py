"""The table of all metrics: ``python -m deploy.metrics`` writes ``METRICS.md``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase

from workers.runtime.feed_metrics import FeedMetrics
from workers.runtime.lag_metrics import LagMetrics
from workers.runtime.metrics import Metrics

PATH = Path(__file__).with_name("METRICS.md")
SAMPLES: Mapping[str, tuple[str, ...]] = {
    "counter": ("_total",),
    "gauge": ("",),
    "histogram": ("_bucket", "_sum", "_count"),
}
"""Type → what its samples' names end in."""
OPEN = ("topic", "partition", "version", "models")
"""Labels whose values are not known beforehand; a deployment has few of each."""
HEAD = """\
# Metrics

Made by `python -m deploy.metrics` from what the processes expose; a test keeps it so. Besides these
each process has Prometheus' usual `process_*`, a worker and the feed producer `python_info`.

Every value of a label is there from the start, at 0, but for Kafka's silence, which is told once it
is known; gauges of partitions come and go with them. Of a histogram the bounds are listed; as
labels they are written as floats (`le="30.0"`). Nothing is labelled by article, address or feed.
`stage` is a step of the pipeline: fingerprint, claim, detect_language, strip_boilerplate,
tag_entities. A worker shows its own stages; the languages, characters and entities of published
articles are shown by those with the last one.
"""
CHAPTERS: Mapping[str, tuple[str, type[Metrics | FeedMetrics | LagMetrics]]] = {
    "Workers": ("`copydesk worker`", Metrics),
    "Feed producer": ("`copydesk produce --watch`", FeedMetrics),
    "Lag exporter": ("`copydesk lag --serve`", LagMetrics),
}


def families(registry: CollectorRegistry) -> Iterator[MetricWrapperBase]:
    """The metrics of our own in a registry, in the order of their declaration."""
    for collector in registry._collector_to_names:
        if isinstance(collector, MetricWrapperBase):
            yield collector


def labels_of(metric: MetricWrapperBase) -> Mapping[str, list[str]]:
    """Label → its values so far, in the order in which they were made."""
    names = metric._labelnames
    found: dict[str, list[str]] = {name: [] for name in names}
    for values in getattr(metric, "_metrics", {}):
        for name, value in zip(names, values, strict=True):
            if value not in found[name]:
                found[name].append(value)
    return found


def table() -> str:
    """The text of ``METRICS.md``."""
    parts = [HEAD]
    for title, (command, kind) in CHAPTERS.items():
        parts.append(f"\n## {title}\n\n{command}\n\n| metric | type | labels | meaning |\n")
        parts.append("|---|---|---|---|\n")
        for metric in families(kind().registry):
            (family,) = metric.describe()
            name = family.name + ("_total" if family.type == "counter" else "")
            labels = "; ".join(
                label if label == "stage" or label in OPEN else f"{label}: {', '.join(values)}"
                for label, values in labels_of(metric).items()
            )
            bounds = getattr(metric, "_upper_bounds", ())[:-1]
            said = family.type + (f" {', '.join(f'{bound:g}' for bound in bounds)}" * bool(bounds))
            parts.append(f"| `{name}` | {said} | {labels or '–'} | {family.documentation} |\n")
    return "".join(parts)


if __name__ == "__main__":
    PATH.write_text(table(), "utf-8")
