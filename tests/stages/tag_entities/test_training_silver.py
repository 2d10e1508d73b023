"""Labels for text that nobody labelled: which pages are read, and whose names they get."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workers.stages.tag_entities.backend import Name
from workers.stages.tag_entities.engine import Span
from workers.stages.tag_entities.english import PACKAGE
from workers.stages.tag_entities.tag import TagEntities
from workers.stages.tag_entities.training.corpus import NamedSpan, Tagged
from workers.stages.tag_entities.training.silver import (
    LONGEST,
    Teacher,
    Teachers,
    completed,
    labelled,
    texts,
)

ENGLISH = "The council of the town met on Tuesday and talked about the new road to the harbour."
DANISH = "Byrådet mødtes i tirsdags og talte om den nye vej til havnen, siger borgmesteren."
LINE = "Mira Holt of Varn Shipping met the French in Oslo in March 2021."


class Knows:
    """A backend that finds two names wherever they stand."""

    def names(self, text: str) -> list[Name]:
        known = {"Mira Holt": "PER", "Varn Shipping": "ORG"}
        found = [(text.find(name), name, label) for name, label in known.items()]
        return [Name(at, at + len(name), label) for at, name, label in sorted(found) if at >= 0]


@pytest.fixture(scope="module")
def other() -> Teacher:
    return Teacher(PACKAGE)


def test_articles_come_from_lines_and_from_whole_texts_each_page_once(tmp_path: Path) -> None:
    def page(number: int, source: str, text: str) -> dict[str, object]:
        lines = [{"text": text, "content": True}, {"text": "Share this", "content": False}]
        return {"id": str(number), "source": source, "lines": lines}

    pages = [page(1, "wcxb", ENGLISH), page(2, "fundus", DANISH), page(3, "elsewhere", ENGLISH)]
    (tmp_path / "lines.jsonl").write_text("\n".join(map(json.dumps, pages)))
    whole = {
        "1": {"source": "wcxb", "text": "The page that was read already, with other words."},
        "4": {"source": "fundus", "text": (ENGLISH + " ") * 400},
    }
    (tmp_path / "truth.json").write_text(json.dumps(whole))
    files = [tmp_path / "lines.jsonl", tmp_path / "truth.json"]
    found = list(texts(files, "en"))
    assert found[0] == ENGLISH
    assert len(found) == 2
    assert len(found[1]) == LONGEST
    assert list(texts(files, "da")) == [DANISH]


def test_the_first_teacher_names_who_and_where_and_the_other_the_rest(other: Teacher) -> None:
    teachers = Teachers(Knows(), other)
    found = {(LINE[span.start : span.end], span.type) for span in teachers.find(LINE)}
    assert found >= {("Mira Holt", "person"), ("Varn Shipping", "organisation")}
    assert ("March 2021", "date") in found
    assert ("French", "other") in found
    assert ("Oslo", "place") not in found  # which the first one did not say
    assert teachers.find(LINE) == sorted(teachers.find(LINE))


def test_nothing_of_the_other_teacher_overlaps_a_name_of_the_first(other: Teacher) -> None:
    class All:
        def names(self, text: str) -> list[Name]:
            return [Name(0, len(text), "ORG")]

    assert Teachers(All(), other).find(LINE) == [Span(0, len(LINE), "organisation")]


def test_lines_of_articles_get_their_own_names(other: Teacher) -> None:
    stage = TagEntities(engines=(Teachers(Knows(), other),))
    first, second = labelled(stage, "en", [f"Nobody came.\n\n{LINE}"])
    assert first == Tagged("Nobody came.")
    assert second.text == LINE
    assert NamedSpan(0, 9, "PER") in second.names


def test_what_a_corpus_labels_stays_and_other_kinds_are_added(other: Teacher) -> None:
    own = Tagged(LINE, (NamedSpan(0, 9, "ORG"),))
    (found,) = completed(TagEntities(engines=(other,)), "en", [own])
    labels = {found.text[start:end]: label for start, end, label in found.names}
    assert labels["Mira Holt"] == "ORG"
    assert labels["March 2021"] == "DATE"
    assert "PER" not in labels.values()
