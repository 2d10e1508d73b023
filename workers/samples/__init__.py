"""The bundled sample articles: 45 arrivals that show what copydesk does with real copy.

All texts were written for this purpose; publishers and most people in them are invented.

``articles.jsonl`` (42 lines):

- 16 languages besides English, one text of them declared wrongly by its feed;
- HTML pages with navigation, cookie banner, related links and a newsletter form; some with JSON-LD;
- dirty plain text: a duration line, a counter and date before the first sentence with a bar after
  the last one (English and Ukrainian), a side bar of headlines and counters;
- a revision (``jst-615`` comes twice, with another last paragraph);
- five duplicates: two exact repeats under the same id (one a page), a repeat whose URL only has
  tracking parameters, and two copies on other sites;
- four dead letters: a line that is not JSON, a list for content, a page without text, a record of
  a newer schema version.

``pages/``: an HTML page and two plain texts, as files.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

ARRIVALS = 45
OUTCOMES: Mapping[str, int] = {"enriched": 36, "duplicates": 5, "dead_letters": 4}
"""How many arrivals come out where; together they are ``ARRIVALS``."""
LANGUAGES: Mapping[str, int] = {
    "en": 17,
    "de": 2,
    "fr": 2,
    "uk": 2,
    **dict.fromkeys(("ar", "es", "hi", "it", "ja", "ko", "nl", "pl", "pt", "ru", "sv", "tr"), 1),
    "zh": 1,
}
"""How many of the enriched ones are in which language."""


def paths() -> list[Path]:
    """The sample files, as sources for ``copydesk produce``; their order is fixed."""
    folder = Path(__file__).parent
    return [folder / "articles.jsonl", *sorted((folder / "pages").iterdir())]
