"""Hashes and sketches as they travel: text whose form a schema can check."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

_HEX, _160_BYTES = "^[0-9a-f]{32}$", "^[A-Za-z0-9+/]{214}==$"
_NUMBERS, _LINES = 64, 684
"""Characters of base64."""
Digest = Annotated[str, Meta(pattern=_HEX)]
"""A 128-bit hash in hex."""
_BASE64 = r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
Count = Annotated[int, Meta(ge=0, le=0xFFFF_FFFF)]
Sketch = Annotated[str, Meta(pattern=_160_BYTES)]
"""160 bytes in base64: the low bytes of 128 min-hashes of a text and of 32 of its lead."""
Numbers = Annotated[str, Meta(pattern=_BASE64, max_length=_NUMBERS)]
"""Up to 24 hashes of 16 bits, little-endian, ascending, in base64."""
Lines = Annotated[str, Meta(pattern=_BASE64, max_length=_LINES)]
"""Up to 64 hashes of 64 bits, little-endian, in base64."""
# The same in a changelog, of which a recovery reads a million: it looks at the lengths itself.
ToldDigest = Annotated[str, Meta(extra_json_schema={"pattern": _HEX})]
ToldSketch = Annotated[str, Meta(extra_json_schema={"pattern": _160_BYTES})]
ToldNumbers = Annotated[str, Meta(extra_json_schema={"pattern": _BASE64, "maxLength": _NUMBERS})]
ToldLines = Annotated[str, Meta(extra_json_schema={"pattern": _BASE64, "maxLength": _LINES})]
