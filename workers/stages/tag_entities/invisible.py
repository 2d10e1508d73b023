"""Characters that nobody sees and that cut words in pieces: soft hyphens and the like.

Publishers' systems put them where a line may break. Names are looked for in the text without them;
offsets and texts of mentions are those of the text as it is.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from msgspec.structs import replace

from topics.records import Entity, Mention

_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]+")


def visible(text: str) -> str:
    """The text without them."""
    return _INVISIBLE.sub("", text)


def restored(entities: Sequence[Entity], text: str) -> list[Entity]:
    """Entities of ``visible(text)`` as those of the text; they keep their names."""
    befores: list[int] = []
    dropped: list[int] = []
    count = 0
    for match in _INVISIBLE.finditer(text):
        befores.append(match.start() - count)
        count += len(match[0])
        dropped.append(count)

    def offset(visible_offset: int) -> int:
        """Where the character that has this offset without the others stands."""
        behind = bisect_right(befores, visible_offset)
        return visible_offset + (dropped[behind - 1] if behind else 0)

    def mention(given: Mention) -> Mention:
        start, end = offset(given.start), offset(given.end - 1) + 1
        return Mention(start=start, end=end, text=text[start:end])

    return [replace(entity, mentions=list(map(mention, entity.mentions))) for entity in entities]
