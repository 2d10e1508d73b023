"""What a language identifier is to the stage, and which ones there are."""

from __future__ import annotations

from typing import Protocol

ENGINES: tuple[str, ...] = ("py3langid", "langdetect")


class Engine(Protocol):
    """A language identifier: deterministic, with read-only state, so threads may share it."""

    name: str
    floor: float
    """Least probability with which the best language is taken; below it the answer is ``und``."""

    def identify(self, text: str) -> list[tuple[str, float]]:
        """Languages (BCP 47) and their probabilities, 0 to 1, best first; empty if none fits.

        The text is a sample of at most some 1,000 characters. Any string will do.
        """
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
