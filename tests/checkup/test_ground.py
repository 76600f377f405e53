"""Screenings of the ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.city.folder import CityFolder


def test_a_plane_has_no_hollows(seen: Any) -> None:
    row = seen.row("R05", method="table", variant="hollows")
    assert (row["value"], row["status"]) == (0.0, "screening")


def test_hollows_and_requests_order_the_communities(small: Callable[..., CityFolder], measure: Any) -> None:
    folder = small()
    terrain = folder.table("terrain")
    in_first = shapely.get_x(terrain.geometry.to_numpy()) < shapely.get_x(terrain.geometry.to_numpy()).mean()
    in_first &= shapely.get_y(terrain.geometry.to_numpy()) < shapely.get_y(terrain.geometry.to_numpy()).mean()
    folder.write_table(
        "terrain",
        terrain.assign(sink_depth_m=np.where(in_first, 0.4, 0.0), upstream_m2=50_000.0),
    )
    seen = measure(folder, "R05")
    assert seen.value("R05", method="table", variant="hollows") == pytest.approx(25.0)
    assert seen.value("R05", method="table", variant="hollows", place="c-0-0") == 100.0
    first = seen.row("R05", method="table", variant="rank", place="c-0-0")
    assert first["value"] == 1.0
    assert "hollows alone" in first["reason_en"]
    requests = folder.table("requests")
    wet = requests["service"].mask(requests["community"] == "c-1-1", "dry_street")
    folder.write_table("requests", requests.assign(service=wet))
    seen = measure(folder, "R05")
    ranks = [
        seen.value("R05", method="table", variant="rank", place=f"c-{i}-{j}") for i in (0, 1) for j in (0, 1)
    ]
    assert sorted(ranks) == [1.0, 2.0, 3.0, 4.0]
    # first by hollows and second by requests, and the other way round, come before the rest
    assert {ranks[0], ranks[3]} == {1.0, 2.0}


def test_shallow_or_dry_hollows_do_not_count(small: Callable[..., CityFolder], measure: Any) -> None:
    folder = small()
    terrain = folder.table("terrain")
    for column, value in (("sink_depth_m", 0.1), ("upstream_m2", 100.0)):
        kept = {"sink_depth_m": 0.5, "upstream_m2": 50_000.0} | {column: value}
        folder.write_table("terrain", terrain.assign(**kept))
        assert measure(folder, "R05").value("R05", method="table", variant="hollows") == 0.0


def test_steep_homes(small: Callable[..., CityFolder], measure: Any) -> None:
    folder = small()
    residents = folder.table("residents")
    slope = np.where(np.arange(len(residents)) < 3, 26.0, 25.0)
    folder.write_table("residents", residents.assign(slope_deg=slope))
    row = measure(folder, "R06").row("R06", method="table")
    assert row["value"] == pytest.approx(100 * 3 / 15)
    assert row["status"] == "screening"
    folder.write_table("residents", residents.assign(slope_deg=np.nan))
    assert measure(folder, "R06").row("R06", method="table")["status"] == "not measurable"
