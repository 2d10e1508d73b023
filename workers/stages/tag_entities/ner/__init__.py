"""Named entities by the weights of a spaCy pipeline, without spaCy's pipeline.

A spaCy package's folder (``package.py``) gives rules of tokenisation (``tokenizer.py``), attributes
of words (``lexicon.py``) and the weights of its ``ner`` component. ``words.py`` keeps a vector for
every word type that was met (``embedding.py``), ``convolutions.py`` reads the whole text in one go,
``decoding.py`` takes the decisions, and ``model.py`` puts the parts in order. The result is what
spaCy would find, name for name, at a fraction of its time; neither spaCy nor thinc is imported.

The network and its transition system are those of spaCy and thinc (MIT, ExplosionAI GmbH), as are
the two tables of data, ``symbols.json`` (names that spaCy numbers instead of hashing) and
``norms.json`` (characters that count as one); a test compares both with the installed spaCy.
"""

from workers.stages.tag_entities.ner.model import Model
from workers.stages.tag_entities.ner.package import Package, UnusablePackage

__all__ = ["Model", "Package", "UnusablePackage"]
