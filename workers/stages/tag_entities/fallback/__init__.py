"""Names in languages without a model: gazetteer, lists of names and telling words, capital letters.

Less is found than by a model and less of it is right; the method ``gazetteer`` and a low confidence
say so. Where a script has capitals (``capitals.py``), only runs of capitalised words are looked at;
where it has none (``plain.py``), only what the lists hold, by the boundaries that the script has.

``names.txt`` holds first names (and family names where there are no capitals) from the Python
package Faker (MIT, Daniele Faraglia and contributors); ``compile_names.py`` writes it.
``words.json`` says by language which words an organisation's name contains.
"""

from workers.stages.tag_entities.fallback.engine import Fallback

__all__ = ["Fallback"]
