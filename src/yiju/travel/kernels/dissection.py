"""Nested dissection: rivers, railways and park edges cut a city in two with few nodes between the parts.

To eliminate a set of nodes that parts the network (a *separator*) last means that no arc is ever laid from one part
to the other; and each part is dissected in the same way. Cities are kind: 300,000 nodes fall apart at 30.

::

    ○─○─○─●─○─○       ranks     ├─ part a ─┤├─ part b ─┤├ separator ┤
    │ │ │ │ │ │                       │           │
    ○─○─○─●─○─○                 ├ a a ┤├ a b ┤├s┤ ...     and so on, down to a dozen nodes
      a   s   b

Where to cut is a question of flow. Sort the nodes along a line that crosses the city; let the first third be sources
and the last third sinks, and send through the band between them as much as it carries, every street at most once. What
then stands full is the smallest cut between the two. Of several lines, across, along and the diagonals, the one with
the smallest cut is kept. Its ends on one side are the separator.

::

    sources         band          sinks
    ▓▓▓▓▓▓▓▓▓▓ ○──○     ○──○ ▒▒▒▒▒▒▒▒▒▒
    ▓▓▓▓▓▓▓▓▓▓ ○──○──×──○──○ ▒▒▒▒▒▒▒▒▒▒         flow 2: cut the two streets ×
    ▓▓▓▓▓▓▓▓▓▓ ○──○──×──○──○ ▒▒▒▒▒▒▒▒▒▒

Paths are sought depth first, those first that lead straight across, and in turns: in one turn no node is looked at
twice. A dozen turns fill a band that carries a hundred. By levels of equal length, the usual way (E. A. Dinic, Soviet
Mathematics Doklady 11 (1970) 1277-1280), it took 15 times as long: paths across a city have a hundred lengths.

A. George, Nested dissection of a regular finite element mesh, SIAM Journal on Numerical Analysis 10 (1973) 345-363.
R. J. Lipton, D. J. Rose and R. E. Tarjan, Generalized nested dissection, SIAM J. Numer. Anal. 16 (1979) 346-358.
A. Schild and C. Sommer, On balanced separators in road networks, SEA 2015, 286-297: inertial flow.
L. R. Ford and D. R. Fulkerson, Maximal flow through a network, Canadian Journal of Mathematics 8 (1956) 399-404.
A. Pothen and C.-J. Fan, Computing the block triangular form of a sparse matrix, ACM Transactions on Mathematical
Software 16 (1990) 303-324: depth-first paths that share no node, in turns.
"""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt
from numba import int32, int64, void

from yiju.travel.kernels.compiling import Whole, kernel, tuple_of

Int32s = npt.NDArray[np.int32]
Records = npt.NDArray[np.void]

# What a node is in the cut that is being sought.
FREE, SOURCE, SINK = 0, 1, 2
# The region of nodes that have their rank.
RANKED = -1
# Share of a region's nodes that are sources, and sinks. Measured on Porto and on Porto Alegre tiled to a million nodes:
# with 0.25 to 0.4 the index has the same number of arcs within 2 %; wider bands take longer.
_SHARE = 0.35
# Regions of this size are ranked as they come: what is larger is still worth cutting (8 gives 1 % more arcs).
_SMALLEST = 4
# Each part has at most 0.65 of its region's nodes: 50 cuts make 2^31 nodes one.
_DEEPEST = 64

# All that is known about a node and about a slot stands together: one cache line for what is asked at once.
NODE = np.dtype(
    [("region", "i4"), ("place", "i4"), ("seen", "i4"), ("side", "i1"), ("best", "i1")], align=True
)
SLOT = np.dtype([("head", "i4"), ("twin", "i4"), ("flow", "i4")])

Nodes = numba.from_dtype(NODE)[::1]
Slots = numba.from_dtype(SLOT)[::1]


@kernel(int64(int32[::1], Slots, Nodes, int64, int64, int64, int32[:, ::1]))
def find_path(
    first: Int32s, slots: Records, nodes: Records, region: Whole, start: Whole, turn: Whole, scratch: Int32s
) -> Whole:
    """A path from a node of the band to a sink; how many slots, which stand in ``scratch[2, region:]``, 0 for none.

    Depth first, and of several ways the one that leads farthest along the line. What it looks at is marked with
    ``turn``, and not looked at again by others of the same turn.
    """
    nodes[start]["seen"] = turn
    x = np.int64(start)
    steps = 0
    while True:
        onward = -1
        farthest = -1
        for s in range(first[x], first[x + 1]):
            y = slots[s]["head"]
            if slots[s]["flow"] == 1 or nodes[y]["region"] != region:
                continue
            if nodes[y]["side"] == SINK:
                scratch[2, region + steps] = s
                return steps + 1
            if nodes[y]["side"] == FREE and nodes[y]["seen"] != turn and nodes[y]["place"] > farthest:
                onward = s
                farthest = nodes[y]["place"]
        if onward >= 0:
            scratch[1, region + steps] = x
            scratch[2, region + steps] = onward
            steps += 1
            x = np.int64(slots[onward]["head"])
            nodes[x]["seen"] = turn
        elif steps > 0:
            steps -= 1
            x = np.int64(scratch[1, region + steps])
        else:
            return 0


@kernel(int64(int32[::1], Slots, Nodes, int32[::1], int64, int64, int64, int64, int32[:, ::1]))
def largest_flow(
    first: Int32s, slots: Records, nodes: Records, line: Int32s, begin: Whole, end: Whole, share: Whole, most: Whole,
    scratch: Int32s,
) -> Whole:  # fmt: skip
    """How much flows from the first ``share`` nodes of a region to its last, along one line; ``most`` if not less.

    In turns: in each, paths that share no node, as many as are found, through streets that are not full. When a turn
    finds none, what it has seen is all that the sources still reach, and full streets lie around it.

    Parameters
    ----------
    first, slots, nodes
        The graph.
    line, begin, end
        The region's nodes along the line are ``line[begin:end]``.
    scratch
        (3, n) room, of which ``[:, begin:end]`` is used.

    Returns
    -------
    The flow. Afterwards ``side`` is what each node was, and ``seen`` is 1 where the sources reach the band.
    """
    for i in range(begin, end):
        x = line[i]
        nodes[x]["place"] = i
        nodes[x]["side"] = SOURCE if i < begin + share else SINK if i >= end - share else FREE
    flow = 0
    starts = begin  # scratch[0, begin:starts] are the nodes of the band that touch a source
    for i in range(begin, end - share):
        x = line[i]
        touches = False
        for s in range(first[x], first[x + 1]):
            y = slots[s]["head"]
            slots[s]["flow"] = 0
            if nodes[y]["region"] != begin:
                continue
            if nodes[x]["side"] == SOURCE and nodes[y]["side"] == SINK:
                flow += 1
            touches = touches or (nodes[x]["side"] == FREE and nodes[y]["side"] == SOURCE)
        nodes[x]["seen"] = 0
        if touches:
            scratch[0, starts] = x
            starts += 1
    turn = 0
    found = 1
    while found > 0 and flow < most:
        turn += 1
        found = 0
        for i in range(begin, starts):
            start = scratch[0, i]
            for s in range(first[start], first[start + 1]):
                y = slots[s]["head"]
                # a slot towards a source carries -1 when that source sends through it
                if nodes[y]["region"] != begin or nodes[y]["side"] != SOURCE or slots[s]["flow"] != 0:
                    continue
                if nodes[start]["seen"] == turn:
                    break
                steps = find_path(first, slots, nodes, begin, start, turn, scratch)
                if steps == 0:
                    break
                slots[s]["flow"] = -1
                for j in range(begin, begin + steps):
                    slot = scratch[2, j]
                    slots[slot]["flow"] += 1
                    slots[slots[slot]["twin"]]["flow"] -= 1
                found += 1
        flow += found
    for i in range(begin + share, end - share):
        nodes[line[i]]["seen"] = nodes[line[i]]["seen"] == turn
    return flow


@kernel(tuple_of(int64, int64)(int32[::1], Slots, Nodes, int32[:, ::1], int64, int64, int32[:, ::1]))
def part(
    first: Int32s, slots: Records, nodes: Records, lines: Int32s, begin: Whole, end: Whole, scratch: Int32s
) -> tuple[Whole, Whole]:
    """Cut one region in two; ``(a, b)``, the number of nodes in each part, the rest is the separator.

    The region's nodes, ``lines[d, begin:end]`` for each line d, stand afterwards as part a, part b and separator, each
    in its old order. So they are sorted once for all, and stay so.
    """
    share = max(np.int64(1), np.int64((end - begin) * _SHARE))
    least: Whole = np.int64(2**62)
    for d in range(len(lines)):
        flow = largest_flow(first, slots, nodes, lines[d], begin, end, share, least, scratch)
        if flow < least:
            least = flow
            for i in range(begin, end):
                x = lines[d, i]
                beyond = nodes[x]["side"] == SINK or (nodes[x]["side"] == FREE and nodes[x]["seen"] == 0)
                nodes[x]["best"] = SINK if beyond else SOURCE
    # the ends of the cut streets on one side part the region as well as those on the other: the fewer
    ends_source = 0
    ends_sink = 0
    for i in range(begin, end):
        x = lines[0, i]
        for s in range(first[x], first[x + 1]):
            y = slots[s]["head"]
            if nodes[y]["region"] == begin and nodes[y]["best"] != nodes[x]["best"]:
                if nodes[x]["best"] == SOURCE:
                    ends_source += 1
                else:
                    ends_sink += 1
                break
    fewer = SOURCE if ends_source <= ends_sink else SINK
    sizes = np.zeros(3, dtype=np.int64)
    for i in range(begin, end):
        x = lines[0, i]
        side = np.int64(nodes[x]["best"])
        if side == fewer:
            for s in range(first[x], first[x + 1]):
                y = slots[s]["head"]
                if nodes[y]["region"] == begin and nodes[y]["best"] != fewer:
                    side = np.int64(FREE)
                    break
        nodes[x]["side"] = side  # from here on FREE is the separator
        sizes[side] += 1
    moved = scratch[0]
    for d in range(len(lines)):
        place_a = begin
        place_b = begin + sizes[SOURCE]
        place_s = end - sizes[FREE]
        for i in range(begin, end):
            moved[i] = lines[d, i]
        for i in range(begin, end):
            x = moved[i]
            if nodes[x]["side"] == SOURCE:
                lines[d, place_a] = x
                place_a += 1
            elif nodes[x]["side"] == SINK:
                lines[d, place_b] = x
                place_b += 1
            else:
                lines[d, place_s] = x
                place_s += 1
    for i in range(begin, end):
        in_a, in_b = i < begin + sizes[SOURCE], i < end - sizes[FREE]
        nodes[lines[0, i]]["region"] = begin if in_a else begin + sizes[SOURCE] if in_b else RANKED
    return sizes[SOURCE], sizes[SINK]


@kernel(void(int32[::1], Slots, Nodes, int32[:, ::1], int64, int64, int32[:, ::1]))
def dissect(
    first: Int32s, slots: Records, nodes: Records, lines: Int32s, begin: Whole, end: Whole, scratch: Int32s
) -> None:
    """Cut a region, and its parts, until all are small: then ``lines[0, begin:end]`` is the order of elimination.

    Two regions can be dissected at the same time; they share no node, and no slot between them is looked at.
    """
    waiting = np.empty((_DEEPEST, 2), dtype=np.int64)
    waiting[0, 0], waiting[0, 1] = begin, end
    count = 1
    while count > 0:
        count -= 1
        low, high = waiting[count, 0], waiting[count, 1]
        if high - low <= _SMALLEST:
            for i in range(low, high):
                nodes[lines[0, i]]["region"] = RANKED
            continue
        a, b = part(first, slots, nodes, lines, low, high, scratch)
        if b > 0:
            waiting[count, 0], waiting[count, 1] = low + a, low + a + b
            count += 1
        if a > 0:
            waiting[count, 0], waiting[count, 1] = low, low + a
            count += 1
