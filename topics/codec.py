"""JSON on the wire: orjson writes and reads, msgspec checks the shape.

Strictness is orjson's: no NaN or Infinity, no lone surrogates, no invalid UTF-8, no nesting past
its limit; each is a DecodeError with the place, never another exception. A whole number beyond 64
bits becomes a float, as in JavaScript.
"""

from __future__ import annotations

import contextlib
from typing import Any, Literal, TypeVar

import msgspec
import orjson

from topics.records import SCHEMA_VERSION, Claim, Fingerprinted, Takedown, Withdrawal

Record = TypeVar("Record", bound=msgspec.Struct)

_MAJOR = int(SCHEMA_VERSION.partition(".")[0])
_QUOTED = 80
_FINGERPRINTED = msgspec.json.Decoder(Fingerprinted | Withdrawal | Takedown)
_CLAIM = msgspec.json.Decoder(Claim)


_NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Versioned(msgspec.Struct):
    schema_version: Any = SCHEMA_VERSION


_VERSIONED = msgspec.json.Decoder(_Versioned)


class DecodeError(ValueError):
    """Bytes are not the record that the topic promises.

    ``reason`` is the dead-letter reason: ``undecodable`` (not JSON) or ``invalid`` (JSON of another
    shape, or of a newer major schema version).
    """

    def __init__(self, reason: Literal["undecodable", "invalid"], message: str) -> None:
        super().__init__(message)
        self.reason: Literal["undecodable", "invalid"] = reason
        self.message = message

    def __reduce__(self) -> tuple[Any, ...]:
        return (DecodeError, (self.reason, self.message))


def encode(record: msgspec.Struct) -> bytes:
    """Write one record as JSON; the fields in ``unknown`` come out at the top level."""
    return orjson.dumps(_fields(record), default=_fields)


def decode(kind: type[Record], data: bytes | None) -> Record:
    """Read one record, keeping the fields that it does not know; DecodeError if it is not one."""
    if data is None:
        raise DecodeError("undecodable", "the record has no value (a tombstone)")
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise DecodeError("undecodable", f"not JSON: {error}; {_quote(data)}") from None
    if not isinstance(value, dict):
        raise DecodeError(
            "invalid", f"expected a JSON object, got {type(value).__name__}; {_quote(data)}"
        )
    check_version(value.get("schema_version", SCHEMA_VERSION))
    known = kind.__struct_fields__
    extra: dict[str, Any] = {}
    if "unknown" in known:
        extra = {name: value.pop(name) for name in value.keys() - _wire_names(kind)}
        _check_writable(extra)
    try:
        record = msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise DecodeError("invalid", f"not a {kind.__name__}: {error}") from None
    if extra:
        msgspec.structs.force_setattr(record, "unknown", dict(sorted(extra.items())))
    return record


def decode_fingerprinted(data: bytes | None) -> Fingerprinted | Withdrawal | Takedown:
    """Read a record of ``articles.fingerprinted`` without decoding the article that it carries."""
    record: Fingerprinted | Withdrawal | Takedown = _at_once(
        _FINGERPRINTED, "Fingerprinted, Withdrawal or Takedown", data
    )
    return record


def decode_claim(data: bytes | None) -> Claim:
    """Read a record of ``articles.claims``, of which a recovery reads a million."""
    record: Claim = _at_once(_CLAIM, "Claim", data)
    return record


def _at_once(decoder: msgspec.json.Decoder[Any], kind: str, data: bytes | None) -> Any:
    """Read without a look at each field in between."""
    if data is None:
        raise DecodeError("undecodable", "the record has no value (a tombstone)")
    try:
        record = decoder.decode(data)
    except msgspec.ValidationError as error:
        # A newer major version may have any shape: say that, not what is missing in ours.
        with contextlib.suppress(msgspec.ValidationError):
            check_version(_version_of(data))
        raise DecodeError("invalid", f"not a {kind}: {error}") from None
    except _NOT_JSON as error:
        raise DecodeError("undecodable", f"not JSON: {error}; {_quote(data)}") from None
    check_version(record.schema_version)
    return record


def _version_of(data: bytes) -> Any:
    """The version of what has another shape, of which not all has been read yet."""
    try:
        return _VERSIONED.decode(data).schema_version
    except msgspec.ValidationError:
        raise
    except _NOT_JSON as error:
        raise DecodeError("undecodable", f"not JSON: {error}; {_quote(data)}") from None


def check_version(version: object) -> None:
    """Refuse records of a newer major schema version than this program understands."""
    if version == SCHEMA_VERSION:
        return
    major = version.partition(".")[0] if isinstance(version, str) else ""
    if not major.isdecimal():
        raise DecodeError("invalid", f"schema_version {version!r} is not like {SCHEMA_VERSION!r}")
    if int(major) > _MAJOR:
        raise DecodeError(
            "invalid",
            f"schema_version {version} is newer than {SCHEMA_VERSION}; upgrade this worker",
        )


def _check_writable(unknown: dict[str, Any]) -> None:
    """Refuse what can be read but not written again: nesting has a lower limit in writing."""
    try:
        orjson.dumps(unknown)
    except TypeError as error:
        raise DecodeError("invalid", f"its unknown fields cannot be kept: {error}") from None


def _wire_names(kind: type[msgspec.Struct]) -> set[str]:
    return set(kind.__struct_fields__) - {"unknown"}


def _fields(value: object) -> Any:
    if isinstance(value, msgspec.Raw):
        return orjson.Fragment(bytes(value))
    if not isinstance(value, msgspec.Struct):
        raise TypeError(f"cannot write {type(value).__name__} as JSON")
    fields = {
        name: item
        for name in value.__struct_fields__
        if (item := getattr(value, name)) is not msgspec.UNSET
    }
    config = value.__struct_config__
    if config.tag_field is not None:
        fields = {config.tag_field: config.tag, **fields}
    unknown = fields.pop("unknown", None)
    return {**unknown, **fields} if unknown else fields


def _quote(data: bytes) -> str:
    head = data[:_QUOTED].decode("utf-8", "replace")
    return f"{len(data)} bytes starting {head!r}" if data else "no bytes"
