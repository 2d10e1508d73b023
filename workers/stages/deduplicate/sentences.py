"""Which lines are the article's own: those with the shape of a sentence.

The page around an article is menus, captions, headlines of other articles: short lines without a
full stop. It differs from site to site, and on one site it is the same around different stories.
"""

from __future__ import annotations

from collections.abc import Sequence

from workers.stages.deduplicate.shingles import letters

_ENDS = frozenset(
    ".!?"  # NFKC makes these of the ellipsis, of doubled and of full-width marks
    "\u203d\u2e2e\u2e3c\u2e53\u2e54\u3002\ufe12"  # Latin, Han
    "\u0589\u061d\u061e\u061f\u06d4\u0700\u0701\u0702\u07f9"  # Armenian, Arabic, Syriac, N'Ko
    "\u0837\u0839\u083d\u083e"  # Samaritan
    "\u0964\u0965\U00011141\U00011142\ua8ce\ua8cf\uaaf0\uaaf1\uabeb"  # dandas of India
    "\u0f0d\u0f0e\u104a\u104b\u17d4\u17d5\u1aa8\u1aa9\u1aaa\u1aab"  # Tibetan, Burmese, Khmer, Tham
    "\u1362\u1367\u1368\u166e\u1803\u1809\u1944\u1945"  # Ethiopic, Cree, Mongolian, Limbu
    "\u1735\u1736\u1b5a\u1b5b\u1b5e\u1b5f\u1c3b\u1c3c\u1c7e\u1c7f"  # Hanunoo, Bali, Lepcha, Santal
    "\u2cf9\u2cfa\u2cfb\ua4ff\ua60e\ua60f\ua6f3\ua6f7\ua876\ua877\ua92f\ua9c8\ua9c9\uaa5d\uaa5e\uaa5f"
)
"""Marks that end a sentence: Sentence_Terminal of Unicode 15 in living scripts, and the Tibetan
shad."""
_CLOSING = " \"')]}»«›‹’‘”“‟‛」』】〉》〕〗〙〛〞〟｠﹂﹄"
"""What may follow such a mark. Some languages close with what others open with."""

SHORTEST, SHORTEST_UNSPACED = 3, 6
"""Tokens, or letters of a script without spaces, of a sentence that ends in its mark."""
LONG, LONG_UNSPACED = 12, 30
"""The same of a line that needs no mark, which Thai has not, nor some headline writers."""


def is_sentence(line: str, tokens: Sequence[bytes]) -> bool:
    """Whether a normalised line with these tokens has the shape of a sentence, in any script."""
    count = len(tokens)
    if count < SHORTEST:
        return False
    unspaced = 0 if line.isascii() else letters(tokens)
    words = count - unspaced
    if words * LONG_UNSPACED + unspaced * LONG >= LONG * LONG_UNSPACED:
        return True
    if words * SHORTEST_UNSPACED + unspaced * SHORTEST < SHORTEST * SHORTEST_UNSPACED:
        return False
    return line.rstrip(_CLOSING)[-1:] in _ENDS
