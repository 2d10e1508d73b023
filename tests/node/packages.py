"""Install the npm packages that a folder locks, into a cache outside the repository."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

LOCKED = ("package.json", "package-lock.json")
FETCH_SECONDS = 300


class NodeUnavailableError(Exception):
    """Nothing of npm can be used here; the message says what is missing."""


def installed(folder: Path) -> Path:
    """``node_modules`` as ``folder``'s lock file has it; nothing is asked for what is cached."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise NodeUnavailableError(f"{tool} is not installed")
    digest = hashlib.sha256(b"\n".join((folder / name).read_bytes() for name in LOCKED))
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    cached = root / "copydesk" / f"npm-{digest.hexdigest()[:12]}"
    if not cached.is_dir():
        _install(folder, cached)
    return cached / "node_modules"


def _install(folder: Path, cached: Path) -> None:
    partial = cached.with_name(f"{cached.name}.{os.getpid()}")
    partial.mkdir(parents=True)
    for name in LOCKED:
        shutil.copy(folder / name, partial)
    # Packages of ours have no scripts to run, and none may be run that they bring along.
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    try:
        done = subprocess.run(
            command, cwd=partial, capture_output=True, timeout=FETCH_SECONDS, check=False
        )
        if done.returncode != 0:
            said = (done.stdout + done.stderr).decode("utf-8", "replace")[-2000:]
            raise NodeUnavailableError(f"npm could not install {folder.name}: {said}")
        with contextlib.suppress(OSError):  # another process was faster
            partial.rename(cached)
    except subprocess.TimeoutExpired:
        raise NodeUnavailableError(f"npm did not finish within {FETCH_SECONDS} s") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
