"""The country that an article comes from, as far as its address or its source says so."""

from __future__ import annotations

import re
from collections.abc import Mapping

# fmt: off
WORLDWIDE = frozenset({
    "ad", "ai", "as", "bz", "cc", "cd", "co", "dj", "fm", "io", "la", "me", "ms", "nu", "sc", "sr",
    "su", "tk", "to", "tv", "ws",
})
# fmt: on
"""Top-level domains of countries that are sold to everyone as if they were none."""

_HOST = re.compile(
    r"^(?:[a-z][a-z0-9+.-]*://)?(?:[^/@\s]*@)?([\w-]+(?:\.[\w-]+)+)(?=[:/?#]|$)", re.I
)


def country_of(domains: Mapping[str, str], *addresses: str | None) -> str | None:
    """The country of the first address whose host ends in a country's domain."""
    for address in addresses:
        if address and (match := _HOST.match(address)):
            domain = match[1].rpartition(".")[2].lower()
            if domain in domains and domain not in WORLDWIDE:
                return domains[domain]
    return None
