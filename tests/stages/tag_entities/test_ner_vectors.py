"""Networks that also read vectors of words: the engine beside spaCy, and what training writes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.vectors import Vectors as SpacyVectors

from tests.spacy_names import SpacyNames
from tests.stages.tag_entities.sentences import SENTENCES
from workers.stages.tag_entities.ner import Model, Package, UnusablePackage
from workers.stages.tag_entities.ner.vectors import KEYS_FILE, RECORD, ROWS_FILE, read_vectors
from workers.stages.tag_entities.training.network import write

WIDTH, NARROW = 40, 24


@pytest.fixture(scope="module")
def pipeline() -> Language:
    """Random weights that find many names in anything, and vectors for half of the words."""
    made = spacy.blank("en")
    random = np.random.default_rng(7)
    words = sorted({word for sentence in SENTENCES for word in sentence.split()})[::2]
    rows = random.normal(0, 1, (len(words) // 2, WIDTH)).astype("f")
    vectors: Any = SpacyVectors(strings=made.vocab.strings, data=rows)
    for number, word in enumerate(words):
        vectors.add(word, row=number % len(rows))  # two words share a row
    made.vocab.vectors = vectors
    model = {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 32,
        "maxout_pieces": 2,
        "use_upper": True,
        "nO": None,
        "tok2vec": {
            "@architectures": "spacy.HashEmbedCNN.v2",
            "pretrained_vectors": True,
            "width": NARROW,
            "depth": 2,
            "embed_size": 300,
            "window_size": 1,
            "maxout_pieces": 3,
            "subword_features": True,
        },
    }
    component: Any = made.add_pipe("ner", config={"model": model})
    for label in ("PER", "ORG"):
        component.add_label(label)
    made.initialize()
    for node in component.model.walk():
        for name in node.param_names:
            if node.has_param(name):
                values = random.normal(0, 0.4, node.get_param(name).shape)
                node.set_param(name, values.astype("f"))
    return made


@pytest.fixture(scope="module")
def theirs(pipeline: Language, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As spaCy writes it."""
    folder = tmp_path_factory.mktemp("theirs")
    pipeline.to_disk(folder)
    return folder


@pytest.fixture(scope="module")
def short(theirs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As the training command writes it."""
    folder = tmp_path_factory.mktemp("short")
    write(spacy.load(theirs), folder, {"lang": "en", "name": "short", "version": "1.0.0"})
    return folder


@pytest.mark.parametrize("which", ["theirs", "short"])
def test_the_engine_finds_what_spacy_finds(which: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(which)
    ours, spacys = Model(Package(folder)), SpacyNames(folder)
    found = 0
    for text in (*SENTENCES, " ".join(SENTENCES)):
        names = spacys.names(text)
        assert ours.names(text) == names, text
        found += len(names)
    assert found > 100


def test_vectors_count(theirs: Path, tmp_path: Path) -> None:
    shutil.copytree(theirs, tmp_path, dirs_exist_ok=True)
    np.save(tmp_path / "none.npy", np.zeros_like(np.load(theirs / ROWS_FILE)))
    (tmp_path / "none.npy").rename(tmp_path / ROWS_FILE)
    text = " ".join(SENTENCES)
    assert Model(Package(theirs)).names(text) != Model(Package(tmp_path)).names(text)


def test_training_writes_them_as_narrow_as_the_network_and_of_one_size(short: Path) -> None:
    table = np.load(short / ROWS_FILE)
    assert table.shape[1] == NARROW
    assert (table.astype(np.float16) == table).all()
    assert ((short / KEYS_FILE).stat().st_size - 5) % RECORD.itemsize == 0
    assert (short / "vocab" / "strings.json").read_bytes() == b"[]\n"  # no word of the texts


def test_words_without_a_vector_get_zeros(theirs: Path) -> None:
    vectors = read_vectors(Package(theirs))
    known = vectors.words[:3]
    found = vectors(np.concatenate([known, known + np.uint64(1)]))
    assert (found[:3] == vectors.table[vectors.rows[:3]]).all()
    assert found[:3].any()
    assert not found[3:].any()


def test_a_pipeline_whose_vectors_are_missing_or_broken_is_refused(
    theirs: Path, tmp_path: Path
) -> None:
    shutil.copytree(theirs, tmp_path, dirs_exist_ok=True)
    (tmp_path / KEYS_FILE).write_bytes(b"\xdf\x00")
    with pytest.raises(UnusablePackage, match="no vectors of words"):
        Model(Package(tmp_path))
    (tmp_path / ROWS_FILE).unlink()
    with pytest.raises(UnusablePackage, match="no vectors of words"):
        Model(Package(tmp_path))


@pytest.mark.parametrize("number", [{5: -1}, {-5: 1}])
def test_words_with_numbers_that_cannot_be_are_refused(
    number: dict[int, int], theirs: Path, tmp_path: Path
) -> None:
    shutil.copytree(theirs, tmp_path, dirs_exist_ok=True)
    (tmp_path / KEYS_FILE).write_bytes(msgspec.msgpack.encode(number))
    with pytest.raises(UnusablePackage, match="no vectors of words"):
        Model(Package(tmp_path))


def test_words_that_were_cut_off_are_missed(short: Path, tmp_path: Path) -> None:
    shutil.copytree(short, tmp_path, dirs_exist_ok=True)
    whole = (short / KEYS_FILE).read_bytes()
    (tmp_path / KEYS_FILE).write_bytes(whole[: -RECORD.itemsize])
    with pytest.raises(UnusablePackage, match="no vectors of words"):
        Model(Package(tmp_path))


def test_a_table_that_is_empty_or_flat_is_refused(theirs: Path, tmp_path: Path) -> None:
    shutil.copytree(theirs, tmp_path, dirs_exist_ok=True)
    (tmp_path / ROWS_FILE).write_bytes(b"")
    with pytest.raises(UnusablePackage, match="no vectors of words"):
        Model(Package(tmp_path))
    with (tmp_path / ROWS_FILE).open("wb") as file:
        np.save(file, np.zeros(500, np.float32))
    with pytest.raises(UnusablePackage, match="1 dimensions"):
        Model(Package(tmp_path))
