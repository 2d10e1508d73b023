"""Any trained spaCy pipeline, by the name of its package or its folder."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from workers.stages.tag_entities.backend import Backend, Name
from workers.stages.tag_entities.backends.unusable import UnusableModel
from workers.stages.tag_entities.ner import Model, Package, UnusablePackage


def open_spacy(name: str) -> tuple[Backend, str]:
    """The pipeline and its version.

    Read by ``ner`` where that can: a tenth of spaCy's time, and spaCy is not needed. Else by spaCy.
    """
    path = Path(name)
    folder = path if path.is_dir() else None
    if folder is None and ("/" in name or not _installed(name)):
        raise UnusableModel(
            f"there is no folder {name}"
            if "/" in name
            else f"the package {name} is not installed: pip install {name}, or give its folder"
        )
    try:
        package = Package(folder or name)
        return Model(package), package.version
    except (UnusablePackage, KeyError, ValueError, TypeError, IndexError) as error:
        return _SpacyPipeline(name, error), _version(folder, name)


def _version(folder: Path | None, name: str) -> str:
    try:
        return Package(folder or name).version
    except UnusablePackage:
        return "?"


def _installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False


class _SpacyPipeline:
    """The whole pipeline but for what finds no names, run by spaCy."""

    def __init__(self, name: str, unread: Exception) -> None:
        try:
            import spacy
        except ImportError:
            raise UnusableModel(
                f"{name} needs spaCy itself ({unread}): pip install spacy"
            ) from None
        try:
            self._nlp = spacy.load(name)
        except Exception as error:  # what a pipeline needs may raise anything
            raise UnusableModel(f"spaCy cannot load {name}: {error}") from error
        if not {"ner", "entity_ruler", "beam_ner"} & set(self._nlp.pipe_names) and not any(
            "ner" in component for component in self._nlp.pipe_names
        ):
            raise UnusableModel(
                f"{name} finds no names; it has {', '.join(self._nlp.pipe_names) or 'no component'}"
            )
        needless = {"lemmatizer", "attribute_ruler", "textcat"} & set(self._nlp.pipe_names)
        self._nlp.select_pipes(disable=sorted(needless))

    def names(self, text: str) -> list[Name]:
        """The names in this text; see ``Backend``."""
        # spaCy's store of strings grows with every new word unless it is told that it may forget.
        with self._nlp.memory_zone():
            document = self._nlp.make_doc(text)
            line_ended = False
            for token in document:
                if line_ended:
                    token.is_sent_start = True
                line_ended = "\n" in token.text
            for _, component in self._nlp.pipeline:
                document = component(document)
            return [Name(e.start_char, e.end_char, e.label_) for e in document.ents]
