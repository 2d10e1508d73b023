"""The example of Kafka Connect: the enriched topic in a file, by the real thing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.deployment import Deployment, wait_for
from tests.kafka.jars import KafkaUnavailableError, classpath
from tests.test_consumers import published
from workers.runtime.broker import free_port

EXAMPLE = Path(__file__).parents[2] / "deploy" / "examples" / "connect"
POM = Path(__file__).with_name("connect") / "pom.xml"
START_SECONDS = 240.0


@pytest.mark.kafka
def test_the_file_has_every_record_as_it_was_published(
    kafka_deployment: Deployment, tmp_path: Path
) -> None:
    try:
        jars = classpath(POM)
    except KafkaUnavailableError as error:
        pytest.skip(f"no Kafka Connect: {error}")
    settings = kafka_deployment.settings
    names = ("worker.properties", "enriched-to-file.properties")
    for name in names:
        text = (EXAMPLE / name).read_text("utf-8")
        for written, here in (
            ("127.0.0.1:9092", settings.bootstrap),
            ("127.0.0.1:8083", f"127.0.0.1:{free_port()}"),
            ("articles.enriched", settings.topic("articles.enriched")),
            ("name=enriched-to-file", f"name={settings.topic_prefix}enriched-to-file"),
            ("plugin.path=libs/connect-file-4.1.1.jar\n", ""),  # it is on the class path
        ):
            text = text.replace(written, here)
        (tmp_path / name).write_text(text, "utf-8")
    records = published(kafka_deployment)
    log, file = tmp_path / "log", tmp_path / "enriched.jsonl"
    command = ["java", "-Xmx256m", "-cp", jars, "org.apache.kafka.connect.cli.ConnectStandalone"]
    with log.open("wb") as stream:
        process = subprocess.Popen([*command, *names], cwd=tmp_path, stdout=stream, stderr=stream)

    def lines() -> list[str]:
        return file.read_text("utf-8").splitlines() if file.exists() else []

    try:
        wait_for(
            lambda: len(lines()) >= len(records) or process.poll() is not None,
            START_SECONDS,
            lambda: log.read_text("utf-8", "replace"),
        )
        assert process.poll() is None, log.read_text("utf-8", "replace")[-3000:]
        process.terminate()
        process.wait(60)
    finally:
        process.kill()
        process.wait()
    assert sorted(lines()) == sorted(json.dumps(record) for record in records)
