"""A model in ONNX, run on one thread: the pool's processes are the parallelism."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workers.stages.tag_entities.backends.model_files import EXTRA
from workers.stages.tag_entities.backends.unusable import UnusableModel

Array = npt.NDArray[Any]


class OnnxSession:
    """The model's inputs by name → its first output. Of what is offered it takes what it needs."""

    def __init__(self, path: Path) -> None:
        try:
            import onnxruntime
        except ImportError:
            raise UnusableModel(f"{path.name} needs onnxruntime: {EXTRA}") from None
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's own kinds have no common base of their own
            raise UnusableModel(f"{path} cannot be loaded: {error}") from error
        self.inputs: Mapping[str, str] = {put.name: put.type for put in self._session.get_inputs()}

    def run(self, offered: Mapping[str, Array]) -> Array:
        """The first output."""
        given = {
            name: offered[name].astype(bool if kind == "tensor(bool)" else np.int64)
            for name, kind in self.inputs.items()
        }
        output: Array = self._session.run(None, given)[0]
        return output


def open_tokenizer(folder: Path) -> Any:
    """The folder's ``tokenizer.json``, without truncation and padding."""
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise UnusableModel(f"{folder} needs tokenizers: {EXTRA}") from None
    path = folder / "tokenizer.json"
    if not path.is_file():
        raise UnusableModel(f"{folder} has no tokenizer.json; save the model with a fast tokenizer")
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises Exception itself
        raise UnusableModel(f"{path} cannot be read: {error}") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
