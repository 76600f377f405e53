"""Spreading over cells: the fast way beside the plain one, and nobody lost."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from yiju.supply.projection.ages import AGES, group_bands, members
from yiju.supply.projection.homes import Homes

BANDS = ["age_0_9", "age_10_63", "age_64_84", "age_85_plus"]
GROUP_AGES = members(group_bands())
LIVED = np.linspace(1.0, 0.02, AGES)


@st.composite
def towns(draw) -> tuple[Homes, np.ndarray]:
    n, k = draw(st.integers(1, 8)), draw(st.integers(1, 3))
    counts = draw(arrays(float, (n, 4), elements=st.sampled_from([0.0, 0.0, 1.0, 7.0, 120.0])))
    home = [draw(st.sampled_from([*"abc"[:k], None])) for _ in range(n)]
    cells = pd.DataFrame(counts, columns=BANDS).assign(community=home, people=counts.sum(axis=1))
    homes = Homes.of(cells, LIVED)
    later = draw(arrays(float, (len(homes.communities), AGES), elements=st.floats(0, 50)))
    return homes, later


@given(towns())
def test_the_fast_way_is_the_plain_one(town) -> None:
    homes, later = town
    by_age = homes.counts @ homes.shares
    plain = np.zeros((len(by_age), AGES))
    for place in range(len(homes.communities)):
        mine = np.flatnonzero(homes.community == place)
        known = by_age[mine].sum()
        for age in range(AGES):
            now = by_age[mine, age].sum()
            for cell in mine:
                if now > 0:
                    share = by_age[cell, age] / now
                else:
                    share = by_age[cell].sum() / known if known > 0 else 1 / len(mine)
                plain[cell, age] = share * later[place, age]
    np.testing.assert_allclose(homes.spread(later, GROUP_AGES), plain @ GROUP_AGES.T, rtol=1e-9, atol=1e-9)


@given(towns())
def test_nobody_is_lost_over_the_cells(town) -> None:
    homes, later = town
    by_place = pd.Series(homes.spread(later, GROUP_AGES).sum(axis=1)).groupby(homes.community).sum()
    np.testing.assert_allclose(by_place, later.sum(axis=1), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(homes.by_age.sum(), homes.counts.sum(), rtol=1e-12)


@given(towns())
def test_who_stays_the_same_stays_where_he_is(town) -> None:
    homes, _ = town
    now = homes.counts @ homes.shares @ GROUP_AGES.T
    np.testing.assert_allclose(homes.spread(homes.by_age, GROUP_AGES), now, rtol=1e-9, atol=1e-9)
