"""What of the Helm chart can be checked without helm: values, their description, versions."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from deploy import chart_rules
from tests.deploy.values_table import CHART, schema, values, written
from topics import catalog
from workers import pipeline


@pytest.fixture(scope="module")
def chart() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((CHART / "Chart.yaml").read_text("utf-8"))
    return parsed


def test_the_chart_and_its_program_have_the_projects_version(
    chart: dict[str, Any], root: Path
) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    assert chart["version"] == chart["appVersion"] == project["version"]


def test_the_defaults_are_what_the_schema_allows() -> None:
    Draft7Validator.check_schema(schema())
    assert [error.message for error in Draft7Validator(schema()).iter_errors(values())] == []


def test_every_value_is_in_the_schema_and_the_other_way_round() -> None:
    assert set(schema()["properties"]) - {"global"} == set(values())


def test_the_readme_lists_every_value_with_its_default() -> None:
    page = (CHART / "README.md").read_text("utf-8")
    assert page == written(page), "python -m tests.deploy.values_table writes the table"


def test_there_is_one_worker_per_step() -> None:
    steps = [tuple(worker["steps"]) for worker in values()["workers"].values()]
    assert sorted(steps) == sorted(pipeline.SPLIT)


def test_it_scales_by_the_topics_that_the_steps_read() -> None:
    text = (CHART / "templates" / "_helpers.tpl").read_text("utf-8")
    lines = [line for line in text.splitlines() if line.startswith("- {step: ")]
    told = [yaml.safe_load(line)[0] for line in lines]
    assert [item["step"] for item in told] == list(pipeline.STEPS)
    enriching = {stage.name: stage.consumes.name for stage in pipeline.ENRICHMENTS}
    topics = {"fingerprint": catalog.RAW.name, "claim": catalog.FINGERPRINTED.name, **enriching}
    assert {item["step"]: item["topic"] for item in told} == topics
    assert {item["step"] for item in told if item["enriches"]} == set(enriching)


def test_the_rules_are_copies_of_prometheus_rules(root: Path) -> None:
    there = (root / "deploy" / "prometheus").glob("*.rules.yml")
    copies = {path.name: path.read_text("utf-8") for path in (CHART / "rules").iterdir()}
    assert copies == chart_rules.files(), "python -m deploy.chart_rules writes them"
    assert {name: yaml.safe_load(text) for name, text in copies.items()} == {
        path.name: yaml.safe_load(path.read_text("utf-8")) for path in there
    }
    assert all(yaml.safe_load(text)["groups"] for text in copies.values())


def test_a_worker_without_pods_is_started_by_the_first_record() -> None:
    assert values()["autoscaling"]["activationLagThreshold"] == 0
