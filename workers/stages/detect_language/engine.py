"""What a language identifier is to the stage, and which ones there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

ENGINES: tuple[str, ...] = ("py3langid", "langdetect")


class Engine(Protocol):
    """A language identifier: deterministic, with read-only state, so threads may share it."""

    name: str
    languages: frozenset[str]
    """What it can name, folded; empty if that is not known."""
    floor: float
    """Least confidence with which the best language is taken; below it the answer is ``und``."""

    def identify(self, text: str) -> list[tuple[str, float]]:
        """Languages and forms of them (BCP 47) with their probabilities, 0 to 1, best first.

        Empty if none fits. The text is a sample of at most some 1,000 characters; any string will
        do.
        """
        ...


@dataclass(frozen=True)
class Opinion:
    """What a quick engine thinks of a sample."""

    engine: str
    language: str | None
    """Folded (see ``tags``); None where it found none."""
    knows: frozenset[str]
    """The languages that it can name at all."""
    share: float = 1.0
    """Share of the text that it takes for this language, 0 to 1."""
    strength: float = 0.0
    """How typical of that language the text is, in the engine's own unit; 0 if it does not say."""
    noise: bool = False
    """Whether the text is so untypical of any language that it is none."""
    other: float = 0.0
    """Share of the text that it takes for other languages, 0 to 1."""


class QuickEngine(Protocol):
    """An engine so cheap that it is asked about every text; it never decides alone.

    There is one exception: languages that the deciding engine does not know (``decide``).
    """

    name: str

    def read(self, text: str) -> Opinion:
        """What it thinks of a text. Any string will do; time is linear in its length."""
        ...


def load_engine(name: str) -> Engine:
    """Load an engine with its model; ValueError names the engines that there are."""
    if name == "py3langid":
        from workers.stages.detect_language.py3langid_engine import Py3LangId

        return Py3LangId()
    if name == "langdetect":
        from workers.stages.detect_language.langdetect_engine import LangDetect

        return LangDetect()
    raise ValueError(f"no language engine {name!r}; there are {', '.join(ENGINES)}")


def load_quick_engines() -> tuple[QuickEngine, ...]:
    """CLD2 and ELDC: what py3langid is weighed with."""
    from workers.stages.detect_language.quick_engines import Cld2, Eldc

    return Cld2(), Eldc()
