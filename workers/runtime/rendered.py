"""What a pool process does for ``copydesk explain``: the steps, and the text that cuts point into.

A page's rendering is not in its record, only its name. It is made by the same process as the rest,
under the same limits, for it is work on content like any other.
"""

from __future__ import annotations

from typing import Any

from workers.runtime import performers

RENDERING = "rendering"
"""A step beside those of the pipeline: HTML → its text rendering."""


def perform(step: str, value: Any) -> tuple[Any, float]:
    """``performers.perform``, with one step more."""
    if step != RENDERING:
        return performers.perform(step, value)
    from workers.stages.strip_boilerplate.page import Source, rendering_of

    return rendering_of(Source.of(value)).text, 0.0
