"""Whether the contract still holds for those who rely on the last release.

``python -m topics.compatibility`` compares the AsyncAPI document of this source tree with that of
the last release (``topics/released/<version>.json``), names every break, and ends with 1 if there
is one. ``--release VERSION`` adds the present document to the releases.

The rules: a topic, a message and a field never disappear; a field's type, bounds and default never
change; a new field is not required. Of closed lists of values: what copydesk writes gets no new
ones, for a reader may not know them, and what it reads loses none; internal topics neither, for
during an upgrade older and newer workers read each other's records. A new major version of the
records (``SCHEMA_VERSION``) may break all of that.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from topics import asyncapi

RELEASED = Path(__file__).with_name("released")

_BOUNDS = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "pattern", "format", "contentEncoding"),
    *("minItems", "maxItems", "uniqueItems", "const"),
)
_LAYOUT = ("cleanup.policy", "message.timestamp.type")
_ABSENT = object()

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Break:
    """One thing on which somebody relies and that no longer holds."""

    where: str
    """The topic, or the record type and field: ``Feed.url``."""
    what: str


@dataclass(frozen=True)
class Side:
    """Who may be older than this source tree: those who read a topic, or those who write it."""

    readers: bool
    writers: bool


@dataclass
class Comparison:
    """What has changed between two documents."""

    old: Document
    new: Document
    breaks: dict[Break, list[str]] = field(default_factory=dict)
    """Each break with the topics that it concerns."""
    additions: dict[str, None] = field(default_factory=dict)
    """New topics and fields, in order."""
    _seen: set[tuple[str, str]] = field(default_factory=set)

    @property
    def major_raised(self) -> bool:
        """Whether the records have a new major version, which may break what it likes."""
        return _major(self.new) > _major(self.old)

    def topics(self) -> None:
        """Compare all topics of the old document with those of the new one."""
        for name, old in self.old["channels"].items():
            new = self.new["channels"].get(name)
            if new is None:
                self._broken(name, name, "the topic is gone")
            else:
                self._seen.clear()
                self._topic(name, old, new)
        for name in self.new["channels"]:
            if name not in self.old["channels"]:
                self.additions[name] = None

    def _topic(self, topic: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        if old["address"] != new["address"]:
            self._broken(topic, topic, f"is called {new['address']} now")
        if _public(old) and not _public(new):
            self._broken(topic, topic, "is no longer public")
        before, now = (part["bindings"]["kafka"] for part in (old, new))
        if before.get("partitions") != now.get("partitions"):
            told = f"{before.get('partitions')} to {now.get('partitions')}"
            self._broken(topic, topic, f"its fixed number of partitions went from {told}")
        for setting in _LAYOUT:
            pair = [part["topicConfiguration"].get(setting) for part in (before, now)]
            if pair[0] != pair[1]:
                self._broken(topic, topic, f"its {setting} went from {pair[0]} to {pair[1]}")
        side = self._side(topic)
        for name in old["messages"]:
            if name not in new["messages"]:
                self._broken(topic, topic, f"message {name} is gone")
                continue
            self._message(topic, name, side)
        for name in new["messages"]:
            if name not in old["messages"] and side.readers:
                self._broken(topic, topic, f"message {name} is new: readers do not know it")

    def _side(self, topic: str) -> Side:
        """Others read what copydesk publishes and write what it takes in; it alone the rest."""
        if not _public(self.old["channels"][topic]):
            return Side(readers=True, writers=True)
        taken_in = any(
            operation["action"] == "receive"
            and operation["channel"]["$ref"] == f"#/channels/{topic}"
            for operation in self.old["operations"].values()
        )
        return Side(readers=not taken_in, writers=taken_in)

    def _message(self, topic: str, name: str, side: Side) -> None:
        old, new = (part["components"]["messages"][name] for part in (self.old, self.new))
        where = f"{name} message"
        self._compare(topic, f"{where} value", old["payload"], new["payload"], side)
        key, key_now = (part["bindings"]["kafka"]["key"] for part in (old, new))
        self._compare(topic, f"{where} key", key, key_now, side)
        if "headers" in old:
            self._compare(topic, f"{where} headers", old["headers"], new.get("headers", {}), side)

    def _compare(
        self, topic: str, where: str, old: Mapping[str, Any], new: Mapping[str, Any], side: Side
    ) -> None:
        """Compare two schemas; ``where`` names the field that they describe."""
        before, now = _options(self.old, old), _options(self.new, new)
        if before.keys() != now.keys():
            kinds = f"{_or(before)} to {_or(now)}"
            self._broken(topic, where, f"its type changed from {kinds}")
        defaults = old.get("default", _ABSENT), new.get("default", _ABSENT)
        if defaults[0] != defaults[1] and not where.endswith(".schema_version"):
            told = " to ".join(map(_default, defaults))
            self._broken(topic, where, f"what stands for an absent value went from {told}")
        for kind in before.keys() & now.keys():
            self._option(topic, where, before[kind], now[kind], side)

    def _option(
        self, topic: str, where: str, old: Mapping[str, Any], new: Mapping[str, Any], side: Side
    ) -> None:
        if "title" in old:  # a record type, told once for all fields that are of it
            where = old["title"]
            pair_of_types = (where, str(new.get("title")))
            if pair_of_types in self._seen:
                return
            self._seen.add(pair_of_types)
        for bound in _BOUNDS:
            pair = old.get(bound), new.get(bound)
            if pair[0] != pair[1]:
                self._broken(topic, where, f"its {bound} went from {pair[0]} to {pair[1]}")
        self._values(topic, where, old.get("enum"), new.get("enum"), side)
        if "items" in old and "items" in new:
            self._compare(topic, f"{where}[]", old["items"], new["items"], side)
        elif ("items" in old) != ("items" in new):
            self._broken(topic, where, "what its items are has changed")
        self._others(topic, where, old, new, side)
        self._fields(topic, where, old, new, side)

    def _values(
        self,
        topic: str,
        where: str,
        old: Sequence[Any] | None,
        new: Sequence[Any] | None,
        side: Side,
    ) -> None:
        if old is None and new is None:
            return
        if old is None or new is None:
            told = "a closed list" if old is None else "open"
            if side.writers if old is None else side.readers:
                self._broken(topic, where, f"its values are {told} now")
            return
        gone = [value for value in old if value not in new]
        added = [value for value in new if value not in old]
        if gone and side.writers:
            self._broken(topic, where, f"value {_listed(gone)} is no longer read")
        if added and side.readers:
            self._broken(topic, where, f"value {_listed(added)} is new: readers do not know it")

    def _others(
        self, topic: str, where: str, old: Mapping[str, Any], new: Mapping[str, Any], side: Side
    ) -> None:
        """What fields may there be beside the named ones?"""
        before, now = (part.get("additionalProperties", True) for part in (old, new))
        if isinstance(before, Mapping) and isinstance(now, Mapping):
            self._compare(topic, f"{where}{{}}", before, now, side)
        elif before != now:
            self._broken(topic, where, f"further fields: {_told(before)} became {_told(now)}")

    def _fields(
        self, topic: str, where: str, old: Mapping[str, Any], new: Mapping[str, Any], side: Side
    ) -> None:
        before, now = old.get("properties", {}), new.get("properties", {})
        needed, needs = set(old.get("required", ())), set(new.get("required", ()))
        for name in before:
            place = f"{where}.{name}"
            if name not in now:
                self._broken(topic, place, "the field is gone")
                continue
            self._compare(topic, place, before[name], now[name], side)
            if name in needs - needed:
                self._broken(topic, place, "is required now: records without it are there already")
            if name in needed - needs and side.readers:
                self._broken(topic, place, "may be absent now: readers count on it")
        for name in now:
            if name not in before:
                self.additions[f"{where}.{name}"] = None
                if name in needs:
                    told = "is new and required: give it a default, so that it may be absent"
                    self._broken(topic, f"{where}.{name}", told)

    def _broken(self, topic: str, where: str, what: str) -> None:
        topics = self.breaks.setdefault(Break(where, what), [])
        if topic not in topics:
            topics.append(topic)


def compare(old: Document, new: Document) -> Comparison:
    """Everything that has changed from one AsyncAPI document to another."""
    comparison = Comparison(old, new)
    comparison.topics()
    return comparison


def releases(folder: Path = RELEASED) -> list[tuple[str, Path]]:
    """Versions with their documents, the earliest first."""
    found = [path for path in folder.glob("*.json") if re.fullmatch(r"\d+(\.\d+)*", path.stem)]
    ordered = sorted(found, key=lambda path: tuple(map(int, path.stem.split("."))))
    return [(path.stem, path) for path in ordered]


def _options(document: Document, schema: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """What a value may be: its kinds, each with the schema for it; references followed."""
    if "$ref" in schema:
        return _options(document, _resolve(document, schema["$ref"]))
    if "allOf" in schema:
        return _options(document, _merged(document, schema))
    found: dict[str, Mapping[str, Any]] = {}
    for choice in ("anyOf", "oneOf"):
        for option in schema.get(choice, ()):
            for kind, part in _options(document, option).items():
                found[kind if kind not in found else f"another {kind}"] = part
    if found:
        return found
    if isinstance(schema.get("type"), list):
        return {kind: {**schema, "type": kind} for kind in schema["type"]}
    texts = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])]
    sniffed = "string" if texts and all(isinstance(item, str) for item in texts) else "anything"
    return {schema.get("type", sniffed): schema}


def _merged(document: Document, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The objects of an ``allOf`` as one; of a field described twice both descriptions hold."""
    merged: dict[str, Any] = {name: value for name, value in schema.items() if name != "allOf"}
    merged["properties"], merged["required"] = dict(merged.get("properties", {})), []
    for part in schema["allOf"]:
        while "$ref" in part:
            part = _resolve(document, part["$ref"])
        for name, value in part.get("properties", {}).items():
            merged["properties"][name] = {**merged["properties"].get(name, {}), **value}
        merged["required"] += part.get("required", ())
        merged |= {name: value for name, value in part.items() if name not in merged}
    return merged


def _resolve(document: Document, reference: str) -> Mapping[str, Any]:
    part: Any = document
    for name in reference.removeprefix("#/").split("/"):
        part = part[name]
    resolved: Mapping[str, Any] = part
    return resolved


def _public(channel: Mapping[str, Any]) -> bool:
    return any(tag["name"] == "public" for tag in channel["tags"])


def _major(document: Document) -> int:
    return int(str(document["info"]["version"]).partition(".")[0])


def _or(kinds: Mapping[str, Any]) -> str:
    return " or ".join(sorted(kinds))


def _listed(values: Sequence[Any]) -> str:
    return ", ".join(map(json.dumps, values))


def _default(value: Any) -> str:
    return "nothing" if value is _ABSENT else json.dumps(value)


def _told(more: Any) -> str:
    if isinstance(more, Mapping):
        return "of one type"
    return "anything" if more else "none"


def check(against: Path, document: Document) -> int:
    """Say what has changed since a release; the exit status, 1 if that breaks the contract."""
    comparison = compare(json.loads(against.read_text("utf-8")), document)
    for name in comparison.additions:
        print(f"new since {against.stem}: {name}")
    stream = sys.stdout if comparison.major_raised else sys.stderr
    for found, topics in comparison.breaks.items():
        places = "" if topics == [found.where] else f" ({', '.join(topics)})"
        print(f"broken since {against.stem}: {found.where}: {found.what}{places}", file=stream)
    if comparison.breaks and not comparison.major_raised:
        print(
            f"{len(comparison.breaks)} breaks: take them back (add a field instead), or raise the "
            "major version, SCHEMA_VERSION in topics/records.py",
            file=sys.stderr,
        )
        return 1
    told = "a new major version" if comparison.major_raised else "compatible"
    print(f"{told}: compared with {against.name}, {len(comparison.old['channels'])} topics")
    return 0


def release(version: str, folder: Path = RELEASED) -> Path:
    """Add the present document to the releases; FileExistsError if that version was another."""
    path = folder / f"{version}.json"
    if path.exists() and path.read_text("utf-8") != asyncapi.render():
        raise FileExistsError(
            f"{path.name} is released and says something else: release a higher version, "
            "or delete the file if that version was never published"
        )
    folder.mkdir(exist_ok=True)
    return asyncapi.write(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check, or release; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m topics.compatibility",
        description="Does the contract still hold for those who rely on the last release?",
    )
    parser.add_argument("--against", metavar="VERSION", help="another release than the last one")
    parser.add_argument("--release", metavar="VERSION", help="add the present contract under it")
    chosen = parser.parse_args(arguments)
    known = dict(releases())
    against = chosen.against or next(reversed(known), None)
    if chosen.against is not None and chosen.against not in known:
        parser.error(f"no release {chosen.against}; there are {', '.join(known) or 'none'}")
    if chosen.release and not re.fullmatch(r"\d+\.\d+\.\d+", chosen.release):
        parser.error(f"--release {chosen.release} is no version such as 0.2.0")
    status = check(known[against], asyncapi.document()) if against else 0
    if chosen.release and status == 0:
        try:
            print(f"released: {release(chosen.release).name}")
        except FileExistsError as error:
            parser.error(str(error))
    return status


if __name__ == "__main__":
    sys.exit(main())
