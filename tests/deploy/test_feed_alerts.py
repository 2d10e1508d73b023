"""The alerts on feeds ask for metrics that the producer has, with values that it sets."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from workers.feeds.health import CONDITIONS
from workers.runtime.feed_metrics import ITEMS, FeedMetrics

RULES = Path("deploy") / "prometheus" / "feeds.rules.yml"


@pytest.fixture(scope="module")
def alerts(root: Path) -> list[dict[str, Any]]:
    parsed = yaml.safe_load((root / RULES).read_text("utf-8"))
    return [rule for group in parsed["groups"] for rule in group["rules"]]


def test_every_metric_exists(alerts: list[dict[str, Any]]) -> None:
    page = FeedMetrics().page().decode()
    there = set(re.findall(r"^(news_\w+)", page, re.M))
    for alert in alerts:
        asked = set(re.findall(r"\bnews_\w+", alert["expr"]))
        assert asked
        assert asked <= there, alert["alert"]


def test_every_label_value_is_one_that_is_set(alerts: list[dict[str, Any]]) -> None:
    values: dict[str, set[str]] = {"state": set(CONDITIONS), "result": set(ITEMS)}
    found = 0
    for alert in alerts:
        for label, value in re.findall(r'(\w+)=~?"([^"]+)"', alert["expr"]):
            assert set(value.split("|")) <= values[label], alert["alert"]
            found += 1
    assert found


def test_every_alert_leads_to_a_section_of_the_readme(
    alerts: list[dict[str, Any]], root: Path
) -> None:
    readme = (root / "README.md").read_text("utf-8")
    anchors = {
        re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", readme, re.M)
    }
    for alert in alerts:
        file, _, anchor = alert["annotations"]["runbook"].partition("#")
        assert file == "README.md"
        assert anchor in anchors, alert["alert"]


def test_promtool_accepts_the_rules(root: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    done = subprocess.run(
        [promtool, "check", "rules", str(root / RULES)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
