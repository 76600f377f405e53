"""What cannot be tried is refused in words that say why, and what to do."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from tests.supply.scenario.conftest import corner

from yiju.api import City
from yiju.city.folder import CityFolder
from yiju.errors import InputError, MissingCity, UnknownName, YijuError
from yiju.supply.scenario import Scenario, StaleCheckup, compare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MIDDLE = corner(4, 4)
IMPOSSIBLE: dict[str, tuple[Callable[[Scenario], object], type[YijuError], str]] = {
    "outside": (
        lambda s: s.add(service="pharmacy", at=corner(20, 4)),
        InputError,
        "1,200 m outside the city",
    ),
    "degrees": (lambda s: s.add(service="pharmacy", at=(106.5, 29.5)), InputError, "look like degrees"),
    "no point": (lambda s: s.add(service="pharmacy", at="here"), InputError, "a pair of coordinates"),
    "no such service": (lambda s: s.add(service="elder_day", at=MIDDLE), UnknownName, "elder_day_care"),
    "no facility offers it": (
        lambda s: s.add(service="street_network", at=MIDDLE),
        InputError,
        "no single facility",
    ),
    "negative places": (
        lambda s: s.add(service="pharmacy", at=MIDDLE, capacity=-1),
        InputError,
        "from 0 up (places), was -1",
    ),
    "no number": (
        lambda s: s.add(service="pharmacy", at=MIDDLE, capacity=float("nan")),
        InputError,
        "was nan",
    ),
    "there already": (
        lambda s: s.add(service="kindergarten", at=corner(1, 1), facility_id="f-00"),
        InputError,
        "offers kindergarten already",
    ),
    "twice at one place": (
        lambda s: s.add(service="pharmacy", at=MIDDLE).add(service="pharmacy", at=MIDDLE),
        InputError,
        "new-1 offers the same service at the same place",
    ),
    "an id of another": (
        lambda s: s.add(service="pharmacy", at=MIDDLE, facility_id="f-00"),
        InputError,
        "a facility elsewhere",
    ),
    "nothing to close": (lambda s: s.close("f-99"), UnknownName, "no facility named 'f-99'"),
    "closed twice": (lambda s: s.close("f-01").close("f-01"), UnknownName, "f-01"),
    "not offered": (
        lambda s: s.close("f-04", service="kindergarten"),
        InputError,
        "only community_canteen, elder_day_care",
    ),
    "moved away": (lambda s: s.move("f-01", corner(-3, 0)), InputError, "300 m outside"),
    "nothing to enlarge": (lambda s: s.enlarge("f-01"), InputError, "was given neither"),
    "which service": (lambda s: s.enlarge("f-04", capacity=90), InputError, "name one by `service`"),
    "smaller": (lambda s: s.enlarge("f-01", capacity=20), InputError, "has 180 now"),
    "an end off the streets": (
        lambda s: s.link(corner(1, 1), corner(2.5, 2.5)),
        InputError,
        "the nearest street is 50 m away",
    ),
    "a link to itself": (lambda s: s.link(MIDDLE, MIDDLE), InputError, "the same point of a street"),
    "shorter than straight": (
        lambda s: s.link(MIDDLE, corner(4, 5), length_m=50),
        InputError,
        "100.0 m apart",
    ),
    "a gate far away": (lambda s: s.gate("f-00", corner(8, 8)), InputError, "within 500 m"),
    "no such indicator": (lambda s: s.standard("L99", threshold=1), UnknownName, "L99"),
    "no standard": (lambda s: s.standard("L02"), InputError, "was given neither"),
    "no radius": (lambda s: s.standard("S01", radius_m=500), InputError, "has no single radius"),
    "people below nothing": (lambda s: s.people(-0.5), InputError, "from 0 up"),
    "no such place": (lambda s: s.people(2.0, place="c-9"), UnknownName, "c-9"),
    "no such group": (lambda s: s.people(2.0, group="age_60"), UnknownName, "age_60_plus"),
    "no such cell": (
        lambda s: s.people(pd.DataFrame({"cell_id": ["r-0-0", "x"], "people": [1.0, 2.0]})),
        UnknownName,
        "'x'",
    ),
    "no such column": (
        lambda s: s.people(pd.DataFrame({"cell_id": ["r-0-0"], "age_0_9": [1.0]})),
        UnknownName,
        "age_0_9",
    ),
    "people of a cell below nothing": (
        lambda s: s.people(pd.DataFrame({"cell_id": ["r-0-0"], "people": [-1.0]})),
        InputError,
        "cell r-0-0",
    ),
    "nothing to undo": (lambda s: s.undo(), InputError, "no change to take back"),
    "nothing to save": (lambda s: s.save("plan"), InputError, "no change to save"),
    "people are no measure": (lambda s: s.people(2.0).save("plan"), InputError, "cannot be saved"),
    "costs of something else": (
        lambda s: s.close("f-01").save("plan", cost_yuan=[1.0, 2.0]),
        InputError,
        "for each of 1 changes",
    ),
    "due before it was asked": (
        lambda s: s.close("f-01").save("plan", due_year=2020),
        InputError,
        "before 2025",
    ),
    "nothing to compare": (lambda s: compare([]), InputError, "no scenarios"),
    "no places to share": (lambda s: s.equity("food_market"), InputError, "number of places is known"),
    "no such method": (lambda s: s.catchments("kindergarten", "4sfca"), UnknownName, "2sfca"),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_what_cannot_be_is_said(case: str, now: Scenario) -> None:
    change, error, words = IMPOSSIBLE[case]
    with pytest.raises(error) as raised:
        change(now)
    assert words in raised.value.say("en")
    assert raised.value.message.zh


def test_a_street_is_needed_to_get_there(now: Scenario) -> None:
    # the middle of a block is 50 m from every street: near enough to stand there, too far for the end of a link
    inside = now.add(service="pharmacy", at=corner(2.5, 2.5))
    assert float(inside.walk("pharmacy").min()) >= 50


def test_what_is_locked_stays(town: CityFolder) -> None:
    kept = Scenario.of(town, locked=["f-02"])
    for change in (lambda: kept.close("f-02"), lambda: kept.move("f-02", MIDDLE)):
        with pytest.raises(InputError, match="f-02 is locked"):
            change()
    assert kept.enlarge("f-02", capacity=2000).changes
    with pytest.raises(UnknownName, match="f-77"):
        Scenario.of(town, locked=["f-77"])


def test_another_city_is_refused(town: CityFolder, tmp_path: Path) -> None:
    copy = tmp_path / "town"
    shutil.copytree(town.path, copy)
    folder = CityFolder.open(copy)
    then = Scenario.of(folder).close("f-01")
    facilities = folder.table("facilities")
    folder.write_table("facilities", facilities[facilities["facility_id"] != "f-00"])
    with pytest.raises(StaleCheckup, match="table facilities"):
        Scenario.of(folder)
    with pytest.raises(StaleCheckup, match="yiju checkup"):
        then.save("plan")
    City(folder).checkup()
    with pytest.raises(StaleCheckup, match="was replaced"):
        then.save("plan")
    assert Scenario.of(folder).changes == ()
    with pytest.raises(MissingCity):
        Scenario.of(folder, 1999)


def test_scenarios_of_two_check_ups_are_not_compared(town: CityFolder, now: Scenario, tmp_path: Path) -> None:
    shutil.copytree(town.path, tmp_path / "other")
    with pytest.raises(InputError, match="different check-ups"):
        compare([now, Scenario.of(tmp_path / "other")])
