"""Sparse Gaussian elimination, with min for plus and plus for times.

Solving x = Ax + b by elimination takes unknowns away one at a time and corrects the coefficients between those that
are left: a(u, w) += a(u, v) · a(v, w). Over the (min, +) semiring the same steps compute shortest ways, since a way
through v is worth remembering if it is shorter than what is known: c(u, w) = min(c(u, w), c(u, v) + c(v, w)). The
order of elimination decides only how many coefficients there are, and that is a matter of topology.

::

    streets                 fill                        weights
         v                    v   goes first
        ╱ ╲                  ╱ ╲                        up(u,w) = min(up(u,w), down(v,u) + up(v,w))
       u   w                u╌╌╌w  arc that is laid     down    = the way back

    fill        which arcs there will be: symbolic, once for a topology
    customise   what they cost: every triangle v < u < w in rising order of v, again for each traveller
    perfect     down again: what is cheaper round a corner above is no shortest way and may be left out

Rows hold arcs to higher nodes only. Row v is its own streets and the rows of its children in the *elimination tree*
(the parent of v is the first node of its row), less v itself; so symbolic elimination only merges rows.

The nodes are renumbered in postorder of that tree, which changes no row (Liu 1990, theorem 6.1) and puts all that
hangs on a node right before it in memory.

B. A. Carré, An algebra for network routing problems, J. Inst. Maths Applics 7 (1971) 273-294.
J. W. H. Liu, The role of elimination trees in sparse factorization, SIAM J. Matrix Anal. Appl. 11 (1990) 134-172.
A. Buluç, J. R. Gilbert and V. B. Shah, Implementing sparse matrices for graph algorithms, in J. Kepner and J. Gilbert
(eds), Graph Algorithms in the Language of Linear Algebra, SIAM 2011.
J. Dibbelt, B. Strasser and D. Wagner, Customizable contraction hierarchies, ACM J. Exp. Algorithmics 21 (2016) 1.5:
triangles in this order, and the way down that finds what is superfluous.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import boolean, int32, int64, uint8, uint32, void

from yiju.travel.kernels.compiling import Whole, kernel, tuple_of
from yiju.travel.kernels.records import NOBODY, UNREACHED

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Uint32s = npt.NDArray[np.uint32]
Uint8s = npt.NDArray[np.uint8]

# The directions of an arc, as bits: in which of them it is superfluous.
_UP, _DOWN = 1, 2


@kernel(int32[::1](int32[::1], int32[::1], int32[::1]))
def postorder(first: Int32s, head: Int32s, node: Int32s) -> Int32s:
    """Renumber an order of elimination in postorder of its elimination tree.

    Parameters
    ----------
    first, head
        Neighbours of each node.
    node
        (n,) nodes in the order of elimination.

    Returns
    -------
    (n,) the rank of each node. Rows of the fill are those of the given order; the descendants of the node of rank r
    have the ranks just below r.
    """
    n = len(node)
    place = np.empty(n, dtype=np.int32)
    for r in range(n):
        place[node[r]] = r
    parent = np.full(n, NOBODY, dtype=np.int32)
    chief = np.full(
        n, NOBODY, dtype=np.int32
    )  # a shortcut towards the root of the tree so far (Liu 1990, 5.1)
    for r in range(n):
        for s in range(first[node[r]], first[node[r] + 1]):
            q = place[head[s]]
            while q < r and chief[q] != r:
                above = chief[q]
                chief[q] = r
                if above == NOBODY:
                    parent[q] = r
                    break
                q = above
    size = np.ones(n + 1, dtype=np.int32)
    for r in range(n):
        if parent[r] != NOBODY:
            size[parent[r]] += size[r]
    # from the roots down, each child takes the highest ranks that its parent's block still has
    free_below = np.empty(n + 1, dtype=np.int32)
    free_below[n] = n
    rank = np.empty(n, dtype=np.int32)
    for r in range(n - 1, -1, -1):
        above = parent[r] if parent[r] != NOBODY else n
        top = free_below[above] - 1
        free_below[above] -= size[r]
        free_below[r] = top
        rank[node[r]] = top
    return rank


@kernel(uint32[::1](uint32[::1], int64))
def longer(entries: Uint32s, room: Whole) -> Uint32s:
    """A copy with more room."""
    copy = np.empty(room, dtype=np.uint32)
    for i in range(len(entries)):
        copy[i] = entries[i]
    return copy


@kernel(tuple_of(int32[::1], int32[::1])(int64, int32[::1], int32[::1], int32[::1]))
def by_lower_end(n: Whole, u: Int32s, v: Int32s, rank: Int32s) -> tuple[Int32s, Int32s]:
    """``(first, street)``: the streets whose lower end has rank r are ``street[first[r]:first[r + 1]]``; no loops."""
    first = np.zeros(n + 1, dtype=np.int32)
    for e in range(len(u)):
        if u[e] != v[e]:
            first[min(rank[u[e]], rank[v[e]]) + 1] += 1
    for r in range(n):
        first[r + 1] += first[r]
    street = np.empty(first[n], dtype=np.int32)
    place = first[:n].copy()
    for e in range(len(u)):
        if u[e] != v[e]:
            low = min(rank[u[e]], rank[v[e]])
            street[place[low]] = e
            place[low] += 1
    return first, street


@kernel(int64(uint32[::1], int64, int64, int64))
def where_in(up_head: Uint32s, begin: Whole, end: Whole, wanted: Whole) -> Whole:
    """Where a head stands in the row ``up_head[begin:end]``, which has it, by halving."""
    low, high = np.int64(begin), np.int64(end)
    while high - low > 1:
        middle = (low + high) // 2
        if up_head[middle] <= wanted:
            low = middle
        else:
            high = middle
    return low


@kernel(
    tuple_of(int64[::1], uint32[::1], int32[::1])(int64, int32[::1], int32[::1], int32[::1], int64, int64)
)
def fill(
    n: Whole, u: Int32s, v: Int32s, rank: Int32s, most: Whole, most_triangles: Whole
) -> tuple[Int64s, Uint32s, Int32s]:
    """Symbolic elimination: which arcs there will be.

    Parameters
    ----------
    n, u, v
        The network: how many nodes, and the two ends of each edge.
    rank
        (n,) the order of elimination.
    most, most_triangles
        With more arcs than this it stops, or if more triangles would have to be looked at for each set of weights.

    Returns
    -------
    ``(up_first, up_head, arc)``: rows of arcs to higher ranks, in rising order, and the arc of each edge (-1 for
    loops). Where it stopped, ``up_first[-1]`` is -1.
    """
    street_first, street = by_lower_end(n, u, v, rank)
    arc = np.full(len(u), NOBODY, dtype=np.int32)
    up_first = np.zeros(n + 1, dtype=np.int64)
    up_head = np.empty(2 * len(u) + n + 1, dtype=np.uint32)
    child = np.full(n, NOBODY, dtype=np.int32)  # the children of each node, as a chain
    sibling = np.full(n, NOBODY, dtype=np.int32)
    seen = np.full(n, NOBODY, dtype=np.int32)  # the row for which a node was last met
    filled = np.int64(0)
    triangles = np.int64(0)
    for r in range(n):
        begin = filled
        room = np.int64(street_first[r + 1] - street_first[r])
        c = child[r]
        while c != NOBODY:
            room += up_first[c + 1] - up_first[c]
            c = sibling[c]
        if filled + room > len(up_head):
            up_head = longer(up_head, 2 * (filled + room))
        for i in range(street_first[r], street_first[r + 1]):
            high = max(rank[u[street[i]]], rank[v[street[i]]])
            if seen[high] != r:
                seen[high] = r
                up_head[filled] = high
                filled += 1
        c = child[r]
        while c != NOBODY:
            for a in range(up_first[c] + 1, up_first[c + 1]):  # the first is r itself
                high = np.int32(up_head[a])
                if seen[high] != r:
                    seen[high] = r
                    up_head[filled] = high
                    filled += 1
            c = sibling[c]
        for a in range(begin + 1, filled):  # rows are short, and their parts are sorted already
            high_a = up_head[a]
            b = a
            while b > begin and up_head[b - 1] > high_a:
                up_head[b] = up_head[b - 1]
                b -= 1
            up_head[b] = high_a
        up_first[r + 1] = filled
        triangles += (filled - begin) * (filled - begin - 1) // 2
        if filled > most or triangles > most_triangles:
            up_first[n] = NOBODY
            break
        for i in range(street_first[r], street_first[r + 1]):
            e = street[i]
            arc[e] = where_in(up_head, begin, filled, max(rank[u[e]], rank[v[e]]))
        if filled > begin:
            parent = up_head[begin]
            sibling[r] = child[parent]
            child[parent] = r
    return up_first, longer(up_head[:filled], filled), arc


@kernel(
    void(int32[::1], int32[::1], int32[::1], int32[::1], int32[::1], int32[::1], uint32[::1], uint32[::1])
)
def put_streets(
    u: Int32s, v: Int32s, rank: Int32s, arc: Int32s, forward: Int32s, backward: Int32s, up: Uint32s, down: Uint32s
) -> None:  # fmt: skip
    """Put the costs of the streets on their arcs; of several streets on one arc the cheapest counts."""
    for e in range(len(u)):
        a = arc[e]
        if a == NOBODY:
            continue
        rising = rank[u[e]] < rank[v[e]]
        there = np.uint32(forward[e] if rising else backward[e])
        back = np.uint32(backward[e] if rising else forward[e])
        up[a] = min(up[a], there)
        down[a] = min(down[a], back)


@kernel(void(int64[::1], uint32[::1], uint32[::1], uint32[::1], boolean))
def customise(up_first: Int64s, up_head: Uint32s, up: Uint32s, down: Uint32s, directed: bool) -> None:
    """Numeric elimination: all lower triangles, in place.

    Row v meets the row of each of its heads u: heads w that both have are triangles, found side by side since rows
    are sorted. Sums are formed in 64 bits; what does not fit 31 is no way, and is never less than ``UNREACHED``.

    Parameters
    ----------
    up_first, up_head
        The fill.
    up, down
        (m,) costs of streets on their arcs, ``UNREACHED`` elsewhere. One array, given twice, if not ``directed``.
    """
    for r in range(len(up_first) - 1):
        end = up_first[r + 1]
        for i in range(up_first[r], end - 1):
            j = i + 1
            k = up_first[up_head[i]]
            up_i, down_i = np.int64(up[i]), np.int64(down[i])
            while j < end:
                # row u has all that is left of row v, so that k cannot run out
                while up_head[k] != up_head[j]:
                    k += 1
                way = down_i + np.int64(up[j])
                if way < np.int64(up[k]):
                    up[k] = way
                if directed:
                    way = np.int64(down[j]) + up_i
                    if way < np.int64(down[k]):
                        down[k] = way
                j += 1
                k += 1


@kernel(void(uint32[::1], uint8[::1], uint8, int64, int64, int64))
def go_round(
    cost: Uint32s, superfluous: Uint8s, direction: Whole, i: Whole, j: Whole, between: Whole
) -> None:
    """Instead of arc i, go by arc j and what lies ``between`` their ends, if that is no longer.

    Of two ways that are equally long one may go: i, unless either has gone already. So whatever goes leaves behind
    a way as short, by an arc that is still there or that itself went later, for one that is.
    """
    way = np.int64(cost[j]) + between
    if way < np.int64(cost[i]):
        cost[i] = way
        superfluous[i] |= direction
    elif way == np.int64(cost[i]) and not (superfluous[i] | superfluous[j]) & direction:
        superfluous[i] |= direction


@kernel(void(int64[::1], uint32[::1], uint32[::1], uint32[::1], boolean, uint8[::1]))
def perfect(
    up_first: Int64s, up_head: Uint32s, up: Uint32s, down: Uint32s, directed: bool, superfluous: Uint8s
) -> None:
    """Every arc's cost becomes the distance between its ends, in place; arcs that nobody needs are marked.

    From the highest row down: in a triangle of v with two of its heads u < w, what lies between u and w is perfect
    already, so that v to u by way of w and v to w by way of u are all that can be shorter.

    On a grid, where every way has many as long, it matters that of equal ways one is enough: of 300 x 300 corners,
    4 arcs are kept for each instead of 34.

    Parameters
    ----------
    up_first, up_head, up, down, directed
        As :func:`customise` leaves them.
    superfluous
        (m,) zero before; ``_UP`` and ``_DOWN`` are set in each arc that is not needed in that direction.
    """
    for r in range(len(up_first) - 2, -1, -1):
        end = up_first[r + 1]
        for i in range(up_first[r], end - 1):
            k = up_first[up_head[i]]
            for j in range(i + 1, end):
                while up_head[k] != up_head[j]:
                    k += 1
                rise, fall = np.int64(up[k]), np.int64(down[k])
                go_round(up, superfluous, _UP, i, j, fall)
                go_round(up, superfluous, _UP, j, i, rise)
                if directed:
                    go_round(down, superfluous, _DOWN, i, j, rise)
                    go_round(down, superfluous, _DOWN, j, i, fall)
                k += 1


@kernel(
    tuple_of(int64[::1], uint32[::1])(int64[::1], uint32[::1], uint32[::1], uint32[::1], boolean, uint8[::1])
)
def prune(
    up_first: Int64s, up_head: Uint32s, up: Uint32s, down: Uint32s, directed: bool, superfluous: Uint8s
) -> tuple[Int64s, Uint32s]:
    """Rows without the arcs that are needed in no direction; heads and costs close up in place.

    Returns
    -------
    ``(kept_first, up_head)``; of ``up_head``, ``up`` and ``down`` the first ``kept_first[-1]`` entries count.
    """
    kept_first = np.zeros(len(up_first), dtype=np.int64)
    kept_head = np.empty(len(up_head), dtype=np.uint32)
    kept = 0
    for r in range(len(up_first) - 1):
        for a in range(up_first[r], up_first[r + 1]):
            rises = up[a] < UNREACHED and not superfluous[a] & _UP
            falls = directed and down[a] < UNREACHED and not superfluous[a] & _DOWN
            if rises or falls:
                kept_head[kept] = up_head[a]
                up[kept] = up[a]
                if directed:
                    down[kept] = down[a]
                kept += 1
        kept_first[r + 1] = kept
    return kept_first, kept_head


@kernel(tuple_of(int64[::1], uint32[::1], uint32[::1])(int64[::1], uint32[::1]))
def turn_arcs(up_first: Int64s, up_head: Uint32s) -> tuple[Int64s, Uint32s, Uint32s]:
    """Arcs by their higher end, in rising order of the lower: ``(below_first, below_head, below_arc)``."""
    n = len(up_first) - 1
    below_first = np.zeros(n + 1, dtype=np.int64)
    for a in range(len(up_head)):
        below_first[up_head[a] + 1] += 1
    for r in range(n):
        below_first[r + 1] += below_first[r]
    place = below_first[:n].copy()
    below_head = np.empty(len(up_head), dtype=np.uint32)
    below_arc = np.empty(len(up_head), dtype=np.uint32)
    for r in range(n):
        for a in range(up_first[r], up_first[r + 1]):
            at = place[up_head[a]]
            below_head[at] = r
            below_arc[at] = a
            place[up_head[a]] = at + 1
    return below_first, below_head, below_arc
