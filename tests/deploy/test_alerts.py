"""Alerts ask for what is there, fire when they should, and lead to what to do."""

from __future__ import annotations

import json
import re
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.grafana import __main__ as dashboards_command
from tests.deploy.exposed import PROMETHEUS, alerts, rules, wrong
from tests.monitoring.programs import MissingProgramError, program
from workers.settings import Settings

NAMES = {rule["alert"] for rule in alerts()}


def _found(name: str, package: str) -> str:
    try:
        return program(name, package)
    except MissingProgramError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def promtool() -> str:
    return _found("promtool", "prometheus")


@pytest.fixture(scope="module")
def amtool() -> str:
    return _found("amtool", "prometheus-alertmanager")


def succeeds(*words: str | Path) -> None:
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.get("alert") or rule["record"])
def test_every_rule_asks_for_what_is_there(rule: dict[str, Any]) -> None:
    assert wrong(rule["expr"]) == []


def test_every_alert_leads_to_its_section_of_the_runbook(root: Path) -> None:
    book = (root / "deploy" / "RUNBOOK.md").read_text("utf-8")
    sections = re.findall(r"^### (\w+)$", book, re.M)
    assert sorted(sections) == sorted(NAMES), "a section for each alert, and no other"
    for rule in alerts():
        url = rule["annotations"]["runbook_url"]
        assert url == f"deploy/RUNBOOK.md#{rule['alert'].lower()}"
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"]
        assert rule["labels"]["severity"] in ("critical", "warning")


def test_the_runbook_names_panels_and_settings_that_exist(root: Path) -> None:
    book = (root / "deploy" / "RUNBOOK.md").read_text("utf-8")
    dashboards = dashboards_command.files()
    titles = [panel["title"] for one in dashboards.values() for panel in json.loads(one)["panels"]]
    named = re.findall(r"(?<!\*)\*([A-Z][\w -]+)\*(?!\*)", book)
    assert len(named) > 5
    assert [name for name in named if not any(title.startswith(name) for title in titles)] == []
    fields = {f"COPYDESK_{name.upper()}" for name in Settings.__dataclass_fields__}
    assert set(re.findall(r"COPYDESK_\w+", book)) <= fields


def test_the_rule_tests_pass(promtool: str) -> None:
    succeeds(promtool, "test", "rules", *sorted((PROMETHEUS / "tests").glob("*.test.yml")))


def test_the_rule_tests_take_the_groups_in_one_order() -> None:
    # promtool takes a group that is not listed now before and now after those that are.
    for path in (PROMETHEUS / "tests").glob("*.test.yml"):
        test = yaml.safe_load(path.read_text("utf-8"))
        groups = [
            group["name"]
            for file in test["rule_files"]
            for group in yaml.safe_load((path.parent / file).read_text("utf-8"))["groups"]
        ]
        assert test.get("group_eval_order", groups[:1]) == groups, path.name


def test_every_alert_fires_in_a_test_and_every_second_thing_does_not() -> None:
    fired: dict[str, list[bool]] = defaultdict(list)
    for path in (PROMETHEUS / "tests").glob("*.test.yml"):
        for test in yaml.safe_load(path.read_text("utf-8"))["tests"]:
            for case in test.get("alert_rule_test", []):
                fired[case["alertname"]].append(bool(case["exp_alerts"]))
    assert set(fired) == NAMES
    assert [name for name, cases in fired.items() if not any(cases)] == []


def test_promtool_accepts_the_configuration(promtool: str) -> None:
    succeeds(promtool, "check", "config", PROMETHEUS / "prometheus.yml")


def test_amtool_accepts_alertmanagers_configuration(amtool: str, root: Path) -> None:
    succeeds(amtool, "check-config", root / "deploy" / "alertmanager" / "alertmanager.yml")


def test_what_silences_and_is_silenced_exists_and_never_in_a_circle(root: Path) -> None:
    silences = _silences(root)
    for name in silences:
        reached, ahead = set(), set(silences[name])
        while ahead:
            reached |= ahead
            ahead = {then for one in ahead for then in silences.get(one, ())} - reached
        assert name not in reached, f"{name} would silence itself"


def test_workers_that_ended_because_kafka_is_away_are_not_told_beside_it(root: Path) -> None:
    silences = _silences(root)
    assert {"WorkerDown", "StageWithoutWorkers", "WorkerRestarting"} <= silences["KafkaUnreachable"]
    assert "FeedsNotPolled" in silences["FeedArticlesWaiting"], "then nothing more is asked for"


def _silences(root: Path) -> dict[str, set[str]]:
    """Which alerts each one silences."""
    path = root / "deploy" / "alertmanager" / "alertmanager.yml"
    silences: dict[str, set[str]] = defaultdict(set)
    for rule in yaml.safe_load(path.read_text("utf-8"))["inhibit_rules"]:
        (source,), (target,) = (
            [_named(text) for text in rule[side]] for side in ("source_matchers", "target_matchers")
        )
        assert source
        assert target
        for one in source:
            silences[one] |= target
    return silences


def _named(matcher: str) -> set[str]:
    """The alerts that a matcher of names means; every alternative must mean one."""
    found = re.fullmatch(r'alertname (=~?) "?([^"]+)"?', matcher)
    assert found is not None, matcher
    meant = set()
    for pattern in found[2].split("|") if found[1] == "=~" else [re.escape(found[2])]:
        those = {name for name in NAMES if re.fullmatch(pattern, name)}
        assert those, f"no alert {pattern}"
        meant |= those
    return meant
