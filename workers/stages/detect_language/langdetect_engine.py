"""langdetect: naive Bayes over character n-grams, 55 labels, sampled at random (Shuyo 2010).

Seeded, with its profiles read in the order of their names: unseeded it changes its answer from run
to run.
"""

from __future__ import annotations

from pathlib import Path

from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
from langdetect.lang_detect_exception import LangDetectException

_SEED = 20100101
_LABELS = {"zh-cn": "zh-Hans", "zh-tw": "zh-Hant"}


class LangDetect:
    """The second opinion, and an engine to choose."""

    name = "langdetect"
    languages: frozenset[str] = frozenset()
    floor = 0.8

    def __init__(self) -> None:
        profiles = sorted(path for path in Path(PROFILES_DIRECTORY).iterdir() if path.is_file())
        self._factory = DetectorFactory()
        self._factory.set_seed(_SEED)
        self._factory.load_json_profile([path.read_text("utf-8") for path in profiles])

    def identify(self, text: str) -> list[tuple[str, float]]:
        """Languages and their probabilities; see ``Engine``."""
        detector = self._factory.create()
        detector.append(text)
        try:
            found = detector.get_probabilities()
        except LangDetectException:  # nothing in the text that its profiles know
            return []
        return [(_LABELS.get(one.lang, one.lang), one.prob) for one in found]
