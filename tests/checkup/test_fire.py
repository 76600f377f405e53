"""Fire coverage: each reading of the official text on toy town."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from yiju.checkup.indicators.fire import radius_m

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.city.folder import CityFolder


@pytest.mark.parametrize(
    # standards.md 1.7, conflict 2: service areas of 7, 4 and 2 km2 as circles, and by A = 2 R^2
    ("area_km2", "circle_km", "a2r2_km"),
    [(7, 1.49, 1.87), (4, 1.13, 1.41), (2, 0.80, 1.00)],
)
def test_radii_of_service_areas(area_km2: float, circle_km: float, a2r2_km: float) -> None:
    assert round(radius_m(area_km2, "circle") / 1000, 2) == circle_km
    assert round(radius_m(area_km2, "a2r2") / 1000, 2) == a2r2_km


def test_the_circle_covers_the_blocks_within_it(seen: Any, grid: Any) -> None:
    # a station of unknown class: 4 km2; it stands 10 m inside block (6, 0); parcels are all blocks
    blocks = [(i, j) for i in range(12) for j in range(12)]
    radius = 1000 * math.sqrt(4 / math.pi)
    expected = 100 * grid.land_within([(610.0, 10.0)], radius, blocks) / (144 * 80**2)
    assert seen.value("R01", method="official", variant="circle") == pytest.approx(expected, rel=1e-3)


def test_an_engine_reaches_what_is_within_its_minutes(small: Callable[..., CityFolder], measure: Any) -> None:
    # blocks of 1 km at 30 km/h (two streets at 35, the engine's own top speed): 5 minutes are 2.5 to 2.9 km
    folder = small(blocks=8, block_m=1000.0)
    seen = measure(folder, "R01")
    five, four = (seen.value("R01", method="network", variant=v) for v in ("drive5", "drive4"))
    # a diamond of half diagonal 2.5 km around the station on the southern border, cut in half: 6.25 of 64 km2;
    # samples stand up to half a block from their street, off it at 10 km/h
    assert 3 < four < five < 11


def test_a_town_of_a_mile_is_reached_in_five_minutes(seen: Any) -> None:
    row = seen.row("R01", method="network", variant="drive5")
    assert (row["value"], row["grade"]) == (100.0, "very_good")
    assert row["status"] == "modelled"  # speeds are those of street classes
    assert seen.value("B53", method="network") == 100.0


def test_the_name_tells_the_class(small: Callable[..., CityFolder], measure: Any) -> None:
    folder = small(blocks=8, block_m=400.0)
    facilities = folder.table("facilities")
    shares = []
    for name in ("一级消防站", "二级消防站", "小型消防站"):
        renamed = facilities["name"].mask(facilities["service"] == "fire_station", name)
        folder.write_table("facilities", facilities.assign(name=renamed))
        shares.append(measure(folder, "R01").value("R01", method="official", variant="circle"))
    assert shares == sorted(shares, reverse=True)
    # half discs of 7, 4 and 2 km2 in a town of 10.24 km2
    assert shares[0] == pytest.approx(100 * 3.5 / 10.24, rel=0.1)
