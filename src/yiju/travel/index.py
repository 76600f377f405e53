"""The street index: a network with its nodes in elimination order, and the arcs that elimination leaves.

Take the streets away one node at a time, the least important first, and lay an arc between the neighbours of each
node that goes, as long as the way through it. When nothing is left, every shortest way of the city climbs to ever
later nodes and then comes down again: two passes over the arcs, without a queue, answer what a search would.

::

    rank   5                 ●                  the last node to go: on a bridge, say
                           ╱   ╲
           4             ●       ╲              up pass: rows 0, 1, 2 ... each tell the rows above
                       ╱  ╲       ╲             down pass: rows ... 2, 1, 0 each ask the rows above
           3         ●     ╲       ●
                    ╱ ╲     ╲     ╱
           0-2     ●   ●     ●───╯

This is Gaussian elimination with min for plus and plus for times (B. A. Carré, An algebra for network routing problems,
J. Inst. Maths Applics 7 (1971) 273-294); the two passes are its forward and back substitution. How the order is found
stands in :mod:`yiju.travel.order`, how arcs and costs follow from it in :mod:`yiju.travel.kernels.elimination`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from yiju.travel.network import StreetNetwork

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Uint32s = npt.NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class StreetIndex:
    """Costs of one traveller, ready to be swept; :attr:`yiju.travel.Travel.index` gives it.

    Attributes
    ----------
    rank
        (n,) row of each node of the network: its place in the order of elimination.
    node
        (n,) node of each row, the inverse of ``rank``.
    up_first, up_head
        (n + 1,) and (m,) arcs by their lower row v: they lead to rows ``up_head[up_first[v]:up_first[v + 1]]``, in
        rising order, all higher than v.
    up_cost, down_cost
        (m,) tenths from v to the higher row and back, ``FAR_32`` where there is no way. One and the same array
        where all streets cost the same in both directions.
    fill_ratio
        Arcs of the fill for each street, before those that are no shortest way were left out: 2 to 5 in cities. Where
        it is large, ``network.fill.remark`` says why, and what follows.
    """

    rank: Int32s
    node: Int32s
    up_first: Int64s
    up_head: Uint32s
    up_cost: Uint32s
    down_cost: Uint32s
    fill_ratio: float = float("nan")

    def __repr__(self) -> str:
        return f"<StreetIndex: {len(self.rank)} rows, {len(self.up_head)} arcs, fill ratio {self.fill_ratio:.1f}>"

    @cached_property
    def below(self) -> tuple[Int64s, Uint32s, Uint32s]:
        """The transpose, ``(below_first, below_head, below_arc)``."""
        from yiju.travel.kernels.elimination import turn_arcs  # noqa: PLC0415 - compiles, which naming an index need not

        return turn_arcs(self.up_first, self.up_head)

    def turned(self) -> StreetIndex:
        """The index of the same streets with every way turned around: it is the same elimination."""
        turned = replace(self, up_cost=self.down_cost, down_cost=self.up_cost)
        if "below" in self.__dict__:
            turned.__dict__["below"] = self.below
        return turned

    @property
    def below_first(self) -> Int64s:
        """(n + 1,) arcs by their higher row u: from the rows ``below_head[below_first[u]:below_first[u + 1]]``."""
        return self.below[0]

    @property
    def below_head(self) -> Uint32s:
        """(m,) the lower row of each arc, rising within one higher row."""
        return self.below[1]

    @property
    def below_arc(self) -> Uint32s:
        """(m,) where the arc stands in ``up_head``, ``up_cost`` and ``down_cost``."""
        return self.below[2]


def build(network: StreetNetwork, forward: Int32s, backward: Int32s) -> StreetIndex:
    """The index of a network with costs.

    Order and fill are the network's, made once; the weights are eliminated here.

    Parameters
    ----------
    network
        The streets.
    forward, backward
        (edges,) tenths from u to v and back, ``UNREACHED`` where a direction is closed.
    """
    from yiju.travel.kernels import elimination  # noqa: PLC0415 - compiles, which naming an index need not
    from yiju.travel.kernels.records import UNREACHED  # noqa: PLC0415 - as above

    rank, fill = network.order.rank, network.fill
    directed = not np.array_equal(forward, backward)
    up = np.full(len(fill.up_head), UNREACHED, dtype=np.uint32)
    down = up.copy() if directed else up
    elimination.put_streets(network.u, network.v, rank, fill.arc, forward, backward, up, down)
    elimination.customise(fill.up_first, fill.up_head, up, down, directed)
    superfluous = np.zeros(len(up), dtype=np.uint8)
    elimination.perfect(fill.up_first, fill.up_head, up, down, directed, superfluous)
    first, head = elimination.prune(fill.up_first, fill.up_head, up, down, directed, superfluous)
    kept = int(first[-1])
    up_cost = up[:kept].copy()
    node = np.empty_like(rank)
    node[rank] = np.arange(len(rank), dtype=np.int32)
    return StreetIndex(
        rank=rank,
        node=node,
        up_first=first,
        up_head=head[:kept].copy(),
        up_cost=up_cost,
        down_cost=down[:kept].copy() if directed else up_cost,
        fill_ratio=fill.ratio,
    )
