"""Streets, junctions and density of toy town, in closed form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from yiju.checkup.indicators.form import merged

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.city.folder import CityFolder

BUILT_KM2 = 144 * 0.08**2


def test_each_side_of_a_street_has_half_of_it(seen: Any) -> None:
    # 2 B (B + 1) streets of 100 m; the 4 B of the border have land on one side only: 200 B^2 m in all
    assert seen.value("F01", method="official", variant="public") == pytest.approx(0.2 * 144 / BUILT_KM2)
    # the two middle streets are secondary
    assert seen.value("F01", method="official", variant="main") == pytest.approx(2.4 / BUILT_KM2)
    assert seen.value("B35", method="official") == seen.value("F01", method="official", variant="public")
    parts = seen.of("F01")
    parts = parts[(parts["variant"] == "public") & (parts["level"] == "community")]
    assert parts["numerator"].sum() == pytest.approx(0.2 * 144)


def test_one_way_arterials_are_one_carriageway_of_two(small: Callable[..., CityFolder], measure: Any) -> None:
    folder = small()
    before = measure(folder, "F01").value("F01", method="official", variant="main")
    edges = folder.table("street_edges")
    one_way = edges["drive_backward"] & (edges["street_class"] != "secondary")
    folder.write_table("street_edges", edges.assign(drive_backward=one_way))
    assert measure(folder, "F01").value("F01", method="official", variant="main") == pytest.approx(before / 2)


def test_junctions_have_three_arms(seen: Any) -> None:
    # (B + 1)^2 corners without the four of the town
    assert seen.value("F02", method="official") == pytest.approx((13**2 - 4) / BUILT_KM2)


def test_density_is_that_of_the_average_resident(seen: Any) -> None:
    area = 36 * 0.08**2
    people = np.array([9000.0, 9000.0, 9000.0, 8750.0])
    expected = np.average(people / area, weights=people)
    assert seen.value("F03", method="table", variant="density") == pytest.approx(expected)
    assert seen.value("F03", method="table", variant="land15k") == pytest.approx(4 * area)
    assert seen.value("F03", method="table", variant="density", place="c-0-0") == pytest.approx(9000 / area)


def test_a_place_without_built_up_area_has_no_density(small: Callable[..., CityFolder], measure: Any) -> None:
    folder = small()
    parcels = folder.table("parcels")
    folder.write_table("parcels", parcels.assign(built_up=parcels["community"] != "c-0-0"))
    row = measure(folder, "F01").row("F01", method="official", variant="public", place="c-0-0")
    assert row["status"] == "not measurable"
    assert "built-up" in row["reason_en"]


@given(arrays(np.float64, st.tuples(st.integers(1, 30), st.just(2)), elements=st.floats(0, 300)))
def test_merged_points_keep_their_middle(xy: np.ndarray) -> None:
    points = merged(xy, within_m=15)
    assert 1 <= len(points) <= len(xy)
    assert xy.min() - 1e-9 <= points.min()
    assert points.max() <= xy.max() + 1e-9


def test_no_streets_no_density(small: Callable[..., CityFolder], measure: Any) -> None:
    folder = small()
    (folder.tables_dir / "street_edges.parquet").unlink()
    rows = measure(folder, "F01", "F02")
    for indicator in ("F01", "F02"):
        row = rows.of(indicator).iloc[0]
        assert row["status"] == "not measurable"
        assert pd.isna(row["value"])
        assert "street" in row["reason_en"]


def test_communities_of_five_to_twelve_thousand(small: Callable[..., CityFolder], measure: Any) -> None:
    # three communities of four blocks and one of three
    for per_block, fit, large, few in ((2000.0, 100.0, 0, 0), (3500.0, 25.0, 3, 0), (1500.0, 75.0, 0, 1)):
        seen = measure(small(people_per_block=per_block), "F07")
        assert seen.value("F07", method="table", variant="fit") == fit
        assert seen.value("F07", method="table", variant="large") == large
        assert seen.value("F07", method="table", variant="small") == few


def test_communities_that_were_cut_to_size_prove_nothing(
    small: Callable[..., CityFolder], measure: Any
) -> None:
    folder = small()
    folder.write_table("places", folder.table("places").assign(origin="approximate"))
    row = measure(folder, "F07").of("F07").iloc[0]
    assert row["status"] == "not measurable"
    assert "cut to this size" in row["reason_en"]
