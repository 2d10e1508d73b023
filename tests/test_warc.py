"""WARC files as sources: pages come out, the rest is counted, damage is told with its place."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import brotli
import pytest

from workers import warc
from workers.canonical_url import url_id
from workers.sources import Found, SourceError, check, read

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
def test_a_damaged_file_is_told_with_the_place_and_read_on(tmp_path: Path, packed: bool) -> None:
    records = [gzip.compress(page) if packed else page for page in pages(6)]
    for bad in (1, 4):
        records[bad] = b"\xff" * 40 + records[bad][40:]
    path = tmp_path / ("bad.warc.gz" if packed else "bad.warc")
    path.write_bytes(b"".join(records))
    found, urls = read([str(path)]), []
    last = sum(map(len, records[:3]))
    places = rf"damaged in or behind the record at byte 0 .*; in or .* byte {last:,} .*: 4 pages"
    with pytest.raises(SourceError, match=places):
        urls += [json.loads(one.value)["url"] for one in found]
    found = read([str(path)])
    assert [json.loads(next(found).value)["url"][-1] for _ in range(4)] == ["0", "2", "3", "5"]


def outcome(path: Path) -> tuple[list[str], str]:
    """The pages of a file and what is wrong with it."""
    urls: list[str] = []
    try:
        for one in read([str(path)]):
            urls.append(json.loads(one.value)["url"])
    except SourceError as error:
        return urls, str(error)
    return urls, ""


@pytest.mark.parametrize("packed", ["", "each", "whole"])
def test_no_file_that_is_cut_ends_in_silence(tmp_path: Path, packed: str) -> None:
    records = [gzip.compress(page) if packed == "each" else page for page in pages(3)]
    data = b"".join(records)
    if packed == "whole":
        data, records = gzip.compress(data), []
    ends = [sum(map(len, records[: n + 1])) for n in range(len(records))]
    path = tmp_path / ("cut.warc.gz" if packed else "cut.warc")
    for size in range(1, len(data), 3):
        path.write_bytes(data[:size])
        urls, wrong = outcome(path)
        # What separates two records may be missing.
        there = sum(size >= end - (0 if packed else 4) for end in ends)
        over = any(end - (0 if packed else 4) <= size <= end for end in ends)
        assert bool(wrong) != over, (size, wrong)
        assert len(urls) >= there
        assert len(set(urls)) == len(urls)


@pytest.mark.parametrize("packed", [False, True])
def test_no_file_with_a_wrong_byte_is_more_than_an_error(tmp_path: Path, packed: bool) -> None:
    records = [gzip.compress(page, mtime=0) if packed else page for page in pages(3)]
    data = b"".join(records)
    path = tmp_path / ("bad.warc.gz" if packed else "bad.warc")
    for at in range(0, len(data), 5):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
        urls, wrong = outcome(path)
        if packed:
            # One that only the member's header shows may leave all as it is.
            assert wrong or len(urls) == 3
            assert len(urls) >= 2


@pytest.mark.parametrize(
    ("between", "told"),
    [
        (b"garbage\n" * 10, "damaged in or behind the record at byte 0"),
        (b"\x1f\x8b\x08garbage" * 1000, "damaged in or behind the record at byte 0"),
        (b"\0" * 300_000, ""),
    ],
)
def test_what_is_between_packed_records_is_passed_over(
    tmp_path: Path, between: bytes, told: str
) -> None:
    first, second = (gzip.compress(page) for page in pages(2))
    path = tmp_path / "odd.warc.gz"
    path.write_bytes(first + between + second + b"\0" * 512)
    urls, wrong = outcome(path)
    assert len(urls) == 2
    assert told in wrong
    assert bool(told) == bool(wrong)


@pytest.mark.parametrize(
    ("given", "other"),
    [
        (b"Content-Length: ", b"Content-Length: 9"),
        (b"Content-Length: ", b"Content-Length: -"),
        (b"Content-Length: ", b"Content-Length: 99999999999999999999"),
        (b"Content-Length: ", b"X-Length: "),
        (b"Content-Length: 1", b"Content-Length: "),
        (b"https://a.example/0", b"https://a.example/" + b"x" * 70_000),
        (b"\r\n", b"\n"),
        (b"WARC-Type", b"WARC-\xff\0Type"),
    ],
)
def test_a_record_that_lies_takes_no_other_along(
    tmp_path: Path, given: bytes, other: bytes
) -> None:
    lying, honest = pages(2)
    path = tmp_path / "lies.warc.gz"
    path.write_bytes(gzip.compress(lying.replace(given, other, 1 if other != b"\n" else -1)))
    with path.open("ab") as file:
        file.write(gzip.compress(honest))
    urls, _ = outcome(path)
    assert urls[-1:] == ["https://a.example/1"]


def test_a_page_with_a_record_in_it_brings_none_of_its_own(tmp_path: Path) -> None:
    fake = record("https://bank.example/", http(PAGE.encode()))
    outer = record("https://a.example/o", http(b"<p>Text</p>\r\n\r\n" + fake))
    path = tmp_path / "fake.warc"
    path.write_bytes(outer + b"\xff" * 50 + b"\r\n" + pages(1)[0])
    urls, wrong = outcome(path)
    assert urls == ["https://a.example/o", "https://a.example/0"]
    assert "damaged" in wrong


def test_a_page_that_its_crawler_cut_says_so(tmp_path: Path) -> None:
    path = tmp_path / "cut.warc"
    cut, whole = pages(2)
    path.write_bytes(cut.replace(b"WARC-Date", b"WARC-Truncated: length\r\nWARC-Date") + whole)
    assert [one.get("quality") for one in articles(path)] == ["excerpt", None]


def test_the_records_of_a_crawl_of_news(tmp_path: Path) -> None:
    """As crawlers of news write them: information, requests, answers, visits again, metadata."""
    payload = http(PAGE.encode(), {**HTML, "Content-Length": str(len(PAGE.encode()))})
    info = record("", b"software: a crawler", kind="warcinfo", type_="application/warc-fields")
    again = record("https://a.example/v", http(b""), kind="revisit")
    metadata = record("https://a.example/m", b"fetchTimeMs: 9", kind="metadata", type_="text/x")
    http2 = record("https://a.example/2", payload.replace(b"HTTP/1.1 200 OK", b"HTTP/2 200"))
    empty = record("https://a.example/3", b"")
    old = record("http://a.example/4", payload).replace(b"https://a.example/4", b"<a>")
    path = tmp_path / "CC-NEWS-20260305.warc.gz"
    parts = [info, record("https://a.example/1", payload), again, metadata, http2, empty, old]
    path.write_bytes(b"".join(map(gzip.compress, parts)))
    told: list[str] = []
    urls = [json.loads(found.value)["url"] for found in read([str(path)], told.append)]
    assert urls == [f"http{s}://a.example/{n}" for s, n in (("s", 1), ("s", 2), ("", 4))]
    assert "1 records of type revisit" in told[0]
    assert "1 records of type metadata" in told[0]
    assert "1 records of type warcinfo" in told[0]


def test_a_large_file_takes_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.warc.gz"
    big = gzip.compress(record("https://a.example/video", http(bytes(40_000_000))))
    small = [gzip.compress(page) for page in pages(3)]
    path.write_bytes(small[0] + big + small[1] + big + small[2])
    tracemalloc.start()
    try:
        urls, wrong = outcome(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (len(urls), wrong) == (3, "")
    assert peak < 8_000_000


def test_what_is_no_warc_is_told(tmp_path: Path) -> None:
    path = tmp_path / "page.warc"
    path.write_bytes(b"<html>")
    with pytest.raises(SourceError, match=r"page\.warc: no WARC file, or damaged at its beginning"):
        list(read([str(path)]))
    path.write_bytes(b"")
    assert articles(path) == []


@pytest.mark.parametrize("kind", ["response", "request"])
def test_a_length_that_is_too_large_hides_nothing_behind_it(tmp_path: Path, kind: str) -> None:
    first, *others = pages(4)
    wrong = record("https://a.example/wrong", http(b"x"), kind)
    length = wrong.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]
    path = tmp_path / "news.warc"
    path.write_bytes(first + wrong.replace(b": " + length, b": 9999999999", 1) + b"".join(others))
    found: list[Found] = []
    with pytest.raises(SourceError, match=rf"at byte {len(first):,} \(the file ends within it"):
        found.extend(read([str(path)]))
    assert len(found) == 4


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_cut_within_a_record_that_is_no_page_says_so(tmp_path: Path, packed: bool) -> None:
    data = pages(1)[0] + record("https://a.example/0", b"x" * 5_000, "request")[:-1_000]
    path = tmp_path / ("news.warc.gz" if packed else "news.warc")
    path.write_bytes(gzip.compress(data) if packed else data)
    with pytest.raises(SourceError, match="the file ends within it"):
        list(read([str(path)]))


def test_reading_ends_where_nothing_but_beginnings_follow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warc, "MOST_STARTS", 20)
    path = tmp_path / "news.warc"
    path.write_bytes(pages(1)[0] + b"\nWARC/1.0\r\n" * 50)
    with pytest.raises(SourceError, match=r"nothing from byte .* on was read"):
        list(read([str(path)]))
