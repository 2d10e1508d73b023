"""Read articles from files: JSONL, folders of HTML, text and JSON files, standard input.

What a file holds is handed on as it is. Whether it is an article is decided in one place, by the
first step of the pipeline, so that bad input ends as a dead letter with its payload and no line is
lost on the way there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import orjson
from charset_normalizer import from_bytes

from topics import codec
from topics.records import Feed, MediaType, RawArticle

STANDARD_INPUT = "-"
SUFFIXES = (".html", ".htm", ".txt", ".json", ".jsonl", ".ndjson")
_MEDIA_TYPES: dict[str, MediaType] = {
    ".html": "text/html",
    ".htm": "text/html",
    ".txt": "text/plain",
}
_GUESSED_FROM = 64 * 1024


class SourceError(ValueError):
    """A source cannot be read; the message says which, why and what may be given."""


@dataclass(frozen=True)
class Found:
    """One raw record in a source."""

    where: str
    """``FILE`` or ``FILE:LINE``."""
    value: bytes
    key: bytes | None


def check(sources: Sequence[str]) -> None:
    """Raise SourceError for the first source that is not there or of no known kind."""
    for source in sources:
        if source == STANDARD_INPUT:
            continue
        path = Path(source)
        if not path.exists():
            raise SourceError(f"{source}: no such file or folder")
        if path.is_file() and path.suffix.lower() not in SUFFIXES:
            raise SourceError(
                f"{source}: not a kind of file that is read; give {', '.join(SUFFIXES)}, a folder "
                f"of those, or {STANDARD_INPUT} for JSONL on standard input"
            )


def read(sources: Sequence[str]) -> Iterator[Found]:
    """All records of all sources, in order; folders in order of their paths."""
    for source in sources:
        if source == STANDARD_INPUT:
            yield from _lines(sys.stdin.buffer, "standard input")
            continue
        path = Path(source)
        files: Iterable[Path] = [path]
        if path.is_dir():
            files = sorted(
                file
                for file in path.rglob("*")
                if file.is_file() and file.suffix.lower() in SUFFIXES
            )
        for file in files:
            yield from _file(file)


def _file(path: Path) -> Iterator[Found]:
    suffix = path.suffix.lower()
    try:
        if suffix in (".jsonl", ".ndjson"):
            with path.open("rb") as stream:
                yield from _lines(stream, str(path))
        elif suffix == ".json":
            yield from _json(path.read_bytes(), str(path))
        else:
            yield _document(path.read_bytes(), str(path), _MEDIA_TYPES[suffix])
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror or error}") from error


def _lines(stream: BinaryIO, name: str) -> Iterator[Found]:
    for number, line in enumerate(stream, 1):
        value = line.strip(b" \t\r\n")
        if number == 1:
            value = value.removeprefix(b"\xef\xbb\xbf")
        if value:
            yield Found(f"{name}:{number}", value, key_of(value))


def _json(data: bytes, name: str) -> Iterator[Found]:
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, list):
        yield Found(name, data, key_of(data))
        return
    for number, item in enumerate(value, 1):
        encoded = orjson.dumps(item)
        yield Found(f"{name}:{number}", encoded, key_of(encoded))


def _document(data: bytes, name: str, media_type: MediaType) -> Found:
    content = _text(data)
    if content is None:
        return Found(name, data, name.encode("utf-8", "replace"))
    guid = name.encode("utf-8", "replace").decode("utf-8")
    article = RawArticle(
        id=f"file:{guid}"[:512],
        content=content,
        media_type=media_type,
        feed=Feed(kind="file", guid=guid),
    )
    return Found(name, codec.encode(article), article.id.encode() if article.id else None)


def _text(data: bytes) -> str | None:
    """The text of a file in whatever encoding; None where it is no text."""
    if b"\0" in data[:_GUESSED_FROM] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        guess = from_bytes(data[:_GUESSED_FROM]).best()
    if guess is None:
        return None
    return data.decode(guess.encoding, "replace")


def key_of(value: bytes) -> bytes | None:
    """The key of a raw record: its id, else its URL, so that versions share a partition."""
    try:
        record = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    if isinstance(record, dict):
        for name in ("id", "url"):
            if isinstance(text := record.get(name), str) and text.strip():
                return text.encode("utf-8")
    return None
