"""The compiled word lists agree with the packages that they come from."""

from __future__ import annotations

import json
import subprocess
import sys

from workers.stages.strip_boilerplate.compile_date_words import TARGET, compile_words

CODE = f"""
import json
from {compile_words.__module__} import compile_words
print(json.dumps(compile_words()))
"""


def test_the_word_lists_are_up_to_date() -> None:
    # In a process of its own: what babel says of a language depends on which it was asked before.
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, check=True)
    assert json.loads(TARGET.read_text(encoding="utf-8")) == json.loads(done.stdout)
