"""What a container engine would refuse, or accept and run unsafely, in docker-compose.yml."""

import importlib.util
import json
import lzma
import os
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from py3langid.langid import MODEL_FILE

from workers import settings
from workers.pipeline import STEPS

Services = dict[str, dict[str, Any]]

WRITES_TO_ITS_ROOT = {"kafka"}
"""Images that do not start with a read-only root file system."""
MB = {"m": 1, "g": 1024}


def mounts(service: dict[str, Any]) -> Iterator[list[str]]:
    for volume in service.get("volumes", []):
        yield volume.split(":")


def seconds(text: str) -> int:
    assert text.endswith("s")
    return int(text[:-1])


def megabytes(text: str) -> int:
    return int(text[:-1]) * MB[text[-1]]


def test_it_follows_the_compose_specification(compose: dict[str, Any]) -> None:
    # The package's own import pulls in its command line, so its schema is read as a file.
    spec = importlib.util.find_spec("check_jsonschema")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    folder = Path(spec.submodule_search_locations[0]) / "builtin_schemas" / "vendor"
    schema = json.loads((folder / "compose-spec.json").read_text("utf-8"))
    assert [error.message for error in Draft7Validator(schema).iter_errors(compose)] == []


@pytest.mark.parametrize("kind", ["networks", "volumes", "secrets", "configs"])
def test_what_a_service_names_is_declared_and_used(
    compose: dict[str, Any], services: Services, kind: str
) -> None:
    used: set[str] = set()
    for service in services.values():
        if kind == "volumes":
            used |= {source for source, *_ in mounts(service) if not source.startswith(".")}
        else:
            used |= set(service.get(kind, []))
    assert used == set(compose.get(kind, {}))


def test_services_wait_for_what_can_come_true(services: Services) -> None:
    for name, service in services.items():
        for target, wait in service.get("depends_on", {}).items():
            assert target in services, f"{name} waits for {target}"
            if wait["condition"] == "service_healthy":
                assert "healthcheck" in services[target]
            else:
                assert wait["condition"] == "service_completed_successfully"
                assert services[target]["restart"] == "no"
    order = {name: set(service.get("depends_on", {})) for name, service in services.items()}
    assert set(TopologicalSorter(order).static_order()) == set(services)


def test_mounted_files_exist_and_cannot_be_written(services: Services, root: Path) -> None:
    binds = [mount for service in services.values() for mount in mounts(service)]
    binds = [mount for mount in binds if mount[0].startswith(".")]
    assert binds
    for source, _, mode in binds:
        assert (root / source).exists(), source
        assert mode == "ro"
        assert "docker.sock" not in source


def test_every_container_is_confined(services: Services) -> None:
    for name, service in services.items():
        assert service["init"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "cap_add" not in service, name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged"), name
        assert "network_mode" not in service, name
        assert service.get("read_only", False) == (name not in WRITES_TO_ITS_ROOT), name
        for limit in ("mem_limit", "pids_limit", "cpus"):
            assert service.get(limit), f"{name} has no {limit}"


def test_ports_are_published_on_loopback_only_and_once(services: Services) -> None:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in ports), ports
    hosts = [port.split(":")[1] for port in ports]
    assert len(hosts) == len(set(hosts))


def test_what_listens_on_every_address_is_in_the_inner_network_alone(
    compose: dict[str, Any], workers: Services
) -> None:
    assert compose["networks"]["pipeline"]["internal"] is True
    for name, service in workers.items():
        assert service["environment"]["COPYDESK_HTTP_HOST"] == "0.0.0.0"
        assert service["networks"] == ["pipeline"], name
        assert "ports" not in service, name


def test_every_image_is_pinned_or_built_here(services: Services, root: Path) -> None:
    for name, service in services.items():
        image, _, tag = service["image"].rpartition(":")
        assert image, f"{name} has no tag"
        assert re.fullmatch(r"v?\d+\.\d+\.\d+", tag), f"{name}: {tag}"
        if "build" in service:
            assert (root / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


def test_long_running_services_have_a_health_check_and_come_back(services: Services) -> None:
    for name, service in services.items():
        if service["restart"] != "no":
            assert service["restart"] == "unless-stopped", name
            assert service["healthcheck"]["test"][0] == "CMD", name
            assert service["stop_grace_period"], name


def test_there_is_one_worker_per_step(workers: Services) -> None:
    steps = [service["command"][1:] for service in workers.values()]
    assert sorted(steps) == sorted([step] for step in STEPS)
    assert {name.replace("-", "_") for name in workers} == set(STEPS)
    assert all("_" not in name for name in workers), "an underscore is no part of a host name"


def test_the_settings_of_every_service_are_accepted(services: Services) -> None:
    ours = {name: service for name, service in services.items() if "build" in service}
    assert len(ours) == len(STEPS) + 3, "the workers, the topics and two producers"
    for service in ours.values():
        loaded = settings.load(service["environment"])
        assert loaded.bootstrap == "kafka:9092"
        assert loaded.log_format == "json"


def test_a_worker_is_given_time_to_drain(workers: Services) -> None:
    for service in workers.values():
        grace = settings.load(service["environment"]).grace
        assert seconds(service["stop_grace_period"]) >= grace + 10


def test_a_worker_has_room_for_its_processes(workers: Services) -> None:
    for name, service in workers.items():
        loaded = settings.load(service["environment"])
        needed = loaded.processes * loaded.task_memory + 256
        assert megabytes(service["mem_limit"]) >= needed, name


def test_a_worker_can_unpack_its_language_model(workers: Services) -> None:
    with lzma.open(str(files("py3langid") / MODEL_FILE)) as packed:
        unpacked = packed.seek(0, os.SEEK_END)
    for name, service in workers.items():
        (tmpfs,) = service["tmpfs"]
        size = re.fullmatch(r"/tmp:size=(\d+m),mode=1777", tmpfs)
        assert size is not None
        assert megabytes(size[1]) * 2**20 > unpacked * 1.5, name


def test_kafka_is_reached_where_it_says_that_it_is(services: Services) -> None:
    environment = services["kafka"]["environment"]
    assert environment["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"

    def addresses(key: str) -> dict[str, str]:
        return dict(item.split("://") for item in environment[key].split(","))

    advertised, listens = (
        addresses("KAFKA_ADVERTISED_LISTENERS"),
        addresses("KAFKA_LISTENERS"),
    )
    assert advertised["INTERNAL"] == "kafka:9092"
    (port,) = services["kafka"]["ports"]
    host, outer, inner = port.split(":")
    assert advertised["HOST"] == f"{host}:{outer}"
    assert listens["HOST"].endswith(f":{inner}")
    assert f"{host}:{outer}" == settings.Settings().bootstrap
    protocols = dict(
        item.split(":") for item in environment["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(",")
    )
    assert set(protocols) == set(listens)
