"""Bytes as text: what a browser makes of them."""

from __future__ import annotations

import pytest

from workers.pages.charset import text_of


@pytest.mark.parametrize(
    ("data", "declared", "text"),
    [
        ("Brücke".encode(), None, "Brücke"),
        ("Brücke".encode("cp1252"), "latin1", "Brücke"),
        ("“Brücke”".encode("cp1252"), "iso-8859-1", "“Brücke”"),
        (b"\xef\xbb\xbfBr\xc3\xbccke", "latin1", "Brücke"),
        ("Brücke".encode("utf-16"), "utf-8", "Brücke"),
        (b'<meta charset="koi8-r">' + "Мост".encode("koi8-r"), None, '<meta charset="koi8-r">Мост'),
        ("朱镕基，繁體".encode("gbk"), "gb2312", "朱镕基，繁體"),
        ("①髙橋".encode("cp932"), "Shift_JIS", "①髙橋"),
        ("똠방각하".encode("cp949"), "euc-kr", "똠방각하"),
        ("“İğne”".encode("cp1254"), "iso-8859-9", "“İğne”"),
        (b"abc", "rot13", "abc"),
        (b"abc", "no-such-thing", "abc"),
        (b"a\0bc", "utf-8", None),
    ],
)
def test_bytes_are_read_as_a_browser_does(data: bytes, declared: str, text: str | None) -> None:
    assert text_of(data, declared) == text
