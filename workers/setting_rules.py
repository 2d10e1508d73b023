"""How the text of a setting is read, and what to tell where it cannot be."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workers import entity_models


class WrongPart(ValueError):  # noqa: N818 - it is what the text has, not how we fail
    """Which part of a setting's text is wrong, and why."""


@dataclass(frozen=True)
class Rule:
    """How one setting is read: ``read`` raises ValueError, ``expects`` says what it accepts.

    It raises WrongPart where it can say more than that the whole is wrong.
    """

    read: Callable[[str], Any]
    expects: str
    shown: bool = True
    """Whether a text that it refuses may be shown; it may be a secret in the wrong place."""


def text(pattern: str = "text") -> Rule:
    """Anything; ``pattern`` says what is meant."""

    def read(text: str) -> str:
        text.encode("utf-8")  # a variable that is not UTF-8 comes with surrogates
        return text

    return Rule(read, pattern)


def pem_path() -> Rule:
    """The path of a PEM file; what is in such a file, with a key perhaps, is refused and hidden."""

    def read(text: str) -> str:
        if not text.isprintable() or "-----" in text:  # surrogates are not printable
            raise ValueError
        return text

    return Rule(read, "the path of a PEM file, not what is in the file", shown=False)


def whole(low: int, high: int) -> Rule:
    """A whole number within bounds, both allowed."""

    def read(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise ValueError
        return value

    return Rule(read, f"a whole number from {low} to {high}")


def number(low: float, high: float) -> Rule:
    """A number within bounds, both allowed; NaN is none."""

    def read(text: str) -> float:
        value = float(text)
        if not low <= value <= high:  # NaN fails this as well
            raise ValueError
        return value

    return Rule(read, f"a number from {low:g} to {high:g}")


def one_of(*allowed: str) -> Rule:
    """One of these words."""

    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError
        return text

    return Rule(read, f"one of {', '.join(allowed)}")


def switch() -> Rule:
    """Yes or no."""
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

    def read(text: str) -> bool:
        try:
            return words[text.lower()]
        except KeyError:
            raise ValueError from None

    return Rule(read, "true or false")


def addresses() -> Rule:
    """Addresses of brokers."""

    def read(text: str) -> str:
        parts = [part.strip() for part in text.split(",")]
        for part in parts:
            host_and_port(part)
        return ",".join(parts)

    return Rule(read, "HOST:PORT, or several with commas between")


def host_and_port(text: str) -> tuple[str, int]:
    """Read ``HOST:PORT``, an IPv6 host with or without its brackets; ValueError if it is not."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise ValueError(f"not an address: {text!r}, expected HOST:PORT")
    return host.strip("[]"), int(port)


def prefix() -> Rule:
    """What topic and group names may begin with."""

    def read(text: str) -> str:
        if len(text) > 100 or not all(
            char.isascii() and (char.isalnum() or char in "._-") for char in text
        ):
            raise ValueError
        return text

    return Rule(read, "up to 100 ASCII letters, digits, dots, dashes and underscores")


def networks() -> Rule:
    """Networks in CIDR notation."""

    def read(text: str) -> str:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        return ",".join(str(ipaddress.ip_network(part)) for part in parts)

    return Rule(read, "networks such as 10.20.0.0/16, with commas between, or nothing")


def ports() -> Rule:
    """TCP ports."""

    def read(text: str) -> str:
        parts = [int(part) for part in text.split(",") if part.strip()]
        if not all(0 < part < 65_536 for part in parts):
            raise ValueError
        return ",".join(map(str, parts))

    return Rule(read, "ports such as 8080, with commas between, or nothing")


def contact() -> Rule:
    """How a web master reaches whoever runs this: a web or mail address."""

    def read(text: str) -> str:
        if len(text) > 200 or not text.isprintable() or not text.isascii() or set(text) & set("()"):
            raise ValueError
        return text

    return Rule(read, "a web or mail address in ASCII, without brackets")


def models() -> Rule:
    """Models of names by language."""

    def read(text: str) -> str:
        text.encode("utf-8")
        try:
            return entity_models.written(entity_models.read_choices(text))
        except ValueError as error:
            raise WrongPart(str(error)) from None

    return Rule(read, entity_models.EXPECTED)
