"""The benchmarks run: their articles are what they say, and their cheapest part gives figures."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tests.benchmarks import beside, dirty_text, extractor, language, names, report, summary, whole
from tests.benchmarks.articles import CLEAN, PATTERN, articles
from tests.benchmarks.measure import Bench, Plan
from workers.pipeline import STEPS
from workers.stages.strip_boilerplate.extract.extractor import extract
from workers.stages.tag_entities.english import PACKAGE
from workers.stages.tag_entities.ner import Model, Package


def test_a_seed_gives_the_same_articles_again_and_another_seed_others() -> None:
    assert articles(1, 5) == articles(1, 5)
    bodies = [json.loads(record)["content"] for seed in range(3) for record in articles(seed, 20)]
    assert len(set(bodies)) == len(bodies)


def test_the_articles_have_the_sizes_and_languages_of_their_pattern() -> None:
    for (kind, tongue), record in zip(PATTERN, articles(7, len(PATTERN)), strict=True):
        article = json.loads(record)
        low, high = {"short": (200, 700), "text": (3000, 4500), "page": (40_000, 60_000)}[kind]
        assert low <= len(article["content"]) <= high, kind
        assert article["language"] == tongue
        assert (article["media_type"] == "text/html") == (kind == "page")
    assert not any(b"<html" in record for record in articles(7, 20, CLEAN))


def test_plain_calls_are_measured_and_told() -> None:
    figures = Bench(
        Plan(rounds=1, articles=20, notes=5, fingerprints=1, parts=("fingerprint", "bare")),
        1,
        lambda text: None,
    ).run()
    made = summary.figures_of(figures)
    assert set(STEPS) <= made["bare"]["ms_per_article"].keys()
    assert all(ms > 0 for ms in made["bare"]["ms_per_article"].values())
    assert made["bare"]["articles_per_second_all_cores"] > 0
    assert all(us["best"] > 0 for us in made["fingerprint_us"].values())
    assert made["memory_mb"]["bare"]["plain calls"][0]["peak"] > 20
    shown = io.StringIO()
    report.show(Console(file=shown, width=110), summary.facts(), made)
    assert "strip_boilerplate" in shown.getvalue()
    assert "60,000 bytes" in shown.getvalue()


def test_languages_are_timed_and_their_confidence_is_checked() -> None:
    labelled = language.pieces(count=60)
    made = language.reliability(labelled)
    assert {one.language for one in labelled} == {"de", "en", "es", "fr", "uk"}
    assert 30 < sum(one.texts for one in made["all"]) <= 60
    assert made["all"][-1].right > 0.9
    speed = language.rates(passes=1)
    assert set(speed) == set(language.LENGTHS)
    shown = io.StringIO()
    language.show(Console(file=shown, width=110), speed, made)
    assert "1,000,000" in shown.getvalue()


def test_the_extractor_is_measured_beside_trafilatura(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both read every page, in every pass, and the figures are for all of them."""
    pages = ["sure", "unsure", "sure too", "sure as well"]
    read: dict[str, list[str]] = {"ours": [], "theirs": []}
    now = 0.0

    def ours(html: str, asked: Callable[[], None]) -> None:
        nonlocal now
        read["ours"].append(html)
        now += 0.012 if html == "unsure" else 0.004
        if html == "unsure":
            asked()

    def theirs(html: str, *, fast: bool, include_comments: bool) -> None:
        nonlocal now
        read["theirs"].append(html)
        now += 0.012 if len(read["theirs"]) > len(pages) else 0.02  # the first pass is a slow one
        assert (fast, include_comments) == (True, False)

    monkeypatch.setattr(extractor, "ours", ours)
    monkeypatch.setattr("trafilatura.extract", theirs)
    monkeypatch.setattr("time.process_time", lambda: now)
    figures = extractor.measured(pages, passes=3)
    assert read == {"ours": pages * 3, "theirs": pages * 3}
    assert figures.extractor == pytest.approx(6)
    assert figures.trafilatura == pytest.approx(12)
    assert figures.ratio == pytest.approx(0.5)
    assert figures.asked == 0.25


def test_on_made_up_pages_the_extractor_reads_and_is_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the figures on them were those of a page that nobody reads, or of trafilatura twice."""
    found = []

    def extract_and_keep(*arguments: Any) -> Any:
        found.append(extract(*arguments))
        return found[-1]

    monkeypatch.setattr(extractor, "extract", extract_and_keep)
    figures = extractor.measured(extractor.made_up(6), passes=1)
    assert figures.asked == 0
    assert len(found) == 6
    assert all(one is not None and len(one.text) > 2_000 for one in found)


def test_text_stages_are_timed_beside_what_is_used_in_their_place() -> None:
    pairs = list(beside.pairs(extractor.made_up(2)))
    assert [pair.other for pair in pairs] == ["langdetect", "trafilatura fast", "jusText"]
    for pair in pairs:
        assert min(beside.measured(pair, passes=1)) > 0
        assert pair.theirs(0), f"{pair.other} has read nothing"


def test_texts_of_a_file_are_timed_by_their_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "texts.jsonl"
    texts = [dirty_text.texts("en", 1)[0], dirty_text.texts("de", 1)[0][:30]]
    told = [json.dumps({"lines": [{"text": line} for line in lines]}) for lines in texts]
    file.write_text("\n".join(told), "utf-8")
    monkeypatch.setattr("sys.argv", ["dirty_text", "--lines", str(file)])
    dirty_text.main()
    _, all_, some = capsys.readouterr().out.splitlines()
    assert all_.startswith("all: 2 texts, ")
    assert some.startswith("of 40 to 90 lines: 1 texts, ")


@pytest.mark.parametrize("weights", [names.OWN, PACKAGE])
def test_names_are_found_beside_spacy_and_none_differs(weights: str | Path) -> None:
    made = list(names.speeds(passes=1, count=3, weights=weights))
    assert [one.what for one in made] == list(names.NEW)
    assert all(one.ours > 0 and one.spacy > 0 and one.names > 30 for one in made)
    assert not any(one.differing for one in made)


def test_articles_for_names_have_500_words_and_as_many_new_ones_as_asked_for() -> None:
    known = set(" ".join(names.Writer(1).write(20, 0)).split())
    texts = names.Writer(2).write(20, 0.1)
    assert {len(text.split()) for text in texts} == {names.WORDS}
    new = [word for text in texts for word in text.split() if word.isalpha() and word not in known]
    assert 0.05 < len(new) / (20 * names.WORDS) < 0.15


def test_a_long_stream_of_new_words_leaves_memory_flat() -> None:
    model = Model(Package(PACKAGE), kept=2_000)
    resident: list[int] = []
    names.stream(model, 300, lambda done, rss: resident.append(rss))
    assert len(resident) == 10
    assert resident[-1] - resident[3] < 5_000_000
    assert len(model._words) < 3_000


def test_the_whole_of_enrich_is_timed_beside_a_plain_loop() -> None:
    ((ours, theirs, ours_cpu, theirs_cpu),) = whole.rounds(count=2, times=1)
    assert min(ours, theirs, ours_cpu, theirs_cpu) > 0
