"""How dead letters look: tables, words and payloads that are safe to print."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson
from rich.table import Column, Table
from rich.text import Text

from topics.headers import DEAD_LETTER_PREFIX
from workers.commands.times import short_time, told

if TYPE_CHECKING:
    from workers.runtime.letters import Letter
    from workers.runtime.record import Consumed

SHOWN_CHARACTERS = 4000
SHOWN_BYTES = 512
"""Of a payload that is no text."""
DUMP_WIDTH = 16
REASONS = {
    "undecodable": "its bytes are not JSON",
    "invalid": "it is JSON of another shape than the topic's records",
    "too_large": "it is larger than the limit (COPYDESK_ARTICLE_LIMIT) or than Kafka takes",
    "no_text": "there is no text in it",
    "timeout": "the stage took longer than COPYDESK_TASK_TIMEOUT",
    "out_of_memory": "the stage took more memory than COPYDESK_TASK_MEMORY",
    "crashed": "the stage's process died",
    "stage_bug": "the stage raised an exception: a bug in it",
}
_OWN = ("ce_", DEAD_LETTER_PREFIX)


def table(letters: Iterable[Letter]) -> Table:
    """One row each; the place without its topic, which ``show`` and ``replay`` understand too."""
    rows = Table(
        *(Column(name, no_wrap=True) for name in ("place", "time (UTC)", "stage", "reason")),
        *("replays", "id", "message"),
    )
    for letter in letters:
        rows.add_row(
            *_texts(f"{letter.partition}/{letter.offset}", short_time(letter.timestamp)),
            *_texts(letter.stage, letter.reason, str(letter.replay_count), letter.id),
            *_texts(_line(letter.message, 120)),
        )
    return rows


def counts(letters: Iterable[Letter]) -> list[dict[str, Any]]:
    """How many by stage and reason, the most first, with the time of the first and the last."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for letter in letters:
        entry = found.setdefault(
            (letter.stage, letter.reason),
            {
                **{"stage": letter.stage, "reason": letter.reason, "count": 0},
                **{"first": letter.timestamp, "last": letter.timestamp},
            },
        )
        entry["count"] += 1
        entry["first"] = min(entry["first"], letter.timestamp)
        entry["last"] = max(entry["last"], letter.timestamp)
    return sorted(found.values(), key=lambda e: (-e["count"], e["stage"], e["reason"]))


def count_table(entries: Sequence[Mapping[str, Any]]) -> Table:
    """The counts, one row each."""
    rows = Table("stage", "reason", "letters", "first", "last")
    for entry in entries:
        rows.add_row(
            *_texts(entry["stage"], entry["reason"], str(entry["count"])),
            *_texts(told(entry["first"]), told(entry["last"])),
        )
    return rows


def in_words(letter: Letter, record: Consumed, *, full: bool) -> Iterator[str]:
    """All of one dead letter, line by line."""
    count = letter.replay_count
    yield f"Dead letter {letter.place}, written {told(letter.timestamp)}"
    lines = {
        "arrival": f"{letter.origin} ({told(letter.origin.timestamp)})",
        "id": letter.id,
        "failed in": letter.stage,
        "because": f"{letter.reason}: {REASONS.get(letter.reason, 'no reason that is known')}",
        "message": letter.message,
        "exception": letter.exception or "none",
        "failed record": f"{letter.failed_place}, written {told(letter.failed_timestamp)}",
        "attempts": str(letter.attempts),
        "first failed": letter.first_failed_at or "unknown",
        "replays": "none before this failure" if not count else f"{count} before this failure",
        "worker": f"version {letter.worker_version or 'unknown'}",
        "key": "none" if record.key is None else record.key.decode("utf-8", "replace"),
    }
    if letter.truncated:
        whole = record.headers.get(DEAD_LETTER_PREFIX + "sha256", "unknown")
        lines["truncated"] = f"only its beginning was kept; SHA-256 of the whole: {whole}"
    others = {name: value for name, value in record.headers.items() if not name.startswith(_OWN)}
    event = {name: value for name, value in record.headers.items() if name.startswith("ce_")}
    for name, value in lines.items():
        yield f"  {name:14} {safe(value)}"
    for title, part in (("Other headers", others), ("Event", event)):
        yield title
        for name, value in part.items():
            yield f"  {safe(name):14} {safe(value)}"
    yield from payload(record.value, full=full)


def payload(value: bytes | None, *, full: bool) -> Iterator[str]:
    """A payload: JSON laid out, text as it is, anything else as a hex dump; cut unless ``full``."""
    if not value:
        yield "Payload: no value (a tombstone)" if value is None else "Payload: no bytes"
        return
    try:
        text, kind = value.decode("utf-8"), "text"
    except UnicodeDecodeError:
        shown = value if full else value[:SHOWN_BYTES]
        yield f"Payload: {len(value)} bytes that are no UTF-8"
        yield from _dump(shown)
        if len(shown) < len(value):
            yield f"… {len(value) - len(shown)} bytes more; --full shows all"
        return
    try:
        text = orjson.dumps(orjson.loads(value), option=orjson.OPT_INDENT_2).decode()
        kind = "JSON"
    except (orjson.JSONDecodeError, TypeError):  # read but not written again: nested too deep
        pass
    shown_text = text if full else text[:SHOWN_CHARACTERS]
    yield f"Payload: {len(value)} bytes of {kind}"
    yield from safe(shown_text, lines=True).split("\n")
    if len(shown_text) < len(text):
        yield f"… {len(text) - len(shown_text)} characters more; --full shows all"


def as_object(letter: Letter, record: Consumed) -> dict[str, Any]:
    """All of one dead letter as one JSON object; bytes that are no UTF-8 in base64."""
    shown: dict[str, Any] = {"payload": None}
    if record.value is not None:
        try:
            shown = {"payload": record.value.decode("utf-8")}
        except UnicodeDecodeError:
            shown = {"payload_base64": base64.b64encode(record.value).decode()}
    return {**letter.described(), "headers": dict(record.headers), **shown}


def safe(text: str, *, lines: bool = False) -> str:
    """Text that cannot steer a terminal: control and format characters as escapes.

    Line ends and tabs stay if ``lines``.
    """
    kept = "\n\t" if lines else ""
    return "".join(
        char
        if char.isprintable() or char in kept or (char.isspace() and ord(char) > 0x9F)
        else char.encode("unicode_escape").decode()
        for char in text
    )


def _texts(*cells: str) -> list[Text]:
    """Cells in which nothing is markup."""
    return [Text(safe(cell), overflow="fold") for cell in cells]


def _line(text: str, longest: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _dump(value: bytes) -> Iterator[str]:
    for start in range(0, len(value), DUMP_WIDTH):
        row = value[start : start + DUMP_WIDTH]
        readable = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        yield f"  {start:08x}  {row.hex(' '):{3 * DUMP_WIDTH - 1}}  {readable}"
