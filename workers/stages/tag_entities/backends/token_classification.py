"""Models of transformers that label tokens, from a folder or the hub: in ONNX, else by torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workers.stages.tag_entities.backend import Backend, Name
from workers.stages.tag_entities.backends.chain import Labelled, names_of
from workers.stages.tag_entities.backends.labels import entity_type, position
from workers.stages.tag_entities.backends.model_files import (
    has_weights,
    model_folder,
    onnx_file,
    read_json,
)
from workers.stages.tag_entities.backends.onnx_session import Array, OnnxSession, open_tokenizer
from workers.stages.tag_entities.backends.unusable import UnusableModel
from workers.stages.tag_entities.backends.windows import windows

LONGEST = 512
"""Tokens that are read at once, if the model can take that many."""
OVERLAP = 64
"""Tokens that two windows share."""

Scores = Callable[[Sequence[int]], Array]
"""Token numbers → one row of scores for each."""


def open_token_classifier(name: str) -> tuple[Backend, str]:
    """The model and its version."""
    folder = model_folder(name)
    config = read_json(folder / "config.json")
    labels = _labels(config, folder)
    longest = _longest(config)
    tokenizer = open_tokenizer(folder)
    if path := onnx_file(folder):
        session = OnnxSession(path)
        unknown = session.inputs.keys() - {"input_ids", "attention_mask", "token_type_ids"}
        if unknown:
            raise UnusableModel(f"{path} wants {', '.join(sorted(unknown))}: no token classifier")
        scores: Scores = _onnx_scores(session)
    elif has_weights(folder):
        scores = _torch_scores(folder)
    else:
        raise UnusableModel(f"{folder} has neither model.onnx nor weights for torch")
    version = str(config.get("_commit_hash") or config.get("transformers_version") or "?")
    return TokenClassifier(tokenizer, scores, labels, longest), version


def _labels(config: dict[str, Any], folder: Path) -> list[str]:
    found = config.get("id2label")
    if not isinstance(found, dict) or not found:
        raise UnusableModel(f"{folder / 'config.json'} names no labels (id2label)")
    labels = [str(found[key]) for key in sorted(found, key=int)]
    if not any(entity_type(position(label)[1]) for label in labels):
        shown = ", ".join(labels[:6])
        raise UnusableModel(f"{folder} has no label for persons, organisations or places: {shown}")
    return labels


def _longest(config: dict[str, Any]) -> int:
    positions = config.get("max_position_embeddings")
    # RoBERTa and its kin count positions from their padding token on, and so lose two.
    return min(LONGEST, positions - 2) if isinstance(positions, int) and positions > 0 else LONGEST


def _onnx_scores(session: OnnxSession) -> Scores:
    def scores(tokens: Sequence[int]) -> Array:
        ids = np.array([tokens], dtype=np.int64)
        offered = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        found: Array = session.run(offered)[0]
        return found

    return scores


def _torch_scores(folder: Path) -> Scores:
    try:
        import torch
        from transformers import AutoModelForTokenClassification
    except ImportError:
        raise UnusableModel(
            f"{folder} has no model.onnx, and its weights need torch and transformers: "
            "pip install torch transformers, or export it to ONNX"
        ) from None
    torch.set_num_threads(1)
    model = AutoModelForTokenClassification.from_pretrained(str(folder), local_files_only=True)
    model.eval()

    def scores(tokens: Sequence[int]) -> Array:
        with torch.inference_mode():
            found: Array = model(input_ids=torch.tensor([list(tokens)])).logits[0].numpy()
        return found

    return scores


class TokenClassifier:
    """A label per token; a word has that of its first token."""

    def __init__(
        self, tokenizer: Any, scores: Scores, labels: Sequence[str], longest: int = LONGEST
    ) -> None:
        self._tokenizer = tokenizer
        self._scores = scores
        self._labels = labels
        plain = tokenizer.encode("a", add_special_tokens=False).ids
        whole = tokenizer.encode("a").ids
        at = next(i for i in range(len(whole)) if whole[i : i + len(plain)] == plain)
        self._before, self._behind = whole[:at], whole[at + len(plain) :]
        self._size = max(2, longest - len(self._before) - len(self._behind))
        self._overlap = min(OVERLAP, self._size // 2)

    def names(self, text: str) -> list[Name]:
        """The names in this text; see ``Backend``."""
        return names_of(text, self._labelled(text))

    def _labelled(self, text: str) -> Iterator[Labelled]:
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        ids, offsets, words = encoding.ids, encoding.offsets, encoding.word_ids
        best: list[int] = []
        for window in windows(len(ids), self._size, self._overlap):
            tokens = [*self._before, *ids[window.start : window.end], *self._behind]
            rows = self._scores(tokens).argmax(axis=-1)
            skipped = len(self._before) - window.start
            best.extend(rows[window.from_ + skipped : window.to + skipped].tolist())
        at = 0
        while at < len(ids):
            end = at + 1
            while end < len(ids) and words[at] is not None and words[end] == words[at]:
                end += 1
            start, stop = offsets[at][0], offsets[end - 1][1]
            word = text[start:stop]
            start += len(word) - len(word.lstrip())  # some tokens begin with their space
            yield Labelled(start, stop, self._labels[best[at]])
            at = end
