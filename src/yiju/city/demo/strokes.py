"""Streets as one speaks of them: edges that go on straight are one street and have one name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from yiju.city.demo.names import street_name

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Ints
    from yiju.city.demo.graph import StreetGraph
    from yiju.text import Text

# A street goes on where it turns by less than this.
_STRAIGHT_DEG = 40.0
# Shorter streets have no name on the map.
_NAMED_M = 240.0
_NAMED_RANK = 2


def strokes(graph: StreetGraph) -> Ints:
    """Number of the street that each edge belongs to: at a junction the straightest pair of one rank goes on.

    After "strokes" in R. Thomson and D. Richardson, The 'Good Continuation' Principle of Perceptual Organization
    applied to the Generalization of Road Networks (1999).
    """
    reach = np.minimum(15.0, graph.length_m / 2)
    ends = []
    for node, at in ((graph.u, reach), (graph.v, graph.length_m - reach)):
        into = shapely.get_coordinates(shapely.line_interpolate_point(graph.line, at)) - graph.xy[node]
        ends.append(np.arctan2(into[:, 1], into[:, 0]))
    around: dict[int, list[tuple[int, float]]] = {}
    for node, angle in ((graph.u, ends[0]), (graph.v, ends[1])):
        for e, (n, a) in enumerate(zip(node.tolist(), angle.tolist(), strict=True)):
            around.setdefault(n, []).append((e, a))
    parent = list(range(len(graph.u)))

    def root(e: int) -> int:
        while parent[e] != e:
            parent[e] = parent[parent[e]]
            e = parent[e]
        return e

    rank = graph.rank.tolist()
    for meeting in around.values():
        pairs = []
        for i, (e, a) in enumerate(meeting):
            for f, b in meeting[i + 1 :]:
                turn = abs((a - b + np.pi) % (2 * np.pi) - np.pi)
                bend = float(np.degrees(np.pi - turn))
                if rank[e] == rank[f] and bend < _STRAIGHT_DEG:
                    pairs.append((bend, e, f))
        taken: set[int] = set()
        for _, e, f in sorted(pairs):
            if e not in taken and f not in taken:
                taken |= {e, f}
                parent[root(e)] = root(f)
    return (
        np.unique([root(e) for e in range(len(parent))], return_inverse=True)[1].reshape(-1).astype(np.int64)
    )


def name_streets(graph: StreetGraph) -> list[Text | None]:
    """Name of each edge; the longest streets of each rank are named first."""
    stroke = strokes(graph)
    k = int(stroke.max()) + 1
    length = np.bincount(stroke, graph.length_m, k)
    rank = np.full(k, 9, dtype=np.int64)
    np.minimum.at(rank, stroke, graph.rank)
    names: list[Text | None] = [None] * k
    count = [0, 0, 0]
    for s in np.lexsort((np.arange(k), -length, rank)).tolist():
        if rank[s] <= _NAMED_RANK and (length[s] >= _NAMED_M or rank[s] == 0):
            names[s] = street_name(count[rank[s]], int(rank[s]))
            count[rank[s]] += 1
    return [names[s] for s in stroke.tolist()]
