from __future__ import annotations

from pathlib import Path

import pytest

from workers.entity_models import ModelChoice
from workers.stages.tag_entities.backend import Name
from workers.stages.tag_entities.backends import UnusableModel, load
from workers.stages.tag_entities.backends.labels import entity_type, position
from workers.stages.tag_entities.backends.model_engine import ModelEngine
from workers.stages.tag_entities.choose import Engines, NoEngine, own_engines
from workers.stages.tag_entities.engine import Engine, Span
from workers.stages.tag_entities.english import PACKAGE
from workers.stages.tag_entities.reading import PIECE
from workers.stages.tag_entities.trained import SHIPPED


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("PER", "person"),
        ("B-PER", "person"),
        ("U-ORGANIZATION", "organisation"),
        ("E-loc", "place"),
        ("PER_I", "person"),
        ("GPE", "place"),
        ("persName", "person"),
        ("geogName", "place"),
        ("org.media", "organisation"),
        ("EVENT", "event"),
        ("MISC", "other"),
        ("CARDINAL", None),
        ("LABEL_3", None),
        ("O", None),
        ("", None),
    ],
)
def test_labels_of_the_usual_schemes_are_known(label: str, kind: str | None) -> None:
    assert entity_type(label) == kind


def test_positions_in_a_chain() -> None:
    assert [position(label) for label in ("B-PER", "S-LOC", "E-X", "O", "PER")] == [
        ("B", "PER"),
        ("U", "LOC"),
        ("L", "X"),
        ("O", ""),
        ("I", "PER"),
    ]


class Told:
    """A backend that says what it is told to, whatever the text."""

    def __init__(self, *names: Name) -> None:
        self._names = list(names)

    def names(self, text: str) -> list[Name]:
        assert "\ud800" not in text
        return self._names


def engine(*names: Name) -> ModelEngine:
    return ModelEngine(frozenset({"xx"}), Told(*names), "told/1")


def test_what_a_backend_says_is_made_fit() -> None:
    text = "Ada \ud800Bo\nCeli Du"
    told = [
        Name(-3, 4, "PER"),  # white space behind it, and a start before the text
        Name(2, 5, "PER"),  # overlaps
        Name(5, 12, "ORG"),  # crosses a line's end
        Name(8, 12, "nonsense"),
        Name(13, 99, "LOC"),
        Name(9, 9, "LOC"),
    ]
    assert engine(*told).find(text) == [Span(0, 3, "person"), Span(13, 15, "place")]


def test_a_long_text_is_read_in_pieces() -> None:
    text = "Ada said. " * (PIECE // 10) + "\n" + "Ada"
    assert [span.start for span in engine(Name(0, 3, "PER")).find(text)] == [0, len(text) - 3]


def test_an_installed_spacy_package_is_read() -> None:
    found = load(ModelChoice("spacy", PACKAGE), frozenset({"en"}))
    text = "Mayor Anneke de Vries left Utrecht on Thursday."
    assert ("Anneke de Vries", "person") in [(text[s:e], kind) for s, e, kind in found.find(text)]
    assert found.method.startswith(f"{PACKAGE}/3.")


def test_another_pipeline_is_run_by_spacy(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy")
    pipeline = spacy.blank("de")
    rules = pipeline.add_pipe("entity_ruler")
    rules.add_patterns([{"label": "ORG", "pattern": "Zymbrex"}])
    pipeline.to_disk(tmp_path / "rules")
    found = load(ModelChoice("spacy", str(tmp_path / "rules")), frozenset({"de"}))
    assert found.find("Die Zymbrex\r\nund 🚢 Zymbrex.") == [
        Span(4, 11, "organisation"),
        Span(19, 26, "organisation"),
    ]


def test_a_pipeline_without_names_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("spacy").blank("de").to_disk(tmp_path / "empty")
    with pytest.raises(UnusableModel, match="finds no names"):
        load(ModelChoice("spacy", str(tmp_path / "empty")), frozenset({"de"}))


@pytest.mark.parametrize(
    ("choice", "advice"),
    [
        (ModelChoice("spacy", "no_such_package"), "pip install no_such_package"),
        (ModelChoice("spacy", "/no/such/folder"), "there is no folder /no/such/folder"),
    ],
)
def test_a_missing_model_says_what_to_do(choice: ModelChoice, advice: str) -> None:
    with pytest.raises(UnusableModel, match=advice):
        load(choice, frozenset({"de"}))


def test_slovnet_reads_russian() -> None:
    pytest.importorskip("slovnet")
    found = load(ModelChoice("slovnet"), frozenset({"ru"}))
    text = "Вести из Казани\r\n🚢 Директор завода Пётр Сидоров прибыл в Тверь."
    names = [(text[s:e], kind) for s, e, kind in found.find(text)]
    assert ("Пётр Сидоров", "person") in names
    assert ("Тверь", "place") in names
    assert found.find("") == found.find("\n \r\n") == []


def test_the_setting_wins_over_our_own_and_the_star_over_the_fallback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: dict[str, Engine] = {}

    def fake(choice: ModelChoice, languages: frozenset[str]) -> Engine:
        if choice.name == "broken":
            raise UnusableModel("it is broken")
        return made.setdefault(str(choice), ModelEngine(languages, Told(), str(choice)))

    monkeypatch.setattr("workers.stages.tag_entities.choose.load", fake)
    own, last = engine(), engine()
    models = {
        "de": ModelChoice("spacy", "a"),
        "nl": ModelChoice("spacy", "a"),
        "sv": ModelChoice("spacy", "broken"),
        "*": ModelChoice("gliner", "b"),
        "xh": ModelChoice("gazetteer"),
    }
    engines = Engines([own], models, lambda language: last)
    assert engines.engine("xx") is own
    assert engines.engine("de") is engines.engine("nl") is made["spacy:a"]
    assert engines.engine("de").languages == {"de", "nl"}  # type: ignore[union-attr]
    assert engines.engine("th") is made["gliner:b"]
    assert engines.engine("xh") is last
    assert engines.engine("sv") == NoEngine("model spacy:broken: it is broken")
    assert engines.warnings == ("sv: model spacy:broken: it is broken",)
    assert isinstance(engines.engine("und"), NoEngine)


def test_a_model_that_a_setting_replaces_is_not_loaded() -> None:
    every = {name for languages in SHIPPED.values() for name in languages}
    assert own_engines(every) == []
    assert [engine.languages for engine in own_engines(every - {"en"})] == [{"en"}]
