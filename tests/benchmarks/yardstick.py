"""Work of others, timed in the same minutes: what a machine's absolute figures are worth.

Identifying the language of a text of 3,000 characters with py3langid, the default engine: Python
and NumPy as in the stages. The goals for the claim and the fingerprint were set on a machine that
identified ``GOALS_PER_SECOND`` of them.
"""

from __future__ import annotations

import json
import time

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from tests.benchmarks.articles import articles

CHARACTERS = 3000
GOALS_PER_SECOND = 794


class Yardstick:
    """Texts identified so far, and the CPU seconds that they took."""

    def __init__(self) -> None:
        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        record = json.loads(next(iter(articles(0, 1, (("text", "en"),)))))
        text = str(record["content"])
        self._text = (text * (CHARACTERS // len(text) + 1))[:CHARACTERS]
        self.call()
        self._texts = 0
        self._seconds = 0.0

    def call(self) -> None:
        """Identify one text."""
        self._identifier.classify(self._text)

    def take(self, texts: int) -> None:
        """Identify so many texts, and count them: between two parts of what is measured."""
        began = time.process_time()
        for _ in range(texts):
            self.call()
        self._seconds += time.process_time() - began
        self._texts += texts

    @property
    def per_second(self) -> float:
        """Texts a CPU second; 0 before any was taken."""
        return self._texts / self._seconds if self._texts else 0.0

    @property
    def share(self) -> float:
        """How fast the machine is by it: 1 for the one on which the goals were set."""
        return self.per_second / GOALS_PER_SECOND
