"""Wilson's interval against a published table; the bootstrap against what it must do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiju.access.intervals import bootstrap_share, wilson

# R. G. Newcombe, Two-sided confidence intervals for the single proportion: comparison of seven methods,
# Statistics in Medicine 17 (1998) 857-872, table I, method 3 (score, no continuity correction), 95 %.
NEWCOMBE = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0, 0.1611),
    (1, 29, 0.0061, 0.1718),
]


@pytest.mark.parametrize(("cases", "out_of", "low", "high"), NEWCOMBE)
def test_wilson_equals_the_table_of_newcombe(cases: int, out_of: int, low: float, high: float) -> None:
    found = wilson(cases, out_of)
    assert found.low.round(4) == low
    assert found.high.round(4) == high


def test_wilson_takes_arrays_and_has_nothing_to_say_of_none() -> None:
    found = wilson([81, 0], [263, 0])
    assert found.low[0].round(4) == 0.2553
    assert np.isnan(found.low[1])
    assert np.isnan(found.high[1])


@given(st.integers(1, 10_000), st.data())
def test_wilson_holds_the_share_and_turns_around(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    low, high = wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1
    other = wilson(n - k, n)
    assert other.low == pytest.approx(1 - high, abs=1e-12)


def test_more_cases_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and"):
        wilson(5, 4)


def test_the_same_seed_gives_the_same_interval_also_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    people = rng.gamma(2, 100, 300)
    covered = people * (rng.random(300) < 0.7)
    one, two = (bootstrap_share(covered, people, np.random.default_rng(42)) for _ in range(2))
    assert one == two
    monkeypatch.setattr("yiju.access.intervals._BLOCK", 300 * 64)
    assert bootstrap_share(covered, people, np.random.default_rng(42)) == one


def test_the_bootstrap_of_equal_cells_is_near_wilson() -> None:
    cells = np.ones(400)
    covered = (np.arange(400) < 280).astype(float)
    found, exact = bootstrap_share(covered, cells, np.random.default_rng(1), repeats=4000), wilson(280, 400)
    assert found.low == pytest.approx(exact.low, abs=0.01)
    assert found.high == pytest.approx(exact.high, abs=0.01)


def test_columns_are_shares_of_the_same_draws() -> None:
    people = np.full((50, 2), 10.0)
    covered = people * (np.arange(50) % 2)[:, None]
    found = bootstrap_share(covered, people, np.random.default_rng(3))
    assert found.low.shape == (2,)
    assert found.low[0] == found.low[1]


def test_nobody_has_no_interval() -> None:
    assert np.isnan(bootstrap_share([], [], np.random.default_rng(0)).low)
    assert np.isnan(bootstrap_share([0.0, 0.0], [0.0, 0.0], np.random.default_rng(0)).high)
    with pytest.raises(ValueError, match="same shape"):
        bootstrap_share([1.0], [1.0, 2.0], np.random.default_rng(0))
