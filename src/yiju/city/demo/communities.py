"""Communities of 5,000 to 12,000 people, gathered into subdistricts; neither reaches over a river or the railway."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from yiju.city.demo.arrays import mean_by, sum_by
from yiju.city.demo.growing import Net, grow

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Bools, Floats, Ints
    from yiju.city.demo.faces import Faces

# People of a community: 城市体检工作手册（试行）2025, units of analysis: 5,000 to 12,000; what we aim at.
FEWEST, _AIM = 5_000.0, 7_100.0
# People of a subdistrict: the same handbook asks for 50,000-100,000; inner subdistricts are often smaller.
_SUBDISTRICT_AIM = 50_000.0
# How much farther it is across a main road than along it.
_ACROSS_MAIN_ROAD = 2.2


def gather_communities(faces: Faces, people: Floats, pocket: Ints, rng: np.random.Generator) -> Ints:
    """Community of each face; pockets come first (0 to the number of pockets less one).

    Parameters
    ----------
    people
        (n,) people of each face.
    pocket
        (n,) index of the pocket that a face belongs to, or -1; each pocket is one community.
    """
    middle = faces.middle
    step = np.hypot(*(middle[faces.first] - middle[faces.second]).T)
    step = step * np.where(faces.busy, _ACROSS_MAIN_ROAD, 1.0)
    dry = ~faces.water[faces.first] & ~faces.water[faces.second] & ~faces.barred
    free = pocket < 0
    keep = dry & free[faces.first] & free[faces.second]
    net = Net(faces.first[keep], faces.second[keep], step[keep], np.where(free, people, 0.0), middle)
    grown = grow(_tied(net), _AIM, rng)
    community = np.where(free & (grown >= 0), grown + int(pocket.max()) + 1, pocket)
    return _spread(faces, community, step, dry)


def _tied(net: Net) -> Net:
    """The net with parts of too few people tied to the nearest larger one: they cannot be a community alone."""
    part = net.parts()
    held = np.bincount(part, net.people)
    large = np.flatnonzero(held[part] >= FEWEST)
    tree = cKDTree(net.middle[large])
    u, v, cost = [net.u], [net.v], [net.cost]
    for small in np.flatnonzero((held > 0) & (held < FEWEST)).tolist():
        here = np.flatnonzero(part == small)
        away, nearest = tree.query(net.middle[here])
        best = int(np.argmin(away))
        u.append(here[[best]])
        v.append(large[nearest[[best]]])
        cost.append(away[[best]])
    return Net(np.concatenate(u), np.concatenate(v), np.concatenate(cost), net.people, net.middle)


def _spread(faces: Faces, community: Ints, step: Floats, dry: Bools) -> Ints:
    """Hand every face that is left to the nearest community: land first, then the water before its bank."""
    out = community.copy()
    n = len(out)
    ashore = faces.water[faces.first] ^ faces.water[faces.second]
    for allowed in (dry, ashore, np.ones(len(dry), dtype=bool)):
        known = np.flatnonzero(out >= 0)
        links = (step[allowed], (faces.first[allowed], faces.second[allowed]))
        graph = coo_array(links, shape=(n, n)).tocsr()
        _, _, source = dijkstra(graph, directed=False, indices=known, min_only=True, return_predecessors=True)
        open_ = (out < 0) & (source >= 0)
        out[open_] = out[source[open_]]
    # Slivers of less than a square metre that cutting leaves have no neighbour to speak of.
    lost, found = np.flatnonzero(out < 0), np.flatnonzero(out >= 0)
    if len(lost):
        middle = faces.middle
        out[lost] = out[found[cKDTree(middle[found]).query(middle[lost])[1]]]
    return out


def gather_subdistricts(faces: Faces, people: Floats, community: Ints, rng: np.random.Generator) -> Ints:
    """Subdistrict of each community: neighbours on the same side of the rivers, about 50,000 people together."""
    k = int(community.max()) + 1
    middle = mean_by(community, faces.middle, people, k)
    dry = ~faces.water[faces.first] & ~faces.water[faces.second]
    a, b = community[faces.first[dry]], community[faces.second[dry]]
    pairs = np.unique(np.sort(np.column_stack([a, b])[a != b], axis=1), axis=0)
    step = np.hypot(*(middle[pairs[:, 0]] - middle[pairs[:, 1]]).T)
    net = Net(pairs[:, 0], pairs[:, 1], step, sum_by(community, people, k), middle)
    return grow(net, _SUBDISTRICT_AIM, rng)
