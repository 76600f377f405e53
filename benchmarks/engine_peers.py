"""The peers, each used as somebody would who knows it well, on exactly the same streets.

scipy
    ``csgraph.dijkstra``: from all facilities at once for the nearest (``min_only``), from the facilities with a
    ``limit`` for counts, from the fewer side for matrices. Costs are whole decimetres on both sides.
pandana
    A contraction hierarchy for points of interest, a search from every node for sums. It cuts lengths to whole
    millimetres, so that 12.3 m may become 12.299: each street is given half a millimetre more, and is exactly ours.
cityseer
    One search from every node for all services. It measures a street by its line in 32-bit numbers; a factor on each
    brings it to our decimetres, but a facility on a node is set on a street beside it by the line's own length. Its
    distances are ours to 0.1 m, so its counts have to lie between ours at 1,199.9 and at 1,200.1 m.
access
    Floating catchments over a table of pairs, which it is given by pandana's ``nodes_in_range``.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandana
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from access import fca, weights

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine_data import Questions, Streets

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# pandana keeps whole millimetres, by cutting off the rest.
HALF_A_MILLIMETRE = 0.0005


@contextmanager
def silent() -> Iterator[None]:
    """Without what libraries in C++ print on their way."""
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


class Scipy:
    """scipy.sparse.csgraph."""

    def __init__(self, streets: Streets) -> None:
        ends = (np.concatenate([streets.u, streets.v]), np.concatenate([streets.v, streets.u]))
        cost = np.tile(streets.decimetres.astype(np.float64), 2)
        self.graph = csr_matrix((cost, ends), shape=(streets.nodes, streets.nodes))

    def nearest(self, services: Ints) -> list[Floats]:
        """For each service, decimetres from every node to its nearest facility."""
        return [dijkstra(self.graph, indices=nodes, min_only=True) for nodes in services]

    def counts(self, services: Ints, decimetres: int) -> list[Ints]:
        """For each service, how many of its facilities are within the limit of every node."""
        return [
            np.isfinite(dijkstra(self.graph, indices=nodes, limit=decimetres)).sum(axis=0)
            for nodes in services
        ]

    def rows(self, sources: Ints, targets: Ints) -> Floats:
        """(sources, targets) decimetres."""
        return dijkstra(self.graph, indices=sources)[:, targets]


class Pandana:
    """pandana.Network."""

    def __init__(self, streets: Streets) -> None:
        self.streets = streets
        with silent():
            self.network = pandana.Network(
                pd.Series(streets.x),
                pd.Series(streets.y),
                pd.Series(streets.u),
                pd.Series(streets.v),
                pd.DataFrame({"metres": streets.decimetres / 10 + HALF_A_MILLIMETRE}),
            )

    def offer(self, services: Ints, k: int, metres: float) -> None:
        """Make the facilities known as points of interest."""
        x, y = pd.Series(self.streets.x), pd.Series(self.streets.y)
        for number, nodes in enumerate(services):
            self.network.set_pois(f"service {number}", metres, k, x[nodes], y[nodes])

    def nearest(self, services: int, k: int, metres: float) -> list[Floats]:
        """For each of the first services, (n, k) metres to the k nearest; the limit where there are fewer."""
        return [
            self.network.nearest_pois(
                metres, f"service {number}", num_pois=k, include_poi_ids=False
            ).to_numpy()
            for number in range(services)
        ]

    def sums(self, nodes: Ints, values: Floats, metres: float) -> Floats:
        """(n,) sum of the values within the limit of every node."""
        self.network.set(pd.Series(nodes), pd.Series(values), name="values")
        return self.network.aggregate(metres, type="sum", decay="flat", name="values").to_numpy()

    def e2sfca(self, nodes: Ints, capacity: Ints, people: Ints, zones: dict[int, float]) -> pd.Series:
        """Places a person at every node that is in a catchment, with ``access`` on pandana's table of pairs."""
        pairs = self.network.nodes_in_range(nodes, max(zones))
        return fca.two_stage_fca(
            demand_df=pd.DataFrame({"people": people}),
            supply_df=pd.DataFrame({"places": capacity}, index=nodes),
            cost_df=pairs,
            max_cost=max(zones),
            demand_index=True,
            demand_name="people",
            supply_name="places",
            cost_origin="destination",
            cost_dest="source",
            cost_name="metres",
            weight_fn=weights.step_fn(zones),
        )


class Cityseer:
    """cityseer's network and data map, without its tables."""

    def __init__(self, streets: Streets, questions: Questions) -> None:
        from cityseer import rustalgos  # noqa: PLC0415 - two seconds, for one question

        x, y = streets.x.tolist(), streets.y.tolist()
        line_m = np.hypot(
            streets.x[streets.u] - streets.x[streets.v], streets.y[streets.u] - streets.y[streets.v]
        )
        factor = streets.decimetres / 10 / np.maximum(line_m, 1e-9)
        self.network = rustalgos.graph.NetworkStructure()
        for node in range(streets.nodes):
            self.network.add_street_node(node, x[node], y[node], live=True, weight=1.0)
        ends = zip(streets.u.tolist(), streets.v.tolist(), factor.tolist(), strict=True)
        for edge, (u, v, more) in enumerate(ends):
            for a, b in ((u, v), (v, u)):
                line = f"LINESTRING ({x[a]} {y[a]}, {x[b]} {y[b]})"
                self.network.add_street_edge(a, b, edge, a, b, line, more)
        self.network.validate()
        self.network.build_edge_rtree()
        self.data = rustalgos.data.DataMap()
        self.service_of: dict[str, str] = {}
        for service, nodes in enumerate(questions.services):
            for facility, node in enumerate(nodes):
                key = f"{service}-{facility}"
                self.data.insert(key, f"POINT ({x[node]} {y[node]})")
                self.service_of[key] = str(service)
        # eight streets to choose from are enough for a point that lies on one
        self.data.assign_data_to_network(self.network, 100.0, 8)
        self.services = len(questions.services)

    def counts(self, metres: int) -> list[Floats]:
        """For each service, how many of its facilities are within the limit of every node."""
        found = self.data.accessibility(
            self.network,
            self.service_of,
            [str(service) for service in range(self.services)],
            distances=[metres],
            speed_m_s=1.0,  # a limit becomes whole seconds on the way
            pbar_disabled=True,
        )
        return [found.result[str(service)].count[metres] for service in range(self.services)]
