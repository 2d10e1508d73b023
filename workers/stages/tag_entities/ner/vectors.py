"""Vectors of words that were made elsewhere from much text, looked up by the word as written."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from workers.stages.tag_entities.ner.package import Floats, Package, UnusablePackage

KEYS_FILE, ROWS_FILE = "vocab/key2row", "vocab/vectors"
RECORD = np.dtype([("wide", "u1"), ("word", ">u8"), ("short", "u1"), ("row", ">u2")])
"""A pair of ``KEYS_FILE`` where all are of one size: MessagePack's marks before the numbers."""
HEAD, WIDE, SHORT = 0xDF, 0xCF, 0xCD
"""Those marks: of a map, of an integer of 64 bits, of one of 16."""


@dataclass(frozen=True)
class Vectors:
    """Rows by the numbers of words; several words may share one."""

    words: npt.NDArray[np.uint64]
    """In order."""
    rows: npt.NDArray[np.uint32]
    """For each of ``words`` its row of ``table``."""
    table: Floats

    def __call__(self, words: npt.NDArray[np.uint64]) -> Floats:
        """A row for each word, of zeros for unknown ones."""
        places = np.minimum(np.searchsorted(self.words, words), len(self.words) - 1)
        found = np.asarray(self.table[self.rows[places]])
        found[self.words[places] != words] = 0
        return found


def read_vectors(package: Package) -> Vectors:
    """The vectors of a pipeline's vocabulary; raises ``UnusablePackage`` if it has none.

    The table stays in its file, which is mapped into memory.
    """
    try:
        table = np.load(package.file(ROWS_FILE), mmap_mode="r", allow_pickle=False)
        packed = package.file(KEYS_FILE).read_bytes()
        words, rows = _pairs(packed)
    except (OSError, EOFError, OverflowError, ValueError, msgspec.MsgspecError) as error:
        raise UnusablePackage(f"no vectors of words: {error}") from error
    if table.dtype != np.float32 or table.ndim != 2:
        raise UnusablePackage(f"vectors of type {table.dtype} in {table.ndim} dimensions")
    if not len(words) or rows.max() >= len(table):
        raise UnusablePackage(f"{len(words)} words for {len(table)} vectors")
    order = np.argsort(words, kind="stable")  # which is fast if they are in order
    return Vectors(words[order], rows[order], table)


def _pairs(packed: bytes) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint32]]:
    """Words and rows; at once if all are written in one size, as ``train.py`` does."""
    if packed[:1] == bytes([HEAD]) and len(packed) % RECORD.itemsize == 5:
        records = np.frombuffer(packed, RECORD, offset=5)
        whole = len(records) == int.from_bytes(packed[1:5], "big")
        if whole and (records["wide"] == WIDE).all() and (records["short"] == SHORT).all():
            return records["word"].astype(np.uint64), records["row"].astype(np.uint32)
    found = msgspec.msgpack.decode(packed, type=dict[int, int])
    return (
        np.fromiter(found.keys(), np.uint64, len(found)),
        np.fromiter(found.values(), np.uint32, len(found)),
    )
