"""Find repeats: a fingerprint of every arrival, and the claim that compares it with earlier ones.

``Fingerprinter`` is the first step (pure, on all partitions); a ``SeenStore`` holds the second.
Exact repeats, revisions and the same content under another id; near-duplicates have their place in
``Fingerprint.signature``.
"""

from workers.stages.deduplicate.canonical_url import canonical_url
from workers.stages.deduplicate.fingerprint import ALGORITHM, fingerprint, url_id
from workers.stages.deduplicate.main_text import MainText, main_text
from workers.stages.deduplicate.normalise import normalise, shingles
from workers.stages.deduplicate.seen_store import SeenStore, WindowedSeenStore
from workers.stages.deduplicate.step import Fingerprinter

__all__ = [
    "ALGORITHM",
    "Fingerprinter",
    "MainText",
    "SeenStore",
    "WindowedSeenStore",
    "canonical_url",
    "fingerprint",
    "main_text",
    "normalise",
    "shingles",
    "url_id",
]
