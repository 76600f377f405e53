"""Communities of 5,000 to 12,000 people, gathered into subdistricts and districts.

Each community grows from a seed over neighbouring faces, as far as its seed is the nearest; seeds that gather too
many people are pushed back, those with too few pulled forward, until all are of a size. Nothing grows over a river
or the railway.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Bools, Floats, Ints
    from yiju.city.demo.faces import Faces

# People of a community: 城市体检工作手册（试行）2025, units of analysis (5,000-12,000); the middle of what we aim at.
FEWEST, MOST = 5_000.0, 12_000.0
_AIM = 7_100.0
# People of a subdistrict: the same handbook asks for 50,000-100,000; inner subdistricts are often smaller.
_SUBDISTRICT_AIM = 50_000.0
# How much farther it is across a main road than along it.
_ACROSS_MAIN_ROAD = 2.2
_ROUNDS = 90
# Attempts, and the logarithm of size over aim that is even enough.
_ATTEMPTS, _EVEN = 4, 0.25


@dataclass(frozen=True)
class _Net:
    """Neighbourhood as a weighted graph: n things, links between them, people in each, and where they are."""

    u: Ints
    v: Ints
    cost: Floats
    people: Floats
    middle: Floats


def grow(net: _Net, aim: float, rng: np.random.Generator) -> Ints:
    """Group of each thing: connected groups of about ``aim`` people each, -1 where nothing reaches."""
    n = len(net.people)
    links = coo_array((net.cost, (net.u, net.v)), shape=(n, n)).tocsr()
    _, part = connected_components(links, directed=False)
    group = np.full(n, -1, dtype=np.int64)
    offset = 0
    for island in range(int(part.max()) + 1):
        here = np.flatnonzero(part == island)
        inside = net.people[here].sum()
        if inside <= 0:
            continue
        k = max(1, round(inside / aim))
        local = links[here][:, here].tocoo()
        sub = _Net(local.row, local.col, local.data, net.people[here], net.middle[here])
        group[here] = _evenly(sub, k, rng) + offset
        offset += k
    return group


def _evenly(net: _Net, k: int, rng: np.random.Generator) -> Ints:
    """The most even of a few attempts, each from other seeds."""
    best, best_spread = _grow_island(net, k, rng)
    for _ in range(_ATTEMPTS - 1):
        if best_spread < _EVEN:
            break
        group, spread = _grow_island(net, k, rng)
        if spread < best_spread:
            best, best_spread = group, spread
    return best


def _grow_island(net: _Net, k: int, rng: np.random.Generator) -> tuple[Ints, float]:
    n = len(net.people)
    seeds = _scattered(net, k, rng)
    push = np.zeros(k)
    best, best_spread = np.zeros(n, dtype=np.int64), np.inf
    aim = net.people.sum() / k
    width = float(np.sqrt(np.ptp(net.middle[:, 0]) * np.ptp(net.middle[:, 1]) / k)) + 1.0
    for turn in range(_ROUNDS):
        rows, columns = np.r_[net.u, np.arange(n, n + k)], np.r_[net.v, seeds]
        cost = np.r_[net.cost, push - push.min() + 1.0]
        graph = coo_array((cost, (rows, columns)), shape=(n + k, n + k)).tocsr()
        _, _, source = dijkstra(
            graph, directed=False, indices=np.arange(n, n + k), min_only=True, return_predecessors=True
        )
        group = (source[:n] - n).astype(np.int64)
        held = np.bincount(group, net.people, k)
        spread = float(np.abs(np.log(np.maximum(held, 1.0) / aim)).max())
        if spread < best_spread:
            best, best_spread = group, spread
        if best_spread < _EVEN and turn > 0.6 * _ROUNDS:
            break
        push += 0.28 * width * np.clip(np.log(np.maximum(held, 1.0) / aim), -0.8, 0.8)
        if turn % 6 == 5 and turn < 0.55 * _ROUNDS:
            seeds = _centred(net, group, seeds)
    return best, best_spread


def _scattered(net: _Net, k: int, rng: np.random.Generator) -> Ints:
    """Seeds far from each other, where people are."""
    weight = net.people / net.people.sum()
    seeds = [int(rng.choice(len(weight), p=weight))]
    gap = np.full(len(weight), np.inf)
    for _ in range(1, k):
        gap = np.minimum(gap, ((net.middle - net.middle[seeds[-1]]) ** 2).sum(axis=1))
        seeds.append(int(np.argmax(gap * np.minimum(net.people, net.people.mean()))))
    return np.array(seeds, dtype=np.int64)


def _centred(net: _Net, group: Ints, seeds: Ints) -> Ints:
    """Each seed moved to the middle of its people."""
    k = len(seeds)
    held = np.maximum(np.bincount(group, net.people, k), 1e-9)
    middle = np.column_stack([np.bincount(group, net.people * net.middle[:, c], k) / held for c in (0, 1)])
    away = ((net.middle - middle[group]) ** 2).sum(axis=1)
    order = np.lexsort((away, group))
    first = np.r_[True, group[order][1:] != group[order][:-1]]
    out = seeds.copy()
    out[group[order][first]] = order[first]
    return out


def gather_communities(faces: Faces, people: Floats, pocket: Ints, rng: np.random.Generator) -> Ints:
    """Community of each face; pockets come first (0 to the number of pockets less one).

    Parameters
    ----------
    people
        (n,) people of each face.
    pocket
        (n,) index of the pocket that a face belongs to, or -1; each pocket is one community.
    """
    community = pocket.copy()
    offset = int(pocket.max()) + 1
    middle = faces.middle
    step = np.hypot(*(middle[faces.first] - middle[faces.second]).T) * np.where(
        faces.busy, _ACROSS_MAIN_ROAD, 1.0
    )
    dry = ~faces.water[faces.first] & ~faces.water[faces.second] & ~faces.barred
    free = pocket < 0
    keep = dry & free[faces.first] & free[faces.second]
    net = _Net(faces.first[keep], faces.second[keep], step[keep], np.where(free, people, 0.0), middle)
    grown = grow(_with_bridges(net), _AIM, rng)
    community[free & (grown >= 0)] = grown[free & (grown >= 0)] + offset
    community = _numbered(_mended(faces, people, community, offset, dry, step), offset)
    return _spread(faces, community, step, dry)


def _with_bridges(net: _Net) -> _Net:
    """The net with islands of too few people tied to the nearest larger one: they cannot be a community alone."""
    n = len(net.people)
    _, part = connected_components(coo_array((net.cost, (net.u, net.v)), shape=(n, n)), directed=False)
    held = np.bincount(part, net.people)
    large = np.flatnonzero(held[part] >= FEWEST)
    tree = cKDTree(net.middle[large])
    u, v, cost = [net.u], [net.v], [net.cost]
    for island in np.flatnonzero((held > 0) & (held < FEWEST)).tolist():
        here = np.flatnonzero(part == island)
        away, nearest = tree.query(net.middle[here])
        best = int(np.argmin(away))
        u.append(here[best : best + 1])
        v.append(large[nearest[best] : nearest[best] + 1])
        cost.append(away[best : best + 1])
    return _Net(np.concatenate(u), np.concatenate(v), np.concatenate(cost), net.people, net.middle)


def _mended(faces: Faces, people: Floats, community: Ints, offset: int, dry: Bools, step: Floats) -> Ints:
    """Give away communities that are too small, to the neighbour that stays smallest."""
    middle = faces.middle
    for _ in range(200):
        count = int(community.max()) + 1
        held = np.bincount(community[community >= 0], people[community >= 0], count)
        held[:offset] = np.inf
        held[held <= 0] = np.inf
        small = int(np.argmin(held))
        if held[small] >= FEWEST:
            return community
        reach = _spread(faces, community, step, dry)
        a, b = reach[faces.first[dry]], reach[faces.second[dry]]
        near = np.unique(np.concatenate([b[a == small], a[b == small]]))
        near = near[(near != small) & (near >= offset)]
        if len(near) == 0:
            home = middle[community == small].mean(axis=0)
            away = [
                np.hypot(*(middle[community == c].mean(axis=0) - home))
                if np.isfinite(held[c]) and c != small
                else np.inf
                for c in range(count)
            ]
            near = np.array([int(np.argmin(away))])
        community = np.where(community == small, near[np.argmin(held[near])], community)
    return community


def _numbered(community: Ints, offset: int) -> Ints:
    """Numbers without gaps, pockets first."""
    used = np.unique(community[community >= offset])
    out = community.copy()
    out[community >= offset] = np.searchsorted(used, community[community >= offset]) + offset
    return out


def _spread(faces: Faces, community: Ints, step: Floats, dry: Bools) -> Ints:
    """Hand every face that is left to the nearest community: land first, then the water before its bank."""
    out = community.copy()
    n = len(out)
    ashore = faces.water[faces.first] ^ faces.water[faces.second]
    for allowed in (dry, ashore, np.ones(len(dry), dtype=bool)):
        known = np.flatnonzero(out >= 0)
        graph = coo_array(
            (step[allowed], (faces.first[allowed], faces.second[allowed])), shape=(n, n)
        ).tocsr()
        _, _, source = dijkstra(graph, directed=False, indices=known, min_only=True, return_predecessors=True)
        open_ = (out < 0) & (source >= 0)
        out[open_] = out[source[open_]]
    # Slivers of less than a square metre that cutting leaves have no neighbour to speak of.
    lost, found = np.flatnonzero(out < 0), np.flatnonzero(out >= 0)
    if len(lost):
        out[lost] = out[found[cKDTree(faces.middle[found]).query(faces.middle[lost])[1]]]
    return out


def gather_subdistricts(faces: Faces, people: Floats, community: Ints, rng: np.random.Generator) -> Ints:
    """Subdistrict of each community: neighbours on the same side of the rivers, about 50,000 people together."""
    k = int(community.max()) + 1
    held = np.bincount(community, people, k)
    lived = people > 0
    middle = np.column_stack(
        [
            np.bincount(community[lived], (people * faces.middle[:, c])[lived], k) / np.maximum(held, 1.0)
            for c in (0, 1)
        ]
    )
    dry = ~faces.water[faces.first] & ~faces.water[faces.second]
    a, b = community[faces.first[dry]], community[faces.second[dry]]
    pairs = np.unique(np.sort(np.column_stack([a, b])[a != b], axis=1), axis=0)
    step = np.hypot(*(middle[pairs[:, 0]] - middle[pairs[:, 1]]).T)
    return grow(_Net(pairs[:, 0], pairs[:, 1], step, held, middle), _SUBDISTRICT_AIM, rng)
