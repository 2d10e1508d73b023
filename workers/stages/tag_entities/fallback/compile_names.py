"""Writes ``names.txt`` from the lists of the package Faker (a dependency for development).

python -m workers.stages.tag_entities.fallback.compile_names
"""

from __future__ import annotations

import pkgutil
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from workers.stages.tag_entities.fallback.lists import words

FILE = Path(__file__).with_name("names.txt")
CASELESS = words("ar bn fa gu he hi ja ka ko mr ne or si ta th zh")
"""Where a family name is worth a line: elsewhere the capital letter beside a first name does."""
CREDIT = """\
# First names (1) and family names (2) by language, from the Python package Faker {version}:
# MIT licence, Copyright (c) 2012 Daniele Faraglia and contributors. Written by compile_names.py.
"""


def lists() -> dict[tuple[str, str], set[str]]:
    """Names by language and kind."""
    import faker.providers.person as persons

    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for module in pkgutil.iter_modules(persons.__path__):
        language = module.name.split("_")[0]
        provider = import_module(f"{persons.__name__}.{module.name}").Provider
        for attribute in dir(provider):
            for kind, prefix in (("1", "first_name"), ("2", "last_name")):
                if attribute.startswith(prefix) and (kind == "1" or language in CASELESS):
                    found[language, kind].update(_names(getattr(provider, attribute)))
    return found


def _names(value: object) -> Iterator[str]:
    if not isinstance(value, (list, tuple, dict)):
        return
    for item in value:
        name = item[0] if isinstance(item, tuple) else item  # Japanese: in kanji, kana and Latin
        if isinstance(name, str) and name[:1].isalpha() and name.replace("-", "").isprintable():
            yield name.strip()


def main() -> None:
    """Write the file."""
    from importlib.metadata import version

    lines = [
        f"{language} {kind} {'|'.join(sorted(names))}\n"
        for (language, kind), names in sorted(lists().items())
        if names
    ]
    FILE.write_text(CREDIT.format(version=version("faker")) + "".join(lines), "utf-8")


if __name__ == "__main__":
    main()
