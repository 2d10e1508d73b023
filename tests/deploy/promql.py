"""What a PromQL expression asks for, as far as ours need it: no strings with brackets in them."""

from __future__ import annotations

import re
from dataclasses import dataclass

WORDS = {"or", "and", "unless", "bool", "on", "ignoring", "offset", "by", "without"}
WORDS |= {"group_left", "group_right"}
_STRING = r'"(?:[^"\\]|\\.)*"'
_SELECTOR = re.compile(
    r"(?P<name>[a-zA-Z_][\w:]*)(?P<matchers>\{(?:[^{}\"]|" + _STRING + r")*\})?"
    r"(?=(?P<call>\s*\())?"
)
_LABELS = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_RANGE = re.compile(r"\[[\d$][^\]]*\]")
_MATCHER = re.compile(r"(\w+)\s*(=~|!~|!=|=)\s*\"([^\"]*)\"")


@dataclass(frozen=True)
class Selector:
    """A metric and what it is narrowed to."""

    name: str
    matchers: tuple[tuple[str, str, str], ...] = ()
    """Label, operator, value."""

    def __str__(self) -> str:
        inside = ", ".join(
            f'{label}{operator}"{value}"' for label, operator, value in self.matchers
        )
        return f"{self.name}{{{inside}}}" if inside else self.name


def selectors(expression: str) -> list[Selector]:
    """Every vector selector, in order."""
    bare = _RANGE.sub(" ", _LABELS.sub(" ", expression))
    bare = re.sub(r"\boffset\s+\w+", " ", bare)
    found = []
    for match in _SELECTOR.finditer(_without_strings(bare)):
        if match["call"] is not None or match["name"] in WORDS:
            continue
        start, end = match.span()
        inside = tuple(_MATCHER.findall(bare[start:end]))
        found.append(Selector(match["name"], inside))
    return found


def grouped_by(expression: str) -> set[str]:
    """The labels of every ``by``."""
    lists = [text for word, text in _LABELS.findall(expression) if word == "by"]
    return {label.strip() for text in lists for label in text.split(",") if label.strip()}


def shortened(text: str, factor: float) -> str:
    """Divide every range, offset and ``for`` of rules or expressions, to half a second at least."""

    def less(match: re.Match[str]) -> str:
        units = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
        seconds = int(match["number"]) * units[match["unit"]] / factor
        return f"{match['before']}{max(round(seconds * 1000), 500)}ms"

    duration = r"(?P<number>\d+)(?P<unit>[smhd])\b"
    return re.sub(r"(?P<before>\[|\boffset |^\s+for: )" + duration, less, text, flags=re.M)


def _without_strings(text: str) -> str:
    """The same length, so that places agree; a string is blank but for its quotes."""
    return re.sub(_STRING, lambda match: '"' + " " * (len(match[0]) - 2) + '"', text)
