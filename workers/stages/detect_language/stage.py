"""The stage: which text is read, and what of the verdict becomes the record's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import UNSET
from msgspec.structs import replace

from topics.records import Article, LanguageAlternative, LanguageShare
from workers.outcome import Outcome, Passed
from workers.stages.detect_language.body import body, excerpt
from workers.stages.detect_language.decide import UNDETERMINED, Verdict
from workers.stages.detect_language.identify import DEFAULT, SECOND, UNSURE, Identifier, Reading
from workers.stages.detect_language.page_text import page_text
from workers.stages.detect_language.prior import hinted
from workers.stages.detect_language.scripts import norwegian_forms, script_forms

ALTERNATIVES = 3
LEAST_ALTERNATIVE = 0.01
SCRIPT = "script"
"""In the place of an engine: a form of the language, told by its characters."""
VARIETY = "variety"
"""The same for a variety that the engine tells apart."""


class DetectLanguage:
    """Sets ``language``, ``language_confidence``, ``language_alternatives``, ``language_shares``.

    py3langid decides, weighed with what CLD2 and ELDC think; another engine alone. It takes the
    best language whose confidence reaches the engine's floor, else ``und`` with confidence 0. What
    the source says (declared, the page's ``lang``, the URL's country) counts only between close
    candidates, and ``provenance`` says when it decided. Alternatives are the forms of the language
    (``zh-Hant``, ``sr-Latn``, ``nn``), what else the engine thinks, then what the others think
    where it is unsure; langdetect is one of these and never decides.
    """

    name = "detect_language"
    version = "2"

    def __init__(self, engine: str = DEFAULT) -> None:
        """Load the engine; ValueError names those there are if ``engine`` is not one."""
        self.engine = engine
        self._identifier = Identifier(engine)

    def __call__(self, article: Article) -> Outcome:
        """Pass the article on with its language and without its preview."""
        lines = body(excerpt(_readable(article)))
        hints = hinted(article)
        prior = frozenset[str]().union(*hints.values())
        found = self._identifier.read("\n".join(lines), prior)
        mixed = self._identifier.mixture(lines, found, prior)
        if mixed is not None:
            found = self._identifier.read(mixed.main, prior)
        verdict = found.verdict
        rest = () if mixed is None else mixed.shares[1:]
        own = 1.0 if mixed is None else mixed.shares[0][1]
        shares = {} if verdict.language == UNDETERMINED else {verdict.language: own}
        for tag, share in rest:
            shares.setdefault(tag, share)
        return Passed(
            replace(
                article,
                language=verdict.language,
                language_confidence=verdict.confidence,
                language_alternatives=self._alternatives(found),
                language_shares=[
                    LanguageShare(language=tag, share=part) for tag, part in shares.items()
                ],
                provenance=_provenance(article, verdict, hints),
                preview=UNSET,
            )
        )

    def _alternatives(self, found: Reading) -> list[LanguageAlternative]:
        verdict = found.verdict
        told = _listed(SCRIPT, script_forms(verdict.language, found.text))
        if verdict.language == "no":
            told += _listed(VARIETY, norwegian_forms(found.scores))
        told += _listed(self.engine, verdict.others)
        if verdict.confidence < UNSURE:
            for opinion in found.opinions:
                if opinion.language not in (None, verdict.language):
                    told += _listed(opinion.engine, [(opinion.language, opinion.share)])
            told += _listed(SECOND, found.second)
        return told


def _listed(engine: str, scores: Iterable[tuple[str, float]]) -> list[LanguageAlternative]:
    told = [(tag, score) for tag, score in scores if score >= LEAST_ALTERNATIVE]
    return [
        LanguageAlternative(language=tag, confidence=score, engine=engine)
        for tag, score in told[:ALTERNATIVES]
    ]


def _readable(article: Article) -> str:
    if article.preview is not UNSET:
        return article.preview
    if article.text is not UNSET:
        return article.text
    content = "" if article.content is UNSET else article.content
    return page_text(content) if article.media_type == "text/html" else content


def _provenance(
    article: Article, verdict: Verdict, hints: Mapping[str, frozenset[str]]
) -> dict[str, str]:
    """Where the language came from, if not from the text alone."""
    if verdict.by != "prior" or verdict.language == UNDETERMINED:
        return article.provenance
    sources = [where for where, languages in hints.items() if verdict.language in languages]
    return article.provenance | {"language": f"text, {', '.join(sources)}"}
