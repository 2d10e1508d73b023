from __future__ import annotations

import pytest

from workers.stages.tag_entities import TagEntities
from workers.stages.tag_entities.gazetteer import Gazetteer, open_gazetteer
from workers.stages.tag_entities.link import Linker


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return open_gazetteer()


@pytest.fixture(scope="session")
def linker(gazetteer: Gazetteer) -> Linker:
    return Linker(gazetteer)


@pytest.fixture(scope="session")
def stage() -> TagEntities:
    return TagEntities()
