"""Fingerprints, and the step that makes them of bytes."""

import json
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import topics
from topics import codec
from topics.records import Fingerprint, Fingerprinted, RawArticle
from workers.outcome import Rejected
from workers.stages.deduplicate import (
    ALGORITHM,
    Fingerprinter,
    MainText,
    fingerprint,
    main_text,
)

step = Fingerprinter(limit=10_000)


def made(**fields: object) -> Fingerprint:
    article = RawArticle(**({"content": "Rain is expected in the hills."} | fields))  # type: ignore[arg-type]
    main = main_text(article, limit=10_000)
    assert isinstance(main, MainText)
    return fingerprint(article, main)


def test_the_id_is_the_producers_then_the_urls_then_the_contents() -> None:
    url = "https://example.org/rain?utm_source=x"
    assert made(id="wire-7", url=url).id == "wire-7"
    assert made(id="  ", url=url).id == made(url="http://example.org/rain/").id
    assert made(url="no address").id == made().id
    assert made().id.startswith("text-")
    assert made(content="Other").id != made().id
    assert made(headline="Rain").id != made().id


def test_hashes_ignore_case_width_and_white_space_but_not_words() -> None:
    plain = made(headline="Ｒain\u00a0again")
    same = made(content="RAIN is\n\n expected\u200b in the ｈills. ", headline="rain AGAIN")
    assert (same.content_hash, same.headline_hash) == (plain.content_hash, plain.headline_hash)
    assert made(content="Rain is expected in the mills.").content_hash != plain.content_hash
    assert made(headline=None).headline_hash == made(headline=" ").headline_hash
    assert len(plain.content_hash) == 32
    assert plain.algorithm == ALGORITHM


@pytest.mark.parametrize("story", ["harbour-tunnel", "storm-html-revision"])
def test_the_examples_are_what_the_step_makes_of_their_article(story: str) -> None:
    path = Path(topics.__file__).parent / "examples" / "articles.fingerprinted" / f"{story}.json"
    example = json.loads(path.read_text("utf-8"))
    done = step(json.dumps(example["raw"]).encode())
    assert isinstance(done, Fingerprinted)
    assert json.loads(codec.encode(done)) == example


def test_a_page_and_its_text_have_the_same_content() -> None:
    text = "The mayor opened the new library on Friday, two years late. " * 6
    page = f"<html><body><article><p>{text}</p></article></body></html>"
    assert made(content=page).content_hash == made(content=text).content_hash


@pytest.mark.parametrize(
    ("source", "url", "expected"),
    [
        ("  The  Valley\tCOURIER ", "https://example.org/a", "the valley courier"),
        ("Straße", None, "strasse"),
        ("www.Example.org", None, "example.org"),
        (" ", "https://www.example.org:8080/a", "example.org"),
        (None, "https://news.example.org/a", "news.example.org"),
        (None, "http://[2001:db8::1]:80/a", "2001:db8::1"),
        (None, "no address", None),
        (None, None, None),
        ("", None, None),
        ("s" * 1000, None, "s" * 253),
        ("s" * 252 + " tail", None, "s" * 252),
    ],
)
def test_the_source_is_the_producers_or_the_host(
    source: str | None, url: str | None, expected: str | None
) -> None:
    assert made(source=source, url=url).source == expected


def test_the_record_is_carried_unchanged() -> None:
    value = b' {"content": "Caf\\u00e9 1.0e2", "extra": {"b": 1.50, "a": [ ]}}\n'
    done = step(value)
    assert isinstance(done, Fingerprinted)
    assert bytes(done.raw) == value
    again = codec.decode_fingerprinted(codec.encode(done))
    assert isinstance(again, Fingerprinted)
    assert bytes(again.raw).strip() == value.strip()
    assert again.fingerprint == done.fingerprint


def test_only_pages_have_a_preview() -> None:
    text = step(b'{"content": "Plain words."}')
    page = step(b'{"content": "<p>Words on a page.</p>"}')
    assert isinstance(text, Fingerprinted)
    assert isinstance(page, Fingerprinted)
    assert (text.media_type, text.preview) == ("text/plain", None)
    assert page.media_type == "text/html"
    assert page.preview is not None
    assert page.preview.strip() == "Words on a page."


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "undecodable"),
        (b"", "undecodable"),
        (b"not json", "undecodable"),
        (b'\xef\xbb\xbf{"content": "x"}', "undecodable"),
        (b'{"content": "\xff"}', "undecodable"),
        (b'{"content": "\\ud800"}', "undecodable"),
        (b'{"content": "x", "score": NaN}', "undecodable"),
        (b'{"content": "x"} {"content": "y"}', "undecodable"),
        (b"[" * 50_000, "undecodable"),
        (b"{}", "invalid"),
        (b"[]", "invalid"),
        (b'{"content": 7}', "invalid"),
        (b'{"content": "x", "schema_version": "2.0"}', "invalid"),
        (b'{"content": "x", "id": "a\\nb"}', "invalid"),
        (b'{"content": "x", "id": "' + b"i" * 513 + b'"}', "invalid"),
        (b'{"content": " "}', "no_text"),
        (b'{"content": "' + b"x" * 10_001 + b'"}', "too_large"),
        (b'{"content": "x", "more": "' + b"x" * 200_000 + b'"}', "too_large"),
        (json.dumps({"content": "<div>" * 1_900}).encode(), "no_text"),
    ],
)
def test_bad_records_are_rejected_with_their_reason(value: bytes | None, reason: str) -> None:
    answer = step(value)
    assert isinstance(answer, Rejected)
    assert answer.reason == reason
    assert answer.detail
    assert len(answer.detail) < 1000


def test_the_step_and_its_answers_travel_between_processes() -> None:
    there = pickle.loads(pickle.dumps(step))
    done = there(b'{"content": "Words.", "id": "1"}')
    assert pickle.loads(pickle.dumps(done)).fingerprint == done.fingerprint


@given(st.binary(max_size=200))
def test_any_bytes_are_answered(value: bytes) -> None:
    assert isinstance(step(value), Fingerprinted | Rejected)


@given(st.text(min_size=1, max_size=300), st.booleans())
def test_whatever_is_accepted_can_be_embedded(content: str, escaped: bool) -> None:
    value = json.dumps({"content": content}, ensure_ascii=escaped).encode("utf-8", "replace")
    done = step(value)
    if isinstance(done, Fingerprinted):
        again = codec.decode_fingerprinted(codec.encode(done))
        assert isinstance(again, Fingerprinted)
        assert codec.decode(RawArticle, bytes(again.raw)).content == json.loads(value)["content"]
