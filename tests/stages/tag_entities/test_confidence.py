from __future__ import annotations

import json
from pathlib import Path

import pytest

from workers.stages.tag_entities.choose import own_engines
from workers.stages.tag_entities.compile_confidence import LEAST, Cell, counted, shares
from workers.stages.tag_entities.confidence import (
    ANY,
    BESIDE,
    GAZETTEER,
    PATTERN,
    PATTERN_CONFIDENCE,
    UNLINKED,
    UNMEASURED,
    confidence,
)


def test_shares_of_enough_names_are_kept_and_the_lowest_stands_for_other_languages() -> None:
    many, few = Cell("m", "xx", "person"), Cell("m", "yy", "person")
    found = {many: 98, few: LEAST, Cell("m", "zz", "person"): LEAST - 1}
    right = dict.fromkeys(found, 0) | {many: 49, few: LEAST}
    assert shares(found, right)["m"] == {
        "xx": {"person": 0.5},
        "yy": {"person": 0.95},
        ANY: {"person": 0.5},
    }


def test_where_no_language_has_enough_they_count_together() -> None:
    found = {Cell("m", language, "place"): LEAST - 1 for language in ("xx", "yy")}
    right = dict.fromkeys(found, LEAST - 1)
    assert shares(found, right) == {"m": {ANY: {"place": 0.97}}}
    assert shares({Cell("m", "xx", "place"): 1}, {Cell("m", "xx", "place"): 1}) == {}


def test_names_are_counted_as_the_stage_finds_them_and_by_lists_alone(tmp_path: Path) -> None:
    text = "Gisteren sprak Angela Dijkman in Hamburg."
    spans = [(15, 29, "person"), (33, 40, "organisation")]
    path = tmp_path / "texts.jsonl"
    path.write_text(json.dumps({"text": text, "language": "af", "spans": spans}), "utf-8")
    found, right = counted([path])
    assert found == {Cell(GAZETTEER, "af", "person"): 1, Cell(GAZETTEER, "af", "place"): 1}
    assert right[Cell(GAZETTEER, "af", "person")] == 1
    assert right[Cell(GAZETTEER, "af", "place")] == 0


@pytest.mark.parametrize("engine", own_engines(), ids=lambda engine: engine.method)
def test_every_model_of_ours_was_measured(engine: object) -> None:
    (language,) = engine.languages  # type: ignore[attr-defined]
    told = confidence(engine.method, language, engine.confidence)  # type: ignore[attr-defined]
    assert {"person", "organisation", "place", UNLINKED} <= told.model.keys()
    assert told.model["place"] > told.model[UNLINKED]
    assert all(0 < share < 1 for share in (*told.model.values(), *told.lists.values()))


def test_a_models_own_figures_count_where_the_language_was_not_measured() -> None:
    own = {"person": 0.66, "place": 0.44}
    told = confidence("copydesk-many/1.0", "hr", own)  # type: ignore[arg-type]
    assert told.of("person", "copydesk-many/1.0", False) == 0.66
    assert told.of("place", "copydesk-many/1.0", True) != 0.44
    measured = confidence("copydesk-many/1.0", "es", own)  # type: ignore[arg-type]
    assert measured.of("person", "copydesk-many/1.0", False) != 0.66


def test_a_model_of_others_and_a_pattern_have_figures_that_say_so() -> None:
    told = confidence("theirs/1", "es", {})
    assert told.of("person", "theirs/1", False) == UNMEASURED
    assert told.of("date", PATTERN, False) == PATTERN_CONFIDENCE
    beside = confidence("copydesk-en/1", "en", {})
    alone = confidence(GAZETTEER, "en", {})
    assert beside.of("person", GAZETTEER, False) < alone.of("person", GAZETTEER, False), BESIDE
