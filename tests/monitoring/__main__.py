"""``make verify-monitoring``: every artefact of the monitoring, the command, and its result.

``python -m tests.monitoring [--only WORD] [--faster 20]``. Wants Debian's prometheus and
prometheus-alertmanager, Java 17 and Maven. The status is 1 if anything failed.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.deploy.exposed import PROMETHEUS
from tests.deployment import Deployment
from tests.kafka.jars import KafkaUnavailableError
from tests.kafka.node import Node
from tests.monitoring.configuration import DEPLOY
from tests.monitoring.incidents import GROUPS, INCIDENTS
from tests.monitoring.live import FACTOR, Live, live
from tests.monitoring.programs import MissingProgramError, program
from workers.settings import Settings, load

Line = tuple[str, str, str]
"""Artefact, command, result."""
ROOT = DEPLOY.parent
SEED = 8


def main() -> int:
    """Run all checks and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.monitoring")
    parser.add_argument("--only", default="", help="incidents whose name holds this")
    parser.add_argument(
        "--faster", type=float, default=FACTOR, help="by what the rules' durations are divided"
    )
    chosen = parser.parse_args()
    # What was started is stopped, however this ends.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    lines: list[Line] = []
    try:
        lines += _checked()
        with tempfile.TemporaryDirectory(prefix="copydesk-monitoring-") as folder, Node() as node:
            settings = settings_for(node.address)
            with (
                Deployment(settings) as deployment,
                live(deployment, Path(folder), GROUPS, seed=SEED, factor=chosen.faster) as it,
            ):
                for line in _watched(it, chosen.only):
                    print(" | ".join(line), flush=True)
                    lines.append(line)
    except (MissingProgramError, KafkaUnavailableError) as error:
        print(f"verify-monitoring: {error}", file=sys.stderr)
        return 1
    print("\n| artefact | command | result |\n|---|---|---|")
    for line in lines:
        print(f"| {' | '.join(line)} |")
    return int(any("FAILED" in result for *_, result in lines))


def settings_for(bootstrap: str) -> Settings:
    """Short sessions, and time enough for a stage that is held up on purpose."""
    return replace(
        load({"COPYDESK_BOOTSTRAP": bootstrap, "COPYDESK_TOPIC_PREFIX": "watched."}),
        session_timeout=6.0,
        processes=1,
        batch=4,
        task_timeout=140.0,
        max_poll_interval=7200.0,
        delivery_timeout=5.0,
        delivery_attempts=20,
        log_format="json",
    )


def _checked() -> Iterator[Line]:
    promtool, amtool = (
        program("promtool", "prometheus"),
        program("amtool", "prometheus-alertmanager"),
    )
    tests = sorted(str(path.relative_to(ROOT)) for path in (PROMETHEUS / "tests").iterdir())
    rules = sorted(str(path.relative_to(ROOT)) for path in PROMETHEUS.glob("*.rules.yml"))
    for artefact, words in (
        (
            "deploy/prometheus/prometheus.yml",
            ["check", "config", "deploy/prometheus/prometheus.yml"],
        ),
        ("deploy/prometheus/*.rules.yml", ["check", "rules", *rules]),
        ("deploy/prometheus/tests/", ["test", "rules", *tests]),
    ):
        shown = f"promtool {words[0]} {words[1]}"
        yield _run(artefact, shown, [promtool, *words])
    path = "deploy/alertmanager/alertmanager.yml"
    yield _run(path, "amtool check-config", [amtool, "check-config", path])
    for artefact, module in (
        ("deploy/grafana/dashboards/", "deploy.grafana"),
        ("deploy/METRICS.md", "deploy.metrics"),
        ("deploy/kubernetes/rules/", "deploy.chart_rules"),
    ):
        yield _run(
            artefact,
            f"python -m {module}, and nothing has changed",
            ["git", "diff", "--exit-code", "--stat", artefact],
            before=[sys.executable, "-m", module],
        )


def _run(artefact: str, shown: str, words: list[str], before: list[str] | None = None) -> Line:
    began = time.monotonic()
    if before is not None:
        subprocess.run(before, cwd=ROOT, check=True)
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(done.stdout + done.stderr, file=sys.stderr)
    result = "passed" if done.returncode == 0 else f"FAILED with {done.returncode}"
    line = (f"`{artefact}`", f"`{shown}`", f"{result}, {time.monotonic() - began:.1f} s")
    print(" | ".join(line), flush=True)
    return line


def _watched(it: Live, only: str) -> Iterator[Line]:
    asked, unanswered = it.ask()
    for one in unanswered:
        print(f"no data: {one.source}, {one.name}: {one.expression} {one.error}", file=sys.stderr)
    missing = Counter(one.source for one in unanswered)
    for source, count in Counter(one.source for one in asked).items():
        answered = f"{count - missing[source]} of {count} return data"
        result = f"FAILED: {answered}" if missing[source] else answered
        yield (source, "asked of the live Prometheus", result)
    for incident in INCIDENTS:
        if only not in incident.name:
            continue
        try:
            came = it.suffer(incident)
        except Exception as error:
            traceback.print_exc()
            yield (
                incident.alert,
                incident.name,
                f"FAILED: {str(error).partition(chr(10))[0][:200]}",
            )
            continue
        silenced = f"; silenced: {', '.join(came.silenced)}" if came.silenced else ""
        yield (
            incident.alert,
            incident.name,
            f"told ({came.receiver}) after {came.told_after:.0f} s, resolved "
            f"{came.resolved_after:.0f} s after the mending{silenced}",
        )


if __name__ == "__main__":
    sys.exit(main())
