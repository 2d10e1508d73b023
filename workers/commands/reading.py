"""Tell on standard error how far a long reading of topics has come."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workers.runtime.scan import Read


def report(read: Read) -> None:
    """One line now and then; a scan calls this every few seconds."""
    print(f"read {read.records:,} of {read.of:,} records of {read.topics}", file=sys.stderr)
