"""Kafka headers: CloudEvents in binary mode, the arrival's origin, trace, dead letters.

CloudEvents Kafka protocol binding 1.0.2 (``ce_*`` headers, ``content-type``) and W3C Trace Context
(``traceparent``). Header values are UTF-8. Dead-letter headers are replaced, never stacked.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from topics.catalog import Topic
from topics.records import SCHEMA_VERSION, Origin, StageRun

Headers = list[tuple[str, bytes]]

ORIGIN = "origin"
TRACEPARENT = "traceparent"
TRACESTATE = "tracestate"
CONTENT_TYPE = "content-type"
TAKEN = "ce_takenat"
DEAD_LETTER_PREFIX = "dlq."
REPROCESSED = "reprocessed"
"""When an article that had come out already was sent through its stages again."""
FORGOTTEN = "news.article.forgotten.v1"
"""The CloudEvents type of a tombstone: whoever keeps something under its key is to delete it."""

LONGEST_TRACESTATE = 512
"""Characters of a ``tracestate`` that are passed on; the standard asks for no more."""
TRACEPARENT_PATTERN = "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"
"""What ``traceparent`` looks like on every record that copydesk writes."""

_PARENT = re.compile(
    r"([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.*)?"
)
_SAMPLED = 1
_MAJOR = SCHEMA_VERSION.partition(".")[0]


def read(
    headers: Iterable[tuple[str, bytes | None]] | Mapping[str, bytes] | None,
) -> dict[str, str]:
    """Headers as text, by name; of several with one name the last counts."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers or ()
    return {name: (value or b"").decode("utf-8", "replace") for name, value in pairs}


def write(headers: Mapping[str, str]) -> Headers:
    """The inverse of ``read``; characters that UTF-8 cannot hold are replaced."""
    return [(name, value.encode("utf-8", "replace")) for name, value in headers.items()]


def event(
    topic: Topic,
    *,
    id: str,
    origin: Origin | None,
    stage: str,
    stages: Sequence[StageRun],
    time: datetime,
    trace: str | None,
    tracestate: str | None = None,
    taken: datetime | None = None,
) -> dict[str, str]:
    """The headers of one record.

    ``ce_id`` is made of id, origin, stage and stage versions: a re-emission carries the same one.
    ``trace`` is the consumed record's ``traceparent``; its trace goes on with a new span, and its
    ``tracestate`` with it, or a new trace begins. ``taken`` is when the worker began with the batch
    in which it was consumed.
    """
    versions = ",".join(f"{run.name}={run.version}" for run in stages)
    unique = f"{topic.state}\n{id}\n{origin or ''}\n{stage}\n{versions}"
    headers = {
        "ce_specversion": "1.0",
        "ce_id": hashlib.sha256(unique.encode("utf-8", "replace")).hexdigest()[:32],
        "ce_source": f"copydesk/{stage}",
        "ce_type": event_type(topic),
        "ce_subject": id,
        "ce_time": rfc3339(time),
        CONTENT_TYPE: "application/json",
        TRACEPARENT: continue_trace(trace),
    }
    if tracestate and len(tracestate) <= LONGEST_TRACESTATE and _parent(trace) is not None:
        headers[TRACESTATE] = tracestate
    if taken is not None:
        headers[TAKEN] = rfc3339(taken)
    return headers | ({ORIGIN: str(origin)} if origin else {})


def event_type(topic: Topic) -> str:
    """The CloudEvents type of what a topic carries."""
    return f"news.article.{topic.state}.v{_MAJOR}"


def tombstone(topic: Topic, *, id: str, time: datetime) -> dict[str, str]:
    """The headers of a record without a value, by which an article is forgotten."""
    # Its time is part of its identity: an article may come again, and be forgotten again.
    run = StageRun(name="forget", version=rfc3339(time), status="ok")
    told = event(topic, id=id, origin=None, stage="forget", stages=(run,), time=time, trace=None)
    return told | {"ce_type": FORGOTTEN}


def continue_trace(parent: str | None) -> str:
    """A ``traceparent`` with a new span in the parent's trace, or in a new sampled trace."""
    span = secrets.token_hex(8)
    if (known := _parent(parent)) is not None:
        trace, flags = known
        return f"00-{trace}-{span}-{flags}"
    return f"00-{secrets.token_hex(16)}-{span}-01"


def _parent(traceparent: str | None) -> tuple[str, str] | None:
    """Trace id and flags; None if it is no ``traceparent``.

    Of a newer version of the header what 00 knows is read, as the standard has it: of its flags,
    whether the trace is sampled.
    """
    found = _PARENT.fullmatch(traceparent or "")
    if found is None:
        return None
    version, trace, flags, more = found.groups()
    if version == "00":
        return None if more else (trace, flags)
    return None if version == "ff" else (trace, f"{int(flags, 16) & _SAMPLED:02x}")


def rfc3339(time: datetime) -> str:
    """A time in UTC with milliseconds: ``2026-01-31T08:15:00.000Z``."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
