"""The bundled samples, damaged: bytes, fields, texts and pages."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

from tests.fuzz import odd, pages
from workers import samples, sources

SAMPLES: tuple[bytes, ...] = tuple(
    found.value for found in sources.read([str(path) for path in samples.paths()])
)


def _articles() -> tuple[dict[str, Any], ...]:
    found = []
    for value in SAMPLES:
        try:
            record = json.loads(value)
        except ValueError:
            continue
        if isinstance(record.get("content"), str):
            found.append(record)
    return tuple(found)


ARTICLES = _articles()
PAGES = tuple(article for article in ARTICLES if article["content"].startswith("<"))
FIELDS: dict[str, Callable[[random.Random], Any]] = {
    "id": odd.id,
    "url": odd.url,
    "content": odd.value,
    "headline": odd.value,
    "source": odd.value,
    "language": odd.language,
    "authors": odd.value,
    "published_at": odd.date,
    "fetched_at": odd.date,
    "feed": odd.value,
    "media_type": odd.value,
    "schema_version": odd.value,
    "text": odd.value,
    "entities": odd.value,
}


def of_bytes(rng: random.Random) -> bytes:
    """A sample with flipped, cut, doubled, moved or foreign bytes; still one line."""
    data = bytearray(rng.choice(SAMPLES))
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        at, length = rng.randrange(len(data) + 1), rng.choice((1, 1, 2, 7, 40, 300))
        match rng.randrange(6):
            case 0 if at < len(data):
                data[at] ^= 1 << rng.randrange(8)
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length]
            case 3:
                data[at:at] = rng.randbytes(length)
            case 4:
                other = rng.choice(SAMPLES)
                start = rng.randrange(len(other))
                data[at : at + length] = other[start : start + rng.choice((5, 50, 500))]
            case _ if rng.random() < 0.3:
                del data[at:]
    return bytes(data)


def of_fields(rng: random.Random, number: int) -> bytes:
    """A sample with fields deleted, doubled, of other types, unknown, or odd."""
    record = dict(rng.choice(ARTICLES))
    if rng.random() < 0.7:  # else most would be copies of each other
        record["content"] += f" {number}"
    for _ in range(rng.choice((1, 1, 2, 4))):
        name = rng.choice(list(FIELDS))
        match rng.randrange(5):
            case 0:
                record.pop(name, None)
            case 1 | 2:
                record[name] = FIELDS[name](rng)
            case 3:
                record[odd.text(rng, 20)] = odd.value(rng)
            case _:
                record[name] = record.get(rng.choice(list(FIELDS)))
    return _marked(record, rng, number)


def of_text(rng: random.Random, number: int) -> bytes:
    """A sample whose content has odd characters, other lines, line ends or lengths."""
    record = dict(rng.choice(ARTICLES))
    content = record["content"]
    for _ in range(rng.choice((1, 2, 5))):
        at = rng.randrange(len(content) + 1)
        match rng.randrange(8):
            case 0 | 1:
                content = content[:at] + rng.choice(odd.CHARACTERS) + content[at:]
            case 2:
                content = rng.choice(odd.CHARACTERS).join(content.split(rng.choice((" ", "\n"))))
            case 3:
                content = "\n".join(odd.shuffled(rng, content.splitlines()))
            case 4:
                content = content.replace(
                    rng.choice(("\n", " ", ".", "e")), rng.choice(("", "\n\n"))
                )
            case 5:
                content = content[:at] + odd.text(rng, 500) + content[at:]
            case 6:
                content = f"{content[:at]}\n{rng.choice(ARTICLES)['content'][:at]}\n{content[at:]}"
            case _:
                content = _other_case(rng, content)
        content = content[:60_000]
    record["content"] = f"{content} {number}"
    return _marked(record, rng, number)


def of_page(rng: random.Random, number: int) -> bytes:
    """A sample page with pieces of other markup in it."""
    record = dict(rng.choice(PAGES))
    content = record["content"]
    for _ in range(rng.choice((1, 2, 6))):
        at = rng.randrange(len(content) + 1)
        match rng.randrange(5):
            case 0 | 1:
                content = content[:at] + pages.soup(rng, rng.randint(1, 12)) + content[at:]
            case 2:
                content = content[:at] + content[at + rng.choice((1, 5, 100)) :]
            case 3:
                content = content.replace(f"</{rng.choice(pages.TAGS)}>", "", rng.randint(1, 3))
            case _:
                end = at + rng.choice((20, 400))
                content = content[:at] + content[at:end] * rng.randint(2, 20) + content[end:]
    record["content"] = content.replace("</p>", f" {number}</p>", 1)
    if rng.random() < 0.2:
        record["media_type"] = rng.choice(("text/html", "text/plain", None))
    return _marked(record, rng, number)


def new_page(rng: random.Random, number: int) -> bytes:
    """A page that was disorderly from the start."""
    record = {"content": f"{pages.page(rng)} {number}"}
    if rng.random() < 0.5:
        record["media_type"] = "text/html"
    return _marked(record, rng, number)


def new_article(rng: random.Random, number: int) -> bytes:
    """An article of odd text with odd fields."""
    record: dict[str, Any] = {"content": odd.text(rng, 2000)}
    for name in rng.sample(list(FIELDS), rng.randint(0, 5)):
        if name != "content":
            record[name] = FIELDS[name](rng)
    return _marked(record, rng, number)


def large(rng: random.Random, number: int) -> bytes:
    """Long: one line, many lines, many tags, deep JSON, or more than is allowed."""
    size = rng.choice((30_000, 100_000, 300_000, 2_200_000))
    unit = rng.choice(
        (
            "word ", "w", "A line of some words.\n", "\n", "<p>A paragraph.", "<div>", "1 2 3\n",
            "Anna Example met Ben Example. ", "\u0301", "各", "&lt;", "| a | b\n", "<b>x</b>",
            'x="', "<!--", "http://a.example/b ", "12:34\n", "“", "\U0001f600", " ", ". ", "a.b",
        )
    )  # fmt: skip
    content = unit * (size // len(unit.encode()))
    if rng.random() < 0.3:
        content = "<html><body><p>Begun." + content
    return _marked({"content": f"{content} {number}"}, rng, number)


def _other_case(rng: random.Random, content: str) -> str:
    return rng.choice((content.upper(), content.lower(), content.title(), content[::-1]))


def _marked(record: dict[str, Any], rng: random.Random, number: int) -> bytes:
    """The record as a line, with a field by which its outcome is known again."""
    data = odd.encode({**record, "line": number}, rng)
    if rng.random() < 0.02:  # a field twice
        data = data[:-1] + b', "content": "Twice told."}'
    return data
