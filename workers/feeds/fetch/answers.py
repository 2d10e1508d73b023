"""What an answer's status and headers say."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

from workers.feeds.fetched import FailureKind, Validators

REDIRECTS = (301, 302, 303, 307, 308)
THROTTLED = (429, 503)
PERMANENT = (301, 308)
_SECONDS = re.compile(r"\d{1,12}")


Raw = tuple[tuple[bytes, bytes], ...]
"""Headers as they were sent."""


def plain(raw: Raw) -> dict[str, str]:
    """Headers by name in lower case, several of a name joined; text that can be stored."""
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), _text(value)
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def validators(raw: Raw) -> Validators:
    """What a server gave to ask again with; left out where it cannot be sent back as it came."""
    found: dict[bytes, str | None] = {}
    for name, value in raw:
        if (key := name.lower()) in (b"etag", b"last-modified") and key not in found:
            try:
                found[key] = value.decode("utf-8") or None
            except UnicodeDecodeError:
                found[key] = None
    return Validators(found.get(b"etag"), found.get(b"last-modified"))


def conditions(validators: Validators) -> dict[str, str]:
    """The request headers that give validators back; one that no header can hold is left out."""
    told = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in told.items() if value and value.isprintable()}


def content_type(headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Media type and charset, as far as they are said."""
    if "content-type" not in headers:
        return None, None
    message = Message()
    message["content-type"] = re.sub(r"[\r\n\0]+", " ", headers["content-type"])
    named = headers["content-type"].partition(";")[0].strip().lower()
    return (named if "/" in named else None), message.get_content_charset()


def retry_after(headers: Mapping[str, str], now: datetime, most: float) -> float | None:
    """Seconds that ``Retry-After`` asks to wait, at most ``most``; None where it says nothing."""
    said = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(said):
        return min(float(said), most)
    try:
        when = parsedate_to_datetime(said)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    seconds = (when - now).total_seconds()
    return min(max(seconds, 0.0), most) if math.isfinite(seconds) else None


def failure(status: int, permanently: bool, *, challenged: bool = False) -> FailureKind:
    """The kind of failure that a status is; ``challenged``: a guard gave it.

    Gone is only what the address itself, or where it moved for good, says: behind a passing
    redirect it is not the address that is gone.
    """
    if status == 410 and permanently:
        return "gone"
    if challenged:
        return "challenge"
    return "throttled" if status in THROTTLED else "status"


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
