"""The command line itself: what a user who types something wrong is told, and with what status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.deployment import copydesk
from workers import __version__
from workers.commands import main
from workers.runtime.broker import free_port


def status(*arguments: str) -> object:
    """The exit status of a command that ends before it has touched anything."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert status("--version") == 0
    assert capsys.readouterr().out == f"copydesk {__version__}\n"
    assert status() == 2
    shown = capsys.readouterr().out
    for command in ("run", "worker", "enrich", "produce", "topics", "tail", "doctor"):
        assert command in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "invalid choice: 'nonsense'"),
        (["run", "missing.jsonl"], "missing.jsonl: no such file or folder"),
        (["run", "--topology", "round"], "invalid choice: 'round'"),
        (["produce"], "name at least one SOURCE"),
        (["enrich", "--stages", "tag_entites"], "no stage 'tag_entites'; there are deduplicate"),
        (["worker", "translate"], "no stage 'translate'; there are deduplicate"),
        (["topics", "schema", "articles.row"], "no topic 'articles.row'; there are articles.raw"),
        (["dead-letters", "list", "--stage", "tag_entites"], "no stage 'tag_entites'; there are d"),
        (
            ["dead-letters", "list", "--since", "1h", "--until", "2h"],
            "--since is not before --until",
        ),
        (["dead-letters", "list", "--limit", "ten"], "'ten' is not a whole number from 1 on"),
        (["dead-letters", "replay", "--max-replays", "-1"], "'-1' is not a whole number from 0"),
        (["dead-letters", "replay", "--rate", "x"], "'x' must be from 0.01 to 100000 records"),
        (["dead-letters", "replay", "--rate", "nan"], "'nan' must be from 0.01 to 100000 records"),
        (["reprocess"], "the following arguments are required: --older-than"),
        (["reprocess", "--older-than", "tag"], "no stage 'tag'; there are detect_language"),
        (["reprocess", "--older-than", "deduplicate"], "what has come out is claimed already"),
        (["reprocess", "--older-than", "tag_entities=999"], "upgrade it and its workers first"),
        (["reprocess", "--older-than", "tag_entities="], "name a version, such as"),
        (["forget"], "the following arguments are required: ID|URL"),
        (["compare", "a", "b", "--fail-over", "some"], "'some' is no share: write 1%"),
        (["tail", "nothing"], "no topic 'nothing'; there are articles.raw"),
        (["tail", "--where", "language"], "'language' is no filter: write FIELD=VALUE"),
        (["tail", "--bootstrap", "kafka"], "COPYDESK_BOOTSTRAP is 'kafka'; it must be HOST:PORT"),
    ],
)
def test_a_wrong_word_is_told_with_what_it_may_be(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert status(*arguments) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("command", ["run", "enrich", "worker", "tail", "produce"])
def test_a_wrong_setting_is_told_by_its_variable(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYDESK_PARTITIONS", "four")
    assert status(command) == 2
    said = capsys.readouterr().err
    assert f"copydesk {command}: COPYDESK_PARTITIONS is 'four'; it must be a whole number" in said


@pytest.mark.parametrize(
    "command",
    [
        ["produce", "a.jsonl"],
        ["run", "a.jsonl"],
        ["topics", "list"],
        ["tail"],
    ],
    ids=" ".join,
)
def test_a_broker_that_is_not_there_is_told_with_its_address(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.jsonl").write_bytes(b'{"content": "A text."}\n')
    address = f"127.0.0.1:{free_port()}"
    done = copydesk(*command, "--bootstrap", address)
    assert done.returncode == 2
    assert address in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_doctor_without_a_broker_says_what_to_type() -> None:
    address = f"127.0.0.1:{free_port()}"
    done = copydesk("doctor", "--bootstrap", address)
    assert done.returncode == 1
    said = done.stdout.decode()
    assert f"wrong kafka: nothing listens at {address}" in said
    assert "to try copydesk without Kafka: copydesk run" in said
    assert "ok    stage tag_entities" in said


def test_doctor_without_asking_for_a_broker_is_fine_and_masks_secrets() -> None:
    done = copydesk(
        "doctor",
        "--no-broker",
        "--settings",
        COPYDESK_SECURITY_PROTOCOL="SASL_SSL",
        COPYDESK_SASL_USERNAME="desk",
        COPYDESK_SASL_PASSWORD="hunter2",
    )
    assert done.returncode == 0, done.stdout
    assert b"COPYDESK_SASL_USERNAME=desk" in done.stdout
    assert b"COPYDESK_SASL_PASSWORD=(set)" in done.stdout
    assert b"hunter2" not in done.stdout + done.stderr


def test_doctor_names_a_model_that_cannot_be_used() -> None:
    done = copydesk("doctor", "--no-broker", COPYDESK_ENTITY_MODELS="de=gliner:/no/such/folder")
    assert done.returncode == 1
    said = done.stdout.decode()
    assert "wrong stage tag_entities: de: model gliner:/no/such/folder: there is no folder" in said
    assert "see COPYDESK_ENTITY_MODELS" in said


def test_doctor_names_the_setting_that_is_wrong(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYDESK_PROCESSES", "0")
    assert status("doctor") == 1
    assert "COPYDESK_PROCESSES is '0'" in capsys.readouterr().out


def test_schemas_are_printed_one_or_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert status("topics", "schema", "articles.enriched") == 0
    one = json.loads(capsys.readouterr().out)
    assert one["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert status("topics", "schema") == 0
    assert capsys.readouterr().out.count('"$schema"') > 5
