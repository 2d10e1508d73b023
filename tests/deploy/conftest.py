"""The deployment files, parsed once."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy import composed
from tests.deploy.composed import ROOT


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def compose() -> dict[str, Any]:
    return composed.load()


@pytest.fixture(scope="session")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


@pytest.fixture(scope="session")
def workers(services: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: services[name] for name in composed.workers(services)}


@pytest.fixture(scope="session")
def scraped() -> dict[str, Any]:
    """The Prometheus configuration."""
    path = ROOT / "deploy" / "prometheus" / "prometheus.yml"
    parsed: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return parsed
