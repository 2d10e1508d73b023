"""Fetch the jars of a server from Maven Central into a cache outside the repository."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

POM = Path(__file__).with_name("pom.xml")
FETCH_SECONDS = 600


class KafkaUnavailableError(Exception):
    """No server of Java's can be run here; the message says what is missing."""


def classpath(pom: Path = POM) -> str:
    """Java's class path of what ``pom`` names, a Kafka node's; fetched if it is not cached."""
    return f"{folder_of(pom, 'kafka')}/*"


def folder_of(pom: Path, name: str) -> Path:
    """The folder with the jars that ``pom`` names, fetched if it is not in the cache.

    KafkaUnavailableError if they cannot be had.
    """
    for tool in ("java", "mvn"):
        if shutil.which(tool) is None:
            raise KafkaUnavailableError(f"{tool} is not installed (Java 17 and Maven are needed)")
    digest = hashlib.sha256(pom.read_bytes()).hexdigest()[:12]
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = root / "copydesk" / f"{name}-{digest}"
    if not folder.is_dir():
        _fetch(pom, folder)
    return folder


def _fetch(pom: Path, folder: Path) -> None:
    partial = folder.with_name(f"{folder.name}.{os.getpid()}")
    command = ["mvn", "--batch-mode", "--quiet", "--file", str(pom)]
    command += ["dependency:copy-dependencies", f"-DoutputDirectory={partial}"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=FETCH_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        shutil.rmtree(partial, ignore_errors=True)
        raise KafkaUnavailableError(
            f"Maven did not fetch the jars within {FETCH_SECONDS} s"
        ) from None
    if done.returncode != 0:
        shutil.rmtree(partial, ignore_errors=True)
        said = (done.stdout + done.stderr).decode("utf-8", "replace")[-2000:]
        raise KafkaUnavailableError(f"Maven could not fetch the jars: {said}")
    try:
        partial.rename(folder)
    except OSError:  # another process was faster
        shutil.rmtree(partial, ignore_errors=True)
