"""The configuration of ``deploy/``, made to fit processes on loopback and little time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.promql import shortened

DEPLOY = Path(__file__).parents[2] / "deploy"
SCRAPE = "2s"
LATE = ('le="30.0"', 'le="900.0"')
"""What counts as late in the live run, too: a busy machine and a mended outage are none of it."""


@dataclass(frozen=True)
class Target:
    """What a job scrapes."""

    address: str
    service: str = ""


def prometheus(
    folder: Path, targets: Mapping[str, Sequence[Target]], alertmanager: str | None, factor: float
) -> Path:
    """Write the configuration and rules; of them only addresses and times are changed.

    ``targets`` has every job's; the durations of rules are divided by ``factor``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config: dict[str, Any] = yaml.safe_load(
        (DEPLOY / "prometheus" / "prometheus.yml").read_text("utf-8")
    )
    config["global"] = {
        "scrape_interval": SCRAPE,
        "scrape_timeout": SCRAPE,
        "evaluation_interval": "1s",
    }
    jobs = []
    for job in config["scrape_configs"]:
        if not (wanted := targets.get(job["job_name"], ())):
            continue
        job = {key: value for key, value in job.items() if key == "job_name"}
        job["static_configs"] = [
            {"targets": [one.address], "labels": {"service": one.service} if one.service else {}}
            for one in wanted
        ]
        jobs.append(job)
    missing = set(targets) - {job["job_name"] for job in jobs}
    assert not missing, f"nothing is scraped for {missing}"
    config["scrape_configs"] = jobs
    config.pop("alerting")
    if alertmanager is not None:
        config["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]}
    path = folder / "prometheus.yml"
    path.write_text(yaml.safe_dump(config), "utf-8")
    for rules in (DEPLOY / "prometheus").glob("*.rules.yml"):
        text = shortened(rules.read_text("utf-8"), factor).replace(*LATE)
        (folder / rules.name).write_text(text, "utf-8")
    return path


def alertmanager(folder: Path, webhook: str) -> Path:
    """Write the configuration; receivers are given somewhere to send to, and send at once."""
    folder.mkdir(parents=True, exist_ok=True)
    source = DEPLOY / "alertmanager" / "alertmanager.yml"
    config: dict[str, Any] = yaml.safe_load(source.read_text("utf-8"))
    for route in (config["route"], *config["route"]["routes"]):
        route["group_wait"] = "1s"
        route["group_interval"] = "1s"
    for receiver in config["receivers"]:
        receiver["webhook_configs"] = [
            {"url": f"http://{webhook}/{receiver['name']}", "send_resolved": True}
        ]
    path = folder / "alertmanager.yml"
    path.write_text(yaml.safe_dump(config, default_flow_style=False), "utf-8")
    return path
