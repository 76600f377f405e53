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
    from yiju.travel.travel import Travel

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]


def farthest(travel: Travel) -> int:
    """An upper bound on the cost between any two nodes that have a way, in tenths."""
    network, index = travel.network, travel.index
    there, back = travel.forward != UNREACHED, travel.backward != UNREACHED
    is_open = there | back
    piece, pieces = label_pieces(network.nodes, network.u[is_open], network.v[is_open])
    top = np.zeros(pieces, dtype=np.int64)
    np.maximum.at(top, piece, index.rank)
    up = _to_top(index, top, index.up_cost)
    down = up if index.down_cost is index.up_cost else _to_top(index, top, index.down_cost)
    total = max(int(up[up < FAR_64].max(initial=0)) + int(down[down < FAR_64].max(initial=0)), 0)
    for cost in (up, down):
        loose = cost[index.rank] >= FAR_64
        among = loose[network.u] & loose[network.v]
        streets = np.maximum(np.where(there, travel.forward, 0), np.where(back, travel.backward, 0))
        total = max(total, int(streets[among].sum(dtype=np.int64)))
    return total


def _to_top(index: StreetIndex, top: Int64s, cost: npt.NDArray[np.uint32]) -> Int64s:
    """(n,) cost between each row and the top of its piece."""
    least = np.full(len(index.rank), FAR_64, dtype=np.int64)
    least[top] = 0
    climb(index.up_first, index.up_head, cost, least)
    return least
