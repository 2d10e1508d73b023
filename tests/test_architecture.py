"""The import rules that keep stages pure and the runtime thin."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(path for folder in ("topics", "workers") for path in (ROOT / folder).rglob("*.py"))
STAGES = ROOT / "workers" / "stages"
RUNTIME_ONLY = ("faust", "aiokafka", "prometheus_client", "mode")
IMPURE = (
    "aiohttp",
    "asyncio",
    "datetime.now",
    "http",
    "os",
    "random",
    "requests",
    "secrets",
    "socket",
    "subprocess",
    "threading",
    "time",
    "urllib.request",
    "urllib3",
)


def imports(path: Path) -> Iterator[str]:
    """Absolute names of all modules that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize(
    "path", [p for p in MODULES if p.is_relative_to(ROOT / "topics")], ids=label
)
def test_topics_import_nothing_of_workers(path: Path) -> None:
    assert not [name for name in imports(path) if within(name, "workers")]


@pytest.mark.parametrize("path", [p for p in MODULES if p.is_relative_to(STAGES)], ids=label)
def test_stages_are_pure_and_do_not_import_each_other(path: Path) -> None:
    own = ".".join(path.relative_to(ROOT).parts[:3]).removesuffix(".py")
    shared = (
        "outcome",
        "stage",
        "article",
        "normalise",
        "pages",
        "utf8",
        "canonical_url",
        "entity_models",
    )
    allowed = (own, *(f"workers.{name}" for name in shared))
    for name in imports(path):
        if within(name, "workers") and name != "workers":
            assert any(within(name, package) for package in allowed), name
        assert builds(path) or not any(within(name, module) for module in IMPURE), name


def builds(path: Path) -> bool:
    """Whether a module is of a command that makes what is shipped, such as a model."""
    return path.stem.startswith("compile_") or path.stem == "train" or "training" in path.parts


@pytest.mark.parametrize("path", [p for p in MODULES if not builds(p)], ids=label)
def test_nothing_that_runs_imports_what_trains(path: Path) -> None:
    training = [name for name in imports(path) if {"train", "training"} & {*name.split(".")}]
    assert not training


@pytest.mark.parametrize(
    "path", [p for p in MODULES if not p.is_relative_to(ROOT / "workers" / "runtime")], ids=label
)
def test_only_the_runtime_imports_kafka_and_prometheus(path: Path) -> None:
    # Commands name the clients' errors inside functions; they may not build clients of their own.
    named = [name for name in imports(path) if any(within(name, m) for m in RUNTIME_ONLY)]
    assert not [name for name in named if not within(name, "aiokafka.errors")], named


FEEDS = ROOT / "workers" / "feeds"
FEED_FILES = [path for path in MODULES if path.is_relative_to(FEEDS)]
CONNECTING = ("aiohttp", "http.client", "requests", "socket", "ssl", "urllib.request", "urllib3")
PURE_FEEDS = (
    *("formats", "pages", "fetched.py", "items.py"),
    *("fetch/addresses.py", "fetch/answers.py", "fetch/targets.py", "fetch/unpack.py"),
)


@pytest.mark.parametrize("path", FEED_FILES, ids=label)
def test_feeds_know_nothing_of_what_runs_them(path: Path) -> None:
    above = ("workers.runtime", "workers.stages", "workers.commands", "workers.settings")
    named = [name for name in imports(path) if any(within(name, package) for package in above)]
    assert not named
    connecting = [name for name in imports(path) if any(within(name, m) for m in CONNECTING)]
    assert path.is_relative_to(FEEDS / "fetch") or not connecting, connecting


@pytest.mark.parametrize(
    "path",
    [p for p in FEED_FILES if p.relative_to(FEEDS).as_posix().startswith(PURE_FEEDS)],
    ids=label,
)
def test_what_reads_feeds_is_pure(path: Path) -> None:
    assert not {name for name in imports(path) if any(within(name, module) for module in IMPURE)}


def reads_environment(path: Path) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    )


def test_only_settings_read_the_environment() -> None:
    assert [label(path) for path in MODULES if reads_environment(path)] == ["workers/settings.py"]


def test_no_module_is_named_for_nothing() -> None:
    vague = {"utils", "util", "common", "helpers", "manager", "base", "misc"}
    assert not [label(path) for path in MODULES if path.stem in vague]


def test_modules_are_a_few_screens_long() -> None:
    lengths = {label(path): len(path.read_text("utf-8").splitlines()) for path in MODULES}
    assert not {name: length for name, length in lengths.items() if length > 400}
