"""What a container engine would refuse, or accept and run unsafely, in docker-compose.yml."""

import lzma
import os
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from py3langid.langid import MODEL_FILE

from tests.deploy.composed import (
    against_specification,
    load,
    mounts,
    order,
    runs_copydesk,
    variables,
)
from workers import settings
from workers.pipeline import STEPS

Services = dict[str, dict[str, Any]]

WRITES_TO_ITS_ROOT = {"kafka", "opensearch"}
"""Images that do not start with a read-only root file system."""
MB = {"m": 1, "g": 1024}


def seconds(text: str) -> int:
    assert text.endswith("s")
    return int(text[:-1])


def megabytes(text: str) -> int:
    return int(text[:-1]) * MB[text[-1]]


def test_it_follows_the_compose_specification(compose: dict[str, Any]) -> None:
    assert against_specification(compose) == []


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
    assert sorted(order(services)) == sorted(services)


def test_a_service_waits_for_none_that_its_profiles_leave_out(services: Services) -> None:
    for name, service in services.items():
        for target in service.get("depends_on", {}):
            needed = set(services[target].get("profiles", []))
            assert not needed or set(service.get("profiles", [])) <= needed, f"{name}: {target}"


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
        user, _, group = service["user"].partition(":")
        assert int(user) > 0, name
        assert group.isdecimal(), name
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


def test_a_stage_can_have_many_workers(workers: Services) -> None:
    for name, service in workers.items():
        for one_only in ("container_name", "hostname", "ports", "volumes", "deploy"):
            assert one_only not in service, name
        assert "COPYDESK_INSTANCE" not in service["environment"], name


def test_what_can_be_chosen_is_in_the_example_with_its_default(root: Path) -> None:
    lines = (root / ".env.example").read_text("utf-8").splitlines()
    told = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    profiles = told.pop("COMPOSE_PROFILES").split(",")
    assert told == variables()
    known = {
        name for service in load()["services"].values() for name in service.get("profiles", [])
    }
    assert set(profiles) <= known


def test_another_port_is_another_address_that_kafka_tells() -> None:
    kafka = load({"KAFKA_PORT": "19000"})["services"]["kafka"]
    assert kafka["ports"] == ["127.0.0.1:19000:19092"]
    assert "HOST://127.0.0.1:19000" in kafka["environment"]["KAFKA_ADVERTISED_LISTENERS"]


def test_every_image_is_pinned_or_built_here(services: Services, root: Path) -> None:
    for name, service in services.items():
        image, _, tag = service["image"].rpartition(":")
        assert image, f"{name} has no tag"
        assert re.fullmatch(r"v?\d+\.\d+\.\d+", tag), f"{name}: {tag}"
        if "build" in service:
            assert (root / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


def test_the_image_is_built_once_and_by_whom_the_others_wait_for(services: Services) -> None:
    (builder,) = (name for name, service in services.items() if "build" in service)
    image = services[builder]["image"]
    assert {name for name, service in services.items() if runs_copydesk(service)} >= {builder}
    for name, service in services.items():
        if service["image"] == image and name not in {builder, "search-index"}:
            assert builder in service["depends_on"], name


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
    ours = {name: service for name, service in services.items() if runs_copydesk(service)}
    assert len(ours) == len(STEPS) + 4, "the workers, topics, two producers, the lag exporter"
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


def test_the_indexer_is_told_what_its_configuration_asks_for(
    services: Services, root: Path
) -> None:
    text = (root / "deploy" / "search" / "indexer.yaml").read_text("utf-8")
    assert set(re.findall(r"\$\{(\w+)\}", text)) == set(services["indexer"]["environment"])


def test_the_indexer_sends_in_order_and_does_not_stand_still_at_a_second_tombstone(
    root: Path,
) -> None:
    text = (root / "deploy" / "search" / "indexer.yaml").read_text("utf-8")
    first, refused = yaml.safe_load(text)["output"]["fallback"]
    assert first["opensearch"]["max_in_flight"] == 1
    assert len(first["opensearch"]["batching"]["processors"]) == 1
    assert "404" in refused["processors"][0]["mapping"]
    assert "reject" in refused, "all else is tried again"
