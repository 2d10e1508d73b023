"""The compiled word lists agree with the packages that they come from."""

from __future__ import annotations

import json

from workers.stages.strip_boilerplate.compile_date_words import TARGET, compile_words


def test_the_word_lists_are_up_to_date() -> None:
    assert json.loads(TARGET.read_text(encoding="utf-8")) == compile_words()
