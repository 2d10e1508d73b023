"""What the README says is so."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deployment import Deployment
from topics import catalog
from workers.commands import COMMANDS
from workers.pipeline import STAGES, STEPS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
EXAMPLE = "<!-- example: consume -->\n```python\n"


def commands() -> Iterator[list[str]]:
    """Words of every copydesk command line in a code block."""
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL):
        for line in block.splitlines():
            code = line.partition("  #")[0]
            for part in re.split(r"[|&]", code):
                words = part.split()
                if words[:1] == ["copydesk"]:
                    yield words[1:]


def test_the_commands_exist() -> None:
    found = list(commands())
    assert len(found) >= 8
    assert {words[0] for words in found} <= set(COMMANDS)
    for words in found:
        if words[0] == "worker":
            assert set(words[1:]) <= {*STAGES, *STEPS}


def test_the_links_lead_to_files() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert links
    assert not [link for link in links if "://" not in link and not (ROOT / link).exists()]


def test_every_command_and_topic_is_mentioned() -> None:
    assert not [name for name in COMMANDS if f"copydesk {name}" not in README]
    assert not [topic.name for topic in catalog.TOPICS if topic.name not in README]


def test_the_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"\bmake (\w+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.broker
def test_the_consumer_reads_the_enriched_topic(deployment: Deployment, tmp_path: Path) -> None:
    code = README.partition(EXAMPLE)[2].partition("```")[0]
    (tmp_path / "consume_example.py").write_text(code, "utf-8")
    examples = sorted((ROOT / "topics" / "examples" / "articles.enriched").glob("*.json"))
    records = [json.loads(path.read_text("utf-8")) for path in examples]
    expected = sorted(
        f"{record['id']} {entity['name']} {entity['link']['latitude']} "
        f"{entity['link']['longitude']}"
        for record in records
        for entity in record.get("entities", [])
        if entity["type"] == "place" and entity["link"]
    )
    assert expected
    deployment.produce([json.dumps(r).encode() for r in records], topic=catalog.ENRICHED)
    topic = deployment.settings.topic(catalog.ENRICHED.name)
    run = (
        "import asyncio, sys; sys.path.insert(0, sys.argv[1]); import consume_example; "
        "asyncio.run(consume_example.main(sys.argv[2], sys.argv[3]))"
    )
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", run, str(tmp_path), deployment.settings.bootstrap, topic],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert sorted(process.stdout.readline().strip() for _ in expected) == expected
    finally:
        process.kill()
        process.wait()
