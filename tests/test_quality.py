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
SAMPLES = {"language": 1500, "html": 120, "lines": 150, "dedup": 400, "seeds": 2}
"""Items of a data file; three in ten of the texts for language are paragraphs."""
FLOORS: dict[str, dict[str, float]] = {
    "language": {
        "language.paragraph.items": 400,
        "language.headline.items": 1000,
        "language.paragraph.accuracy": 0.97,
        "language.headline.accuracy": 0.93,
    },
    "html": {"html.all.pages": 120, "html.all.f1": 0.95},
    "lines": {
        "lines.all.documents": 150,
        "lines.all.char_f1": 0.92,
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
            *(sys.executable, str(KIT / "score.py"), task, "--limit", str(SAMPLES[task])),
            *("--floor", str(floors), "--command", command),
        ],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
