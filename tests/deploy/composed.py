"""docker-compose.yml as an engine would read it: its variables filled in, its order known."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft7Validator

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"

Service = dict[str, Any]

_VARIABLE = re.compile(r"\$\{(\w+):-([^${}]*)\}")


def load(chosen: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The file with ``${NAME:-default}`` replaced, by ``chosen`` or else by the defaults."""
    parsed: dict[str, Any] = _filled(yaml.safe_load(FILE.read_text("utf-8")), chosen or {})
    return parsed


def variables() -> dict[str, str]:
    """What may be chosen, with its default; ValueError if it has two, or another form."""
    text = FILE.read_text("utf-8")
    found: dict[str, str] = {}
    for name, default in _VARIABLE.findall(text):
        if found.setdefault(name, default) != default:
            raise ValueError(f"{name} has two defaults: {found[name]!r} and {default!r}")
    if "$" in _VARIABLE.sub("", text):
        raise ValueError("a $ that is no ${NAME:-default}")
    return found


def order(services: Mapping[str, Service]) -> list[str]:
    """The services, each after those that it waits for."""
    waits = {
        name: [target for target in service.get("depends_on", {}) if target in services]
        for name, service in services.items()
    }
    return list(TopologicalSorter(waits).static_order())


def against_specification(parsed: Mapping[str, Any]) -> list[str]:
    """What the compose specification's JSON Schema says against the file.

    The schema is check-jsonschema's; its command line needs a newer click than faust-streaming
    allows, so that it is read as a file.
    """
    spec = importlib.util.find_spec("check_jsonschema")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    folder = Path(spec.submodule_search_locations[0]) / "builtin_schemas" / "vendor"
    schema = json.loads((folder / "compose-spec.json").read_text("utf-8"))
    return [error.message for error in Draft7Validator(schema).iter_errors(parsed)]


def workers(services: Mapping[str, Service]) -> list[str]:
    """The services that run a worker."""
    return [name for name, it in services.items() if it.get("command", [""])[0] == "worker"]


def runs_copydesk(service: Service) -> bool:
    """Whether the command is one of copydesk's: its image, with the entry point of that."""
    own: bool = service["image"].rpartition(":")[0] == "copydesk" and "entrypoint" not in service
    return own


def mounts(service: Service) -> Iterator[tuple[str, str, str]]:
    """(source, target, mode) of every volume; the mode is empty where none is said."""
    for volume in service.get("volumes", []):
        source, target, *mode = volume.split(":")
        yield source, target, "".join(mode)


def _filled(value: Any, chosen: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, chosen) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, chosen) for item in value]
    if isinstance(value, str):
        return _VARIABLE.sub(lambda match: chosen.get(match[1]) or match[2], value)
    return value
