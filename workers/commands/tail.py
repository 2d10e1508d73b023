"""``copydesk tail``: follow a topic, with simple filters."""

from __future__ import annotations

import argparse
import operator
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from topics import catalog, codec, headers, ninjs
from topics.records import EnrichedArticle
from workers import settings
from workers.commands import CommandError
from workers.commands.counts import positive
from workers.commands.interruptible import run_interruptibly
from workers.commands.kafka_answers import kafka_answers

OPERATORS: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("!=", operator.ne),
    ("~", lambda value, wanted: wanted.casefold() in value.casefold()),
    ("=", operator.eq),
)


@dataclass(frozen=True)
class Filter:
    """``language=uk``, ``entities.name=Kyiv``, ``headline~election``, ``status!=complete``."""

    path: tuple[str, ...]
    compare: Callable[[str, str], bool]
    wanted: str

    @classmethod
    def parse(cls, text: str) -> Filter:
        """Read one filter; ValueError if it has no operator or no field."""
        places = [(text.find(sign), sign, compare) for sign, compare in OPERATORS if sign in text]
        if not places:
            raise ValueError(
                f"{text!r} is no filter: write FIELD=VALUE, FIELD!=VALUE or FIELD~PART"
            )
        place, sign, compare = min(places, key=lambda found: found[0])
        if place == 0:
            raise ValueError(f"{text!r} names no field before the {sign}")
        return cls(tuple(text[:place].split(".")), compare, text[place + len(sign) :])

    def matches(self, record: Any) -> bool:
        """Whether any value at the path compares; for ``!=``, whether all of them do."""
        values = [_text(value) for value in _values(record, self.path)]
        if self.compare is operator.ne:
            return all(self.compare(value, self.wanted) for value in values)
        return any(self.compare(value, self.wanted) for value in values)


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "topic",
        nargs="?",
        default=catalog.ENRICHED.name,
        help="a topic, with or without its articles. (default: %(default)s)",
    )
    parser.add_argument(
        "--where",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="only such records: FIELD=VALUE, FIELD!=VALUE, FIELD~PART; dots reach inside "
        "(entities.name=Kyiv); several must all hold; header.NAME compares a header",
    )
    parser.add_argument(
        "--as",
        dest="form",
        choices=("record", "ninjs"),
        default="record",
        help="ninjs: enriched articles as IPTC's ninjs 3.1 (default: %(default)s)",
    )
    parser.add_argument("--from-beginning", action="store_true", help="not only what is new")
    parser.add_argument("--limit", type=positive, metavar="N", help="end after N records")
    parser.add_argument("--until-end", action="store_true", help="end at the topic's present end")
    parser.add_argument("--bootstrap", metavar="HOST:PORT", help="Kafka's bootstrap servers")


def run(arguments: argparse.Namespace) -> int:
    """Print matching records, one JSON object a line: topic, partition, offset, headers, value.

    With ``--as ninjs`` a line is a ninjs object; what is no enriched article is told on standard
    error and passed over.
    """
    from workers.runtime import logs

    chosen = settings.load(bootstrap=arguments.bootstrap)
    logs.configure(chosen, quiet=True)
    try:
        filters = [Filter.parse(text) for text in arguments.where]
    except ValueError as error:
        raise CommandError(f"--where {error}") from None
    topic = _topic(arguments.topic)
    if arguments.form == "ninjs" and topic is not catalog.ENRICHED:
        raise CommandError(f"--as ninjs shows enriched articles; {topic.name} has none")
    with kafka_answers(chosen.bootstrap):
        try:
            run_interruptibly(_follow(chosen, topic, filters, arguments))
        except LookupError as error:
            raise CommandError(str(error)) from None
    return 0


def _topic(name: str) -> catalog.Topic:
    for candidate in (name, f"articles.{name}"):
        if candidate in catalog.BY_NAME:
            return catalog.BY_NAME[candidate]
    raise CommandError(f"no topic {name!r}; there are {', '.join(catalog.BY_NAME)}")


async def _follow(
    chosen: settings.Settings,
    topic: catalog.Topic,
    filters: Sequence[Filter],
    arguments: argparse.Namespace,
) -> None:
    from workers.runtime.reader import TopicReader

    shown = 0
    reader = TopicReader(chosen, [topic], from_beginning=arguments.from_beginning)
    await reader.start()
    try:
        while arguments.limit is None or shown < arguments.limit:
            for message in await reader.read():
                line = _line(message, filters, _ninjs if arguments.form == "ninjs" else _record)
                if line is None:
                    continue
                sys.stdout.buffer.write(line + b"\n")
                shown += 1
                if arguments.limit is not None and shown >= arguments.limit:
                    break
            sys.stdout.buffer.flush()
            if arguments.until_end and await reader.at_end():
                return
    finally:
        await reader.stop()


def _line(
    message: Any, filters: Sequence[Filter], show: Callable[[Any], Any | None]
) -> bytes | None:
    value = _decoded(message.value)
    told = {"header": headers.read(message.headers)}
    record = {**value, **told} if isinstance(value, dict) else told
    if not all(item.matches(record) for item in filters):
        return None
    shown = show(message)
    return None if shown is None else orjson.dumps(shown)


def _record(message: Any) -> dict[str, Any]:
    """The record with all that Kafka says of it."""
    return {
        "topic": message.topic,
        "partition": message.partition,
        "offset": message.offset,
        "key": None if message.key is None else message.key.decode("utf-8", "replace"),
        "headers": headers.read(message.headers),
        "value": _decoded(message.value),
    }


def _ninjs(message: Any) -> dict[str, Any] | None:
    """The article as ninjs, or that it is withdrawn; None, and a word, if it is neither."""
    try:
        if message.value is None and message.key is not None:
            return ninjs.withdrawn(message.key.decode("utf-8", "replace"))
        return ninjs.view(codec.decode(EnrichedArticle, message.value))
    except codec.DecodeError as error:
        place = f"{message.topic}/{message.partition}/{message.offset}"
        print(f"copydesk tail: {place}: {error.message}", file=sys.stderr)
        return None


def _decoded(value: bytes | None) -> Any:
    """The value as JSON; what is not JSON (a dead letter's payload) as text."""
    if value is None:
        return None
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value.decode("utf-8", "replace")


def _values(record: Any, path: Sequence[str]) -> Iterator[Any]:
    if isinstance(record, list):
        for item in record:
            yield from _values(item, path)
    elif not path:
        yield record
    elif isinstance(record, dict):
        # Header names have dots of their own.
        if path[0] == "header" and len(path) > 1 and isinstance(record.get("header"), dict):
            name = ".".join(path[1:])
            if name in record["header"]:
                yield record["header"][name]
        elif path[0] in record:
            yield from _values(record[path[0]], path[1:])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
