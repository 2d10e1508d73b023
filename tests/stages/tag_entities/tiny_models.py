"""Models made on the spot: what a word is stands in a table, and the graph looks it up."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from workers.stages.tag_entities.backends.gliner_model import ASKED

WORDS = ("[UNK]", "[CLS]", "[SEP]", "Anneke", "Dijkman", "Zymbrex", "Energie", "Utrecht")
LABELS = ("O", "B-PER", "I-PER", "B-ORG", "L-ORG", "U-LOC")
OF_WORDS = {"Anneke": 1, "Dijkman": 2, "Zymbrex": 3, "Energie": 4, "Utrecht": 5}
TEXT = "In Utrecht 🚢 zag Anneke Dijkman\r\nZymbrex Energie, e\u0301n Dijkman עברית 東京 Utrecht."
NAMES = [
    ("Utrecht", "place"),
    ("Anneke Dijkman", "person"),
    ("Zymbrex Energie", "organisation"),
    ("Dijkman", "person"),
    ("Utrecht", "place"),
]


def token_classifier(folder: Path, positions: int = 40) -> Path:
    """A folder as an exporter of transformers leaves it."""
    table = np.zeros((len(WORDS), len(LABELS)), np.float32)
    for word, label in OF_WORDS.items():
        table[WORDS.index(word), label] = 5
    folder.mkdir()
    _tokenizer(WORDS, special=True).save(str(folder / "tokenizer.json"))
    config = {"id2label": dict(enumerate(LABELS)), "max_position_embeddings": positions}
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    nodes = [helper.make_node("Gather", ["table", "input_ids"], ["logits"])]
    inputs = ["input_ids", "attention_mask"]
    _save(folder, nodes, inputs, {"table": table})
    return folder


def gliner(folder: Path, *, spans: bool, longest: int = 20, widest: int = 3) -> Path:
    """A folder as GLiNER's export leaves it; scores depend on a word's number alone."""
    words = (*WORDS, "<<ENT>>", "<<SEP>>", *ASKED)
    kinds = len(ASKED)
    table = np.full((len(words), widest if spans else kinds, kinds if spans else 3), -5.0)
    for name, label in (("Anneke Dijkman", 0), ("Zymbrex Energie", 1), ("Utrecht", 2)):
        parts = [words.index(word) for word in name.split()]
        if spans:
            table[parts[0], len(parts) - 1, label] = 5
            continue
        table[parts[0], label, 0] = table[parts[-1], label, 1] = 5
        table[parts, label, 2] = 5
    if spans:
        table[words.index("Dijkman"), 0, 0] = 4  # less than the whole name
    else:
        table[words.index("Dijkman"), 0, 0] = 4
    folder.mkdir()
    _tokenizer(words, special=False).save(str(folder / "tokenizer.json"))
    config = {"max_width": widest, "max_len": longest}
    (folder / "gliner_config.json").write_text(json.dumps(config), "utf-8")
    rest = helper.make_node("Slice", ["input_ids", "from", "to", "axis"], ["text"])
    rows = helper.make_node("Gather", ["flat", "text"], ["rows"])
    shaped = helper.make_node("Reshape", ["rows", "shape"], ["logits"])
    constants: dict[str, npt.NDArray[np.generic]] = {
        "flat": table.reshape(len(words), -1).astype(np.float32),
        "from": np.array([2 * kinds + 1]),
        "to": np.array([1_000_000]),
        "axis": np.array([1]),
        "shape": np.array([1, -1, *table.shape[1:]]),
    }
    inputs = ["input_ids", "attention_mask", "words_mask", "text_lengths"]
    _save(folder, [rest, rows, shaped], [*inputs, *(["span_idx"] if spans else [])], constants)
    return folder


def _tokenizer(words: Sequence[str], *, special: bool) -> Tokenizer:
    tokenizer = Tokenizer(WordLevel({word: n for n, word in enumerate(words)}, unk_token="[UNK]"))
    if special:
        tokenizer.pre_tokenizer = Whitespace()
        tokenizer.post_processor = TemplateProcessing(
            single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
        )
    return tokenizer


def _save(
    folder: Path,
    nodes: Sequence[onnx.NodeProto],
    inputs: Sequence[str],
    constants: Mapping[str, npt.NDArray[np.generic]],
) -> None:
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, TensorProto.INT64, None) for name in inputs],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(folder / "model.onnx"))
