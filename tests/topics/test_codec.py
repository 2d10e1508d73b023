"""What is not the promised record is one clear DecodeError; what is not known is kept."""

import contextlib
import json
import pickle
from collections.abc import Callable

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics import records
from topics.codec import DecodeError, decode, decode_claim, decode_fingerprinted, encode
from topics.records import Article, Fingerprint, Fingerprinted, RawArticle, Withdrawal

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
KNOWN = set(RawArticle.__struct_fields__)


@given(st.dictionaries(TEXT.filter(lambda name: name not in KNOWN), JSON, max_size=5), TEXT)
def test_unknown_fields_survive_at_the_top_level(extra: dict[str, object], content: str) -> None:
    data = orjson.dumps({**extra, "content": content})
    record = decode(RawArticle, data)
    assert record.content == content
    assert record.unknown == extra
    written = json.loads(encode(record))
    assert {name: written[name] for name in extra} == extra
    assert decode(RawArticle, encode(record)) == record


def test_a_field_that_is_called_unknown_survives_like_any_other() -> None:
    record = decode(RawArticle, b'{"content": "a", "unknown": {"b": 1}}')
    assert record.unknown == {"unknown": {"b": 1}}
    assert json.loads(encode(record))["unknown"] == {"b": 1}


@given(st.binary(max_size=60))
def test_any_bytes_are_a_record_or_a_decode_error(data: bytes) -> None:
    with contextlib.suppress(DecodeError):
        decode(RawArticle, data)
    with contextlib.suppress(DecodeError):
        decode_fingerprinted(data)


@pytest.mark.parametrize(
    ("data", "reason", "place"),
    [
        (None, "undecodable", "tombstone"),
        (b"", "undecodable", "no bytes"),
        (b'{"content": "The river', "undecodable", "line 1 column"),
        (b'{"content": "a", "score": NaN}', "undecodable", "line 1 column"),
        (b'{"content": "a", "score": Infinity}', "undecodable", "line 1 column"),
        (b'{"content": "\\ud800"}', "undecodable", "surrogate"),
        (b'{"content": "\xff\xfe"}', "undecodable", "not JSON"),
        (b"[" * 100_000, "undecodable", "not JSON"),
        (b'["content"]', "invalid", "got list"),
        (b"{}", "invalid", "content"),
        (b'{"content": 7}', "invalid", "$.content"),
        (b'{"content": "a", "feed": {"url": 3}}', "invalid", "$.feed.url"),
        (b'{"content": "a", "authors": ["x", null]}', "invalid", "$.authors[1]"),
        (b'{"content": "a", "media_type": "image/png"}', "invalid", "$.media_type"),
        (b'{"content": "a", "schema_version": "2.0"}', "invalid", "newer than 1.0"),
        (b'{"content": "a", "schema_version": "latest"}', "invalid", "schema_version"),
        (b'{"content": "a", "schema_version": 1}', "invalid", "schema_version"),
    ],
)
def test_what_is_no_record_says_why_and_where(data: bytes | None, reason: str, place: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(RawArticle, data)
    assert caught.value.reason == reason
    assert place in caught.value.message


def test_a_newer_minor_version_is_read() -> None:
    record = decode(RawArticle, b'{"content": "a", "schema_version": "1.7", "mood": "calm"}')
    assert (record.schema_version, record.unknown) == ("1.7", {"mood": "calm"})


def test_an_error_crosses_a_process_boundary() -> None:
    error = pickle.loads(pickle.dumps(DecodeError("invalid", "wrong")))
    assert (error.reason, error.message, str(error)) == ("invalid", "wrong", "wrong")


def test_what_no_stage_worked_out_is_absent_and_not_null() -> None:
    written = json.loads(encode(Article(id="a", content="text")))
    assert "language" not in written
    assert "entities" not in written
    assert written["headline"] is None
    assert "unknown" not in written


def test_the_raw_article_is_forwarded_byte_for_byte() -> None:
    raw = b'{ "content":"a",  "n": 1.50 }'
    record = Fingerprinted(
        fingerprint=Fingerprint(
            algorithm="exact/1",
            id="a",
            canonical_url=None,
            content_hash="0" * 32,
            headline_hash="1" * 32,
            shingles=0,
            characters=1,
        ),
        raw=msgspec.Raw(raw),
        media_type="text/plain",
    )
    assert raw in encode(record)
    assert decode_fingerprinted(encode(record)) == record


def test_a_withdrawal_carries_its_tag() -> None:
    withdrawal = Withdrawal(id="a", origin="t/0/1@2")
    assert json.loads(encode(withdrawal))["record"] == "withdrawal"
    assert decode_fingerprinted(encode(withdrawal)) == withdrawal


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "undecodable"),
        (b"", "undecodable"),
        (b'{"record": "withdrawal", "id": "\xff"}', "undecodable"),
        (b'{"record": "else"}', "invalid"),
        (b'{"record": "withdrawal", "id": 3}', "invalid"),
        (
            b'{"record": "withdrawal", "id": "a", "origin": "o", "schema_version": "3.0"}',
            "invalid",
        ),
    ],
)
def test_what_is_no_fingerprinted_record_says_why(data: bytes | None, reason: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode_fingerprinted(data)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "data",
    [
        b'{"record": "fingerprinted", "schema_version": "2.0", "prints": [1]}',
        b'{"record": "merged", "schema_version": "2.1"}',
        b'{"schema_version": "2.0"}',
    ],
)
def test_a_newer_major_version_is_named_whatever_its_shape(data: bytes) -> None:
    with pytest.raises(DecodeError, match=r"newer than 1.0; upgrade this worker") as caught:
        decode_fingerprinted(data)
    assert caught.value.reason == "invalid"


def test_every_reason_is_listed_once() -> None:
    assert set(records.REASONS) == set(records.Reason.__args__)  # type: ignore[attr-defined]
    assert len(records.REASONS) == len(set(records.REASONS))


def test_nesting_without_end_is_undecodable_on_every_topic() -> None:
    data = b'{"record": "fingerprinted", "odd": ' + b"[" * 100_000
    with pytest.raises(DecodeError) as error:
        decode_fingerprinted(data)
    assert error.value.reason == "undecodable"


@pytest.mark.parametrize("read", [decode_fingerprinted, decode_claim])
@pytest.mark.parametrize(
    "data",
    [
        b'{"record": "fingerprinted", "origin": 1, "fingerprint": 1, "id": "A',
        b'{"record": "fingerprinted", "origin": 1, "fingerprint": 1, "odd": ' + b"[" * 100_000,
        b'{"record": "fingerprinted", "origin": 1, "fingerprint": 1} and more',
    ],
)
def test_another_shape_that_is_no_json_either_is_undecodable(
    read: Callable[[bytes], object], data: bytes
) -> None:
    with pytest.raises(DecodeError) as error:
        read(data)
    assert error.value.reason == "undecodable"
