"""WARC files as sources: pages come out, the rest is counted, damage is told with its place."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import brotli
import pytest

from workers import warc
from workers.canonical_url import url_id
from workers.sources import SourceError, check, read

PAGE = "<html><body><p>Міст через річку знову відкрили.</p></body></html>"
HTML = {"Content-Type": "text/html; charset=utf-8"}


def http(body: bytes, headers: dict[str, str] | None = None, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}"]
    lines += [f"{name}: {value}" for name, value in (headers or HTML).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def record(
    url: str, payload: bytes, kind: str = "response", type_: str = "application/http"
) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{len(payload)}>\r\n"
        f"WARC-Target-URI: {url}\r\nWARC-Date: 2026-03-05T10:00:00Z\r\n"
        f"Content-Type: {type_}; msgtype=response\r\nContent-Length: {len(payload)}\r\n\r\n"
    )
    return head.encode() + payload + b"\r\n\r\n"


def pages(count: int) -> list[bytes]:
    return [record(f"https://a.example/{n}", http(f"{PAGE}{n}".encode())) for n in range(count)]


def articles(path: Path) -> list[dict[str, Any]]:
    return [json.loads(found.value) for found in read([str(path)])]


def content_of(tmp_path: Path, payload: bytes) -> list[str]:
    path = tmp_path / "one.warc"
    path.write_bytes(record("https://a.example/x", payload))
    return [article["content"] for article in articles(path)]


@pytest.mark.parametrize("packed", ["", "each", "whole"])
def test_each_page_is_an_article_named_by_its_address(tmp_path: Path, packed: str) -> None:
    records = pages(3)
    data = b"".join(map(gzip.compress, records) if packed == "each" else records)
    path = tmp_path / ("News.WARC.GZ" if packed else "news.warc")
    path.write_bytes(gzip.compress(data) if packed == "whole" else data)
    check([str(path)])
    found = list(read([str(path)]))
    assert [item.where for item in found] == [f"{path}:{n}" for n in (1, 2, 3)]
    first = json.loads(found[0].value)
    assert first["id"] == url_id("https://a.example/0")
    assert found[0].key == first["id"].encode()
    assert (first["url"], first["media_type"]) == ("https://a.example/0", "text/html")
    assert first["content"] == f"{PAGE}0"
    assert first["fetched_at"] == "2026-03-05T10:00:00.000Z"
    assert first["feed"]["kind"] == "warc"
    assert [item.value for item in read([str(tmp_path)])] == [item.value for item in found]


def test_what_is_no_page_is_left_out_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "crawl.warc"
    others = [
        record("https://a.example/r", http(b"GET"), kind="request"),
        record("https://a.example/gone", http(b"no", status="404 Not Found")),
        record("https://a.example/i", http(b"\x89PNG", {"Content-Type": "image/png"})),
        record("dns:a.example", b"20260305 a.example", type_="text/dns"),
        record("https://a.example/e", http(b"  ")),
        record("https://a.example/b", http(b"\0\1\2")),
    ]
    path.write_bytes(b"".join([*others, *pages(1)]))
    told: list[str] = []
    assert len(list(read([str(path)], told.append))) == 1
    assert told == [
        f"{path}: 1 pages; left out: 1 no HTML, 1 not of the web, 1 of another status than 200, "
        "1 records of type request, 2 without text"
    ]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Encoding": "gzip"}, gzip.compress(PAGE.encode())),
        ({"Content-Encoding": "br"}, brotli.compress(PAGE.encode())),
        ({"Content-Encoding": "gzip"}, PAGE.encode()),  # stored unpacked, the header left
        ({"X-Crawler-Content-Encoding": "gzip"}, PAGE.encode()),
        (
            {"Transfer-Encoding": "chunked"},
            b"%x\r\n" % len(PAGE.encode()) + PAGE.encode() + b"\r\n0\r\n\r\n",
        ),
        ({"Transfer-Encoding": "chunked"}, PAGE.encode()),
    ],
)
def test_bodies_are_unpacked(tmp_path: Path, headers: dict[str, str], body: bytes) -> None:
    assert content_of(tmp_path, http(body, {**HTML, **headers})) == [PAGE]


def test_the_encoding_of_the_page_is_heard(tmp_path: Path) -> None:
    text = "<p>Мост через реку</p>"
    latin = {"Content-Type": "text/html; charset=windows-1251"}
    assert content_of(tmp_path, http(text.encode("cp1251"), latin)) == [text]
    meta = f'<meta charset="koi8-r">{text}'
    assert content_of(tmp_path, http(meta.encode("koi8-r"), {"Content-Type": "text/html"})) == [
        meta
    ]


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_a_bomb_is_left_out_at_a_bounded_cost(
    tmp_path: Path, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warc, "LARGEST", 100_000)
    bomb = b"x" * 3_000_000
    body = gzip.compress(bomb) if encoding == "gzip" else brotli.compress(bomb)
    assert content_of(tmp_path, http(body, {**HTML, "Content-Encoding": encoding})) == []
    assert content_of(tmp_path, http(bomb)) == []


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_that_ends_too_early_gives_what_is_before(tmp_path: Path, packed: bool) -> None:
    records = [gzip.compress(page) if packed else page for page in pages(4)]
    path = tmp_path / ("cut.warc.gz" if packed else "cut.warc")
    path.write_bytes(b"".join(records)[:-60])
    start = sum(map(len, records[:3]))
    found = read([str(path)])
    assert [next(found).where for _ in range(3)] == [f"{path}:{n}" for n in (1, 2, 3)]
    with pytest.raises(
        SourceError, match=f"record at byte {start:,} .the file ends within.* 3 pages"
    ):
        next(found)


@pytest.mark.parametrize("packed", [False, True])
def test_a_damaged_file_is_told_with_the_place(tmp_path: Path, packed: bool) -> None:
    records = [gzip.compress(page) if packed else page for page in pages(3)]
    records[1] = b"\xff" * 40 + records[1][40:]
    path = tmp_path / ("bad.warc.gz" if packed else "bad.warc")
    path.write_bytes(b"".join(records))
    found = read([str(path)])
    next(found)
    with pytest.raises(SourceError, match=r"damaged in or behind the record at byte 0 .*: 1 pages"):
        list(found)


def test_what_is_no_warc_is_told(tmp_path: Path) -> None:
    path = tmp_path / "page.warc"
    path.write_bytes(b"<html>")
    with pytest.raises(SourceError, match=r"page\.warc: no WARC file, or damaged at its beginning"):
        list(read([str(path)]))
    path.write_bytes(b"")
    assert articles(path) == []
