"""Wheel and sdist, built and installed away from the sources."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.release.licences import ROOT


class ReleaseError(Exception):
    """A release cannot be made; the message says why."""


def project() -> dict[str, Any]:
    """The table ``[project]`` of pyproject.toml, the one place of the version."""
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return found


def build(folder: Path) -> tuple[Path, Path]:
    """Build the sdist, and the wheel from that sdist; (wheel, sdist).

    It is made of a copy of the files that git knows: nothing else gets into a release, and builds
    at the same time do not write into each other's folders.
    """
    with TemporaryDirectory(prefix="copydesk-build-") as copy:
        for name in run("git", "ls-files", "-z", cwd=ROOT).split("\0"):
            if name and (ROOT / name).exists():
                (Path(copy) / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, Path(copy) / name)
        run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), copy)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, sdist


def environment(folder: Path, *, borrowed: bool) -> Path:
    """A new virtual environment; its Python.

    ``borrowed`` takes the packages from this one's, behind its own; else it has none but pip.
    """
    venv.create(folder, with_pip=not borrowed, symlinks=True)
    if borrowed:
        names = {"base": str(folder), "platbase": str(folder)}
        mine = Path(sysconfig.get_path("purelib", vars=names))
        # Only the folder: the .pth files in it, such as that of an editable install, do not count.
        (mine / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return folder / "bin" / "python"


def install(python: Path, wheel: Path, *, locked: bool) -> None:
    """Install the wheel, ``locked`` with all that it needs, each with its hash."""
    pip = ["-m", "pip", "--disable-pip-version-check", "--quiet", "--python", str(python)]
    hashed = ["install", "--no-deps", "--require-hashes"]
    if locked:
        run(sys.executable, *pip, *hashed, "-r", str(ROOT / "requirements-build.lock"))
        lock = str(ROOT / "requirements.lock")
        run(sys.executable, *pip, *hashed, "--no-build-isolation", "-r", lock)
    run(sys.executable, *pip, "install", "--no-deps", "--no-index", str(wheel))


def run(*words: str, cwd: Path | None = None) -> str:
    """Run a program without copydesk's settings; what it printed. ReleaseError if it failed."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    clean = {name: value for name, value in clean.items() if not name.startswith("COPYDESK_")}
    done = subprocess.run(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        cwd=cwd,
        env=clean,
    )
    if done.returncode != 0:
        raise ReleaseError(f"{' '.join(words)}: {done.stdout[-3000:]}")
    return done.stdout
