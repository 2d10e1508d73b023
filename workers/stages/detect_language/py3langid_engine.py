"""py3langid: naive Bayes over byte n-grams, 140 labels, model in the package (Lui and Baldwin)."""

from __future__ import annotations

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from workers.stages.detect_language.tags import ranked


class Py3LangId:
    """The default engine."""

    name = "py3langid"
    floor = 0.35

    def __init__(self) -> None:
        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

    def identify(self, text: str) -> list[tuple[str, float]]:
        """Languages and their probabilities; see ``Engine``."""
        return ranked(self._identifier.rank(text))
