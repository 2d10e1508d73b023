"""What our processes expose to Prometheus, and what Prometheus adds by itself or by our rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from deploy.metrics import CHAPTERS, OPEN, SAMPLES, families, labels_of
from tests.deploy.promql import Selector, grouped_by, selectors
from workers.pipeline import STEPS

PROMETHEUS = Path(__file__).parents[2] / "deploy" / "prometheus"
SCRAPED = {"job": None, "instance": None, "service": None}
"""Labels that Prometheus adds to every sample."""
OTHERS: Mapping[str, tuple[str, ...]] = {
    "up": (),
    "process_resident_memory_bytes": (),
    "process_cpu_seconds_total": (),
    "process_start_time_seconds": (),
    "ALERTS": ("alertname", "alertstate"),
    "kafka_consumergroup_lag": ("consumergroup",),  # of a kafka_exporter, where a team has one
}

Values = Mapping[str, set[str] | None]
"""Label → the values that it may have; None where they are not known beforehand."""


def rules() -> list[dict[str, Any]]:
    """Every recording and alerting rule."""
    found = []
    for path in sorted(PROMETHEUS.glob("*.rules.yml")):
        for group in yaml.safe_load(path.read_text("utf-8"))["groups"]:
            found += group["rules"]
    return found


def alerts() -> list[dict[str, Any]]:
    """Every alerting rule."""
    return [rule for rule in rules() if "alert" in rule]


@cache
def samples() -> Mapping[str, Values]:
    """Sample name → its labels, of everything that can be asked for."""
    known: dict[str, dict[str, set[str] | None]] = {
        name: dict.fromkeys((*labels, *SCRAPED)) for name, labels in OTHERS.items()
    }
    for _, kind in CHAPTERS.values():
        for metric in families(kind().registry):
            (family,) = metric.describe()
            labels: dict[str, set[str] | None] = {
                label: None if label in OPEN else set(values)
                for label, values in labels_of(metric).items()
            }
            if "stage" in labels:
                labels["stage"] = set(STEPS)
            for suffix in SAMPLES[family.type]:
                bounds = {str(bound) for bound in getattr(metric, "_upper_bounds", ())[:-1]}
                extra = {"le": bounds | {"+Inf"}} if suffix == "_bucket" else {}
                of_this = labels | extra | SCRAPED
                if (before := known.get(family.name + suffix)) is not None:
                    of_this = before | of_this  # build_info is everybody's
                known[family.name + suffix] = of_this
    for rule in rules():
        if "record" in rule:
            known[rule["record"]] = dict.fromkeys(grouped_by(rule["expr"]))
    return known


def wrong(expression: str) -> list[str]:
    """What in an expression is asked for in vain."""
    asked = selectors(expression)
    found = [] if asked else ["it asks for nothing"]
    for selector in asked:
        if selector.name not in samples():
            found.append(f"no metric {selector.name}")
        else:
            found += _wrong_labels(selector)
    have = {label for one in asked for label in samples().get(one.name, ())}
    found += [f"nothing has the label {label}" for label in grouped_by(expression) - have]
    if "histogram_quantile" in expression and "le" not in grouped_by(expression):
        found.append("a quantile without le")
    return found


def _wrong_labels(selector: Selector) -> Iterable[str]:
    labels = samples()[selector.name]
    for label, operator, value in selector.matchers:
        if label not in labels:
            yield f"{selector.name} has no label {label}"
        elif (known := labels[label]) is not None and "$" not in value:
            given = set(value.split("|")) if "~" in operator else {value}
            if not given <= known:
                yield f"{selector.name} has no {label} {given - known}"
