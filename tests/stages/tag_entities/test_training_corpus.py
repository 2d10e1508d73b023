from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from workers.stages.tag_entities.training.corpus import NamedSpan, Tagged, read_corpus

COLUMNS = """\
# newdoc id = one
# sent_id = one-1
# text = Ana Costa (Lisboa) saiu\u00a0ontem.
1\tAna\tB-PER
2\tCosta\tI-PER
3\t(\tO
4\tLisboa\tB-LOC
5\t)\tO
6\tsaiu\tO
7\tontem\tO
8\t.\tO

# text = 住在北京市
1\t住在\tO\t-
2\t北京\tB-LOC\t-
3\t市\tI-LOC\t-
"""
TWO_COLUMNS = """\
# a tweet\tO
@kim\tO
's\tO
in\tO
Oslo\tI-LOC
!\tO
Do\tO
n't\tO

Kim\tB-PER
Lee\tB-PER
Acme\tB-ORG
Rex\tI-OTH
"""


def read(folder: Path, text: str, name: str = "corpus.iob2") -> list[Tagged]:
    path = folder / name
    path.write_bytes(lzma.compress(text.encode()) if name.endswith(".xz") else text.encode())
    return read_corpus(path)


@pytest.mark.parametrize("name", ["corpus.iob2", "corpus.iob2.xz"])
def test_names_lie_where_they_are_in_the_line_that_gives_the_text(
    tmp_path: Path, name: str
) -> None:
    first, second = read(tmp_path, COLUMNS, name)
    assert first.text == "Ana Costa (Lisboa) saiu\u00a0ontem."
    assert first.names == (NamedSpan(0, 9, "PER"), NamedSpan(11, 17, "LOC"))
    assert second == Tagged("住在北京市", (NamedSpan(2, 5, "LOC"),))


def test_without_a_text_tokens_are_joined_by_rules_of_spacing(tmp_path: Path) -> None:
    first, second = read(tmp_path, TWO_COLUMNS)
    assert first == Tagged("# a tweet @kim's in Oslo! Don't", (NamedSpan(20, 24, "LOC"),))
    assert [second.text[start:end] for start, end, _ in second.names] == ["Kim", "Lee", "Acme"]


def test_a_text_that_has_other_words_than_the_tokens_is_not_used(tmp_path: Path) -> None:
    (only,) = read(tmp_path, "# text = Nos anos\n1\tEm\tO\n2\tos\tO\n3\tanos\tO\n")
    assert only.text == "Em os anos"


def test_windows_line_ends_and_an_empty_file(tmp_path: Path) -> None:
    assert read(tmp_path, COLUMNS.replace("\n", "\r\n")) == read(tmp_path, COLUMNS)
    assert read(tmp_path, "") == []
