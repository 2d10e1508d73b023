"""Reading articles from files: what is in them arrives, whatever it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.sources import SourceError, check, file_id, key_of, lines, read

GERMAN = "Die Größe des Hafens überrascht die Gäste; künftig fährt die Fähre häufiger. " * 8
RUSSIAN = "Мост через реку открыли для движения в понедельник утром, сообщили власти. " * 30
JAPANESE = "市は月曜日に新しい図書館を開いた。利用者は朝から列を作った。" * 20
BOM = b"\xef\xbb\xbf"

Write = Callable[[str, bytes], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(name: str, data: bytes) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return str(path)

    return to_file


def values(*sources: str) -> list[bytes]:
    return [found.value for found in read(sources)]


def record(source: str) -> dict[str, Any]:
    (value,) = values(source)
    article: dict[str, Any] = json.loads(value)
    return article


def test_jsonl_lines_arrive_as_they_are_with_their_place_and_key(write: Write) -> None:
    name = write("a.jsonl", b'{"id":"x","content":"1"}\n{"url":"u"}\nnot json\n{"content": 2}')
    found = list(read([name]))
    assert [item.where for item in found] == [f"{name}:{n}" for n in (1, 2, 3, 4)]
    assert [item.key for item in found] == [b"x", b"u", None, None]
    assert found[2].value == b"not json"


def test_line_ends_byte_order_mark_and_blank_lines(write: Write) -> None:
    name = write("a.ndjson", BOM + b'{"a":1}\r\n\r\n \t\n{"b":2}\r\n' + BOM + b'{"c":3}\n\n')
    found = list(read([name]))
    assert [item.value for item in found] == [b'{"a":1}', b'{"b":2}', BOM + b'{"c":3}']
    assert [item.where.rpartition(":")[2] for item in found] == ["1", "4", "5"]


@pytest.mark.parametrize("data", [b"", b"\n", BOM, b" \r\n\t\n"])
def test_an_empty_jsonl_file_holds_no_articles(write: Write, data: bytes) -> None:
    assert values(write("a.jsonl", data)) == []


def test_a_json_file_holds_one_article_or_a_list_of_them(write: Write) -> None:
    one = b'{\n "content": "a"\n}'
    assert values(write("one.json", BOM + one)) == [one]
    many = list(read([write("many.json", b'[{"id": "a"}, 5,\n {"id": "b"}]')]))
    assert [item.value for item in many] == [b'{"id":"a"}', b"5", b'{"id":"b"}']
    assert [item.key for item in many] == [b"a", None, b"b"]
    assert many[2].where.endswith("many.json:3")


@pytest.mark.parametrize("data", [b"", b'[{"id": 1}, ', b"\xff\xfe", b'["\\ud800"]', b"null"])
def test_a_broken_json_file_arrives_whole(write: Write, data: bytes) -> None:
    assert values(write("a.json", data)) == [data]


def test_a_list_nested_too_deeply_to_be_written_again_arrives_whole(write: Write) -> None:
    data = b"[" * 600 + b"]" * 600
    assert values(write("a.json", data)) == [data]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "utf-8"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "cp1252"),
        (GERMAN, "utf-16"),
        (RUSSIAN, "cp1251"),
        (JAPANESE, "shift_jis"),
        ("a" + JAPANESE * 100, "shift_jis"),  # 64 KB end in the middle of a character
        ("a" + JAPANESE * 100, "utf-8"),
    ],
)
def test_texts_in_other_encodings(write: Write, text: str, encoding: str) -> None:
    assert record(write("a.txt", text.encode(encoding)))["content"] == text


def test_a_few_damaged_bytes_do_not_turn_a_text_into_another_encoding(write: Write) -> None:
    data = RUSSIAN.encode()
    cut = record(write("cut.txt", data[:-3]))["content"]
    assert cut.startswith(RUSSIAN[:500])
    damaged = record(write("damaged.html", data[:1000] + b"\xff\xfe" + data[1000:]))["content"]
    assert damaged.replace("\ufffd", "") == RUSSIAN


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), b"\0" * 100, b"PK\3\4\0\0"]
)
def test_a_binary_file_arrives_as_its_bytes(write: Write, data: bytes) -> None:
    assert values(write("a.txt", data)) == [data]


def test_pages_and_texts_say_what_they_are(write: Write) -> None:
    page = write("Page.HTM", b"<p>One</p>")
    assert record(page) == {
        **record(page),
        "id": file_id(Path(page)),
        "content": "<p>One</p>",
        "media_type": "text/html",
    }
    assert record(page)["feed"] == {"url": None, "guid": "Page.HTM", "kind": "file"}
    assert record(write("a.TXT", b"One"))["media_type"] == "text/plain"
    assert record(write("empty.txt", b""))["content"] == ""


def test_a_name_that_cannot_be_an_id_is_hashed(write: Write) -> None:
    odd = record(write("two\nlines.txt", b"a"))["id"]
    deep = "/".join(["folder" * 20] * 8)
    first, second = (record(write(f"{deep}/{n}.txt", b"a"))["id"] for n in (1, 2))
    assert first != second
    for id in (odd, first, second):
        assert id.startswith("file-")
        assert id.isprintable()
        assert len(id) <= 512


def test_a_name_that_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.txt")
    try:
        path.write_bytes(b"One")
    except OSError:
        pytest.skip("the file system takes only UTF-8")
    assert record(str(tmp_path))["content"] == "One"


def test_folders_are_read_in_the_order_of_their_paths_and_other_files_left_out(
    write: Write, tmp_path: Path
) -> None:
    for name in ("b.txt", "a/2.html", "a/1.txt", "c.jsonl", "c.xml", ".git/x.pdf"):
        write(name, b'{"content": "x"}')
    places = [Path(found.where).relative_to(tmp_path).as_posix() for found in read([str(tmp_path)])]
    assert places == ["a/1.txt", "a/2.html", "b.txt", "c.jsonl:1"]


def test_sources_are_read_in_the_order_given(write: Write) -> None:
    b, a = write("b.jsonl", b"1\n2"), write("a.jsonl", b"3")
    assert values(b, a, b) == [b"1", b"2", b"3", b"1", b"2"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("missing.jsonl", "no such file"),
        ("a.pdf/x.txt", "no such file"),
        ("a.pdf", "not a kind of file that is read; give .html"),
        ("x" * 5000, "…: cannot be read: File name too long"),
    ],
)
def test_a_wrong_source_is_told_before_anything_is_read(
    write: Write, tmp_path: Path, name: str, expected: str
) -> None:
    write("a.pdf", b"")
    with pytest.raises(SourceError, match=expected) as error:
        check(["-", str(tmp_path), str(tmp_path / name)])
    assert len(str(error.value)) < 500


def test_a_pipe_without_a_known_suffix_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match="- for JSONL on standard input"):
        check([str(tmp_path / "pipe")])


def test_a_file_that_vanishes_is_told(write: Write) -> None:
    name = write("a.txt", b"")
    found = read([name, name])
    next(found)
    Path(name).unlink()
    with pytest.raises(SourceError, match=r"a\.txt: cannot be read: No such file"):
        next(found)


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (b'{"id": "a", "url": "u"}', b"a"),
        (b'{"id": "  ", "url": "u"}', b"u"),
        (b'{"id": 5, "url": "u"}', b"u"),
        ('{"id": "ж"}'.encode(), "ж".encode()),
        (b'["id"]', None),
        (b"\xff", None),
        (b"", None),
    ],
)
def test_versions_of_an_article_share_a_key(value: bytes, key: bytes | None) -> None:
    assert key_of(value) == key


@given(st.lists(st.binary(max_size=20).filter(lambda line: b"\n" not in line)))
def test_no_line_is_lost_or_made(written: list[bytes]) -> None:
    stream = [line + b"\n" for line in written]
    assert len(list(lines(stream))) == len(written)


@given(st.binary(max_size=300))
def test_any_bytes_are_one_record_of_a_document(tmp_path_factory: Any, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "a.html"
    path.write_bytes(data)
    assert len(values(str(path))) == 1


READ_STDIN = (
    "from workers.sources import read\nfor item in read(['-']): print(item.where, item.value)"
)


def test_standard_input_is_jsonl() -> None:
    done = subprocess.run(
        [sys.executable, "-c", READ_STDIN], input=b"1\n\n2", capture_output=True, check=True
    )
    assert done.stdout == b"standard input:1 b'1'\nstandard input:3 b'2'\n"


def test_a_closed_standard_input_is_told() -> None:
    done = subprocess.run(
        f"'{sys.executable}' -c \"{READ_STDIN}\" <&-", shell=True, capture_output=True, check=False
    )
    assert b"SourceError: standard input is closed" in done.stderr
