"""The bytes of a WARC file, unpacked and watched, so that none of them end in silence.

The reader of records takes a file that ends within a header, or within a packed one, for a file
that is over. Here is known how far each gzip member goes, and where the next record may begin
behind a damaged place.
"""

from __future__ import annotations

import io
import zlib
from collections import deque
from typing import BinaryIO

MAGIC = b"\x1f\x8b\x08"
BEGIN = b"WARC/"
_PIECE = 256 * 1024
_UNPACKED = 256 * 1024
_LINE = b"\n" + BEGIN
_PADDING = b"\r\n\0"
_HEAD = 70_000
"""Bytes in which the head of a record ends."""


class Unpacked(io.RawIOBase):
    """A file from a place on, unpacked; it ends where it is damaged, and says so in ``fault``."""

    def __init__(self, file: BinaryIO, start: int) -> None:
        self._file = file
        self.packed = _at(file, start, len(MAGIC)) == MAGIC
        self._given = 0
        self._left = b""
        self._read = start
        """Place in the file behind what is in ``_left``."""
        self._inflater: zlib._Decompress | None = None
        self._members: deque[tuple[int, int]] = deque([] if self.packed else [(0, start)])
        """Where members begin, unpacked and in the file, of those that are still asked for."""
        self.fault: str | None = None
        file.seek(start)

    def readable(self) -> bool:
        """As of any file."""
        return True

    def tell(self) -> int:
        """How far it was read, unpacked."""
        return self._given

    def read(self, size: int | None = -1, /) -> bytes:
        """Some bytes, at most ``size``; none at the end."""
        most = _UNPACKED if size is None or size < 0 else min(size, _UNPACKED)
        data = self._unpacked(most) if self.packed else self._file.read(most)
        self._given += len(data)
        return data

    def place_of(self, position: int) -> int:
        """Where in the file the record is that begins here, or the member that it is in.

        Positions only grow from call to call.
        """
        while len(self._members) > 1 and self._members[1][0] <= position:
            self._members.popleft()
        unpacked, place = self._members[0]
        return place if self.packed else place + position - unpacked

    def cut(self, position: int, length: int) -> str | None:
        """Whether the file ends within the last record, of which position and length are given.

        Who only passes over a record does not notice: its length may be damaged, and then hides all
        that follows. Of a record in a packed file the head is not counted.
        """
        if self.packed:
            missing = position + length - self._given
        else:
            place = self.place_of(position)
            ends = _at(self._file, place, _HEAD).find(b"\r\n\r\n")
            missing = place + ends + 4 + length - self._file.seek(0, io.SEEK_END)
            if ends < 0:
                return None
        return f"the file ends within it, {missing:,} bytes early" if missing > 0 else None

    def rest(self, position: int, length: int) -> str | None:
        """What is wrong with what follows the last record, of which position and length are given.

        Only for files that are not packed: of the others the members tell.
        """
        if self.packed:
            return None
        place = self.place_of(position)
        head = _at(self._file, place, _HEAD)
        ends = head.find(b"\r\n\r\n")
        if ends < 0:
            return "its head has no end" if head.strip(_PADDING) else None
        after = _at(self._file, place + ends + 4 + length, _HEAD)
        if not after.strip(_PADDING):
            return None
        return f"{len(after):,} bytes behind it are no whole record"

    def _unpacked(self, most: int) -> bytes:
        while not self.fault:
            if self._inflater is None and not self._begins_another():
                break
            assert self._inflater is not None
            data = self._left or self._next()
            try:
                piece = self._inflater.decompress(data, most)
            except zlib.error as error:
                self.fault = f"cannot be unpacked: {error}"
                break
            if self._inflater.eof:
                self._left, self._inflater = self._inflater.unused_data, None
            else:
                self._left = self._inflater.unconsumed_tail
                if not data and not piece:
                    self.fault = "the file ends within it"
            if piece:
                return piece
        return b""

    def _begins_another(self) -> bool:
        """Whether there is another member, with which it goes on then."""
        while True:
            self._left = self._left.lstrip(b"\0")  # as archives of tapes end
            if len(self._left) < len(MAGIC) and (data := self._next()):
                self._left += data
                continue
            break
        if not self._left:
            return False
        if not self._left.startswith(MAGIC):
            self.fault = f"no gzip member begins at byte {self._place():,}"
            return False
        self._inflater = zlib.decompressobj(31)
        self._members.append((self._given, self._place()))
        return True

    def _next(self) -> bytes:
        data = self._file.read(_PIECE)
        self._read += len(data)
        return data

    def _place(self) -> int:
        return self._read - len(self._left)


def next_record(file: BinaryIO, after: int) -> int | None:
    """Where the next record may begin from a place on; None if nowhere."""
    overlap = max(len(_LINE), len(MAGIC)) - 1
    file.seek(max(after - 1, 0))
    place = max(after - 1, 0)
    data = b""
    while piece := file.read(_PIECE):
        data += piece
        at = -1
        while (at := _either(data, at + 1)) >= 0:
            begins = place + at + (data[at : at + 1] == b"\n")
            if begins >= after and _begins(file, begins):
                return begins
        keep = data[-overlap:]
        place += len(data) - len(keep)
        data = keep
        file.seek(place + len(keep))
    return None


def _either(data: bytes, start: int) -> int:
    found = [at for at in (data.find(MAGIC, start), data.find(_LINE, start)) if at >= 0]
    return min(found, default=-1)


def _begins(file: BinaryIO, place: int) -> bool:
    """Whether a record is there, packed or not."""
    data = _at(file, place, 4096)
    if data.startswith(MAGIC):
        try:
            data = zlib.decompressobj(31).decompress(data, len(BEGIN))
        except zlib.error:
            return False
    return data.startswith(BEGIN)


def _at(file: BinaryIO, place: int, size: int) -> bytes:
    file.seek(place)
    return file.read(size)
