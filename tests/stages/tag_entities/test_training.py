from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from spacy.language import Language

from workers.stages.tag_entities.train import make
from workers.stages.tag_entities.trained import FOLDER, SHIPPED, TYPES, shipped_engines
from workers.stages.tag_entities.training.card import (
    CONFIDENCE_FILE,
    CREDITS,
    LICENCE_FILE,
    Scores,
    confidences,
)
from workers.stages.tag_entities.training.network import Plan, average, blank
from workers.stages.tag_entities.training.recipes import RECIPES, Recipe, reader

SENTENCES = (
    "1\tMira\tB-PER\n2\tHolt\tI-PER\n3\tlives\tO\n4\tin\tO\n5\tVarn\tB-LOC\n6\t.\tO\n\n"
    "1\tThe\tO\n2\tbakers\tO\n3\tof\tO\n4\tVarn\tB-LOC\n5\tknow\tO\n6\tMira\tB-PER\n7\tHolt\tI-PER\n\n"
    "1\tNobody\tO\n2\tsaw\tO\n3\tit\tO\n4\tcoming\tO\n\n"
) * 10
RECIPE = Recipe(
    languages=("en",),
    read=lambda read: iter(read("toy")),
    development={"en": "toy"},
    plan=Plan(rows=(200, 100, 100, 100), epochs=12, rate=3e-3),
    sources=("zh_gsd",),
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One model, made twice."""
    folder = tmp_path_factory.mktemp("corpora")
    (folder / "toy.iob2").write_text(SENTENCES)
    return [make("toy", RECIPE, reader(folder), folder / out) for out in ("first", "second")]


def test_a_model_is_trained_written_and_loaded_with_what_it_learnt(made: list[Path]) -> None:
    document = spacy.load(made[0])("In Varn nobody saw Mira Holt.")
    assert {(span.text, span.label_) for span in document.ents} >= {("Mira Holt", "PER")}


def test_the_same_data_give_the_same_model(made: list[Path]) -> None:
    files = [
        {
            path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        for folder in made
    ]
    assert files[0] == files[1]


def test_weights_are_of_half_precision_and_no_word_of_the_texts_is_kept(made: list[Path]) -> None:
    pipeline = spacy.load(made[0])
    for node in pipeline.get_pipe("ner").model.walk():  # type: ignore[attr-defined]
        for name in node.param_names:
            values = node.get_param(name)
            assert (values.astype(np.float16) == values).all()
    for path in made[0].rglob("*"):
        assert path.is_dir() or b"bakers" not in path.read_bytes()


def test_the_card_says_where_the_model_comes_from_and_its_licence_lies_beside_it(
    made: list[Path],
) -> None:
    card = (made[0] / "README.md").read_text("utf-8")
    assert CREDITS["zh_gsd"] in card
    assert "CC-BY-SA-4.0" in card
    assert "Attribution-ShareAlike 4.0" in (made[0] / LICENCE_FILE).read_text("utf-8")
    assert json.loads((made[0] / "meta.json").read_bytes())["license"] == "CC-BY-SA-4.0"
    (score,) = [line for line in card.splitlines() if line.startswith("| en |")]
    assert 0 < float(score.split("|")[4]) <= 1


def test_what_is_right_by_label_lies_beside_the_model(made: list[Path]) -> None:
    found = json.loads((made[0] / CONFIDENCE_FILE).read_bytes())
    assert found["en"].keys() == {"PER", "ORG", "LOC"}
    assert 0 < found["en"]["PER"] <= 1
    assert found["en"]["ORG"] == 0  # it never saw one
    assert found["*"] == found["en"]


def test_a_language_without_labels_gets_the_lowest_figures() -> None:
    scores = {
        "sv": Scores(0.5, 0.5, 0.5, {"PER": 0.6, "ORG": 0.3, "LOC": 0.5}),
        "sk": Scores(0.5, 0.5, 0.5, {"PER": 0.5, "ORG": 0.4, "LOC": 0.7}),
    }
    assert confidences(scores)["*"] == {"PER": 0.5, "ORG": 0.3, "LOC": 0.5}


def test_every_recipe_credits_what_it_reads() -> None:
    def names(recipe: Recipe) -> Iterable[str]:
        seen: list[str] = []

        def read(name: str) -> list[object]:
            seen.append(name.rsplit("-", 1)[0])
            return []

        list(recipe.read(read))  # type: ignore[arg-type]
        return seen

    for recipe in RECIPES.values():
        assert set(names(recipe)) <= set(recipe.sources) <= set(CREDITS)
        assert recipe.wheel is None or recipe.wheel in recipe.sources


def test_no_model_learns_from_what_it_is_measured_on() -> None:
    for recipe in RECIPES.values():
        seen: list[str] = []
        list(recipe.read(lambda name, seen=seen: seen.append(name) or []))  # type: ignore[misc]
        assert seen
        assert not set(seen) & set(recipe.development.values())


def test_an_average_lies_between_two_networks_whatever_the_order_of_their_labels() -> None:
    def network(labels: tuple[str, ...], value: float) -> Language:
        pipeline = blank(Plan(rows=(50, 50, 50, 50)), labels)
        pipeline.initialize()
        component: Any = pipeline.get_pipe("ner")
        moves = component.moves
        for node in component.model.walk():
            for name in node.param_names:
                values = np.full_like(node.get_param(name), value)
                if len(values) == moves.n_moves:
                    for number in range(moves.n_moves):
                        values[number] = value * len(moves.get_class_name(number))
                node.set_param(name, values)
        return pipeline

    one, other = network(("PER", "PLACES"), 1.0), network(("PLACES", "PER"), 3.0)
    average(one, other)
    expected = network(("PER", "PLACES"), 2.0)
    mean: Any = one.get_pipe("ner")
    wanted: Any = expected.get_pipe("ner")
    for node, like in zip(mean.model.walk(), wanted.model.walk(), strict=True):
        for name in node.param_names:
            assert np.array_equal(node.get_param(name), like.get_param(name))


def test_a_missing_corpus_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no corpus toy in"):
        make("toy", replace(RECIPE), reader(tmp_path), tmp_path)


def test_characters_without_spaces_are_tokens_each() -> None:
    tokens = blank(Plan(), ("PER",)).make_doc("去北京大学,Bin 3年。カナ")
    assert [token.text for token in tokens] == [*"去北京大学", ",", "Bin", "3", *"年。カナ"]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_model_has_its_card_its_licence_and_known_labels(name: str) -> None:
    folder = FOLDER / name
    assert (folder / LICENCE_FILE).is_file()
    card = (folder / "README.md").read_text("utf-8")
    assert all(CREDITS[source] in card for source in RECIPES[name].sources)
    labels = json.loads((folder / "meta.json").read_bytes())["labels"]["ner"]
    assert set(labels) == set(RECIPES[name].labels) <= set(TYPES)


def test_every_engine_says_how_often_it_is_right() -> None:
    for engine in shipped_engines():
        assert engine.confidence.keys() == {"person", "organisation", "place"}
        assert all(0 < share < 1 for share in engine.confidence.values())
