"""Tag entities: who, which organisation, where on the map and when, with offsets into the text.

An engine per language finds names (``engine.py``); what follows is common to all languages: trim
the spans, decide each name's type over the whole article, link places, join mentions to entities.
"""

from workers.stages.tag_entities.tag import TagEntities

__all__ = ["TagEntities"]
