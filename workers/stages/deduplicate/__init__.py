"""Find repeats: a fingerprint of every arrival, and the claim that compares it with earlier ones.

``Fingerprinter`` is the first step (pure, on all partitions); a ``SeenStore`` holds the second.
Exact repeats, revisions, the same content under another id, and near-duplicates: articles whose own
sentences are mostly the same.
"""

from workers.canonical_url import canonical_url, url_id
from workers.normalise import line_hash, normalise
from workers.stages.deduplicate.fingerprint import ALGORITHM, fingerprint
from workers.stages.deduplicate.main_text import MainText, main_text
from workers.stages.deduplicate.seen import SeenStore
from workers.stages.deduplicate.seen_store import WindowedSeenStore
from workers.stages.deduplicate.shingles import shingles
from workers.stages.deduplicate.step import Fingerprinter

__all__ = [
    "ALGORITHM",
    "Fingerprinter",
    "MainText",
    "SeenStore",
    "WindowedSeenStore",
    "canonical_url",
    "fingerprint",
    "line_hash",
    "main_text",
    "normalise",
    "shingles",
    "url_id",
]
