"""Which program of this machine stands for which image of docker-compose.yml."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.composed import ROOT
from tests.deploy.plain import Plain
from tests.kafka.jars import classpath

UNPRIVILEGED = 10001


class MissingError(Exception):
    """Nothing here can stand for this image; the message says what would."""


def entry_point() -> list[str]:
    """The image's entry point, in this virtual environment."""
    text = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
    (entry,) = re.findall(r"^ENTRYPOINT (.*)$", text, re.M)
    program, *rest = json.loads(entry)
    return [str(Path(sys.executable).with_name(program)), *rest]


def found(*names: str, hint: str) -> str:
    """The path of the first of these programs; MissingError with the hint if there is none."""
    for name in names:
        path = shutil.which(name)
        if path is not None:
            return path
    raise MissingError(hint)


def kafka(service: Plain) -> list[str]:
    """Apache Kafka with the service's environment as its properties, formatted first."""
    properties = {
        key.removeprefix("KAFKA_").replace("_", ".").lower(): value
        for key, value in service.environment().items()
        if key.startswith("KAFKA_") and key != "KAFKA_HEAP_OPTS"
    }
    path = service.folder / "server.properties"
    path.write_text("".join(f"{key}={value}\n" for key, value in properties.items()), "utf-8")
    heap = str(service.service["environment"]["KAFKA_HEAP_OPTS"])
    cluster = str(service.service["environment"]["CLUSTER_ID"])
    java = f"java {heap} -cp '{classpath()}'"
    format = f"{java} kafka.tools.StorageTool format -t {cluster} -c {path} --ignore-formatted"
    return ["sh", "-c", f"export LOG_DIR=.; {format} && exec {java} kafka.Kafka {path}"]


def prometheus(service: Plain, replicas: Mapping[str, Sequence[str]]) -> list[str]:
    """Debian's Prometheus; names that a network would resolve become the addresses that they have.

    ``replicas`` are the addresses of the metrics of each service.
    """
    program = found("prometheus", hint="Debian's package prometheus")
    (option,) = (word for word in service.command() if word.startswith("--config.file="))
    path = Path(option.partition("=")[2])
    config: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    for job in config["scrape_configs"]:
        for discovery in job.pop("dns_sd_configs", []):
            job.setdefault("static_configs", []).extend(
                {"targets": list(replicas.get(name, [])), "labels": {"service": name}}
                for name in discovery["names"]
            )
    path.write_text(yaml.safe_dump(config), "utf-8")
    port = service.addresses.port("prometheus", 9090)
    return [program, *service.command(), f"--web.listen-address=127.0.0.1:{port}"]


def alertmanager(service: Plain) -> list[str]:
    """Debian's Alertmanager."""
    program = found(
        "alertmanager", "prometheus-alertmanager", hint="Debian's package prometheus-alertmanager"
    )
    port = service.addresses.port("alertmanager", 9093)
    return [program, *service.command(), f"--web.listen-address=127.0.0.1:{port}"]


def indexer(service: Plain) -> list[str]:
    """Redpanda Connect."""
    program = found("redpanda-connect", hint="the program redpanda-connect, which no package has")
    return [program, *service.command()]


def missing(service: Plain) -> list[str]:
    """Nothing."""
    raise MissingError(f"no package of a registry has {service.service['image']}")


HEALTH: Mapping[str, list[str]] = {"python": [sys.executable]}
"""Programs that health checks call, other than those that have the same name here."""


def health() -> dict[str, list[str]]:
    """The programs that health checks call, as they are here."""
    versions = "org.apache.kafka.tools.BrokerApiVersionsCommand"
    java = ["java", "-Xmx128m", "-cp", classpath(), versions]
    return {**HEALTH, "/opt/kafka/bin/kafka-broker-api-versions.sh": java}
