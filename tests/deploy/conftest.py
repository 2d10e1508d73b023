"""The deployment files, parsed once."""

from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return parsed


@pytest.fixture(scope="session")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


@pytest.fixture(scope="session")
def workers(services: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        name: service
        for name, service in services.items()
        if service.get("command", [""])[0] == "worker"
    }


@pytest.fixture(scope="session")
def scraped() -> dict[str, Any]:
    """The Prometheus configuration."""
    path = ROOT / "deploy" / "prometheus" / "prometheus.yml"
    parsed: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return parsed
