"""What the README says is so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from topics import catalog
from workers.commands import COMMANDS
from workers.pipeline import STAGES, STEPS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
READMES = sorted(
    path
    for folder in ("", "topics", "workers", "deploy", "tests")
    for path in ((ROOT / folder).glob("**/README.md" if folder else "README.md"))
)


def commands() -> Iterator[list[str]]:
    """Words of every copydesk command line in a code block of any page."""
    pages = "\n".join(path.read_text("utf-8") for path in READMES)
    for block in re.findall(r"```sh\n(.*?)```", pages, re.DOTALL):
        for line in block.splitlines():
            code = line.partition("  #")[0]
            for part in re.split(r"[|&]", code):
                words = part.split()
                if words[:1] == ["copydesk"]:
                    yield words[1:]


def test_the_commands_exist() -> None:
    found = list(commands())
    assert len(found) >= 8
    assert {words[0] for words in found} <= set(COMMANDS)
    for words in found:
        if words[0] == "worker":
            assert set(words[1:]) <= {*STAGES, *STEPS}


@pytest.mark.parametrize("readme", READMES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_links_lead_to_files(readme: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", readme.read_text("utf-8"))
    assert links or readme.parent != ROOT
    broken = [link for link in links if "://" not in link and not (readme.parent / link).exists()]
    assert not broken


def test_every_command_and_topic_is_mentioned() -> None:
    assert not [name for name in COMMANDS if f"copydesk {name}" not in README]
    assert not [topic.name for topic in catalog.TOPICS if topic.name not in README]


def test_the_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"\bmake ([\w-]+)", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
