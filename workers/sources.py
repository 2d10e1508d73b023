"""Read articles from files: JSONL, folders of HTML, text and JSON files, WARC, standard input.

What a file holds is handed on as it is. Whether it is an article is decided in one place, by the
first step of the pipeline, so that bad input ends as a dead letter with its payload and no line is
lost on the way there.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import orjson

from topics import codec
from topics.records import Feed, MediaType, RawArticle
from workers import warc
from workers.pages.charset import decoded
from workers.utf8 import without_surrogates

STANDARD_INPUT = "-"
SUFFIXES = (".html", ".htm", ".txt", ".json", ".jsonl", ".ndjson", *warc.SUFFIXES)
_MEDIA_TYPES: dict[str, MediaType] = {
    ".html": "text/html",
    ".htm": "text/html",
    ".txt": "text/plain",
}
_SHOWN = 200


class SourceError(ValueError):
    """A source cannot be read; the message says which, why and what may be given."""


@dataclass(frozen=True)
class Found:
    """One raw record in a source."""

    where: str
    """``FILE`` or ``FILE:LINE``."""
    value: bytes
    key: bytes | None
    line: int | None = None
    """The line, or item of a JSON list or WARC file, from 1; None where the file is one article."""


def check(sources: Sequence[str]) -> None:
    """Raise SourceError for the first source that is not there or of no known kind."""
    for source in sources:
        if source == STANDARD_INPUT:
            continue
        path = Path(source)
        try:
            mode = path.stat().st_mode
        except (FileNotFoundError, NotADirectoryError, ValueError):
            raise SourceError(f"{_shown(source)}: no such file or folder") from None
        except OSError as error:
            raise SourceError(f"{_shown(source)}: cannot be read: {error.strerror}") from None
        if not stat.S_ISDIR(mode) and suffix_of(path) not in SUFFIXES:
            raise SourceError(
                f"{_shown(source)}: not a kind of file that is read; "
                f"give {', '.join(SUFFIXES)}, a folder of those, or {STANDARD_INPUT} for "
                "JSONL on standard input"
            )


def suffix_of(path: Path) -> str:
    """What a file's name says that it is: its last ending, or the last two of a packed file."""
    name = path.name.lower()
    return next((end for end in warc.SUFFIXES if name.endswith(end)), path.suffix.lower())


def _shown(source: str) -> str:
    return source if len(source) <= _SHOWN else f"{source[:_SHOWN]}…"


def read(
    sources: Sequence[str], told: Callable[[str], None] = lambda line: None
) -> Iterator[Found]:
    """All records of all sources, in order; folders in order of their paths.

    ``told`` is called with a line on each file that also holds what is no article.
    """
    for source in sources:
        if source == STANDARD_INPUT:
            with standard_input() as stream:
                yield from _lines(stream, "standard input")
            continue
        path = Path(source)
        files: Iterable[Path] = [path]
        if path.is_dir():
            files = sorted(
                file for file in path.rglob("*") if file.is_file() and suffix_of(file) in SUFFIXES
            )
        for file in files:
            guid = (Path(path.name) / file.relative_to(path)).as_posix()
            yield from _file(file, guid, told)


def standard_input() -> BinaryIO:
    """Standard input as bytes; SourceError if it is closed.

    A reader of our own: Python aborts at its end while another thread still waits in its reader.
    """
    if sys.stdin is None:
        raise SourceError("standard input is closed; give it JSONL, or name a file")
    return open(sys.stdin.fileno(), "rb", closefd=False)


def _file(path: Path, guid: str, told: Callable[[str], None]) -> Iterator[Found]:
    suffix = suffix_of(path)
    try:
        if suffix in (".jsonl", ".ndjson"):
            with path.open("rb") as stream:
                yield from _lines(stream, str(path))
        elif suffix == ".json":
            yield from _json(path.read_bytes(), str(path))
        elif suffix in warc.SUFFIXES:
            yield from _pages(path, told)
        else:
            yield _document(path, guid, _MEDIA_TYPES[suffix])
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror or error}") from error
    except warc.WarcError as error:
        raise SourceError(f"{path}: {error}") from None


def lines(stream: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of JSONL without their ends and without the byte order mark of some editors."""
    for number, line in enumerate(stream):
        if number == 0:
            line = line.removeprefix(b"\xef\xbb\xbf")
        yield line.strip(b" \t\r\n")


def _lines(stream: Iterable[bytes], name: str) -> Iterator[Found]:
    for number, value in enumerate(lines(stream), 1):
        if value:
            yield Found(f"{name}:{number}", value, key_of(value), number)


def _json(data: bytes, name: str) -> Iterator[Found]:
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, list):
        yield Found(name, data, key_of(data))
        return
    try:
        items = [orjson.dumps(item) for item in value]
    except TypeError:  # nested deeper than can be written
        items = [data]
    for number, encoded in enumerate(items, 1):
        yield Found(f"{name}:{number}", encoded, key_of(encoded), number)


def _pages(path: Path, told: Callable[[str], None]) -> Iterator[Found]:
    counted = warc.Read()
    with path.open("rb") as stream:
        for number, page in enumerate(warc.pages(stream, counted), 1):
            value = codec.encode(page.article)
            yield Found(f"{path}:{number}", value, (page.article.id or "").encode(), number)
    told(f"{path}: {counted}")


def file_id(path: Path) -> str:
    """The id of a page or text that comes as a file.

    Made of the whole path, so that the file keeps it however the source was named, and tells
    nothing of the machine.
    """
    return f"file-{hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:32]}"


def _document(path: Path, guid: str, media_type: MediaType) -> Found:
    """A page or text as an article: ``guid`` is its path from the source's folder on."""
    data, id = path.read_bytes(), file_id(path)
    content = decoded(data)
    if content is None:
        return Found(str(path), data, id.encode())
    article = RawArticle(
        id=id,
        content=content,
        media_type=media_type,
        feed=Feed(kind="file", guid=without_surrogates(guid)),
    )
    return Found(str(path), codec.encode(article), id.encode())


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
