"""The fingerprint step: bytes of ``articles.raw`` in, a value of ``articles.fingerprinted`` out."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import msgspec

from topics import codec
from topics.records import Fingerprinted, RawArticle
from workers.outcome import Rejected
from workers.stages.deduplicate.fingerprint import fingerprint
from workers.stages.deduplicate.main_text import main_text

LONGEST_ID = 512


@dataclass(frozen=True)
class Fingerprinter:
    """Decodes one raw record and fingerprints it; pure, and safe to send to another process."""

    limit: int
    """Most bytes of UTF-8 that an article's content may have."""

    def __call__(self, value: bytes | None) -> Fingerprinted | Rejected:
        """The fingerprint with the record's bytes unchanged, or why there is none."""
        most = 4 * self.limit + 65_536  # escapes such as \u0436 make JSON longer than its content
        if value is not None and len(value) > most:
            return Rejected("too_large", f"a record of {len(value):,} bytes (limit {most:,})")
        try:
            raw = codec.decode(RawArticle, value)
        except codec.DecodeError as error:
            return Rejected(error.reason, error.message)
        if (fault := _fault_of_id(raw.id)) is not None:
            return Rejected("invalid", fault)
        main = main_text(raw, limit=self.limit)
        if isinstance(main, Rejected):
            return main
        return Fingerprinted(
            fingerprint=fingerprint(raw, main),
            raw=msgspec.Raw(value or b""),
            media_type=main.media_type,
            preview=main.preview,
        )


def _fault_of_id(id: str | None) -> str | None:
    if id is None or not id.strip():
        return None
    if len(id) > LONGEST_ID:
        return f"an id of {len(id):,} characters (limit {LONGEST_ID})"
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in id):
        return f"a control character in the id {id[:80]!r}"
    return None
