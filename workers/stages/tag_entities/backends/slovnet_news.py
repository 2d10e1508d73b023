"""Russian names by slovnet's model of news, with navec's vectors, as natasha's package has them.

No other package has these weights. natasha asks for more than is used here: pymorphy2 with its
dictionary, yargy and ipymarkup are 16 MB on disk that nothing imports. A package cannot be asked
for without what it asks for, and to leave them out of the lock files would make an installation
that ``pip check`` calls broken.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from workers.stages.tag_entities.backend import Backend, Name
from workers.stages.tag_entities.backends.unusable import UnusableModel

VECTORS = Path("data/emb/navec_news_v1_1B_250K_300d_100q.tar")
WEIGHTS = Path("data/model/slovnet_ner_news_v1.tar")
INSTALL = "pip install natasha"


def open_slovnet() -> tuple[Backend, str]:
    """The model and its version. natasha itself is not imported: only its files are read."""
    found = find_spec("natasha")
    if found is None or not found.submodule_search_locations:
        raise UnusableModel(f"slovnet's weights are not installed: {INSTALL}")
    folder = Path(found.submodule_search_locations[0])
    try:
        from navec import Navec
        from slovnet import NER
    except ImportError as error:
        raise UnusableModel(f"slovnet is not installed ({error}): {INSTALL}") from None
    try:
        model = NER.load(str(folder / WEIGHTS))
        model.navec(Navec.load(str(folder / VECTORS)))
    except (OSError, ValueError, KeyError) as error:
        raise UnusableModel(f"slovnet's weights cannot be read ({error}): {INSTALL}") from error
    return _Slovnet(model), _version()


def _version() -> str:
    try:
        return version("slovnet")
    except PackageNotFoundError:
        return "?"


class _Slovnet:
    """Reads line by line: a headline has no full stop, and the model would read on."""

    def __init__(self, model: object) -> None:
        self._model = model

    def names(self, text: str) -> list[Name]:
        """The names in this text; see ``Backend``."""
        lines: list[tuple[int, str]] = []
        start = 0
        for line in text.splitlines(keepends=True):
            if line.strip():
                lines.append((start, line))
            start += len(line)
        marked = self._model.map([line for _, line in lines])  # type: ignore[attr-defined]
        return [
            Name(offset + span.start, offset + span.stop, span.type)
            for (offset, _), markup in zip(lines, marked, strict=True)
            for span in markup.spans
        ]
