"""Completeness of daily life and proximity time, by arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.city.folder import CityFolder

ADULT, OLDER = 1.2, 0.9


def _walks(grid: Any) -> dict[str, np.ndarray]:
    """Walk from each home to each of the nine categories of L18 that toy town has."""
    return {
        "kindergarten": grid.walk_m((1, 1), (3, 3)),
        "primary": grid.walk_m((2, 2)),
        "middle": grid.walk_m((3, 2)),
        "health": grid.walk_m((1, 1), (3, 1), (1, 3), (2, 2)),
        "elder": grid.walk_m((1, 1)),
        "food": grid.walk_m((2, 1), (2, 3)),
        "eating": grid.walk_m((1, 1)),
        "park": grid.walk_to_park(),
        "bus": grid.walk_to(*[(i, 6) for i in range(0, 13, 3)], (9, 9)),
    }


def test_completeness_is_the_mean_share_of_categories(seen: Any, grid: Any) -> None:
    near = np.array([walk <= 1000 for walk in _walks(grid).values()])
    row = seen.row("L18", method="network", variant="mean")
    assert row["value"] == pytest.approx(100 * near.mean())
    assert seen.value("L18", method="network", variant="all") == pytest.approx(100 * near.all(axis=0).mean())
    assert "pharmacy" in row["reason_en"]  # of which toy town has none: left out, and named


def test_older_people_have_fifteen_minutes_at_their_own_pace(seen: Any, grid: Any) -> None:
    near = np.array([walk / OLDER / 60 <= 15 for walk in _walks(grid).values()])
    people = grid.people("age_60_79", "age_80_plus")
    expected = 100 * (near.mean(axis=0) * people).sum() / people.sum()
    assert seen.value("L18", method="network", variant="mean", group="age_60_plus") == pytest.approx(expected)


def test_proximity_time_is_the_mean_walk_to_each_category(seen: Any, grid: Any) -> None:
    walks = np.array(list(_walks(grid).values()))
    minutes = np.minimum(walks / ADULT / 60, 60)
    # half a tenth of a second for each street of 100 m, and at both ends (two parts of streets, two gaps)
    most = 0.05 * (walks.mean() / 100 + 4) / 60
    assert seen.value("L19", method="network") == pytest.approx(minutes.mean(), abs=most)


def test_too_few_categories_say_nothing(seen: Any) -> None:
    row = seen.row("L08", method="network")
    assert row["status"] == "not measurable"
    assert "1 of 10" in row["reason_en"]


def test_car_free_places_count_within_a_hundred_metres(seen: Any, grid: Any) -> None:
    expected = grid.share(grid.walk_to_park() <= 100, grid.people())
    assert seen.value("L21", method="network", variant="r100") == pytest.approx(expected)


def test_a_long_walk_is_capped_at_an_hour(small: Callable[..., CityFolder], measure: Any) -> None:
    # blocks of 1.5 km: the farthest walks take more than an hour
    folder = small(block_m=1500.0)
    row = measure(folder, "L19").row("L19", method="network")
    assert row["value"] <= 60
