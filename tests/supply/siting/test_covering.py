"""Set cover with shares, against trying everything, against spopt, and against a direct model."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.errors import ContractError, UnknownName
from yiju.supply.siting.costs import Costs
from yiju.supply.siting.covering import lscp
from yiju.supply.siting.result import TOLERANCE, Infeasible

LIMIT = 5.0


@st.composite
def _asked(draw: st.DrawFn) -> dict:
    n, m, count = draw(st.integers(1, 8)), draw(st.integers(1, 6)), draw(st.integers(1, 2))
    cells = st.lists(st.integers(1, 9), min_size=m, max_size=m)
    return {
        "matrix": np.array(draw(st.lists(cells, min_size=n, max_size=n)), dtype=np.float64),
        "groups": pd.DataFrame(
            {f"g{k}": draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)) for k in range(count)},
            dtype=np.float64,
        ),
        "share": draw(st.sampled_from([0.3, 0.5, 0.8, 1.0])),
        "districts": draw(st.lists(st.sampled_from(["east", "west", None]), min_size=n, max_size=n)),
        "cost": np.array(draw(st.lists(st.integers(1, 5), min_size=m, max_size=m)), dtype=np.float64),
    }


def _duties(asked: dict) -> list[np.ndarray]:
    """People of every group in every district, and in the whole city where some point has no district."""
    districts = np.array(asked["districts"], dtype=object)
    where = [districts == d for d in ("east", "west")]
    if None in asked["districts"]:
        where.append(np.ones(len(districts), dtype=bool))
    return [np.where(w, asked["groups"][g], 0.0) for w in where for g in asked["groups"]]


def _meets(asked: dict, sites: tuple[int, ...]) -> bool:
    covered = (asked["matrix"][:, list(sites)] <= LIMIT).any(axis=1)
    return all(
        people[covered].sum() >= asked["share"] * people.sum() * (1 - TOLERANCE) for people in _duties(asked)
    )


def _all(m: int) -> list[tuple[int, ...]]:
    return [s for k in range(m + 1) for s in itertools.combinations(range(m), k)]


@settings(max_examples=60, deadline=None)
@given(_asked(), st.booleans())
def test_the_cheapest_of_all_choices_that_meet_every_duty(asked: dict, counted: bool) -> None:
    cost = np.ones_like(asked["cost"]) if counted else asked["cost"]
    keywords = {
        "groups": asked["groups"],
        "share": asked["share"],
        "districts": asked["districts"],
        "site_cost": None if counted else cost,
    }
    possible = [s for s in _all(len(cost)) if _meets(asked, s)]
    if not possible:
        with pytest.raises(Infeasible) as error:
            lscp(Costs.from_matrix(asked["matrix"]), LIMIT, **keywords)
        relaxed = {**asked, "share": error.value.relaxed - 1e-9}
        assert _meets(relaxed, tuple(range(len(cost))))
        assert not _meets({**asked, "share": error.value.relaxed + 1e-3}, tuple(range(len(cost))))
        return
    found = lscp(Costs.from_matrix(asked["matrix"]), LIMIT, **keywords)
    assert found.objective == min(cost[list(s)].sum() for s in possible)
    assert found.proof == "optimal"
    assert _meets(asked, tuple(found.chosen))
    assert (found.shares["share"] >= found.shares["needed"] * (1 - TOLERANCE)).all()
    chosen = set(found.chosen.tolist())
    for j, row in found.sites.iterrows():
        rest = tuple(chosen - {j})
        others = [k for k in range(len(cost)) if k not in chosen and _meets(asked, (*rest, k))]
        assert pd.isna(row["next_best"]) == (not others)
        if others:
            assert row["next_best_loss"] == min(cost[k] for k in others) - cost[j]
            assert _meets(asked, (*rest, row["next_best"]))
        people = asked["groups"].sum(axis=1).to_numpy()
        lost = (asked["matrix"][:, [j]] <= LIMIT).any(axis=1) & ~(
            asked["matrix"][:, list(rest)] <= LIMIT
        ).any(axis=1)
        assert row["gain"] == people[lost].sum()


@settings(max_examples=20, deadline=None)
@given(_asked())
def test_locked_sites_stay_open_and_count(asked: dict) -> None:
    asked = {**asked, "share": 0.0}
    m = asked["matrix"].shape[1]
    found = lscp(Costs.from_matrix(asked["matrix"]), LIMIT, share=0.0, locked=[m - 1])
    assert found.chosen.tolist() == [m - 1]
    assert found.objective == 1.0
    assert pd.isna(found.sites["next_best"]).all()


def test_what_cannot_be_met_names_the_group_the_share_and_the_limit() -> None:
    walk_m = Costs.from_matrix([[100.0, 900.0], [900.0, 400.0], [800.0, 700.0]])
    groups = pd.DataFrame({"old": [10.0, 20.0, 70.0], "young": [5.0, 5.0, 0.0]})
    with pytest.raises(Infeasible) as error:
        lscp(walk_m, 500, groups=groups, share=0.9, districts=["centre", "centre", "edge"])
    assert error.value.constraint == "coverage"
    assert error.value.relaxed == 0.0
    assert "old in edge" in str(error.value)
    assert "widen the limit to 700" in str(error.value)
    assert "700" in error.value.say("zh")
    wider = lscp(walk_m, 700, groups=groups, share=0.9, districts=["centre", "centre", "edge"])
    assert wider.chosen.tolist() == [0, 1]


def test_each_group_has_its_own_share() -> None:
    walk_m = Costs.from_matrix([[100.0, 900.0], [900.0, 400.0]])
    groups = pd.DataFrame({"old": [60.0, 40.0], "young": [1.0, 9.0]})
    found = lscp(walk_m, 500, groups=groups, share={"old": 0.6, "young": 0.0})
    assert found.chosen.tolist() == [0]
    assert found.shares.loc[("old", "all")].tolist() == [100.0, 60.0, 0.6, 0.6]
    assert found.shares.loc[("young", "all"), "share"] == 0.1


def test_bad_input_is_refused() -> None:
    walk_m = Costs.from_matrix([[100.0, 900.0], [900.0, 400.0]])
    groups = pd.DataFrame({"old": [60.0, 40.0]})
    with pytest.raises(ContractError, match="from 0 to 1"):
        lscp(walk_m, 500, groups=groups, share=1.2)
    with pytest.raises(ContractError, match="No share"):
        lscp(walk_m, 500, groups=groups, share={})
    with pytest.raises(UnknownName, match="old"):
        lscp(walk_m, 500, groups=groups, share={"old": 1.0, "olds": 1.0})
    with pytest.raises(ContractError, match="labels"):
        lscp(walk_m, 500, groups=groups, districts=["a"])
    with pytest.raises(ContractError, match="from 0 up"):
        lscp(walk_m, 500, groups=-groups)
    with pytest.raises(ContractError, match="nearest sites"):
        lscp(Costs.from_matrix([[1.0, 2.0, 3.0]], nearest=2), 500)
    with pytest.raises(ContractError, match="from 0 up"):
        lscp(walk_m, -1)


def _town(n: int, m: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    homes, sites = random.uniform(0, 10, (n, 2)), random.uniform(0, 10, (m, 2))
    return np.hypot(*(homes[:, None] - sites[None]).transpose(2, 0, 1))


@pytest.mark.filterwarnings("ignore:.*PuLP 4.0.*:DeprecationWarning")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_spopt_needs_as_many_sites(seed: int) -> None:
    pulp = pytest.importorskip("pulp")
    locate = pytest.importorskip("spopt.locate")
    walk = _town(120, 40, seed)
    limit = float(np.quantile(walk.min(axis=1), 1.0)) * 1.05
    theirs = locate.LSCP.from_cost_matrix(walk, limit).solve(pulp.PULP_CBC_CMD(msg=False))
    ours = lscp(Costs.from_matrix(walk), limit)
    assert ours.objective == theirs.problem.objective.value()
    assert ours.proof == "optimal"
