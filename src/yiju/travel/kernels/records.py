"""How the network and the points on it lie in memory.

The network is a directed graph in compressed sparse rows (CSR): the arcs that leave node ``v`` are
``arcs[first[v]:first[v + 1]]``. A street that is open both ways is two arcs. The twin for searching backwards
holds the same arcs by the node that they enter.

::

    node        0      1    2                  first  0     2   3     5
              ┌────┬────┬────┬────┬────┐
    arcs      │ →1 │ →2 │ →0 │ →0 │ →1 │       head and cost side by side: one cache line for both
              └────┴────┴────┴────┴────┘

A point (a home, a gate) stands *on* an edge, ``at`` a share of the way from its node u to its node v, and
``gap`` beside it. What a search needs of it are costs:

::

                     gap ┊
     u ○─── from_u ──────•──────── from_v ───○ v        arrive_u = from_u + gap: u → point
                                                        leave_u  = back to u + gap: point → u

On a one-way edge one of the two directions is ``UNREACHED``.
"""

from __future__ import annotations

import numba
import numpy as np

# No cost: larger than any that is kept. The largest that is kept is one less, 214,748 km or 6.8 years.
UNREACHED = 2**31 - 1
# The label or owner that says "none".
NOBODY = -1
# No key (see nearest.py): larger than any packed pair of cost and label.
NO_KEY = 2**63 - 1

ARC = np.dtype([("head", "i4"), ("cost", "i4"), ("edge", "i4")])
POINT = np.dtype(
    [
        ("at", "f8"),
        ("edge", "i4"),
        ("owner", "i4"),
        ("u", "i4"),
        ("v", "i4"),
        ("gap", "i4"),
        ("from_u", "i4"),
        ("from_v", "i4"),
        ("arrive_u", "i4"),
        ("arrive_v", "i4"),
        ("leave_u", "i4"),
        ("leave_v", "i4"),
    ],
    align=True,
)
# A point seen from one of its two nodes: who owns it, and what it costs to get to it from there.
HOOK = np.dtype([("owner", "i4"), ("cost", "i4")])

Arcs = numba.from_dtype(ARC)[::1]
Points = numba.from_dtype(POINT)[::1]
Hooks = numba.from_dtype(HOOK)[::1]
