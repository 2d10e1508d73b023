from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from workers.stages.tag_entities.grammars import ORGANISATIONS
from workers.stages.tag_entities.training import foreign
from workers.stages.tag_entities.training.corpus import NamedSpan, Tagged
from workers.stages.tag_entities.training.foreign import TONGUES, Foreign
from workers.stages.tag_entities.training.lac import named

TAGGED = Tagged(
    "Mira Holt left Varn with the Bank of Varn.",
    (NamedSpan(0, 9, "PER"), NamedSpan(15, 19, "LOC"), NamedSpan(29, 41, "ORG")),
)
PROVIDERS: dict[tuple[str, str], Any] = {
    ("person", "pl"): SimpleNamespace(
        first_names_male=("Jan", "Adam"), last_names=("Nowak",), first_romanized_names=("Xx",)
    ),
    ("lorem", "pl"): SimpleNamespace(word_list=("dom", "okno", "東京")),
}


@pytest.fixture
def polish(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "_provider", lambda kind, locale: PROVIDERS[kind, locale[:2]])
    towns = [
        {"countrycode": "PL", "population": 50_000, "name": "Leszno", "alternatenames": []},
        {"countrycode": "BR", "population": 50_000, "name": "Tubarao", "alternatenames": []},
    ]
    monkeypatch.setattr(foreign, "_towns", lambda: towns)


@pytest.mark.usefixtures("polish")
def test_names_become_names_of_the_language_and_words_its_words() -> None:
    for rewritten in Foreign("pl").sentences([TAGGED] * 30):
        (person, place, organisation) = rewritten.names
        text = rewritten.text
        assert [name.label for name in rewritten.names] == ["PER", "LOC", "ORG"]
        assert text[person.start] in "JA"
        assert " Now" in text[person.start : person.end]
        assert text[place.start : place.end]
        assert text[organisation.start : organisation.end]
        assert text.endswith(".")
        assert not {"left", "with", "the"} & set(text.split())
        assert "Tubarao" not in text
        assert "Xx" not in text


@pytest.mark.usefixtures("polish")
def test_the_same_seed_writes_the_same_sentences() -> None:
    written = [list(Foreign("pl", seed).sentences([TAGGED] * 5)) for seed in (0, 0, 1)]
    assert written[0] == written[1] != written[2]


def test_a_rewritten_language_has_kinds_of_organisations() -> None:
    assert all(tongue.behind or ORGANISATIONS[name] for name, tongue in TONGUES.items())


def test_a_teachers_words_are_found_in_their_text() -> None:
    words = [("王小", "PER"), ("在", "p"), ("ＡＢ", "ORG"), ("北京", "LOC"), ("北京", "LOC")]
    assert named(words, "王小在AB北京、北京") == [(0, 2, "PER"), (5, 7, "LOC"), (8, 10, "LOC")]
