"""Files of scenarios: what they may say, and what is made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.supply.scenario.conftest import corner

from yiju.errors import InputError, YijuError
from yiju.supply.scenario import StaleCheckup
from yiju.supply.scenario.changes import Add, Link
from yiju.supply.scenario.script import ARGUMENTS, read_script

if TYPE_CHECKING:
    from pathlib import Path

    from yiju.city.folder import CityFolder
    from yiju.supply.scenario import Scenario

AT, OVER, BACK = (list(corner(*c)) for c in ((7, 7), (5.5, 2), (5.5, 3)))
STATION = f'[[scenario.change]]\ndo = "add"\nservice = "health_station"\nat = {AT}\ncost_yuan = 1200000\n'
BRIDGE = f'[[scenario.change]]\ndo = "link"\na = {OVER}\nb = {BACK}\nhours = 40\n'
TWO = f'[[scenario]]\nname = "one"\n{STATION}[[scenario]]\nname = "two"\nfrom = "one"\ndue_year = 2027\n{BRIDGE}'


def written(folder: Path, text: str) -> Path:
    file = folder / "tries.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_one_scenario_goes_on_from_another(town: CityFolder, tmp_path: Path) -> None:
    script = read_script(written(tmp_path, TWO))
    made = script.run(town)
    assert list(made) == ["now", "one", "two"]
    assert made["one"].changes == (Add("health_station", tuple(AT), facility_id="new-1"),)
    assert made["two"].changes == (*made["one"].changes, Link(tuple(OVER), tuple(BACK)))
    assert script.spent("two") == {"cost_yuan": [1_200_000, None], "hours": [None, 40]}
    assert script.due_year("one") is None
    assert script.due_year("two") == 2027


def test_points_may_be_in_degrees(town: CityFolder, tmp_path: Path) -> None:
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(town.config.crs, 4326, always_xy=True).transform(*AT)
    text = f'crs = "EPSG:4326"\n{TWO[: TWO.index("[[scenario]]", 5)]}'.replace(str(AT), f"[{lon!r}, {lat!r}]")
    (added,) = read_script(written(tmp_path, text)).run(town)["one"].changes
    assert added.at == pytest.approx(AT, abs=1e-3)


def test_every_change_can_be_told(now: Scenario) -> None:
    # what a file may say is what the methods take
    import inspect

    for name, (needed, possible) in ARGUMENTS.items():
        taken = set(inspect.signature(getattr(now, name)).parameters)
        assert {("by" if key == "factor" else key) for key in (*needed, *possible)} == taken


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[scenario]\n", "cannot be read"),
        ("", "one [[scenario]] at least"),
        ('[[scenarios]]\nname = "one"\n', "Did you mean scenario?"),
        ("[[scenario]]\n", "a name of its own"),
        ('[[scenario]]\nname = "now"\n', "not 'now'"),
        ('[[scenario]]\nname = "a"\n[[scenario]]\nname = "a"\n', "a name of its own"),
        ('[[scenario]]\nname = "a"\nfrom = "b"\n', "the name of a scenario before it, was 'b'"),
        ('locked = "f-01"\n[[scenario]]\nname = "a"\n', "a list of facility ids"),
        ('[scenario]\nname = "a"\n', "written [[scenario]]"),
        ('[[scenario]]\nname = "a"\ndue_year = "2027"\n', "due_year needs to be a whole number, was '2027'"),
        (
            '[[scenario]]\nname = "a"\n[[scenario.change]]\ndo = "close"\nfacility_id = 5\n',
            "to be text, was 5",
        ),
        ('[[scenario]]\nname = "a"\n[[scenario.change]]\ndo = "open"\n', "was open"),
        ('[[scenario]]\nname = "a"\n[[scenario.change]]\ndo = "link"\na = [1, 2]\n', "link needs b too"),
        (
            '[[scenario]]\nname = "a"\n[[scenario.change]]\ndo = "close"\nfacility = "f"\n',
            "Did you mean facility_id",
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_where(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        read_script(written(tmp_path, text))
    assert words in raised.value.say("en")
    assert "tries.toml" in raised.value.say("zh")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TWO.replace("health_station", "health_stations"), "scenario 'one', change 1"),
        (TWO.replace(str(BACK), "[0, 0]"), "scenario 'two', change 1"),
        (
            'locked = ["f-01"]\n' + TWO + '[[scenario.change]]\ndo = "close"\nfacility_id = "f-01"\n',
            "change 2",
        ),
        ('crs = "EPSG:0"\n' + TWO, "EPSG:0 is not known"),
    ],
)
def test_a_change_that_cannot_be_says_which(text: str, words: str, town: CityFolder, tmp_path: Path) -> None:
    with pytest.raises(YijuError) as raised:
        read_script(written(tmp_path, text)).run(town)
    assert words in raised.value.say("en")


def test_a_file_for_another_check_up_is_refused(town: CityFolder, now: Scenario, tmp_path: Path) -> None:
    mine = f'snapshot = "{now.stored.snapshot}"\n{TWO}'
    assert read_script(written(tmp_path, mine)).run(town)
    with pytest.raises(StaleCheckup, match="written for another check-up"):
        read_script(written(tmp_path, mine.replace(now.stored.snapshot, "0" * 16))).run(town)


@pytest.mark.parametrize(
    ("at", "says"),
    [('["a", "b"]', "needs a pair of coordinates"), ("[29.5, 106.5]", "longitude (x) first")],
)
def test_points_that_are_no_degrees(town: CityFolder, tmp_path: Path, at: str, says: str) -> None:
    add = f'[[scenario.change]]\ndo = "add"\nservice = "health_station"\nat = {at}\n'
    text = f'crs = "EPSG:4326"\n[[scenario]]\nname = "one"\n{add}'
    with pytest.raises(InputError) as refused:
        read_script(written(tmp_path, text)).run(town)
    assert says in refused.value.say("en")
    assert "tries.toml" in refused.value.say("en")


@pytest.mark.parametrize("text", ["year = 2025.5\n" + TWO, TWO.replace("2027", "2027.5")])
def test_years_are_whole(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="a whole number"):
        read_script(written(tmp_path, text))


def test_a_crs_that_nobody_knows_names_the_file(town: CityFolder, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"tries\.toml, field crs"):
        read_script(written(tmp_path, 'crs = "nonsense"\n' + TWO)).run(town)
