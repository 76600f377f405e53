"""Lorenz curves against the Gini of the access room, and against curves that are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from yiju.access.inequality import gini
from yiju.report.equity import area_gini, curves, lorenz
from yiju.report.material import Material

values = arrays(np.float64, 12, elements=st.floats(0.01, 1000))
people = arrays(np.float64, 12, elements=st.floats(1, 1000))


def test_equal_shares_lie_on_the_diagonal():
    x, y = lorenz(np.full(5, 7.0), np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert np.allclose(x, y)


@given(values, people)
def test_the_area_is_the_gini(value, weight):
    assert area_gini(*lorenz(value, weight)) == pytest.approx(gini(value, weight), abs=1e-9)


@given(values, people)
def test_a_curve_rises_from_0_to_1_below_the_diagonal(value, weight):
    x, y = lorenz(value, weight)
    assert (x[0], y[0]) == (0, 0)
    assert (x[-1], y[-1]) == pytest.approx((1, 1))
    assert np.all(np.diff(y) >= 0)
    assert np.all(y <= x + 1e-12)


def test_the_town_has_its_curves(town):
    found = curves(Material.read(town, 2025))
    assert [c.variant for c in found] == ["completeness", "minutes"]
    assert all(0 <= c.gini < 1 for c in found)
