from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stages.tag_entities import tiny_models
from workers.entity_models import ModelChoice
from workers.stages.tag_entities.backend import Name
from workers.stages.tag_entities.backends import UnusableModel, load
from workers.stages.tag_entities.backends.chain import Labelled, names_of
from workers.stages.tag_entities.backends.model_engine import ModelEngine
from workers.stages.tag_entities.backends.windows import windows

XX = frozenset({"xx"})


@pytest.fixture(scope="module", params=["transformers", "spans", "words"])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ModelEngine:
    folder = tmp_path_factory.mktemp("models") / request.param
    if request.param == "transformers":
        return load(ModelChoice("transformers", str(tiny_models.token_classifier(folder))), XX)
    tiny_models.gliner(folder, spans=request.param == "spans")
    return load(ModelChoice("gliner", str(folder)), XX)


def test_a_model_of_either_kind_finds_names(model: ModelEngine) -> None:
    text = tiny_models.TEXT
    found = [(text[start:end], kind) for start, end, kind in model.find(text)]
    alone = [name for name in tiny_models.NAMES if name != ("Dijkman", "person")]
    assert found in (tiny_models.NAMES, alone)


def test_a_text_longer_than_the_model_reads_is_read_whole(model: ModelEngine) -> None:
    text = "zag Anneke Dijkman en Utrecht. " * 40
    found = [(text[start:end], kind) for start, end, kind in model.find(text)]
    assert found == [("Anneke Dijkman", "person"), ("Utrecht", "place")] * 40


def test_an_empty_text_has_no_names(model: ModelEngine) -> None:
    assert model.find("") == model.find(" \r\n\u200b\n") == []


PARTS = st.sampled_from(
    [
        "Anneke", "Dijkman", "Zymbrex", "Energie", "Utrecht", "zag", "🚢", "👩‍👩‍👧", "e\u0301",
        "東京",
        "שלום", "مدينة", "\ud800", "\ufeff", "\u200f", "x" * 210, "x", ".", "-",
        " ", " ", " ", "\n", "\r\n", "\t", "\u2028",
    ]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(PARTS, max_size=60).map("".join))
def test_spans_are_in_order_within_lines_and_without_overlap(model: ModelEngine, text: str) -> None:
    spans = model.find(text)
    assert all(0 <= start < end <= len(text) for start, end, _ in spans)
    assert all(left.end <= right.start for left, right in pairwise(spans))
    for start, end, _ in spans:
        assert text[start:end] == text[start:end].strip()
        assert len(text[start:end].splitlines()) == 1
    assert model.find(text) == spans


def test_windows_overlap_and_count_every_token_once() -> None:
    for count in (0, 1, 9, 10, 11, 25, 100):
        found = list(windows(count, 10, 4))
        counted = [token for window in found for token in range(window.from_, window.to)]
        assert counted == list(range(count))
        for window in found:
            assert window.end - window.start <= 10
            assert window.start <= window.from_ <= window.to <= window.end
            assert window.from_ == 0 or window.from_ - window.start >= 2
            assert window.to == count or window.end - window.to >= 2


def test_chains_of_every_scheme() -> None:
    text = "aa bb cc dd\nee"
    spots = [(0, 2), (3, 5), (6, 8), (9, 11), (12, 14)]

    def read(*labels: str) -> list[Name]:
        return names_of(text, [Labelled(*s, label) for s, label in zip(spots, labels, strict=True)])

    assert read("B-PER", "I-PER", "B-PER", "O", "I-LOC") == [
        Name(0, 5, "PER"),
        Name(6, 8, "PER"),
        Name(12, 14, "LOC"),
    ]
    assert read("U-PER", "B-ORG", "L-ORG", "I-ORG", "I-ORG") == [
        Name(0, 2, "PER"),
        Name(3, 8, "ORG"),
        Name(9, 11, "ORG"),
        Name(12, 14, "ORG"),
    ]
    assert read("PER", "PER", "LOC", "O", "O") == [Name(0, 5, "PER"), Name(6, 8, "LOC")]


def broken(folder: Path, how: str) -> Path:
    tiny_models.token_classifier(folder)
    match how:
        case "no tokenizer.json":
            (folder / "tokenizer.json").unlink()
        case "neither model.onnx nor weights":
            (folder / "model.onnx").unlink()
        case "cannot be loaded":
            (folder / "model.onnx").write_bytes(b"no model")
        case "names no labels":
            (folder / "config.json").write_text("{}", "utf-8")
        case "cannot be read":
            (folder / "config.json").write_text("{", "utf-8")
        case "no label for persons":
            labels = {"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}
            (folder / "config.json").write_text(json.dumps(labels), "utf-8")
        case "transformers":
            (folder / "model.onnx").rename(folder / "model.safetensors")
    return folder


@pytest.mark.parametrize(
    "how",
    [
        "no tokenizer.json",
        "neither model.onnx nor weights",
        "cannot be loaded",
        "names no labels",
        "cannot be read",
        "no label for persons",
        "transformers",
    ],
)
def test_a_folder_that_cannot_be_used_says_why(tmp_path: Path, how: str) -> None:
    with pytest.raises(UnusableModel, match=how):
        load(ModelChoice("transformers", str(broken(tmp_path / "model", how))), XX)


@pytest.mark.parametrize("kind", ["transformers", "gliner"])
def test_what_is_not_there_says_so(kind: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableModel, match="there is no folder"):
        load(ModelChoice(kind, str(tmp_path / "none")), XX)


def test_a_model_that_the_hub_does_not_give_is_unusable(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = pytest.importorskip("huggingface_hub")

    def refuse(*_: object, **__: object) -> str:
        raise OSError("no route to the hub")

    monkeypatch.setattr(hub, "snapshot_download", refuse)
    with pytest.raises(UnusableModel, match=r"cannot be fetched from the hub .*no route"):
        load(ModelChoice("gliner", "owner/name"), XX)


def test_a_model_from_the_hub_is_read_from_its_copy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hub = pytest.importorskip("huggingface_hub")
    folder = tiny_models.token_classifier(tmp_path / "copy")
    asked: list[object] = []

    def fetch(name: str, *, revision: str | None, **_: object) -> str:
        asked.append((name, revision))
        return str(folder)

    monkeypatch.setattr(hub, "snapshot_download", fetch)
    model = load(ModelChoice("transformers", "owner/name@v2"), XX)
    assert asked == [("owner/name", "v2")]
    assert model.find("zag Utrecht") == [(4, 11, "place")]
