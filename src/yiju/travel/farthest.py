"""No way of a city is longer than this: a bound that tells how many bits a cost needs.

Let t be the top of a piece of network, the node that elimination takes last. Whoever can reach it, and be reached from
it, is at most as far from any other as the detour by t. In streets that are open both ways this is everyone. Elsewhere
a few nodes at the ends of one-way streets cannot get to t, or not back; a shortest way between two of *them* uses no
street twice, so all streets among them together are longer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.travel.kernels.parts import label_pieces
from yiju.travel.kernels.records import UNREACHED
from yiju.travel.kernels.sweeps import FAR_64, climb

if TYPE_CHECKING:
    from yiju.travel.index import StreetIndex
    from yiju.travel.weighted import WeightedNetwork

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]


def farthest(travel: WeightedNetwork) -> int:
    """An upper bound on the cost between any two nodes that have a way, in tenths."""
    network, index = travel.network, travel.index
    if index.down_cost is index.up_cost:  # open both ways: whoever has nobody above is the top of a piece
        up = _to_top(index, np.flatnonzero(np.diff(index.up_first) == 0), index.up_cost)
        return 2 * int(up.max(initial=0))
    there, back = travel.forward != UNREACHED, travel.backward != UNREACHED
    is_open = there | back
    piece, pieces = label_pieces(network.nodes, network.u[is_open], network.v[is_open])
    top = np.empty(pieces, dtype=np.int64)
    top[piece[index.node]] = np.arange(len(piece))  # in rising order: the highest row of each piece stays
    to_top, from_top = _to_top(index, top, index.up_cost), _to_top(index, top, index.down_cost)
    longest = sum(int(cost[cost < FAR_64].max(initial=0)) for cost in (to_top, from_top))
    streets = np.maximum(np.where(there, travel.forward, 0), np.where(back, travel.backward, 0))
    for cost in (to_top, from_top):
        loose = cost[index.rank] >= FAR_64
        among = loose[network.u] & loose[network.v]
        longest = max(longest, int(streets[among].sum(dtype=np.int64)))
    return longest


def _to_top(index: StreetIndex, top: Int64s, cost: npt.NDArray[np.uint32]) -> Int64s:
    """(n,) cost between each row and the top of its piece."""
    least = np.full(len(index.rank), FAR_64, dtype=np.int64)
    least[top] = 0
    climb(index.up_first, index.up_head, cost, least)
    return least
