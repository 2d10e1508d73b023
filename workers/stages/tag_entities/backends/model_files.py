"""The files of a model: in a folder, or on the hub."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workers.stages.tag_entities.backends.unusable import UnusableModel

EXTRA = "pip install 'copydesk[models]'"
WANTED = ("*.json", "*.txt", "*.model", "*.onnx", "*.onnx_data", "*.safetensors", "*.bin")


def model_folder(name: str) -> Path:
    """The folder of this name, else of the hub's copy (``owner/name``, ``owner/name@revision``).

    A copy from the hub stays in its client's cache; HF_HUB_OFFLINE=1 forbids to fetch one.
    """
    folder = Path(name)
    if folder.is_dir():
        return folder
    if folder.is_absolute() or name.startswith(".") or name.count("/") != 1:
        raise UnusableModel(f"there is no folder {name}, and no model on the hub is called so")
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise UnusableModel(
            f"there is no folder {name}, and to fetch it from the hub needs {EXTRA}"
        ) from None
    repository, _, revision = name.partition("@")
    try:
        return Path(
            snapshot_download(repository, revision=revision or None, allow_patterns=list(WANTED))
        )
    except Exception as error:  # the client has dozens of them
        first = str(error).strip().partition("\n")[0]
        raise UnusableModel(
            f"{name} is no folder and cannot be fetched from the hub "
            f"({type(error).__name__}: {first}); give a folder that holds it"
        ) from error


def read_json(path: Path) -> dict[str, Any]:
    """What a model says of itself in this file."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UnusableModel(f"{path} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise UnusableModel(f"{path} holds no settings of a model")
    return found


def onnx_file(folder: Path) -> Path | None:
    """The model in ONNX, where exporters put it."""
    for name in (
        "model.onnx",
        "onnx/model.onnx",
        "model_quantized.onnx",
        "onnx/model_quantized.onnx",
    ):
        if (folder / name).is_file():
            return folder / name
    return None


def has_weights(folder: Path) -> bool:
    """Whether there are weights for torch."""
    return any(folder.glob("*.safetensors")) or any(folder.glob("pytorch_model*.bin"))
