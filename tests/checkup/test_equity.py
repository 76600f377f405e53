"""Inequality of access on toy town, against the plain sums."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

NINE = 9


def _completeness(grid: Any) -> np.ndarray:
    walks = [
        grid.walk_m((1, 1), (3, 3)), grid.walk_m((2, 2)), grid.walk_m((3, 2)),
        grid.walk_m((1, 1), (3, 1), (1, 3), (2, 2)), grid.walk_m((1, 1)), grid.walk_m((2, 1), (2, 3)),
        grid.walk_m((1, 1)), grid.walk_to_park(), grid.walk_to(*[(i, 6) for i in range(0, 13, 3)], (9, 9)),
    ]  # fmt: skip
    return 100 * np.mean([walk <= 1000 for walk in walks], axis=0)


def test_gini_is_the_mean_difference_over_twice_the_mean(seen: Any, grid: Any) -> None:
    # standards.md section 12: all people weigh the same here, 250 in each home cell
    x = _completeness(grid)
    expected = np.abs(x[:, None] - x).mean() / (2 * x.mean())
    assert seen.value("Q01", method="network", variant="completeness") == pytest.approx(expected)


def test_theil_and_its_part_between_communities(seen: Any, grid: Any) -> None:
    x = _completeness(grid)
    ratio = x / x.mean()
    assert seen.value("Q02", method="network", variant="completeness") == pytest.approx(
        (ratio * np.log(ratio)).mean()
    )
    community = (grid.i >= 6) * 2 + (grid.j >= 6)
    between = 0.0
    for c in range(4):
        share = (community == c).mean() * x[community == c].mean() / x.mean()
        between += share * np.log(x[community == c].mean() / x.mean())
    assert seen.value("Q02", method="network", variant="completeness-between") == pytest.approx(between)


def test_the_floor_is_the_tenth_percentile(seen: Any, grid: Any) -> None:
    x = np.sort(_completeness(grid))
    assert seen.value("Q05", method="network", variant="completeness") == pytest.approx(x[int(0.1 * len(x))])
    minutes = seen.value("Q05", method="network", variant="minutes")
    assert minutes > seen.value("L19", method="network")


def test_a_group_is_compared_at_its_own_pace(seen: Any, grid: Any) -> None:
    older = grid.people("age_60_79", "age_80_plus")
    walk = grid.walk_m((1, 1))
    theirs = older[walk / 0.9 / 60 <= 5].sum() / older.sum()
    everybody = (walk / 1.2 / 60 <= 5).mean()
    row = seen.row("Q04", method="network", variant="L05-r300", group="age_60_plus")
    assert row["value"] == pytest.approx(theirs / everybody)
    assert row["threshold"] == 0.9


def test_palma_is_the_top_tenth_over_the_bottom_four(seen: Any) -> None:
    # all alike would be 0.1 / 0.4; here those with most have more
    assert 0.25 < seen.value("Q03", method="network", variant="completeness") < 1
    assert seen.value("Q03", method="network", variant="minutes") > 0.25
