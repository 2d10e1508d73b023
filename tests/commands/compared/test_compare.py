"""``copydesk compare`` on files as users have them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.compared.outcomes import dead, duplicate, enriched, entity, write
from tests.deployment import copydesk
from topics.headers import FORGOTTEN
from workers.commands import main

SAMPLES = Path(__file__).parents[3] / "workers" / "samples" / "articles.jsonl"


def compare(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["compare", *arguments])
    return ended.value.code, *capsys.readouterr()


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    status, out, _ = compare(capsys, "--json", *arguments)
    assert status == 0
    found: dict[str, Any] = json.loads(out)
    return found


def test_everything_that_differs_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = [
        enriched("same"),
        enriched("nl", language="en"),
        enriched("cut", text="one\ntwo"),
        enriched("who", entities=[entity("Ada"), entity("Bern", "person")]),
        enriched("gone"),
        enriched("copy"),
        dead("mended"),
        duplicate("twice", "stdin/0/1@0"),
        duplicate("twice", "stdin/0/2@0", reason="near_content"),
    ]
    new = [
        enriched("same", enriched_at="2027-01-01T00:00:00.000Z"),
        enriched("nl", language="nl"),
        enriched("cut", text="one"),
        enriched("who", entities=[entity("Bern", "place")]),
        duplicate("copy", reason="near_content", duplicate_of="same"),
        enriched("mended"),
        duplicate("twice", "stdin/0/1@0", duplicate_of="another"),
        duplicate("twice", "stdin/0/2@0", reason="same_content"),
        enriched("fresh"),
    ]
    files = write(tmp_path / "old.jsonl", old), write(tmp_path / "new.jsonl", new)
    found = told(capsys, *files)
    assert (found["articles"], found["different"], found["in_both"]) == (10, 9, 4)
    assert {name: part["changed"] for name, part in found["fields"].items()} == {
        "language": 1,
        "text": 1,
        "entities": 1,
    }
    assert found["fields"]["text"]["share"] == 0.25
    assert found["text"] == {"of": 13 + 11 + 7 + 12, "removed": 3, "added": 0}
    assert found["values"]["language"] == {"en → nl": 1}
    assert found["entities"]["types"]["person"] == {"of": 2, "removed": 1, "retyped": 1}
    assert found["entities"]["names"]["retyped"] == {"Bern (person → place)": 1}
    assert found["outcomes"] == {
        "enriched → duplicate (near_content)": 1,
        "dead letter (no_text in fingerprint) → enriched": 1,
    }
    assert found["values"]["outcome"] == {"duplicate (near_content) → duplicate (same_content)": 1}
    assert found["values"]["duplicate_of"] == {"another original": 1}
    assert found["old"]["only_here"] == {"enriched": 1}
    assert [one["id"] for one in found["examples"]["alone"]] == ["gone", "fresh"]
    assert found["examples"]["text"][0]["first_removed"] == "two"

    status, out, _ = compare(capsys, *files)
    assert status == 0
    for part in ("9 of 10 articles differ (90.0 %)", "en → nl 1", "enriched, only in the old file"):
        assert part in out


def test_the_same_articles_differ_in_nothing_however_they_were_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = [enriched("a"), enriched("a", 2), duplicate("b", "raw/0/1@5"), dead("c")]
    topics = ["t.articles.enriched"] * 2 + ["t.articles.duplicates", "t.articles.dead-letter"]
    tailed = [
        {
            **{"topic": topic, "partition": 0, "offset": 1, "key": record["id"], "value": record},
            "headers": {"origin": "raw/0/1@5", "ce_subject": record["id"]},
        }
        for topic, record in zip(topics, records, strict=True)
    ]
    tailed[3]["headers"] |= {"dlq.stage": "fingerprint", "dlq.reason": "no_text"}
    tailed[3]["value"] = "what was consumed"
    old = write(tmp_path / "old.jsonl", records)
    again = [{**tailed[0], "value": enriched("a", text="replaced by what came after")}]
    plain = write(
        tmp_path / "new.jsonl",
        [
            *again,
            *tailed[::-1],
        ],
    )
    packed = tmp_path / "new.jsonl.gz"
    packed.write_bytes(gzip.compress(Path(plain).read_bytes()))
    found = told(capsys, old, str(packed))
    assert (found["articles"], found["different"]) == (4, 0)
    assert found["new"]["repeated"] == 1
    assert "None of 4 articles differs" in compare(capsys, old, str(packed))[1]


def test_what_was_forgotten_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    letter = {"topic": "articles.dead-letter", "key": "under another key", "value": None}
    lines = [
        {"topic": "articles.enriched", "key": "a", "value": enriched("a")},
        {"topic": "articles.enriched", "key": "a", "value": None},
        {"topic": "articles.enriched", "key": "b", "value": None},
        {"topic": "articles.enriched", "key": "b", "value": enriched("b")},
        letter | {"headers": {"dlq.stage": "claim", "ce_subject": "d"}},  # of what had no value
        letter | {"headers": {"ce_type": FORGOTTEN, "ce_subject": "d"}},
    ]
    found = told(capsys, write(tmp_path / "old", lines), write(tmp_path / "new", [enriched("b")]))
    assert (found["articles"], found["different"]) == (1, 0)


@pytest.mark.parametrize(
    ("limits", "status"),
    [
        (["25%"], 0),
        (["24.9%"], 1),
        (["text=25"], 0),
        (["text=24%"], 1),
        (["language=0%"], 0),
        (["50%", "text=1%"], 1),
    ],
)
def test_too_many_differences_end_with_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], limits: list[str], status: int
) -> None:
    old = write(tmp_path / "old", [enriched(f"a{number}") for number in range(4)])
    new = write(
        tmp_path / "new",
        [
            enriched(f"a{number}", text="!" if number == 2 else f"Text of a{number}.")
            for number in range(4)
        ],
    )
    words = [word for limit in limits for word in ("--fail-over", limit)]
    found, _, said = compare(capsys, old, new, *words)
    assert found == status
    assert ("more than" in said) is bool(status)


@pytest.mark.parametrize("new", [[], [dead("a"), dead("b")], [enriched("c")]])
def test_a_limit_of_a_field_is_exceeded_where_no_article_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], new: list[dict[str, Any]]
) -> None:
    files = write(tmp_path / "old", [enriched("a"), enriched("b")]), write(tmp_path / "new", new)
    assert compare(capsys, *files, "--fail-over", "text=99%")[0] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--fail-over", "txet=1%"], "--fail-over txet: no record has this field; did you mean te"),
        (["--fail-over", "enriched_at=1%"], "--fail-over enriched_at: this field is left out"),
        (["--fail-over", "text=1%", "--ignore", "text"], "--fail-over text: this field is left ou"),
        (["--fail-over", "enriched_at=1%", "--all"], ""),
        (["--fail-over", "headline=1%"], ""),
        (["--fail-over", "own=1%"], ""),
    ],
)
def test_a_limit_that_nothing_could_exceed_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    one = write(tmp_path / "one", [enriched("a", own="a field of theirs")])
    status, _, error = compare(capsys, one, one, *words)
    assert (status, said in error) == (2 if said else 0, True)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "bad:2: not JSON: "),
        (b"[1]", "bad:2: a JSON list, not an object"),
        (b'{"topic": "articles.raw", "value": {}}', "bad:2: of topic articles.raw; compared are"),
        (b'{"topic": "articles.enriched", "value": 1}', "bad:2: its value is a JSON int"),
        (
            b'{"id": "x", "content": "an article"}',
            "bad:2: no outcome of an article: it has neither",
        ),
        (b'{"status": "complete"}', "bad:2: no outcome of an article: it has no id"),
        (b'{"id": "x", "status": "complete", "version": "one"}', "bad:2: version 'one' is none"),
    ],
)
def test_a_line_that_is_no_outcome_is_told_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: bytes, said: str
) -> None:
    good = write(tmp_path / "good", [enriched("a")])
    (tmp_path / "bad").write_bytes(b"\n" + line + b"\n")
    status, _, error = compare(capsys, good, str(tmp_path / "bad"))
    assert status == 2
    assert said in error


def test_a_file_that_is_not_there_or_damaged_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write(tmp_path / "good", [enriched("a")])
    status, _, error = compare(capsys, good, str(tmp_path / "none"))
    assert (status, "none: cannot be read: " in error) == (2, True)
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b"{}" * 5_000)[:-20])
    status, _, error = compare(capsys, str(tmp_path / "cut.gz"), good)
    assert (status, "cut.gz: cannot be read: " in error) == (2, True)
    assert compare(capsys, "-", "-")[0] == 2
    empty = write(tmp_path / "empty", [])
    assert "There is nothing in either file." in compare(capsys, empty, empty)[1]


def test_two_runs_over_the_samples_are_the_same_but_for_times(tmp_path: Path) -> None:
    first = copydesk(
        "enrich", "--stages", "deduplicate,detect_language", input=SAMPLES.read_bytes()
    )
    (tmp_path / "old.jsonl").write_bytes(first.stdout)
    again = copydesk(
        "enrich", "--stages", "deduplicate,detect_language", input=SAMPLES.read_bytes()
    )
    done = copydesk(
        *("compare", str(tmp_path / "old.jsonl"), "-", "--json", "--fail-over", "0%"),
        input=again.stdout,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["articles"] == len(SAMPLES.read_bytes().splitlines())
    assert found["in_both"] > 30
