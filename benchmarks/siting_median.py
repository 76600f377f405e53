"""The p-median with its proof, beside spopt with CBC and HiGHS on the full model: seconds, total walk, gap.

::

    python benchmarks/siting_median.py             all sizes; the peers on the smallest
    python benchmarks/siting_median.py --quick     without the two largest

Each side begins with its costs and ends with its sites. Our kernels are compiled before. Exits 1 if a promise is not
kept.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from yiju.supply.siting import Costs, p_median
from yiju.supply.siting.highs import solve
from yiju.supply.siting.programs import Model

# What a peer may take for its search.
PEER_SECONDS = 60.0


class Race(NamedTuple):
    """A size, and what is promised of it: a proven gap within seconds; how many sites each home lists (0: all)."""

    homes: int
    sites: int
    p: int
    gap: float
    seconds: float
    nearest: int = 0


RACES = (
    Race(1_000, 200, 20, 0.0005, 3.0),
    Race(5_000, 500, 50, 0.0005, 3.0),
    Race(20_000, 1_000, 100, 0.005, 15.0),
    Race(100_000, 2_000, 200, 0.01, 120.0, nearest=64),
)
# What the largest may take in memory.
MOST_GB = 4.0


def town(race: Race) -> tuple[Costs, np.ndarray]:
    """Clustered homes and sites beside some of them, km; people of each home."""
    random = np.random.default_rng(1)
    clusters = max(5, race.homes // 500)
    centre, spread = random.uniform(0, 30, (clusters, 2)), random.uniform(0.3, 2.5, clusters)
    of = random.integers(0, clusters, race.homes)
    home = centre[of] + random.normal(size=(race.homes, 2)) * spread[of][:, None]
    site = home[random.choice(race.homes, race.sites, replace=False)]
    site = site + random.normal(size=site.shape) * 0.05
    people = random.integers(50, 3_000, race.homes).astype(float)
    listed = race.nearest or race.sites
    walk, which = cKDTree(site).query(home, listed)
    costs = Costs.from_columns(
        np.repeat(np.arange(race.homes), listed), which.ravel(), walk.ravel().round(3),
        points=pd.RangeIndex(race.homes), sites=pd.RangeIndex(race.sites), nearest_only=listed < race.sites,
    )  # fmt: skip
    return costs, people


def ours(race: Race, costs: Costs, people: np.ndarray) -> bool:
    """Whether the promise is kept."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = p_median(costs, people, race.p, gap=race.gap, seconds=race.seconds)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    told("yiju", wall, cpu, found.objective, found.gap, f"{found.proof}, peak {peak_gb:.1f} GB")
    return found.gap <= race.gap and peak_gb <= MOST_GB


def told(side: str, wall: float, cpu: float, objective: float, gap: float | None, note: str) -> None:
    """One line of the table."""
    shown = "-" if gap is None else f"{gap:.4%}"
    print(
        f"  {side:6} {wall:7.2f} s wall {cpu:7.2f} s cpu {objective:18,.1f}  gap {shown:>9}  {note}",
        flush=True,
    )


def by_highs(race: Race, costs: Costs, people: np.ndarray) -> None:
    """HiGHS on the model as it stands in the books."""
    wall, cpu = time.perf_counter(), time.process_time()
    pairs = np.arange(len(costs))
    model = Model()
    opened = model.columns(costs.m, high=1.0, whole=True)
    served = model.columns(len(costs), cost=people[costs.point] * costs.cost, high=1.0)
    model.rows(costs.n, (costs.point, served, 1.0), low=1.0, high=1.0)
    model.rows(len(costs), (pairs, served, 1.0), (pairs, opened[costs.site], -1.0), high=0.0)
    model.rows(1, (0, opened, 1.0), low=race.p, high=race.p)
    found = solve(model.program(), seconds=PEER_SECONDS)
    gap = abs(found.objective - found.bound) / max(abs(found.objective), 1.0)
    told(
        "HiGHS",
        time.perf_counter() - wall,
        time.process_time() - cpu,
        found.objective,
        gap if np.isfinite(found.objective) else None,
        found.state,
    )


def by_spopt(race: Race, costs: Costs, people: np.ndarray) -> None:
    """The answer of spopt with CBC, which says neither bound nor gap."""
    import pulp  # noqa: PLC0415 - only the race needs the peers
    from spopt.locate import PMedian  # noqa: PLC0415

    matrix = np.empty((costs.n, costs.m))
    matrix[costs.point, costs.site] = costs.cost
    wall, cpu = time.perf_counter(), time.process_time()
    model = PMedian.from_cost_matrix(matrix, people, p_facilities=race.p)
    model.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=PEER_SECONDS))
    word = "proved" if model.problem.sol_status == 1 else "found, not proved"
    told(
        "spopt",
        time.perf_counter() - wall,
        time.process_time() - cpu,
        float(model.problem.objective.value()),
        None,
        word,
    )


def main() -> int:
    """Run the races; 1 if a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="without the two largest")
    parser.add_argument("--all", action="store_true", help="as without it: other races know the word")
    quick = parser.parse_args().quick
    p_median(Costs.from_matrix(np.random.default_rng(0).uniform(size=(40, 9))), 1, 3)  # compiles
    kept = True
    for race in RACES[:2] if quick else RACES:
        lists = f", {race.nearest} nearest" if race.nearest else ""
        print(f"p-median {race.homes:,} x {race.sites:,}, p = {race.p}{lists}", flush=True)
        costs, people = town(race)
        kept &= ours(race, costs, people)
        if race.homes <= RACES[0].homes:
            by_highs(race, costs, people)
            by_spopt(race, costs, people)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
