"""py3langid: naive Bayes over byte n-grams, 140 labels, model in the package (Lui and Baldwin)."""

from __future__ import annotations

from itertools import takewhile

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from workers.stages.detect_language.tags import DIGITS, fold

_LEAST = 0.5 * 10**-DIGITS  # what is not rounded to nothing
_LABELS = {"no": "nb"}  # beside its "nn"


class Py3LangId:
    """The default engine."""

    name = "py3langid"
    floor = 0.35

    def __init__(self) -> None:
        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        self.languages = frozenset(map(fold, self._identifier.labels))
        """What it can name, folded."""

    def identify(self, text: str) -> list[tuple[str, float]]:
        """Languages and their probabilities; see ``Engine``.

        The text is read in lower case: headlines have capitals where other text has none.
        """
        ranks = takewhile(lambda one: one[1] >= _LEAST, self._identifier.rank(text.lower()))
        return [(_LABELS.get(label, label), score) for label, score in ranks]
