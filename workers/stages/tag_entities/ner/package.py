"""The folder of a trained spaCy pipeline: what it says of itself, its rules and its weights."""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Parameters = Mapping[str, Floats]


class UnusablePackage(ValueError):  # noqa: N818 - it is what the package is, not how we fail
    """No spaCy package of this name, or one that is built in another way."""


class _Meta(msgspec.Struct):
    version: str


class _Node(msgspec.Struct):
    name: str


class _Network(msgspec.Struct):
    """thinc's ``Model.to_bytes``; of an array the bytes are not copied out of the file."""

    nodes: list[_Node]
    attrs: list[dict[str, bytes]]
    params: list[dict[str, dict[bytes, msgspec.Raw] | None]]


@dataclass(frozen=True)
class Layer:
    """One node of a thinc model."""

    name: str
    attributes: Mapping[str, Any]
    parameters: Parameters


class Package:
    """One trained pipeline on disk.

    ``where`` is a folder that ``Language.to_disk`` wrote, or the name of an installed package; that
    is found without being imported, because its import would bring all of spaCy.

    The file with the weights is mapped into memory: it opens at once and all processes share its
    pages. Of the 4.6 to 7.7 MB of a model's weights only the 1.8 MB of its layers are copied, since
    numpy wants them in another order, and a pool's processes are forked behind that and share the
    copies too. A file in an order of our own would save no more than that, once for each worker.
    """

    def __init__(self, where: str | Path) -> None:
        self._folder = where if isinstance(where, Path) else _installed(where)
        try:
            meta = msgspec.json.decode((self._folder / "meta.json").read_bytes(), type=_Meta)
        except (OSError, msgspec.MsgspecError) as error:
            raise UnusablePackage(f"no spaCy pipeline in {self._folder}: {error}") from error
        self.version = meta.version

    def unpacked(self, file: str) -> dict[Any, Any]:
        """What a file of the package holds (MessagePack or JSON); nothing if it is missing."""
        path = self.file(file)
        content = path.read_bytes() if path.is_file() else b""
        decode = msgspec.json.decode if content.startswith(b"{") else msgspec.msgpack.decode
        try:
            found = decode(content) if content else {}
        except msgspec.MsgspecError as error:
            raise UnusablePackage(f"{path}: {error}") from error
        return found if isinstance(found, dict) else {}

    def file(self, name: str) -> Path:
        """Where a file of the package lies, if it has it."""
        return self._folder / name

    def network(self, component: str) -> list[Layer]:
        """The layers of a component's network, in thinc's order (breadth first)."""
        path = self._folder / component / "model"
        try:
            with path.open("rb") as file:
                content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            found = msgspec.msgpack.decode(content, type=_Network)
        except (OSError, ValueError) as error:
            raise UnusablePackage(f"no network in {path}: {error}") from error
        return [
            Layer(
                node.name,
                {name: msgspec.msgpack.decode(packed) for name, packed in attributes.items()},
                {name: _array(packed) for name, packed in parameters.items() if packed},
            )
            for node, attributes, parameters in zip(
                found.nodes, found.attrs, found.params, strict=True
            )
        ]


def _installed(name: str) -> Path:
    found = find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise UnusablePackage(f"the package {name} is not installed")
    inside = Path(found.submodule_search_locations[0])
    folders = sorted(path.parent for path in inside.glob("*/meta.json"))
    return folders[-1] if folders else inside


def _array(packed: Mapping[bytes, msgspec.Raw]) -> Floats:
    """An array as msgpack-numpy writes it."""
    kind = msgspec.msgpack.decode(packed[b"type"], type=str)
    if kind != "<f4":
        raise UnusablePackage(f"weights of type {kind}, not float32")
    shape = msgspec.msgpack.decode(packed[b"shape"], type=tuple[int, ...])
    data = msgspec.msgpack.decode(packed[b"data"], type=memoryview)
    return np.frombuffer(data, "<f4").reshape(shape)
