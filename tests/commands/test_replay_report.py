"""What a replay says, and when it counts as gone wrong."""

from __future__ import annotations

import json

import pytest

from workers.commands.replay_report import ReplayReport
from workers.runtime.letters import Letter
from workers.runtime.record import Consumed
from workers.runtime.replay import Planned, Sent
from workers.runtime.replay_plan import Decision, Refuse, Send, Skip


def planned(offset: int, decision: Decision) -> Planned:
    told = {"origin": f"articles.raw/0/{offset}@1", "ce_subject": "a\x1b[2J"}
    letter = Letter.of(Consumed("articles.dead-letter", 0, offset, 0, None, b"", told))
    return Planned(letter, decision)


SENDS = [planned(number, Send("articles.raw", 3, 1)) for number in (1, 2)]


def test_a_dry_run_says_what_it_would_do(capsys: pytest.CaptureFixture[str]) -> None:
    report = ReplayReport(SENDS, dry=True, json=False)
    report.decisions()
    report.summary()
    said = capsys.readouterr()
    assert said.out.count("would send articles.dead-letter/0/") == 2
    assert "→ articles.raw/3" in said.out
    assert "\x1b" not in said.out
    assert "--yes" in said.err
    assert report.fine


def test_what_is_sent_is_told_only_then(capsys: pytest.CaptureFixture[str]) -> None:
    report = ReplayReport(SENDS, dry=False, json=True)
    report.decisions()
    assert not capsys.readouterr().out
    report.sent(Sent(SENDS[0].letter, "articles.raw/3/9"))
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["to"] == "articles.raw/3/9"
    assert report.fine


@pytest.mark.parametrize(("decision", "fine"), [(Refuse("cut"), False), (Skip("later"), True)])
def test_a_refusal_is_told_with_its_reason_and_spoils_the_status(
    decision: Decision, fine: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    report = ReplayReport([*SENDS, planned(3, decision)], dry=False, json=False)
    report.decisions()
    assert "articles.dead-letter/0/3" in capsys.readouterr().out
    assert report.fine is fine


def test_what_kafka_did_not_confirm_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    report = ReplayReport(SENDS, dry=False, json=False)
    report.sent(Sent(SENDS[0].letter, "articles.raw/3/9"))
    report.interrupted()
    assert "failed articles.dead-letter/0/2" in capsys.readouterr().out
    assert not report.fine


def test_a_record_that_is_too_large_now_has_failed(capsys: pytest.CaptureFixture[str]) -> None:
    report = ReplayReport(SENDS, dry=False, json=False)
    report.sent(Sent(SENDS[0].letter, None, "9 bytes are more than articles.raw takes"))
    assert "9 bytes" in capsys.readouterr().out
    assert not report.fine
