"""Whatever is changed, in whatever order: the answers are those of a computation that knows nothing of before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.supply.scenario.conftest import BLOCKS, corner

from yiju.checkup.context import Context
from yiju.checkup.reach import SNAP_LIMIT_M, Reach
from yiju.checkup.run import observe_all
from yiju.errors import InputError, UnknownName
from yiju.supply.scenario.access import catchments_of, counts_of, equity_of, walks_of
from yiju.supply.scenario.reach import unlinked

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.supply.scenario import Scenario
    from yiju.travel.travel import Travel

    Step = Callable[[Scenario], Scenario]

SERVICES = ("kindergarten", "health_station", "elder_day_care", "food_market")
FACILITIES = ("f-00", "f-01", "f-04", "f-05", "f-06", "f-09", "f-10", "new-1", "new-2")
# Those of which places are known, so that they can be shared out.
SHARED = ("kindergarten", "elder_day_care")


class Anew(Reach):
    """Distances on the streets of a scenario, by plain searches, everything put on the streets anew."""

    def __init__(self, then: Context, city: Context) -> None:
        names = ("street_nodes", "street_edges", "entrances", "stops")
        super().__init__(
            {n: city.table(n) for n in names}, lambda: city.cells, city.layers, city.config.walkers
        )
        self.__dict__["network"] = then.reach.network
        cells = city.cells.geometry.reset_index(drop=True)
        streets = unlinked(self.network)
        self.__dict__["homes"] = self.network.carried(streets.snap(cells, limit_m=SNAP_LIMIT_M))

    def _put(self, points: np.ndarray, owner: np.ndarray) -> object:
        streets = unlinked(self.network)
        return self.network.carried(streets.snap(points, owner=owner, limit_m=SNAP_LIMIT_M))

    def travel(self, who: str) -> Travel:
        return super().travel(who).plain


def anew(then: Scenario) -> Context:
    city = Context(then.city.folder, then.city.year, then.city.catalogue)
    city.__dict__["reach"] = Anew(then.city, city)
    return city


corners = st.tuples(st.integers(0, BLOCKS), st.integers(0, BLOCKS)).map(lambda at: corner(*at))
midblocks = st.tuples(st.integers(0, BLOCKS - 1), st.integers(0, BLOCKS)).map(
    lambda at: corner(at[0] + 0.5, at[1])
)
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(
        lambda service, at, places: lambda s: s.add(service=service, at=at, capacity=places),
        st.sampled_from(SERVICES), corners | midblocks, st.integers(0, 90),
    ),
    st.builds(lambda f, at: lambda s: s.move(f, at), st.sampled_from(FACILITIES), corners),
    st.builds(lambda f: lambda s: s.close(f), st.sampled_from(FACILITIES)),
    st.builds(lambda f, at: lambda s: s.gate(f, at), st.sampled_from(FACILITIES), midblocks),
    st.builds(lambda a, b: lambda s: s.link(a, b), midblocks, corners),
    st.builds(lambda factor: lambda s: s.people(factor, place="c-0-0", group="age_3_5"), st.floats(0.25, 3)),
    st.just(lambda s: s.enlarge("f-00", capacity=400)),
    st.just(lambda s: s.close("f-04", service="elder_day_care")),
    # one more service where there is a market already
    st.just(lambda s: s.add(service="kindergarten", at=corner(4.1, 2.1), capacity=30, facility_id="f-09")),
    st.just(lambda s: s.standard("L02", radius_m=800)),
    st.just(lambda s: s.undo()),
)  # fmt: skip


def tried(now: Scenario, sequence: list[Step]) -> Scenario:
    """Changes one after the other; those that cannot be are passed over, as a planner would."""
    then = now
    for step in sequence:
        try:
            then = step(then)
        except (InputError, UnknownName):
            continue
        # ask in between, so that later answers stand on earlier ones
        walks_of(then.city, "kindergarten")
        counts_of(then.city, "elder_day_care", 500)
    return then


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sequence=st.lists(steps, max_size=7))
def test_any_sequence_of_changes_is_exact(now: Scenario, sequence: list[Step]) -> None:
    then = tried(now, sequence)
    whole = anew(then)
    for service in SERVICES:
        for group in ("all", "age_60_plus"):
            assert walks_of(then.city, service, group).equals(walks_of(whole, service, group))
        assert counts_of(then.city, service, 500).equals(counts_of(whole, service, 500))
    for service in SHARED:
        for method in ("2sfca", "e2sfca", "3sfca"):
            mine, full = (catchments_of(c, service, method) for c in (then.city, whole))
            assert mine.ratio.index.equals(full.ratio.index)
            np.testing.assert_allclose(mine.access, full.access, rtol=0, atol=1e-12)
            np.testing.assert_allclose(mine.ratio, full.ratio, rtol=1e-12, atol=0)
            one, two = equity_of(mine), equity_of(full)
            for name in ("gini", "theil", "palma", "floor", "share_reached"):
                np.testing.assert_allclose(getattr(one, name), getattr(two, name), rtol=1e-12, atol=1e-12)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sequence=st.lists(steps, min_size=1, max_size=5))
def test_every_observation_is_that_of_a_whole_check_up(now: Scenario, sequence: list[Step]) -> None:
    then = tried(now, sequence)
    pd.testing.assert_frame_equal(then.observations, observe_all(anew(then)), check_exact=True)


def test_what_no_change_touches_is_not_asked_again(now: Scenario) -> None:
    now.walk("food_market")
    then = now.add(service="kindergarten", at=corner(7, 7))
    reach = then.city.reach
    then.walk("food_market")
    assert reach._nearest == {}  # the very answer that was there before
    then.walk("kindergarten")
    assert len(reach._nearest) == 1
    assert reach.homes is now.city.reach.homes


def test_a_bridge_shortens_the_walks_of_those_beyond(now: Scenario) -> None:
    # a pharmacy in the middle of a street, and a bridge to the middle of the next one
    before = now.add(service="pharmacy", at=corner(5.5, 2))
    then = before.link(corner(5.5, 2), corner(5.5, 3))
    assert float(before.walk("pharmacy")["r-5-3"]) == 10 + 50 + 100 + 50
    assert float(then.walk("pharmacy")["r-5-3"]) == pytest.approx(10 + 100, abs=0.1)
    assert float(then.walk("pharmacy")["r-5-2"]) == 10
    assert (then.walk("pharmacy") <= before.walk("pharmacy") + 0.1).all()
    # and a longer one less
    wound = before.link(corner(5.5, 2), corner(5.5, 3), length_m=150)
    assert float(wound.walk("pharmacy")["r-5-3"]) == pytest.approx(10 + 150, abs=0.1)


def test_counts_rise_by_one_around_a_new_facility(now: Scenario) -> None:
    then = now.add(service="pharmacy", at=corner(4, 4))
    near = then.walk("pharmacy") <= 500
    assert (then.counts("pharmacy", 500) == near.astype(int)).all()
    assert near.any()
