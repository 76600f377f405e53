"""Missing links: corners that are close as the crow flies and far on foot, ranked by the people who live beside them.

::

      ○──○──○──○        a and b are 60 m apart. The way round by the crossing is 900 m: the detour ratio is 15,
      │     a           a link would save 840 m. Within 250 m of a live 700 people, of b 400: 1,100 stand to gain,
    ══╪════════════     and nobody is counted on both sides, since the way from one side to the other is longer
      │     b           than twice 250 m.
      ○──○──○──○

The ratio of the way on foot to the crow-fly distance is pedestrian route directness: 1.5 is what is asked of a
neighbourhood (T. A. Randall and B. W. Baetz, Evaluating pedestrian connectivity for suburban sustainability, Journal of
Urban Planning and Development 127 (2001) 1-15). Here corners are looked at, not homes and shops: what is far on foot
across the street is far from all that lies there.

This is a screening. It does not know rivers from walls, or what a bridge costs; and where a map lacks a footpath the
link exists. It says where to look. How many people would walk a link, and where to, is the question of
:meth:`yiju.travel.Travel.flows` on the network with the link.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from yiju.access.checking import Numbers, numbers_of, or_none
from yiju.text import Text
from yiju.travel.snapping import SMALLEST_PIECE

if TYPE_CHECKING:
    import geopandas as gpd

    from yiju.travel import AccessPoints, StreetNetwork, Travel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Randall and Baetz 2001: 1.5 is accepted; three times as far as the crow flies is twice that.
RATIO = 3.0
# About the width of a wide road or a railway with its banks: what a bridge or an underpass spans (provisional).
APART_M = 100.0
# The least saving that is worth looking at: six or seven minutes' walk (provisional).
SAVED_M = 500.0


def missing_links(
    travel: Travel,
    homes: AccessPoints,
    people: Numbers | None = None,
    *,
    apart_m: float = APART_M,
    ratio: float = RATIO,
    saved_m: float = SAVED_M,
    most: int = 100,
) -> gpd.GeoDataFrame:
    """Pairs of corners between which a link would save much walking to many people.

    Parameters
    ----------
    travel
        Walking in metres.
    homes, people
        Where people live, and (homes,) how many; one in each by default. Not known (NaN) counts as none.
    apart_m
        The longest link, crow-fly.
    ratio
        The way on foot is at least this many times the crow-fly distance.
    saved_m
        The way on foot is at least this much longer than the link.
    most
        How many pairs to give, those with most people first.

    Returns
    -------
    A row for each pair: ``crow_m``, ``metres`` on foot (inf where there is no way), ``saved_m``, ``people`` who live
    within half of ``saved_m`` on foot of either end, and the link as a line. Of pairs whose middles are within
    ``apart_m`` of each other only the first is given. Corners are nodes where one street ends or three meet, on pieces
    of network of some size.

    Raises
    ------
    ContractError
        People of other homes, negative or infinite.
    ValueError
        Travel is not in metres, or a limit is not above 0.
    """
    if travel.unit != "metres" or min(apart_m, ratio, saved_m, most) <= 0:
        limits = f"{apart_m}, {ratio}, {saved_m}, {most}"
        msg = f"missing links need walking in metres and limits above 0, were {travel.unit}, {limits}"
        raise ValueError(msg)
    number = (
        np.ones(len(homes)) if people is None else numbers_of(people, homes.owners, Text("人口", "people"))
    )
    network = travel.network
    corners = _corners(network)
    xy = network.xy[corners]
    pair = cKDTree(xy).query_pairs(apart_m, output_type="ndarray").astype(np.int64)
    pair = pair[np.lexsort((pair[:, 1], pair[:, 0]))]
    crow = np.hypot(*(xy[pair[:, 0]] - xy[pair[:, 1]]).T)
    at = _at(network, corners)
    far = ~_within(travel, at, pair, np.maximum(ratio * crow, crow + saved_m))
    pair, crow = pair[far], crow[far]

    ends, place = np.unique(pair, return_inverse=True)
    near = travel.sums_within(_at(network, corners[ends]), homes, or_none(number), [saved_m / 2])
    beside = near.to_numpy()[:, 0][place.reshape(-1, 2)].sum(axis=1)
    order = np.lexsort((crow, -beside))
    chosen = order[_apart(xy[pair[order]].mean(axis=1), apart_m, most)]
    return _framed(travel, corners[pair[chosen]], crow[chosen], beside[chosen])


def _corners(network: StreetNetwork) -> Ints:
    """Nodes where one street ends or three meet, on pieces that are no scraps."""
    loops = network.u == network.v
    ends = np.concatenate([network.u[~loops], network.v[~loops]])
    degree = np.bincount(ends, minlength=network.nodes)
    size = np.bincount(network.piece, minlength=1)
    offered = size >= min(SMALLEST_PIECE, int(size.max(initial=0)))
    return np.flatnonzero((degree > 0) & (degree != 2) & offered[network.piece])


def _at(network: StreetNetwork, nodes: Ints) -> AccessPoints:
    """Points at nodes, numbered from 0; the network numbers its nodes in an order of its own."""
    position = np.empty(network.nodes, dtype=np.int64)
    position[network.node_at] = np.arange(network.nodes)
    return network.at_nodes(position[nodes])


def _within(travel: Travel, at: AccessPoints, pair: Ints, limit: Floats) -> npt.NDArray[np.bool_]:
    """Whether the way from the first to the second of each pair is shorter than its limit."""
    if len(pair) == 0:
        return np.zeros(0, dtype=bool)
    asked, first = np.unique(pair[:, 0], return_inverse=True)
    found = travel.within(at.of(asked), at, float(limit.max()))
    # rows and columns rise, so that pairs are found by halving
    key = found.origin * len(at) + found.facility
    wanted = first * len(at) + pair[:, 1]
    place = np.minimum(np.searchsorted(key, wanted), max(len(key) - 1, 0))
    there = key[place] == wanted if len(key) else np.zeros(len(wanted), dtype=bool)
    cost = np.where(there, found.cost[place] if len(key) else np.inf, np.inf)
    return cost < limit


def _apart(middle: Floats, apart_m: float, most: int) -> Ints:
    """Positions, in order, of what is not within ``apart_m`` of something earlier; at most so many."""
    taken = np.zeros(len(middle), dtype=bool)
    chosen: list[int] = []
    tree = cKDTree(middle) if len(middle) else None
    for i in range(len(middle)):
        if tree is None or len(chosen) == most:
            break
        if not taken[i]:
            chosen.append(i)
            taken[tree.query_ball_point(middle[i], apart_m)] = True
    return np.array(chosen, dtype=np.int64)


def _framed(travel: Travel, ends: Ints, crow: Floats, people: Floats) -> gpd.GeoDataFrame:
    import geopandas as gpd  # noqa: PLC0415 - only who looks pays

    network = travel.network
    metres = np.zeros(0)
    if len(ends):
        one, other = _at(network, ends[:, 0]), _at(network, ends[:, 1])
        ways = travel.nearest_each(one, {str(i): other.of([i]) for i in range(len(ends))})
        metres = ways.cost.to_numpy().diagonal()
    return gpd.GeoDataFrame(
        {"crow_m": crow, "metres": metres, "saved_m": metres - crow, "people": people},
        geometry=shapely.linestrings(network.xy[ends].reshape(-1, 2, 2)) if len(ends) else [],
        index=pd.RangeIndex(len(ends), name="link"),
        crs=network.crs,
    )
