"""Dead letters: the bytes that could not be processed, and the headers that say where and why."""

from __future__ import annotations

import hashlib
from datetime import datetime

from topics import catalog, headers
from topics.headers import DEAD_LETTER_PREFIX, rfc3339
from topics.records import Reason
from workers import __version__
from workers.runtime.delivery import Message
from workers.runtime.record import Consumed
from workers.settings import Settings

LONGEST_MESSAGE = 1000
LONGEST_ID = 512
LONGEST_HEADER = 4096
"""Bytes of a header that a truncated dead letter keeps."""
TRUNCATED_BYTES = 512 * 1024
"""What is kept of a payload that the dead-letter topic refuses: below every broker's default."""


def dead_letter(
    settings: Settings,
    consumed: Consumed,
    *,
    stage: str,
    reason: Reason,
    detail: str,
    exception: str | None,
    attempts: int,
    now: datetime,
    id: str | None = None,
) -> Message:
    """The dead letter of a consumed record, its payload unchanged.

    Of the consumed headers those of copydesk are replaced, never stacked; foreign ones go along.
    """
    told = consumed.headers
    own = headers.event(
        catalog.DEAD_LETTER,
        id=(id or told.get("ce_subject") or str(consumed.origin))[:LONGEST_ID],
        origin=consumed.origin,
        stage=stage,
        stages=(),
        time=now,
        trace=consumed.trace,
        tracestate=consumed.tracestate,
        taken=consumed.taken,
    )
    story = {
        "topic": consumed.topic,
        "partition": str(consumed.partition),
        "offset": str(consumed.offset),
        "timestamp": str(consumed.timestamp),
        "stage": stage,
        "reason": reason,
        "exception": exception or "",
        "message": detail[:LONGEST_MESSAGE],
        "attempts": str(attempts),
        "first_failed_at": told.get(DEAD_LETTER_PREFIX + "first_failed_at") or rfc3339(now),
        "replay_count": told.get(DEAD_LETTER_PREFIX + "replay_count") or "0",
        "worker_version": __version__,
    }
    foreign = {
        name: value
        for name, value in told.items()
        if not name.startswith((DEAD_LETTER_PREFIX, "ce_")) and name != headers.TRACESTATE
    }
    content_type = told.get(headers.CONTENT_TYPE, own[headers.CONTENT_TYPE])
    return Message(
        topic=settings.topic(catalog.DEAD_LETTER.name),
        key=consumed.key,
        value=consumed.value,
        headers=headers.write(
            foreign
            | own
            | {headers.CONTENT_TYPE: content_type}
            | {DEAD_LETTER_PREFIX + name: value for name, value in story.items()}
        ),
    )


def truncated(letter: Message) -> Message:
    """The same dead letter with only the beginning of its payload, and the hash of all of it.

    Without longer headers too: others' headers may be what made it too large.
    """
    payload = letter.value or b""
    extra = {
        DEAD_LETTER_PREFIX + "truncated": "true",
        DEAD_LETTER_PREFIX + "sha256": hashlib.sha256(payload).hexdigest(),
    }
    return Message(
        topic=letter.topic,
        key=(letter.key or b"")[:1024] or None,
        value=payload[:TRUNCATED_BYTES],
        headers=[
            *(header for header in letter.headers if len(header[1]) <= LONGEST_HEADER),
            *headers.write(extra),
        ],
    )
