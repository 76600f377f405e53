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
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

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
    """

    rank: Int32s
    node: Int32s
    up_first: Int64s
    up_head: Uint32s
    up_cost: Uint32s
    down_cost: Uint32s

    @cached_property
    def below(self) -> tuple[Int64s, Uint32s, Uint32s]:
        """The transpose, ``(below_first, below_head, below_arc)``."""
        from yiju.travel.kernels.elimination import turn_arcs  # noqa: PLC0415 - compiles, which naming an index need not

        return turn_arcs(self.up_first, self.up_head)

    @property
    def below_first(self) -> Int64s:
        """(n + 1,) arcs by their higher row u: they come from rows ``below_head[below_first[u]:below_first[u + 1]]``."""
        return self.below[0]

    @property
    def below_head(self) -> Uint32s:
        """(m,) the lower row of each arc, rising within one higher row."""
        return self.below[1]

    @property
    def below_arc(self) -> Uint32s:
        """(m,) where the arc stands in ``up_head``, ``up_cost`` and ``down_cost``."""
        return self.below[2]
