"""Grafana's dashboards and panels as values, and their JSON.

Only what the dashboards here use; the JSON is that of Grafana's schema version 41.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

SCHEMA_VERSION = 41
WIDTH = 24
RUNBOOK = "copydesk-runbook"
"""The uid of the dashboard that shows the runbook."""
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
COLOURS = ("green", "yellow", "red")

Kind = Literal["timeseries", "stat", "bargauge", "table"]
Json = dict[str, Any]


@dataclass(frozen=True)
class Query:
    """A PromQL expression and how its series are called."""

    expression: str
    legend: str = ""


@dataclass(frozen=True)
class Panel:
    """One panel; ``alerts`` names those whose sections of the runbook it links to."""

    title: str
    description: str
    queries: tuple[Query, ...]
    unit: str
    kind: Kind = "timeseries"
    width: int = 12
    height: int = 8
    highest: float | None = None
    """The scale's end, where it is known."""
    limits: tuple[float, float] | None = None
    """From where on it is yellow, and red."""
    stacked: bool = False
    alerts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Text:
    """A panel of Markdown."""

    title: str
    markdown: str
    width: int = WIDTH
    height: int = 8


@dataclass(frozen=True)
class Row:
    """A heading with the panels below it."""

    title: str
    panels: tuple[Panel | Text, ...]


@dataclass(frozen=True)
class Variable:
    """A choice at the top of the dashboard: the values of a label of a metric."""

    name: str
    metric: str
    label: str


@dataclass(frozen=True)
class Dashboard:
    """One file of ``dashboards/``, named for the end of its uid."""

    uid: str
    title: str
    description: str
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...] = field(default=())
    refresh: str = "10s"

    @property
    def file(self) -> str:
        """Its file's name."""
        return f"{self.uid.removeprefix('copydesk-')}.json"


def query(expression: str, legend: str = "") -> tuple[Query, ...]:
    """One query alone."""
    return (Query(expression, legend),)


def quantiles(metric: str, *shares: float, by: str = "") -> tuple[Query, ...]:
    """Quantiles of a histogram over the rate interval, for each value of the label ``by``."""
    labels = f"le, {by}" if by else "le"
    return tuple(
        Query(
            f"histogram_quantile({share}, "
            f"sum by ({labels}) (rate({metric}_bucket[$__rate_interval])))",
            f"{{{{{by}}}}}"
            if by and len(shares) == 1
            else f"{{{{{by}}}}} {share:.0%}".strip()
            if by
            else f"{share:.0%}",
        )
        for share in shares
    )


def render(dashboard: Dashboard, sections: Mapping[str, int]) -> Json:
    """The JSON of a dashboard; ``sections`` says which panel of the runbook tells of an alert."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.description,
        "tags": ["copydesk"],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": False,
        "timezone": "browser",
        "refresh": dashboard.refresh,
        "time": {"from": "now-30m", "to": "now"},
        "graphTooltip": 1,
        "templating": {"list": [_source(), *map(_variable, dashboard.variables)]},
        "annotations": {"list": [_alerts()]},
        "links": [
            {
                "title": "copydesk",
                "type": "dashboards",
                "tags": ["copydesk"],
                "asDropdown": True,
                "includeVars": False,
                "keepTime": True,
            }
        ],
        "panels": _panels(dashboard.rows, sections),
    }


def _panels(rows: Sequence[Row], sections: Mapping[str, int]) -> list[Json]:
    made: list[Json] = []
    top = 0
    for row in rows:
        made.append(_placed(len(made) + 1, "row", row.title, (0, top, WIDTH, 1)))
        made[-1] |= {"collapsed": False, "panels": []}
        top, left, deepest = top + 1, 0, 0
        for panel in row.panels:
            if left + panel.width > WIDTH:
                top, left, deepest = top + deepest, 0, 0
            place = (left, top, panel.width, panel.height)
            kind = "text" if isinstance(panel, Text) else panel.kind
            one = _placed(len(made) + 1, kind, panel.title, place)
            made.append(
                one | (_text(panel) if isinstance(panel, Text) else _drawn(panel, sections))
            )
            left, deepest = left + panel.width, max(deepest, panel.height)
        top += deepest
    return made


def _placed(number: int, kind: str, title: str, place: tuple[int, int, int, int]) -> Json:
    return {
        "id": number,
        "type": kind,
        "title": title,
        "gridPos": dict(zip(("x", "y", "w", "h"), place, strict=True)),
    }


def _text(panel: Text) -> Json:
    return {"transparent": True, "options": {"mode": "markdown", "content": panel.markdown}}


def _drawn(panel: Panel, sections: Mapping[str, int]) -> Json:
    defaults: Json = {"unit": panel.unit, "min": 0}
    if panel.highest is not None:
        defaults["max"] = panel.highest
    if panel.limits is not None:
        steps: list[Json] = [
            {"color": colour, "value": value}
            for colour, value in zip(COLOURS, (None, *panel.limits), strict=True)
        ]
        defaults["thresholds"] = {"mode": "absolute", "steps": steps}
        defaults["color"] = {"mode": "thresholds" if panel.kind == "stat" else "palette-classic"}
    if panel.kind == "timeseries":
        defaults["custom"] = {
            "drawStyle": "line",
            "lineWidth": 1,
            "fillOpacity": 40 if panel.stacked else 10,
            "showPoints": "never",
            "stacking": {"mode": "normal" if panel.stacked else "none"},
        }
        if panel.limits is not None:
            defaults["custom"]["thresholdsStyle"] = {"mode": "dashed"}
    return {
        "description": panel.description,
        "datasource": SOURCE,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "links": [
            {
                "title": f"Runbook: {alert}",
                "url": f"/d/{RUNBOOK}?viewPanel={sections[alert]}",
                "targetBlank": False,
            }
            for alert in panel.alerts
        ],
        "targets": [
            {
                "datasource": SOURCE,
                "expr": one.expression,
                "legendFormat": one.legend,
                "refId": chr(ord("A") + number),
                **({} if panel.kind == "timeseries" else {"instant": True, "range": False}),
                **({"format": "table"} if panel.kind == "table" else {}),
            }
            for number, one in enumerate(panel.queries)
        ],
        "options": _options(panel.kind),
    }


def _options(kind: Kind) -> Json:
    if kind == "timeseries":
        return {
            "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
            "tooltip": {"mode": "multi", "sort": "desc"},
        }
    if kind == "table":
        return {"showHeader": True}
    reduced = {"calcs": ["lastNotNull"], "fields": "", "values": False}
    if kind == "bargauge":
        return {"reduceOptions": reduced, "orientation": "horizontal", "displayMode": "basic"}
    return {
        "reduceOptions": reduced,
        "colorMode": "value",
        "graphMode": "none",
        "textMode": "auto",
    }


def _source() -> Json:
    return {
        "name": "datasource",
        "label": "Data source",
        "type": "datasource",
        "query": "prometheus",
        "current": {"text": "Prometheus", "value": "prometheus"},
        "hide": 0,
        "includeAll": False,
        "multi": False,
    }


def _variable(variable: Variable) -> Json:
    return {
        "name": variable.name,
        "label": variable.name,
        "type": "query",
        "datasource": SOURCE,
        "query": {
            "query": f"label_values({variable.metric}, {variable.label})",
            "refId": variable.name,
        },
        "current": {"text": ["All"], "value": ["$__all"]},
        "allValue": ".*",
        "includeAll": True,
        "multi": True,
        "refresh": 2,
        "sort": 1,
    }


def _alerts() -> Json:
    """Marks on every graph where an alert began."""
    return {
        "name": "Alerts",
        "datasource": SOURCE,
        "enable": True,
        "iconColor": "red",
        "expr": 'ALERTS{alertstate="firing", alertname!=""}',
        "titleFormat": "{{alertname}}",
        "textFormat": "{{stage}}",
        "step": "30s",
    }
