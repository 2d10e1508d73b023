"""The licences of what copydesk installs: which are used, and which may be.

Names are SPDX identifiers. A package says its licence by an expression, a short text or trove
classifiers, in that order of trust; where none of them is clear, it is looked up by hand, once, and
written down here with the place where it says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"

ALLOWED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "CNRI-Python",
    "HPND", "ISC", "MIT", "MPL-1.1", "MPL-2.0", "PSF-2.0", "Unlicense", "ZPL-2.1", "Zlib",
}  # fmt: skip
"""Free to use, also in trade, in a program under another licence. None asks for our own source."""

LOOKED_UP = {
    "dateparser": "BSD-3-Clause",
    "faust-streaming": "BSD-3-Clause",  # its licence's text stands where the name should
    "justext": "BSD-2-Clause",
    "langdetect": "Apache-2.0",  # "MIT" in its metadata; its LICENSE and classifier say Apache
    "mode-streaming": "BSD-3-Clause",  # its LICENSE
    "venusian": "ZPL-2.1",  # its LICENSE: Repoze, the Zope Public License with other names
}
"""Package → licence, where its metadata are not clear."""

_NAMES = {
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache2": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "mit license": "MIT",
    "the bsd 2-clause license": "BSD-2-Clause",
}
_CLASSIFIERS = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)( ;.*)?", re.M)


def locked() -> dict[str, str]:
    """Package → version of everything that copydesk installs, on any system."""
    return {name: version for name, version, _ in _PINNED.findall(LOCK.read_text("utf-8"))}


def conditional() -> set[str]:
    """The packages that only some systems install."""
    return {name for name, _, marker in _PINNED.findall(LOCK.read_text("utf-8")) if marker}


def expression(package: Distribution) -> str:
    """The package's licence as an SPDX expression; ValueError if it is not clear."""
    name = package.metadata["Name"].lower().replace("_", "-")
    if name in LOOKED_UP:
        return LOOKED_UP[name]
    told = _field(package, "License-Expression") or _field(package, "License")
    told = _NAMES.get(told.strip().lower(), told.strip())
    if _known(told):
        return told
    prefix = "License :: OSI Approved :: "
    classifiers = package.metadata.get_all("Classifier") or []
    found = {
        _CLASSIFIERS.get(it.removeprefix(prefix)) for it in classifiers if it.startswith(prefix)
    }
    (only,) = found if len(found) == 1 else (None,)
    if only is None:
        raise ValueError(f"{name}: its licence is not clear ({told[:60]!r}); add it to LOOKED_UP")
    return only


def chosen(licence: str) -> str:
    """The part of an expression that is used: of an OR its first allowed side.

    ValueError if nothing of it is allowed.
    """
    parts = (
        re.split(r"\s+AND\s+", licence.replace("(", "").replace(")", ""))
        if _simple(licence)
        else []
    )
    used = []
    for part in parts:
        sides = [side.strip() for side in re.split(r"\s+OR\s+", part)]
        allowed = [side for side in sides if side in ALLOWED]
        if not allowed:
            raise ValueError(f"{licence}: {part} is not among the allowed licences")
        used.append(allowed[0])
    if not used:
        raise ValueError(f"{licence}: too deep an expression")
    return " AND ".join(used)


def texts(package: Distribution) -> Iterator[tuple[str, str]]:
    """(file, text) of the licences and notices that a package carries, but of those not used."""
    used = chosen(expression(package))
    pattern = re.compile(r"(licen[cs]e|copying|notice)", re.I)
    for file in sorted(package.files or [], key=str):
        inside = ".dist-info/" in str(file)
        unused = "GPL" in file.name and "GPL" not in used
        if inside and pattern.search(file.name) and not unused:
            yield file.name, Path(str(file.locate())).read_text("utf-8", "replace").strip()


def installed() -> dict[str, Distribution]:
    """The packages of the lock as they are installed here; PackageNotFoundError if one is not."""
    return {
        name: distribution(name) for name in locked() if name not in conditional() or _there(name)
    }


def _field(package: Distribution, name: str) -> str:
    """The first of the metadata's fields of this name; empty where there is none."""
    return next(iter(package.metadata.get_all(name) or []), "")


def _there(name: str) -> bool:
    try:
        distribution(name)
    except ModuleNotFoundError:
        return False
    return True


def _known(told: str) -> bool:
    words = set(re.split(r"\s+(?:AND|OR)\s+|[()]", told)) - {""}
    return (
        bool(words)
        and all(re.fullmatch(r"[A-Za-z0-9.+-]+", word) for word in words)
        and any(word.strip() in ALLOWED for word in words)
    )


def _simple(licence: str) -> bool:
    """Whether it is a conjunction of alternatives, or one alternative."""
    return not re.search(r"\([^()]*\bAND\b[^()]*\)", licence)
