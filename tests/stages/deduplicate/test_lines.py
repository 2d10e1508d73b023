"""Hashes of lines."""

import struct
from base64 import b64decode

from workers.stages.deduplicate import line_hash
from workers.stages.deduplicate.lines import line_hashes


def read(hashes: str) -> list[int]:
    data = b64decode(hashes, validate=True)
    return list(struct.unpack(f"<{len(data) // 8}Q", data))


def test_a_line_has_the_same_hash_however_it_is_set() -> None:
    assert line_hash("  Follow us\u200b on ＸＹＺ ") == line_hash("FOLLOW US ON XYZ")
    assert line_hash("Follow us") != line_hash("Follow me")


def test_lines_are_in_order_and_distinct() -> None:
    assert read(line_hashes(["b", "", "a", "b"])) == [line_hash("b"), line_hash("a")]
    assert line_hashes(["", ""]) == ""


def test_of_many_lines_the_first_and_the_last_are_kept() -> None:
    lines = [f"line {number}" for number in range(100)]
    assert read(line_hashes(lines[:64])) == [line_hash(line) for line in lines[:64]]
    kept = lines[:40] + lines[-24:]
    assert read(line_hashes(lines)) == [line_hash(line) for line in kept]
    assert len(line_hashes(lines)) == 684


def test_the_hash_never_changes() -> None:
    assert line_hash("The ferry was late.") == 11319076417288833044
