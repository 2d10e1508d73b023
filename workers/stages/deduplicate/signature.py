"""Min-hashes of a text's 3-grams, of which two texts' resemblance is estimated.

MinHash (Broder 1997) of which the low byte of each hash is kept (b-bit minwise hashing, Li and
König 2010): 128 of the whole text, in which bands for a look-up (LSH) are found as well, and 32 of
its lead, which survives where a copy is cut.
"""

from __future__ import annotations

import struct
from binascii import b2a_base64
from collections.abc import Sequence

from rensa import RMinHash

from workers.stages.deduplicate.similarity import HASHES, LEAD_HASHES

SEED, LEAD_SEED = 42, 43
LEAD_TOKENS = 80


def signature(trigrams: Sequence[bytes]) -> str:
    """160 bytes in base64, of a text's 3-grams in order (one at least).

    The same in every process and on every machine, however often a 3-gram is repeated.
    """
    whole = _low_bytes(trigrams, HASHES, SEED)
    lead = _low_bytes(trigrams[: LEAD_TOKENS - 2], LEAD_HASHES, LEAD_SEED)
    return b2a_base64(whole + lead, newline=False).decode("ascii")


def _low_bytes(trigrams: Sequence[bytes], hashes: int, seed: int) -> bytes:
    sketch = RMinHash(hashes, seed)
    sketch.update(trigrams)
    return struct.pack(f"<{hashes}I", *sketch.digest())[::4]
