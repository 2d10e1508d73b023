"""Every panel asks for metrics and labels that the workers have, in PromQL that parses."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from workers.pipeline import STEPS
from workers.runtime.metrics import OUTCOMES, Metrics

Panel = dict[str, Any]

SCRAPED = {"job", "instance", "service"}
"""Labels that Prometheus adds to every sample."""
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
WORDS = {"or", "and", "unless", "bool", "on", "ignoring"}
PROCESS = ("process_resident_memory_bytes", "process_cpu_seconds_total")


@pytest.fixture(scope="module")
def dashboard(root: Path) -> dict[str, Any]:
    path = root / "deploy" / "grafana" / "dashboards" / "pipeline.json"
    parsed: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return parsed


@pytest.fixture(scope="module")
def panels(dashboard: dict[str, Any]) -> list[Panel]:
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


@pytest.fixture(scope="module")
def declared() -> dict[str, set[str]]:
    """Sample name → labels, of every metric of the workers."""
    names: dict[str, set[str]] = {"up": set(), **{name: set() for name in PROCESS}}
    for metric in vars(Metrics()).values():
        if not hasattr(metric, "describe"):
            continue
        for family in metric.describe():
            for suffix in SUFFIXES[family.type]:
                extra = {"le"} if suffix == "_bucket" else set()
                names[family.name + suffix] = set(metric._labelnames) | extra
    return names


def expressions(panels: list[Panel]) -> list[str]:
    return [target["expr"] for panel in panels for target in panel["targets"]]


def metrics_in(expression: str) -> set[str]:
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\b(?:by|without) \([^)]*\)", " ", expression)
    return set(re.findall(r"\b[a-z_][a-z0-9_:]*\b(?! *\()", bare)) - WORDS


def grouped_by(expression: str) -> set[str]:
    lists = re.findall(r"\bby \(([^)]*)\)", expression)
    return {label.strip() for group in lists for label in group.split(",")}


def matched(expression: str) -> list[tuple[str, str]]:
    inside = re.findall(r"\{([^}]*)\}", expression)
    return [pair for text in inside for pair in re.findall(r'(\w+)="([^"]*)"', text)]


def test_the_parts_of_an_expression_are_told_apart() -> None:
    text = 'sum by (stage, le) (rate(a_total{stage="x"}[5m])) or vector(0) > 0'
    assert metrics_in(text) == {"a_total"}
    assert grouped_by(text) == {"stage", "le"}
    assert matched(text) == [("stage", "x")]


def test_only_declared_metrics_are_asked_for(
    panels: list[Panel], declared: dict[str, set[str]]
) -> None:
    for expression in expressions(panels):
        assert metrics_in(expression), expression
        assert metrics_in(expression) <= set(declared), expression


def test_only_labels_that_exist_are_used(
    panels: list[Panel], declared: dict[str, set[str]]
) -> None:
    for expression in expressions(panels):
        for name in metrics_in(expression):
            known = declared[name] | SCRAPED
            assert grouped_by(expression) <= known, expression
            assert {label for label, _ in matched(expression)} <= known, expression
        if "histogram_quantile" in expression:
            assert "le" in grouped_by(expression), expression


def test_label_values_are_of_their_closed_sets(panels: list[Panel]) -> None:
    sets = {"stage": STEPS, "outcome": OUTCOMES, "job": ("copydesk",)}
    for expression in expressions(panels):
        for label, value in matched(expression):
            assert value in sets[label], expression


def test_legends_name_labels_that_the_result_has(
    panels: list[Panel], declared: dict[str, set[str]]
) -> None:
    for panel in panels:
        for target in panel["targets"]:
            shown = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            (name,) = metrics_in(target["expr"])
            has = grouped_by(target["expr"]) or declared[name] | SCRAPED
            assert shown <= has, panel["title"]


def test_what_an_operator_looks_for_is_there(panels: list[Panel]) -> None:
    asked = {name for expression in expressions(panels) for name in metrics_in(expression)}
    assert asked >= {
        "news_messages_processed_total",
        "news_processing_duration_seconds_bucket",
        "news_stage_queue_seconds_bucket",
        "news_consumer_lag_messages",
        "news_end_to_end_latency_seconds_bucket",
        "news_dead_letters_total",
        "news_articles_language_total",
        "news_event_loop_lag_seconds_bucket",
        "news_inflight_messages",
        "news_rebalances_total",
        "news_breaker_open",
        "process_resident_memory_bytes",
    }


def test_panels_have_a_place_of_their_own(dashboard: dict[str, Any]) -> None:
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        grid = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(grid["x"], grid["x"] + grid["w"])
            for y in range(grid["y"], grid["y"] + grid["h"])
        }
        assert not taken & cells, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells


def test_panels_say_what_they_show_and_in_which_unit(panels: list[Panel]) -> None:
    for panel in panels:
        assert panel["description"].endswith("."), panel["title"]
        unit = panel["fieldConfig"]["defaults"]["unit"]
        if any("_seconds" in target["expr"] for target in panel["targets"]):
            assert unit in ("s", "percentunit"), panel["title"]


def test_grafana_finds_dashboard_and_data_source(
    root: Path, panels: list[Panel], compose: dict[str, Any]
) -> None:
    folder = root / "deploy" / "grafana" / "provisioning"
    (source,) = yaml.safe_load((folder / "datasources" / "prometheus.yml").read_text())[
        "datasources"
    ]
    assert all(panel["datasource"]["uid"] == source["uid"] for panel in panels)
    assert source["url"] == "http://prometheus:9090"
    services = compose["services"]
    assert set(services["grafana"]["networks"]) & set(services["prometheus"]["networks"])
    (provider,) = yaml.safe_load((folder / "dashboards" / "copydesk.yml").read_text())["providers"]
    targets = [volume.split(":")[1] for volume in services["grafana"]["volumes"]]
    assert provider["options"]["path"] in targets
    home = services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home == provider["options"]["path"] + "/pipeline.json"


def test_promtool_parses_every_expression(panels: list[Panel], tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    rules = [
        {"record": f"panel:{number}", "expr": re.sub(r"\$__\w+", "5m", expression)}
        for number, expression in enumerate(expressions(panels))
    ]
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}), "utf-8")
    done = subprocess.run(
        [promtool, "check", "rules", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
