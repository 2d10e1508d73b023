"""Floors of quality on a sample of the labelled public data, where the evaluation kit is present.

Far below what is scored on all of it (see README): a sample's figures move by some hundredths.
What the models were fitted on is in the sample, so that these hold no promise for other pages;
they tell when something broke.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

KIT = Path(__file__).parents[2] / "shared" / "eval"
SAMPLE = 60
FLOORS: dict[str, dict[str, float]] = {
    "language": {
        "language.paragraph.accuracy": 0.95,
        "language.headline.accuracy": 0.9,
    },
    "html": {"html.all.f1": 0.94},
    "lines": {
        "lines.all.char_f1": 0.90,
        "lines.all.content_kept": 0.98,
        "lines.all.verbatim": 1.0,
        "lines.all.valid_removed": 1.0,
    },
    "dedup": {
        "dedup.core.precision": 0.90,
        "dedup.core.recall": 0.88,
        "dedup.references.valid": 1.0,
    },
    "seeds": {"seeds.summary.share": 1.0},
}


@pytest.mark.skipif(not KIT.exists(), reason="no evaluation kit beside the project")
@pytest.mark.parametrize("task", FLOORS)
def test_a_sample_is_above_its_floors(task: str, tmp_path: Path) -> None:
    floors = tmp_path / "floors.json"
    floors.write_text(json.dumps(FLOORS[task]))
    command = f"{sys.executable} -m workers.commands enrich"
    done = subprocess.run(
        [
            *(sys.executable, str(KIT / "score.py"), task, "--limit", str(SAMPLE)),
            *("--floor", str(floors), "--command", command),
        ],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
