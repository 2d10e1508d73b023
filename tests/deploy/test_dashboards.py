"""The dashboards are what the program makes, and every panel asks for what is there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import metrics
from deploy.grafana import __main__ as program
from tests.deploy.exposed import alerts, samples, wrong
from tests.deploy.promql import grouped_by, selectors

FILES = {name: json.loads(text) for name, text in program.files().items()}
PANELS = [
    (name, panel)
    for name, dashboard in FILES.items()
    for panel in dashboard["panels"]
    if "targets" in panel
]
each_panel = pytest.mark.parametrize(
    ("file", "panel"), PANELS, ids=[f"{name}: {panel['title']}" for name, panel in PANELS]
)


def expressions() -> Iterator[str]:
    for _, panel in PANELS:
        yield from (target["expr"] for target in panel["targets"])


def test_the_files_are_what_the_program_makes() -> None:
    there = {path.name: path.read_text("utf-8") for path in program.FOLDER.glob("*.json")}
    assert there == program.files(), "run: python -m deploy.grafana"


def test_the_table_of_metrics_is_what_the_processes_expose() -> None:
    assert metrics.PATH.read_text("utf-8") == metrics.table(), "run: python -m deploy.metrics"


def test_every_dashboard_has_an_address_and_every_panel_a_place_of_its_own() -> None:
    assert len({one["uid"] for one in FILES.values()}) == len(
        {one["title"] for one in FILES.values()}
    )
    for name, dashboard in FILES.items():
        ids = [panel["id"] for panel in dashboard["panels"]]
        assert len(set(ids)) == len(ids), name
        taken: set[tuple[int, int]] = set()
        for panel in dashboard["panels"]:
            at = panel["gridPos"]
            cells = {
                (at["x"] + across, at["y"] + down)
                for across in range(at["w"])
                for down in range(at["h"])
            }
            assert at["x"] + at["w"] <= 24
            assert not cells & taken, f"{name}: {panel['title']} lies on another panel"
            taken |= cells


@each_panel
def test_a_panel_is_explained_has_a_unit_and_asks_the_chosen_source(
    file: str, panel: dict[str, Any]
) -> None:
    assert panel["description"]
    assert panel["fieldConfig"]["defaults"]["unit"]
    sources = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]
    assert {source["uid"] for source in sources} == {"${datasource}"}
    assert panel["targets"]


@each_panel
def test_a_panel_asks_for_what_is_there(file: str, panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        assert wrong(target["expr"]) == [], target["expr"]


@each_panel
def test_legends_name_labels_that_the_result_has(file: str, panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        shown = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
        (name, *_) = (one.name for one in selectors(target["expr"]))
        has = grouped_by(target["expr"]) or set(samples()[name])
        assert shown <= has, target["expr"]


def test_every_alert_can_be_looked_at_and_every_link_leads_to_its_section() -> None:
    book = {panel["title"]: panel for panel in FILES["runbook.json"]["panels"]}
    linked = set()
    for _, panel in PANELS:
        for link in panel["links"]:
            name = link["title"].removeprefix("Runbook: ")
            assert link["url"] == f"/d/copydesk-runbook?viewPanel={book[name]['id']}"
            assert book[name]["options"]["content"]
            linked.add(name)
    assert linked == {rule["alert"] for rule in alerts()}


def test_what_the_processes_expose_is_looked_at_somewhere() -> None:
    asked = {one.name for expression in expressions() for one in selectors(expression)}
    asked |= {one.name for rule in alerts() for one in selectors(rule["expr"])}
    recorded = {one["record"]: one["expr"] for one in _recordings()}
    asked |= {one.name for name in asked & set(recorded) for one in selectors(recorded[name])}
    bare = {re.sub(r"_(bucket|sum|count)$", "", name) for name in asked}
    exposed = {
        family.name + ("_total" if family.type == "counter" else "")
        for _, kind in metrics.CHAPTERS.values()
        for metric in metrics.families(kind().registry)
        for family in metric.describe()
    }
    # The offsets explain a lag that somebody looks into; an opening of the breaker shows as open.
    assert exposed - bare == {"news_group_committed_offset", "news_breaker_openings_total"}


def _recordings() -> list[dict[str, Any]]:
    from tests.deploy.exposed import rules

    return [rule for rule in rules() if "record" in rule]


def test_grafana_is_given_the_source_and_the_folder(compose: dict[str, Any], root: Path) -> None:
    folder = root / "deploy" / "grafana" / "provisioning"
    (source,) = yaml.safe_load((folder / "datasources" / "prometheus.yml").read_text())[
        "datasources"
    ]
    for dashboard in FILES.values():
        (variable,) = (
            one for one in dashboard["templating"]["list"] if one["name"] == "datasource"
        )
        assert variable["query"] == source["type"]
        assert variable["current"]["value"] == source["uid"]
    assert source["url"] == "http://prometheus:9090"
    services = compose["services"]
    assert set(services["grafana"]["networks"]) & set(services["prometheus"]["networks"])
    (provider,) = yaml.safe_load((folder / "dashboards" / "copydesk.yml").read_text())["providers"]
    targets = [volume.split(":")[1] for volume in services["grafana"]["volumes"]]
    assert provider["options"]["path"] in targets
    home = services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home == provider["options"]["path"] + "/pipeline.json"


def test_promtool_parses_every_expression(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    rules = [
        {"record": f"panel:{number}", "expr": re.sub(r"\$__\w+", "5m", expression)}
        for number, expression in enumerate(expressions())
    ]
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}), "utf-8")
    done = subprocess.run(
        [promtool, "check", "rules", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
