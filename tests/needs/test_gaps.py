"""Gaps between the sides of toy town, which follow from arithmetic, and their intervals, which a bootstrap confirms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from yiju.checkup.blocks import NotMeasurable
from yiju.checkup.context import Context
from yiju.city.toytown import toy_town
from yiju.needs.gaps import GAPS, difference, gaps
from yiju.needs.sides import PAIRS, centre_and_fringe, new_and_old_town, people_around

if TYPE_CHECKING:
    from pathlib import Path

    from yiju.city.folder import CityFolder

BLOCKS = 12


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    return toy_town(tmp_path_factory.mktemp("gaps") / "town", blocks=BLOCKS)


def _homes() -> list[tuple[int, int]]:
    return [(i, j) for j in range(BLOCKS) for i in range(BLOCKS) if (i, j) != (BLOCKS // 4, 3 * BLOCKS // 4)]


def _within(corner: tuple[int, int], limit_m: float, *, west: bool) -> float:
    """Closed form 1 of toy town: the share of the homes of one half whose walk is within the limit, in percent."""
    k, m = corner
    half = [(i, j) for i, j in _homes() if (i < BLOCKS / 2) == west]
    near = [10.0 + 100.0 * (abs(i + 0.5 - k) + abs(j - m)) <= limit_m for i, j in half]
    return 100.0 * sum(near) / len(half)


def test_new_and_old_town_are_the_halves_of_toy_town(town: CityFolder) -> None:
    found = gaps(town).set_index(["pair", "service"])
    row = found.loc["new_old", "elder_day_care"]  # at corner (3, 3), in the west, which was built in 1985
    assert row["first_percent"] == pytest.approx(_within((3, 3), 500.0, west=False))
    assert row["second_percent"] == pytest.approx(_within((3, 3), 500.0, west=True))
    assert row["difference"] == pytest.approx(row["first_percent"] - row["second_percent"])
    assert row["low"] < row["difference"] < row["high"] < 0.0
    assert row["status"] == "measured"


def test_a_service_in_the_middle_makes_no_gap_between_the_halves(town: CityFolder) -> None:
    row = gaps(town).set_index(["pair", "service"]).loc["new_old", "health_centre"]  # at corner (6, 6)
    east, west = (_within((6, 6), 1000.0, west=side) for side in (False, True))
    assert (row["first_percent"], row["second_percent"]) == (pytest.approx(east), pytest.approx(west))
    assert row["low"] < 0.0 < row["high"]


def test_the_old_live_where_the_day_care_of_all_is(town: CityFolder) -> None:
    """Of the young the east has more, of the old the west: 0.19 to 0.12 and 0.20 to 0.40 of each home's people."""
    row = gaps(town).set_index(["pair", "service"]).loc["young_old", "health_station"]
    corners = [(3, 3), (9, 3), (3, 9)]
    near = {
        (i, j): any(10.0 + 100.0 * (abs(i + 0.5 - k) + abs(j - m)) <= 300.0 for k, m in corners)
        for i, j in _homes()
    }
    for column, east, west in (("first_percent", 0.19, 0.12), ("second_percent", 0.20, 0.40)):
        weight = {home: west if home[0] < BLOCKS / 2 else east for home in near}
        share = sum(w for home, w in weight.items() if near[home]) / sum(weight.values())
        assert row[column] == pytest.approx(100.0 * share)


def test_the_contract_and_its_order(town: CityFolder) -> None:
    found = gaps(town)
    assert list(found) == [c.name for c in GAPS.columns]
    assert list(dict.fromkeys(found["pair"])) == list(PAIRS)
    for _, rows in found.groupby("pair"):
        widest = rows["difference"].abs().dropna()
        assert widest.is_monotonic_decreasing
    told = found["status"] == "not measurable"
    assert (found.loc[told, "reason_zh"] != "").all()
    assert found.loc[told, "difference"].isna().all()


def test_where_no_year_is_known_the_old_town_is_not_guessed(tmp_path: Path) -> None:
    folder = toy_town(tmp_path / "town", blocks=4)
    buildings = folder.table("buildings")
    folder.write_table("buildings", buildings.assign(year_built=np.nan))
    with pytest.raises(NotMeasurable, match="year of completion"):
        new_and_old_town(Context(folder, 2025))
    rows = gaps(folder)
    assert set(rows.loc[rows["pair"] == "new_old", "status"]) == {"not measurable"}


def test_where_people_live_alike_there_is_no_centre(tmp_path: Path) -> None:
    with pytest.raises(NotMeasurable, match="there is no centre"):
        centre_and_fringe(Context(toy_town(tmp_path / "town", blocks=4), 2025))


def test_centre_and_fringe_hold_their_shares_and_do_not_meet(town: CityFolder) -> None:
    context = Context(town, 2025)
    sides = centre_and_fringe(context)
    people = np.array(context.cells["people"], dtype=np.float64)
    assert not (sides.first & sides.second).any()
    assert people[sides.first].sum() >= 0.5 * people.sum() - 1e-9
    assert people[sides.second].sum() >= 0.2 * people.sum() - 1e-9


WEIGHTS = arrays(np.float64, 30, elements=st.floats(0.1, 100.0))


@given(arrays(np.float64, 30, elements=st.sampled_from([0.0, 1.0])), WEIGHTS, WEIGHTS)
def test_a_gap_lies_in_its_interval_and_turns_with_its_sides(covered, first, second) -> None:
    a, b, gap, low, high = difference(covered, first, second)
    assert low - 1e-9 <= gap <= high + 1e-9
    assert low >= -100.0
    assert high <= 100.0
    assert difference(covered, second, first) == pytest.approx((b, a, -gap, -high, -low), abs=1e-9)


def test_the_interval_is_that_of_a_bootstrap() -> None:
    rng = np.random.default_rng(7)
    n = 400
    covered = (rng.random(n) < 0.6).astype(float)
    first, second = rng.gamma(2.0, 20.0, n), rng.gamma(2.0, 10.0, n) * (0.5 + covered)
    *_, low, high = difference(covered, first, second)
    times = rng.multinomial(n, np.full(n, 1 / n), size=4000).astype(float)
    drawn = (times @ (covered * first)) / (times @ first) - (times @ (covered * second)) / (times @ second)
    ends = 100.0 * np.quantile(drawn, [0.025, 0.975])
    assert [low, high] == pytest.approx(ends.tolist(), abs=0.5)


@given(
    st.lists(st.tuples(st.floats(0, 5000), st.floats(0, 5000), st.floats(0, 100)), min_size=1, max_size=30)
)
def test_people_around_are_those_of_the_tiles_around(homes) -> None:
    xy, people = np.array([h[:2] for h in homes]), np.array([h[2] for h in homes])
    tile = np.floor((xy - xy.min(axis=0)) / 250.0)
    near = (np.abs(tile[:, None] - tile[None]) <= 2).all(axis=2)
    assert people_around(xy, people) == pytest.approx(near @ people, abs=1e-6)
