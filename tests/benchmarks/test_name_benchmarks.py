from __future__ import annotations

import json
from pathlib import Path

from tests.benchmarks import inflections, joint
from workers.stages.tag_entities.gazetteer import open_gazetteer
from workers.stages.tag_entities.trained import FOLDER
from workers.stages.tag_entities.training.corpus import NamedSpan, Tagged

SENTENCE = "Wczoraj w Krakowie Kowalskiego nie było, ale w Warszawie był."
MARKED = (("Krakowie", "place"), ("Kowalskiego", "person"), ("Warszawie", "place"))


def test_rules_for_endings_are_measured_beside_names_as_they_stand(tmp_path: Path) -> None:
    spans = [(SENTENCE.index(name), SENTENCE.index(name) + len(name), k) for name, k in MARKED]
    line = json.dumps({"text": SENTENCE, "language": "pl", "spans": spans})
    (tmp_path / "pl.jsonl").write_text(line + "\n", "utf-8")
    (language, names), *others = inflections.marked([tmp_path / "pl.jsonl"]).items()
    assert (language, others) == ("pl", [])
    assert names == (["Krakowie", "Warszawie"], ["Kowalskiego"])
    found = {
        way: inflections.rates(known, names)
        for way, known in inflections.ways(open_gazetteer(), "pl")
    }
    assert found["as it stands"].places == 0
    assert found["rules"].places == 1
    assert found["rules"].others == 0


def test_a_joint_model_is_compared_with_one_for_the_language_alone() -> None:
    text = "Anna Berg visitou Lisboa."
    names = (NamedSpan(0, 9, "PER"), NamedSpan(18, 24, "LOC"))
    one = joint.compared(joint.JOINT, FOLDER / "pt", "pt", [Tagged(text, names)])
    assert (one.language, one.sentences) == ("pt", 1)
    assert 0 < one.joint <= 1
    assert 0 < one.alone <= 1
    both = joint.cost("both", [joint.JOINT, FOLDER / "pt"])
    alone = joint.cost("joint", [joint.JOINT])
    assert both.megabytes > alone.megabytes > 5
    assert both.resident > 0 < both.seconds
