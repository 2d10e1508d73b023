from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.stages.tag_entities.compile_gazetteer import Places, centre
from workers.stages.tag_entities.gazetteer import Gazetteer
from workers.stages.tag_entities.gazetteer_file import CITY, COUNTRY, REGION
from workers.stages.tag_entities.names import normalise


def small(path: Path) -> Gazetteer:
    places = Places()
    big = places.add(CITY, 7, "Ærøby", (54.9, 10.4), population=9000, country="DK", region="DK.21")
    places.add(CITY, 8, "Ærøby", (-41.25, 174.5), population=50, country="NZ", region="NZ.G1")
    places.name(big, ["Aeroby", "Эрёбю", "Ærøby"])
    places.write(path)
    return Gazetteer(path)


def test_places_come_back_as_they_went_in_larger_first(tmp_path: Path) -> None:
    first, second = small(tmp_path / "g.bin").find("ærøby")
    assert (first.geonames, first.label, first.latitude, first.longitude) == (
        7,
        "Ærøby",
        54.9,
        10.4,
    )
    assert (first.country, first.region, first.population) == ("DK", "DK.21", 9000)
    assert (second.latitude, second.longitude, second.country) == (-41.25, 174.5, "NZ")


def test_a_name_that_is_own_and_alternate_counts_once_as_own(tmp_path: Path) -> None:
    gazetteer = small(tmp_path / "g.bin")
    assert [place.primary for place in gazetteer.find("Ærøby")] == [True, True]
    assert [place.primary for place in gazetteer.find("ЭРЁБЮ")] == [False]
    assert gazetteer.find("Nowhere") == ()


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "g.bin"
    path.write_bytes(b"SQLite format 3\0" * 8)
    with pytest.raises(ValueError, match="is not a gazetteer"):
        Gazetteer(path)


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "g.bin"
    small(path)
    before = path.read_bytes()
    broken = Places()
    broken.add(CITY, 1, "Ærøby", (0.0, 0.0), population=1)
    broken.regions = {object(): 0}  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        broken.write(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_processes_that_write_at_once_leave_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "g.bin"
    code = f"""
from pathlib import Path
from workers.stages.tag_entities.compile_gazetteer import Places
places = Places()
for number in range(3000):
    places.add(0, number, f"Town {{number}}", (1.5, 2.5), population=number, country="DK")
for _ in range(20):
    places.write(Path({str(path)!r}))
"""
    writers = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert [place.geonames for place in Gazetteer(path).find("town 2999")] == [2999]
    assert list(tmp_path.iterdir()) == [path]


def test_the_compiled_gazetteer_knows_the_world(gazetteer: Gazetteer) -> None:
    assert gazetteer.find("U.S.")[0].kind == COUNTRY
    assert [place.country for place in gazetteer.find("Київ")] == ["UA"]
    assert any(
        place.kind == REGION and place.country == "CA" for place in gazetteer.find("Alberta")
    )
    kentucky = gazetteer.find("Ky.")[0]
    assert kentucky.abbreviation
    assert not kentucky.primary
    assert gazetteer.find("Asia")[0].country is None


def test_every_country_lies_on_the_globe(gazetteer: Gazetteer) -> None:
    for name in ("Fiji", "Kiribati", "Russia", "Vatican City", "New Zealand", "South Sudan"):
        place = gazetteer.find(name)[0]
        assert place.kind == COUNTRY
        assert -90 <= place.latitude <= 90
        assert -180 <= place.longitude <= 180
        assert place.population > 0


def test_a_centre_is_found_across_the_date_line() -> None:
    latitude, longitude = centre([(10.1, 179.1), (10.1, -179.1)])
    assert latitude == pytest.approx(10.25, abs=0.1)
    assert abs(longitude) == pytest.approx(180, abs=0.5)


def test_crowding_does_not_move_a_centre() -> None:
    sparse = [(0.1, 0.1), (0.1, 20.1)]
    assert centre(sparse) == centre(sparse + [(0.1, 0.1 + step / 1000) for step in range(100)])


@given(st.text(max_size=30))
def test_a_normalised_name_stays_so(name: str) -> None:
    once = normalise(name)
    assert once == once.strip()
    assert normalise(once.upper()) == normalise(once.upper().lower())


def test_spellings_of_one_name_are_one() -> None:
    assert normalise("U.S.") == normalise("us") == "us"
    assert normalise("“Coeur d’Alène”") == normalise("COEUR  D'ALÈNE") == "coeur d'alène"
