"""The encoder that teaches: how it reads, that it learns, and that its packages are checked."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

from workers.stages.tag_entities.training import encoder_parts, pieces
from workers.stages.tag_entities.training.corpus import NamedSpan, Tagged
from workers.stages.tag_entities.training.pieces import (
    LENGTHS,
    NO_TAG,
    TAGS,
    TOGETHER,
    batches,
    cut,
    filled,
    open_tokenizer,
)
from workers.stages.tag_entities.training.variants import joined

WIDTH, WIDE, LAYERS = 24, 48, 1
WORDS = ["<s>", "<pad>", "</s>", "[UNK]", ".", ",", "'", "mira", "holt", "sees", "varn", "works"]
WORDS += ["at", "the", "mill", "of", "in", "bo", "lund", "nobody", "came", "york"]


def write_tokenizer(folder: Path) -> Path:
    tokenizer = Tokenizer(WordPiece({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.save(str(folder / encoder_parts.TOKENIZER))
    return folder / encoder_parts.TOKENIZER


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return open_tokenizer(write_tokenizer(tmp_path_factory.mktemp("tokenizer")))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small encoder with random weights."""
    numpy_files = pytest.importorskip("safetensors.numpy")
    made = tmp_path_factory.mktemp("encoder")
    write_tokenizer(made)
    chance = np.random.default_rng(3)
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (len(WORDS), WIDTH),
        "embeddings.position_embeddings.weight": (300, WIDTH),
        "embeddings.LayerNorm.weight": (WIDTH,),
        "embeddings.LayerNorm.bias": (WIDTH,),
        "encoder.relative_attention_bias.weight": (32, 12),
    }
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        for part in (
            "attention.attn.q",
            "attention.attn.k",
            "attention.attn.v",
            "attention.attn.o",
        ):
            shapes |= {f"{at}{part}.weight": (WIDTH, WIDTH), f"{at}{part}.bias": (WIDTH,)}
        for part in ("attention.LayerNorm", "output.LayerNorm"):
            shapes |= {f"{at}{part}.weight": (WIDTH,), f"{at}{part}.bias": (WIDTH,)}
        shapes |= {
            f"{at}intermediate.dense.weight": (WIDE, WIDTH),
            f"{at}intermediate.dense.bias": (WIDE,),
            f"{at}output.dense.weight": (WIDTH, WIDE),
            f"{at}output.dense.bias": (WIDTH,),
        }
    arrays = {
        name: np.ones(shape, "f")
        if name.endswith("LayerNorm.weight")
        else chance.normal(0, 0.2, shape).astype("f")
        for name, shape in shapes.items()
    }
    numpy_files.save_file(arrays, made / encoder_parts.WEIGHTS)
    return made


def tagged(text: str, **names: str) -> Tagged:
    spans = [
        NamedSpan(text.index(name), text.index(name) + len(name), label)
        for label, name in names.items()
    ]
    return Tagged(text, tuple(sorted(spans)))


ONE = tagged("Mira Holt works at the Mill of Varn, in Varn.", PER="Mira Holt", ORG="Mill of Varn")


def test_a_text_in_pieces_has_its_tags_at_the_first_piece_of_words(tokenizer: Any) -> None:
    found = cut(tokenizer, ONE)
    named = {
        ONE.text[start:end]: TAGS[found.tags[piece]]
        for piece, start, end in found.words
        if found.tags[piece] > 0
    }
    assert named == {
        "Mira": "B-PER", "Holt": "I-PER", "Mill": "B-ORG", "of": "I-ORG", "Varn": "I-ORG",
    }  # fmt: skip
    assert found.tags[0] == found.tags[-1] == NO_TAG
    assert len(found.numbers) == len(found.written) == len(found.tags)


def test_how_a_word_is_written_is_told_apart(tokenizer: Any) -> None:
    text = "mira Mira MIRA M mIra 7 ."
    found = cut(tokenizer, Tagged(text))
    assert found.written == [0, 1, 2, 3, 4, 5, 6, 7, 0]


def test_every_text_is_in_one_batch_of_a_few_shapes(tokenizer: Any) -> None:
    texts = [cut(tokenizer, Tagged("Mira " * count)) for count in range(1, 300, 7)]
    made = list(batches(texts, random.Random(1)))
    assert sorted(map(id, texts)) == sorted(id(one) for batch in made for one in batch)
    for batch in made:
        arrays = filled(batch)
        assert arrays.numbers.shape[1] in LENGTHS
        assert arrays.numbers.size == arrays.tags.size == TOGETHER


def test_sentences_are_joined_and_names_stay_in_place() -> None:
    sentences = [ONE, Tagged("Nobody came."), tagged("Bo Lund came.", PER="Bo Lund")] * 5
    found = list(joined(sentences, random.Random(2)))
    assert len(found) < len(sentences)
    assert " ".join(one.text for one in found) == " ".join(one.text for one in sentences)
    names = [one.text[start:end] for one in found for start, end, _ in one.names]
    assert names == ["Mira Holt", "Mill of Varn", "Bo Lund"] * 5


def test_it_learns_and_reads_lines_and_long_texts(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher = pytest.importorskip("workers.stages.tag_entities.training.teacher")
    lines = [
        tagged("Mira Holt sees the mill.", PER="Mira Holt"),
        tagged("Bo Lund works at the Mill of Varn.", PER="Bo Lund", ORG="Mill of Varn"),
        tagged("Nobody came in York.", LOC="York"),
    ]
    heard: list[str] = []
    monkeypatch.setattr(pieces, "TOGETHER", 256)  # more steps for little text
    texts = list(joined(lines * 1_500, random.Random(4), 12))
    teacher.learn(folder, texts, tmp_path, heard.append, teacher.Rates(5e-3, 5e-3))
    assert heard
    reading = teacher.EncoderTeacher(folder, tmp_path)
    text = "\n".join([one.text for one in lines] + [" ".join(one.text for one in lines) * 40])
    found = reading.names(text)
    assert {text[start:end] for start, end, _ in found} >= {"Mira Holt", "Bo Lund", "York"}
    right = {"Mira Holt": "PER", "Bo Lund": "PER", "Mill of Varn": "ORG", "York": "LOC"}
    share = sum(right.get(text[start:end]) == label for start, end, label in found) / (4 * 41)
    assert share > 0.8
    assert found == sorted(found)
    reading.remember([text])
    assert teacher.EncoderTeacher(folder, tmp_path).names(text) == found  # said before


def test_other_weights_than_expected_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "whole.zip", "w") as packed:
        packed.writestr("folder/model.safetensors", b"weights")
        packed.writestr("folder/tokenizer.json", b"{}")
        packed.writestr("folder/README.md", b"")
    whole = (tmp_path / "whole.zip").read_bytes()
    size = -(-len(whole) // 5)
    parts = {
        package: whole[number * size : (number + 1) * size]
        for number, package in enumerate(encoder_parts.PACKAGES)
    }
    monkeypatch.setattr(encoder_parts, "_part", parts.__getitem__)
    with pytest.raises(ValueError, match="SHA-256"):
        encoder_parts.put_together(tmp_path)
    assert (tmp_path / "model.safetensors").read_bytes() == b"weights"
    assert not (tmp_path / "README.md").exists()


def test_a_missing_part_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_parts, "PACKAGES", ("no-such-package-at-all",))
    with pytest.raises(FileNotFoundError, match="no-such-package-at-all is not installed"):
        encoder_parts.put_together(tmp_path)
