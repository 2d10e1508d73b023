"""The image: pinned base, hashed packages, no root, everything it copies is there."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.deploy.composed import variables


@pytest.fixture(scope="module")
def instructions(root: Path) -> list[tuple[str, str]]:
    text = (root / "deploy" / "Dockerfile").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ").splitlines()
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in joined)]


def of(instructions: list[tuple[str, str]], name: str) -> list[str]:
    return [rest for found, rest in instructions if found == name]


def test_both_stages_have_the_same_pinned_base(instructions: list[tuple[str, str]]) -> None:
    bases = [rest.split()[0] for rest in of(instructions, "FROM")]
    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", bases[0])


def test_it_does_not_run_as_root(instructions: list[tuple[str, str]]) -> None:
    assert of(instructions, "USER") == ["10001:10001"]
    last = instructions[instructions.index(("USER", "10001:10001")) :]
    assert not {"RUN", "COPY"} & {name for name, _ in last}, "written by the user that runs it"


def test_nothing_is_fetched_but_hashed_packages(instructions: list[tuple[str, str]]) -> None:
    assert of(instructions, "ADD") == []
    assert of(instructions, "ARG") == []
    for command in of(instructions, "RUN"):
        assert not re.search(r"curl|wget|https?:|apt-get|git ", command)
        for install in re.findall(r"pip install ([^&]*)", command):
            assert "--no-deps" in install
            assert "--require-hashes" in install or install.split()[-1] == "."


def test_what_it_copies_is_there_and_not_ignored(
    instructions: list[tuple[str, str]], root: Path
) -> None:
    ignored = (root / ".dockerignore").read_text("utf-8").splitlines()
    assert ignored[1] == "*"
    allowed = {line[1:] for line in ignored if line.startswith("!")}
    copied: set[str] = set()
    for rest in of(instructions, "COPY"):
        if not rest.startswith("--from="):
            copied |= set(rest.split()[:-1])
    assert copied == allowed
    assert all((root / name).exists() for name in copied)


def test_the_entry_point_is_the_projects_command(
    instructions: list[tuple[str, str]], root: Path
) -> None:
    (entry,) = of(instructions, "ENTRYPOINT")
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    assert json.loads(entry)[0] in project["scripts"]


def test_the_image_has_the_projects_version(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    assert variables()["COPYDESK_IMAGE"] == f"copydesk:{project['version']}"


def test_the_installed_package_gets_the_gazetteer_and_not_the_sources(
    instructions: list[tuple[str, str]],
) -> None:
    folder, sources, compiled = "/", set(), []
    for name, rest in instructions:
        if name in ("FROM", "WORKDIR"):
            folder = "/" if name == "FROM" else rest
        elif name == "COPY" and not rest.startswith("--from="):
            sources.add(folder)
        elif "workers.stages.tag_entities.compile_gazetteer" in rest:
            compiled.append(folder)
    assert len(compiled) == 1
    assert compiled[0] not in sources


def test_hadolint_finds_nothing(root: Path) -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [hadolint, str(root / "deploy" / "Dockerfile")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")
