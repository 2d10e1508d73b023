"""Every panel's and every rule's expression, asked of a live Prometheus."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from deploy.grafana import __main__ as dashboards
from deploy.grafana.panels import Json
from tests.deploy.exposed import rules
from tests.deploy.promql import selectors, shortened
from tests.monitoring.programs import Prometheus

GIVEN = {"$__rate_interval": "30s", "$__range": "5m", "$instance": ".*"}
"""What Grafana puts in."""
ELSEWHERE = ("kafka_consumergroup_lag",)
"""Metrics of programs that are not run here."""
AGAIN_SECONDS = 2.0


@dataclass
class Question:
    """An expression, where it comes from, and what Prometheus answered."""

    source: str
    name: str
    expression: str
    values: list[float] = field(default_factory=list)
    error: str = ""

    @property
    def answered(self) -> bool:
        """Whether there is at least one number."""
        return any(not math.isnan(value) for value in self.values)


def questions(factor: float) -> list[Question]:
    """One for each query of a panel and each recording rule, and for each selector of an alert."""
    return [*_of_panels(), *_of_rules(factor)]


def ask(prometheus: Prometheus, asked: Sequence[Question], seconds: float) -> list[Question]:
    """Ask until all are answered or the time is over; those without an answer."""
    deadline = time.monotonic() + seconds
    left = list(asked)
    while True:
        for one in left:
            one.error = ""
            try:
                one.values = prometheus.values(one.expression)
            except OSError as error:
                one.error = str(error)
        left = [one for one in left if not one.answered]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(AGAIN_SECONDS)


def _of_panels() -> Iterator[Question]:
    for file, text in dashboards.files().items():
        parsed: Json = json.loads(text)
        for panel in parsed["panels"]:
            for target in panel.get("targets", []):
                expression = target["expr"]
                for name, value in GIVEN.items():
                    expression = expression.replace(name, value)
                assert "$" not in expression, expression
                yield Question(file, f"{panel['title']} {target['refId']}", expression)


def _of_rules(factor: float) -> Iterator[Question]:
    for rule in rules():
        if "record" in rule:
            yield Question("recording rules", rule["record"], shortened(rule["expr"], factor))
            continue
        for selector in selectors(rule["expr"]):
            if selector.name not in ELSEWHERE:
                # What an alert looks for may be rare: that it is exposed is what counts.
                yield Question("alert rules", rule["alert"], str(selector))
