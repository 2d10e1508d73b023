"""Write ``months.json``: names of months in the languages of Unicode CLDR, and which they are.

Run ``python -m workers.feeds.formats.compile_months`` after an update of babel. Names that mean
another month in another language are left out.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

from babel import Locale, localedata

MONTHS = Path(__file__).with_name("months.json")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def render() -> str:
    """The file."""
    named: dict[str, set[int]] = defaultdict(set)
    for identifier in localedata.locale_identifiers():
        if "_" in identifier and not identifier.endswith(("_Latn", "_Cyrl")):
            continue
        try:
            months = Locale.parse(identifier).months
        except (ValueError, LookupError):
            continue
        for use in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months.get(use, {}).get(width, {}).items():
                    word = name.casefold().rstrip(".")
                    if _WORD.fullmatch(word):
                        named[word].add(number)
    known = {word: min(numbers) for word, numbers in sorted(named.items()) if len(numbers) == 1}
    return json.dumps(known, ensure_ascii=False, indent=0) + "\n"


if __name__ == "__main__":
    MONTHS.write_text(render(), "utf-8")
