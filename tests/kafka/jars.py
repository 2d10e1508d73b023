"""Fetch the jars of Apache Kafka from Maven Central into a cache outside the repository."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

POM = Path(__file__).with_name("pom.xml")
FETCH_SECONDS = 600


class KafkaUnavailableError(Exception):
    """No Apache Kafka can be run here; the message says what is missing."""


def classpath() -> str:
    """Java's class path of a Kafka node, fetched if it is not in the cache."""
    for tool in ("java", "mvn"):
        if shutil.which(tool) is None:
            raise KafkaUnavailableError(f"{tool} is not installed (Java 17 and Maven are needed)")
    digest = hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = root / "copydesk" / f"kafka-{digest}"
    if not folder.is_dir():
        _fetch(folder)
    return f"{folder}/*"


def _fetch(folder: Path) -> None:
    partial = folder.with_name(f"{folder.name}.{os.getpid()}")
    command = ["mvn", "--batch-mode", "--quiet", "--file", str(POM)]
    command += ["dependency:copy-dependencies", f"-DoutputDirectory={partial}"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=FETCH_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        shutil.rmtree(partial, ignore_errors=True)
        raise KafkaUnavailableError(
            f"Maven did not fetch Apache Kafka within {FETCH_SECONDS} s"
        ) from None
    if done.returncode != 0:
        shutil.rmtree(partial, ignore_errors=True)
        said = (done.stdout + done.stderr).decode("utf-8", "replace")[-2000:]
        raise KafkaUnavailableError(f"Maven could not fetch Apache Kafka: {said}")
    try:
        partial.rename(folder)
    except OSError:  # another process was faster
        shutil.rmtree(partial, ignore_errors=True)
