"""What comes of asking for an address: a body, nothing new, or a failure with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

# fmt: off
FailureKind = Literal[
    "refused",       # an address, scheme or port that is not asked: private networks, file:
    "robots",        # the site's robots.txt says no
    "unreachable",   # no such host, no connection, TLS failed, connection lost
    "timeout",       # connecting, a pause while reading, or the whole took too long
    "too_large",     # more bytes than allowed, as sent or as unpacked
    "redirects",     # too many, in a circle, or to nowhere
    "gone",          # 410: never ask again
    "throttled",     # 429 or 503 with or without Retry-After; without a status: not asked for one
    "challenge",     # a guard asks whether a person reads it
    "status",        # any other status that is no answer
    "broken",        # not HTTP, or an encoding that cannot be unpacked
]
# fmt: on
FAILURES: tuple[FailureKind, ...] = get_args(FailureKind)


@dataclass(frozen=True)
class Validators:
    """What a server gave to ask "is there anything new?" with; sent back as it came."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Visit:
    """What a host is due after it was asked; seconds since the epoch."""

    asked: float
    """When it was asked last."""
    paused: float = 0.0
    """Until when it wants no requests; 0 if it did not say so."""


@dataclass(frozen=True)
class Want:
    """What is asked for."""

    accept: str
    """The ``Accept`` header."""
    limit: int
    """Bytes that the body may have, unpacked."""
    validators: Validators = Validators()
    seconds: float | None = None
    """For the whole, redirects included; None: as the rules say."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Sent to the origin of the address that is asked for, and to no other; may be secrets."""


@dataclass(frozen=True)
class Body:
    """Status 200 and a body, unpacked."""

    url: str
    """Where it was in the end, without user and password."""
    data: bytes
    headers: Mapping[str, str]
    """Names in lower case; the last answer's."""
    validators: Validators
    moved: str | None = None
    """The new address, if every redirect on the way to it was a permanent one (301, 308); without
    user and password."""
    media_type: str | None = None
    """``text/html`` and so on, in lower case without parameters."""
    charset: str | None = None
    """As the ``Content-Type`` says."""
    downgraded: bool = False
    """Whether a redirect led from https to http, so that others could read and change it."""


@dataclass(frozen=True)
class NotModified:
    """Status 304: nothing new since the validators were given."""

    url: str
    headers: Mapping[str, str]
    moved: str | None = None
    downgraded: bool = False


@dataclass(frozen=True)
class Failed:
    """No answer that can be used. An expected outcome, so a value."""

    url: str
    kind: FailureKind
    reason: str
    """What happened and where, in one sentence for a person."""
    status: int | None = None
    retry_after: float | None = None
    """Seconds that the server asked to wait, if it did."""
    headers: Mapping[str, str] = field(default_factory=dict)
    via: str | None = None
    """The host whose turn to wait for: a redirect led there, and too many are there already."""

    @property
    def asked(self) -> bool:
        """Whether anybody was: a host that asked to be left alone is not before its time."""
        return self.kind != "throttled" or self.status is not None


Result = Body | NotModified | Failed
