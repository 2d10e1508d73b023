"""What is known of a feed, and what waits on its behalf: rows of the state, as values."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field

import msgspec

from workers.canonical_url import canonical_url
from workers.feeds.fetched import Validators
from workers.feeds.habit import Habit
from workers.feeds.items import Item
from workers.feeds.versions import version_of


@dataclass(frozen=True)
class Known:
    """What is known of one feed. Times are seconds since the epoch."""

    id: int
    address: str
    """As it was subscribed to, or named by its index."""
    url: str
    """Where it is asked now."""
    next_poll: float
    parent: int | None = None
    """The index that names this sitemap."""
    followed: bool = True
    kind: str | None = None
    title: str | None = None
    retired: str | None = None
    """Why it is never asked again."""
    validators: Validators = field(default_factory=Validators)
    digest: bytes | None = None
    """Of the last body, for servers that never say 304."""
    ttl: float | None = None
    """Seconds that it asks to wait between polls."""
    last_poll: float | None = None
    last_success: float | None = None
    last_item: float | None = None
    failures: int = 0
    """Polls in a row that failed."""
    error_kind: str | None = None
    """A ``FailureKind``, ``unreadable``, or why it could not be read in time."""
    error: str | None = None
    habit: Habit = ()
    via: str | None = None
    """The host that answers in the end, where that is another one: whose turns it takes."""
    losses: int = 0
    """How often an article that it had left to another feed was lost there."""
    same_as: int | None = None
    """The feed that has turned out to be the same; that one is asked, and this one retired."""
    complaint: str | None = None
    """What was ill-formed when it was read last."""
    downgraded: bool = False
    """Whether it was to go by https, and goes by http."""


@dataclass(frozen=True)
class Page:
    """An item whose page is to be fetched."""

    id: int
    feed: int
    host: str
    item: Item
    tries: int
    packed: bytes
    """The item as the state file has it: an earlier program may have written it otherwise."""


@dataclass(frozen=True)
class Ready:
    """An article as Kafka will get it."""

    place: str
    """Which item of which feed it is, for people."""
    key: bytes | None
    value: bytes


@dataclass(frozen=True)
class Waiting:
    """An article in the outbox."""

    id: int
    ready: Ready


def digest_of(data: bytes) -> bytes:
    """128 bits that stand for a body."""
    return hashlib.blake2b(data, digest_size=16).digest()


def digest(*parts: str | None) -> bytes:
    """128 bits that stand for these texts."""
    joined = "\0".join(part if part is not None else "\1" for part in parts)
    return digest_of(joined.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True)
class Marks:
    """What an item is told from others by."""

    guid: bytes
    """In its feed."""
    version: bytes
    """From its other versions."""
    page: bytes | None
    """From the articles of other feeds: of its address, if that is its own."""


def marks(item: Item) -> Marks:
    """What tells an item from others; a pure function of it."""
    whole = item.url and item.own_url and "#" not in item.url
    address = canonical_url(item.url or "") if whole else None
    return Marks(
        guid=digest(item.guid),
        version=version_of(item),
        page=None if address is None else digest(address),
    )


COLUMNS = (
    "id", "address", "url", "next_poll", "parent", "followed", "kind", "title", "retired", "etag",
    "last_modified", "digest", "ttl", "last_poll", "last_success", "last_item", "failures",
    "error_kind", "error", "habit", "via", "losses", "same_as", "complaint", "downgraded",
)  # fmt: skip
"""Columns of a feed's row, in the order of ``row_of`` and ``known_of``."""


def row_of(feed: Known) -> tuple[object, ...]:
    """What is known of a feed as a row."""
    values = asdict(feed)
    values |= values.pop("validators")
    values["habit"] = msgspec.json.encode(feed.habit).decode()
    return tuple(values[column] for column in COLUMNS)


def known_of(row: tuple[object, ...]) -> Known:
    """What a row says of its feed."""
    values = dict(zip(COLUMNS, row, strict=True))
    values["validators"] = {
        "etag": values.pop("etag"),
        "last_modified": values.pop("last_modified"),
    }
    values["habit"] = msgspec.json.decode(str(values["habit"]))
    values |= {name: bool(values[name]) for name in ("followed", "downgraded")}
    return msgspec.convert(values, Known)
