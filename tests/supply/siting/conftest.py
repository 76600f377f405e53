"""Instances with known optima, where the data beside the project are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pytest
from scipy.sparse.csgraph import floyd_warshall

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Pmed(NamedTuple):
    """An instance of OR-Library: costs between all nodes of a graph, how many medians, and the optimum."""

    matrix: np.ndarray
    p: int
    optimum: float


@pytest.fixture
def orlib_pmed(data_dir: Path) -> Callable[[int], Pmed]:
    """J. E. Beasley's instances pmed1 to pmed40; where an edge stands twice, the last counts."""
    folder = data_dir / "orlib_pmed"
    optima = dict(line.split()[:2] for line in (folder / "pmedopt.txt").read_text().splitlines()[1:])

    def load(number: int) -> Pmed:
        n, edges, p, *rest = (int(word) for word in (folder / f"pmed{number}.txt").read_text().split())
        ends = np.array(rest[: 3 * edges]).reshape(edges, 3)
        length = np.full((n, n), np.inf)
        np.fill_diagonal(length, 0.0)
        for a, b, metres in ends:
            length[a - 1, b - 1] = length[b - 1, a - 1] = metres
        return Pmed(floyd_warshall(length), p, float(optima[f"pmed{number}"]))

    return load


class Tsplib(NamedTuple):
    """Points of TSPLIB as a p-median: distances rounded down, and (p, least total cost that is published)."""

    matrix: np.ndarray
    known: list[tuple[int, float]]


@pytest.fixture
def tsplib(data_dir: Path) -> Callable[[str], Tsplib]:
    """Best known: Duran-Mateluna, Ales & Elloumi, EJOR 308 (2023), https://doi.org/10.1016/j.ejor.2022.11.033."""
    folder = data_dir / "tsplib_pmedian"

    def load(name: str) -> Tsplib:
        lines = (folder / f"{name}.tsp").read_text().split("NODE_COORD_SECTION")[1].split("EOF")[0].split()
        points = np.array(lines, dtype=np.float64).reshape(-1, 3)[:, 1:]
        matrix = np.floor(np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)))
        table = pd.read_csv(folder / "optimal_values.csv").query("instance == @name")
        return Tsplib(matrix, list(zip(table["p"], table["best_known"].astype(float), strict=True)))

    return load
