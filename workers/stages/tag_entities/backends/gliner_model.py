"""GLiNER models, from a folder or the hub: in ONNX, else by the package ``gliner``.

They are asked for types by name. Their input is a prompt of those names and the text's words; their
output scores either every stretch of words up to a width, or for every word whether a name begins
there, ends there and passes through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from workers.stages.tag_entities.backend import Backend, Name
from workers.stages.tag_entities.backends.model_files import (
    has_weights,
    model_folder,
    onnx_file,
    read_json,
)
from workers.stages.tag_entities.backends.onnx_session import Array, OnnxSession, open_tokenizer
from workers.stages.tag_entities.backends.unusable import UnusableModel
from workers.stages.tag_entities.backends.windows import windows

ASKED = ("person", "organization", "location", "event", "date")
"""The types that a model is asked for, in words that such models were trained with."""
LEAST = 0.5
"""Score from which a stretch is a name."""
LONGEST = 384
"""Words that are read at once, if the model says nothing else."""
OVERLAP = 32
WIDEST = 12
"""Words of a name, if the model says nothing else."""

_WORD = re.compile(r"\w+(?:[-_]\w+)*|\S")
_SPAN_INPUTS = {"span_idx", "span_mask"}
_INPUTS = {"input_ids", "attention_mask", "token_type_ids", "words_mask", "text_lengths"}


class Scored(NamedTuple):
    """A stretch of words, the last one included."""

    first: int
    last: int
    label: str
    score: float


def open_gliner(name: str) -> tuple[Backend, str]:
    """The model and its version."""
    folder = model_folder(name)
    config = read_json(folder / "gliner_config.json")
    version = str(config.get("_commit_hash") or config.get("gliner_version") or "?")
    if path := onnx_file(folder):
        if config.get("labels_encoder"):
            raise UnusableModel(f"{folder} encodes labels apart, which is not read from ONNX")
        session = OnnxSession(path)
        unknown = session.inputs.keys() - _INPUTS - _SPAN_INPUTS
        if unknown or not {"input_ids", "words_mask"} <= session.inputs.keys():
            shown = ", ".join(sorted(session.inputs))
            raise UnusableModel(f"{path} is no GLiNER model that is known; it wants {shown}")
        return OnnxGliner(open_tokenizer(folder), session, config), version
    if not has_weights(folder):
        raise UnusableModel(f"{folder} has neither model.onnx nor weights for torch")
    return _TorchGliner(folder), version


class OnnxGliner:
    """A GLiNER model with the prompt in its text, exported to ONNX."""

    def __init__(self, tokenizer: Any, session: OnnxSession, config: dict[str, Any]) -> None:
        self._tokenizer = tokenizer
        self._session = session
        self._widest = int(config.get("max_width") or WIDEST)
        self._longest = max(2, min(int(config.get("max_len") or LONGEST), LONGEST))
        self._spans = "span_idx" in session.inputs
        entity = str(config.get("ent_token") or "<<ENT>>")
        separator = str(config.get("sep_token") or "<<SEP>>")
        self._prompt = [part for label in ASKED for part in (entity, label)] + [separator]

    def names(self, text: str) -> list[Name]:
        """The names in this text; see ``Backend``."""
        words = [match.span() for match in _WORD.finditer(text)]
        overlap = min(OVERLAP, self._longest // 2)
        found: list[Scored] = []
        for window in windows(len(words), self._longest, overlap):
            texts = [text[start:end] for start, end in words[window.start : window.end]]
            found.extend(
                scored._replace(first=first, last=scored.last + window.start)
                for scored in self._scored(texts)
                if window.from_ <= (first := scored.first + window.start) < window.to
            )
        return [
            Name(words[scored.first][0], words[scored.last][1], scored.label)
            for scored in _best(found)
        ]

    def _scored(self, words: Sequence[str]) -> Iterator[Scored]:
        encoding = self._tokenizer.encode([*self._prompt, *words], is_pretokenized=True)
        masks: list[int] = []
        previous = None
        for number in encoding.word_ids:
            begins = number is not None and number != previous and number >= len(self._prompt)
            masks.append(number - len(self._prompt) + 1 if begins else 0)
            previous = number
        starts = np.repeat(np.arange(len(words)), self._widest)
        ends = starts + np.tile(np.arange(self._widest), len(words))
        ids = np.array([encoding.ids])
        scores = self._session.run(
            {
                "input_ids": ids,
                "attention_mask": np.ones_like(ids),
                "token_type_ids": np.zeros_like(ids),
                "words_mask": np.array([masks]),
                "text_lengths": np.array([[len(words)]]),
                "span_idx": np.stack([starts, ends], axis=-1)[None] * (ends < len(words))[:, None],
                "span_mask": (ends < len(words))[None],
            }
        )
        probable = 1 / (1 + np.exp(-scores[0].astype(np.float64)))
        return self._of_spans(probable) if self._spans else self._of_words(probable)

    def _of_spans(self, probable: Array) -> Iterator[Scored]:
        """From [word, width, type]."""
        count = len(probable)
        for first, width, kind in zip(*np.nonzero(probable > LEAST), strict=True):
            if first + width < count and kind < len(ASKED):
                score = float(probable[first, width, kind])
                yield Scored(int(first), int(first + width), ASKED[kind], score)

    def _of_words(self, probable: Array) -> Iterator[Scored]:
        """From [word, type, begins or ends or passes through]."""
        for first, kind in zip(*np.nonzero(probable[..., 0] > LEAST), strict=True):
            if kind >= len(ASKED):
                continue
            for last in range(first, min(first + self._widest, len(probable))):
                if probable[last, kind, 2] < LEAST:
                    break
                if probable[last, kind, 1] > LEAST:
                    parts = probable[first, kind, 0], probable[last, kind, 1]
                    inside = probable[first : last + 1, kind, 2].min()
                    score = float(min(*parts, inside))
                    yield Scored(int(first), int(last), ASKED[kind], score)


def _best(found: Sequence[Scored]) -> list[Scored]:
    """Without overlap, the most probable ones first; in order."""
    kept: list[Scored] = []
    for one in sorted(found, key=lambda scored: (-scored.score, scored)):
        if all(one.last < other.first or other.last < one.first for other in kept):
            kept.append(one)
    return sorted(kept)


class _TorchGliner:
    """Any GLiNER model, by its own package."""

    def __init__(self, folder: Path) -> None:
        try:
            import torch
            from gliner import GLiNER
        except ImportError:
            raise UnusableModel(
                f"{folder} has no model.onnx, and its weights need the package gliner: "
                "pip install gliner, or export it to ONNX"
            ) from None
        torch.set_num_threads(1)
        self._model = GLiNER.from_pretrained(str(folder), local_files_only=True)
        self._model.eval()
        self._longest = max(2, int(getattr(self._model.config, "max_len", LONGEST)))

    def names(self, text: str) -> list[Name]:
        """The names in this text; see ``Backend``."""
        words = [match.span() for match in _WORD.finditer(text)]
        overlap = min(OVERLAP, self._longest // 2)
        names: list[Name] = []
        for window in windows(len(words), self._longest, overlap):
            begin, end = words[window.start][0], words[window.end - 1][1]
            low = words[window.from_][0]
            high = words[window.to][0] if window.to < len(words) else len(text)
            for found in self._model.predict_entities(
                text[begin:end], list(ASKED), threshold=LEAST
            ):
                start = begin + found["start"]
                if low <= start < high:
                    names.append(Name(start, begin + found["end"], found["label"]))
        return sorted(names)
