"""What is released works away from the sources, and under licences that may be passed on."""

import re
import subprocess
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from tests.release import building, notices
from tests.release.licences import (
    ALLOWED,
    ROOT,
    chosen,
    conditional,
    expression,
    installed,
    locked,
)
from workers import samples


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return building.build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def python(built: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of an environment in which the wheel is installed, with borrowed dependencies."""
    found = building.environment(tmp_path_factory.mktemp("environment"), borrowed=True)
    building.install(found, built[0], locked=False)
    return found


def data_files() -> set[str]:
    """What the repository has below topics/ and workers/, other than Python files."""
    listed = subprocess.run(
        ["git", "ls-files", "topics", "workers"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git repository")
    return {name for name in listed.stdout.split() if not name.endswith((".py", ".gitignore"))}


def test_the_wheel_has_every_data_file_and_model(built: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(built[0]) as wheel:
        inside = set(wheel.namelist())
    assert data_files() <= inside, sorted(data_files() - inside)
    assert not {name for name in inside if name.startswith("tests/")}


def test_the_wheel_carries_licence_and_notices(built: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(built[0]) as wheel:
        inside = {PurePosixPath(name) for name in wheel.namelist()}
    told = {str(path).partition("/licenses/")[2] for path in inside if "licenses" in path.parts}
    assert {"LICENSE", "THIRD_PARTY_NOTICES.md"} <= told
    assert {name for name in data_files() if name.endswith("NOTICE.txt")} <= told


def test_the_sdist_has_what_it_is_built_from(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[1]) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE"} | data_files() <= inside


@pytest.mark.broker
def test_the_installed_wheel_does_the_main_job(python: Path, tmp_path: Path) -> None:
    where = "import topics, workers; print(topics.__file__, workers.__file__, workers.__version__)"
    *files, version = building.run(str(python), "-c", where, cwd=tmp_path).split()
    assert all(Path(file).is_relative_to(python.parents[1]) for file in files)
    assert version == building.project()["version"]
    output = tmp_path / "enriched.jsonl"
    words = [str(python.with_name("copydesk")), "run", "--output", str(output)]
    said = building.run(*words, cwd=tmp_path)
    assert f"{samples.ARRIVALS} of {samples.ARRIVALS} arrivals came out" in said
    assert len(output.read_text("utf-8").splitlines()) == samples.OUTCOMES["enriched"]


def test_the_changelog_has_a_section_for_the_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    (newest, *_) = re.findall(r"^## (\S+) – ", text, re.M)
    assert newest == building.project()["version"]


def test_every_package_is_pinned_with_hashes() -> None:
    for path in ROOT.glob("requirements*.lock"):
        entries = re.split(r"^(?=\S)", path.read_text("utf-8"), flags=re.M)
        pinned = [entry for entry in entries if entry.strip() and not entry.startswith("#")]
        assert pinned
        assert all(re.match(r"[\w.\[\]-]+==\S+", it) and "--hash=sha256:" in it for it in pinned), (
            path
        )


def test_the_lock_has_the_versions_that_the_project_asks_for() -> None:
    asked = dict(
        line.split(";")[0].strip().split("==") for line in building.project()["dependencies"]
    )
    assert {name: locked().get(name) for name in asked} == asked


def test_every_licence_may_be_passed_on() -> None:
    for package in installed().values():
        for part in chosen(expression(package)).split(" AND "):
            assert part in ALLOWED


@pytest.mark.parametrize(
    "licence", ["GPL-3.0-only", "MIT AND AGPL-3.0-only", "CC-BY-NC-4.0", "SSPL-1.0"]
)
def test_a_licence_that_may_not_is_refused(licence: str) -> None:
    with pytest.raises(ValueError, match="allowed"):
        chosen(licence)


def test_of_several_licences_the_free_one_is_used() -> None:
    assert chosen("MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-or-later") == "MPL-1.1"
    assert chosen("MPL-2.0 AND (Apache-2.0 OR MIT)") == "MPL-2.0 AND Apache-2.0"


def test_the_notices_name_every_package() -> None:
    text = notices.PATH.read_text("utf-8")
    told = {row[0]: row for row in re.findall(r"^\| ([\w.-]+) \| (\S+) \| (.+) \|$", text, re.M)}
    told.pop("package", None)
    for row in notices.rows():
        assert told[row[0]] == row, "python -m tests.release.notices"
    assert set(told) <= set(locked())
    assert set(locked()) - set(told) <= conditional()
