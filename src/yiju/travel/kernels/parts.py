"""Arcs in rows, and which pieces of the network hang together.

A piece ("island") is what can be reached from a node when direction is ignored. Open data are full of small ones: a
footpath drawn across a square and joined to nothing. A home that is put on one would seem cut off from the city.

::

    ○──○──○        ○──○        labels   0 0 0   1 1   2
    └──┘           island      sizes    3       2     1
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import int32, int64

from yiju.travel.kernels.compiling import Whole, kernel, tuple_of
from yiju.travel.kernels.records import ARC, NOBODY, UNREACHED, Arcs

Int32s = npt.NDArray[np.int32]
Records = npt.NDArray[np.void]


@kernel(int64(int64, int32[::1], int32[::1], int32[::1], int32[::1], int32[::1], Arcs))
def fill_rows(
    n: Whole, u: Int32s, v: Int32s, forward: Int32s, backward: Int32s, first: Int32s, arcs: Records
) -> Whole:
    """Write the arcs of open directions into rows; how many there are. ``first`` is (n + 1,), zero before."""
    for e in range(len(u)):
        if forward[e] != UNREACHED and u[e] != v[e]:
            first[u[e] + 1] += 1
        if backward[e] != UNREACHED and u[e] != v[e]:
            first[v[e] + 1] += 1
    for node in range(n):
        first[node + 1] += first[node]
    place = first.copy()
    for e in range(len(u)):
        if u[e] == v[e]:  # a loop leads nowhere new
            continue
        if forward[e] != UNREACHED:
            a = place[u[e]]
            arcs[a]["head"] = v[e]
            arcs[a]["cost"] = forward[e]
            arcs[a]["edge"] = e
            place[u[e]] = a + 1
        if backward[e] != UNREACHED:
            a = place[v[e]]
            arcs[a]["head"] = u[e]
            arcs[a]["cost"] = backward[e]
            arcs[a]["edge"] = e
            place[v[e]] = a + 1
    used: Whole = first[n]
    return used


def arcs_by_tail(n: Whole, u: Int32s, v: Int32s, forward: Int32s, backward: Int32s) -> tuple[Int32s, Records]:
    """``(first, arcs)`` of the directed graph whose edge e costs ``forward[e]`` from u to v, ``backward[e]`` back.

    A direction that is ``UNREACHED`` is closed. Swap the two costs for the reversed graph.
    """
    first = np.zeros(n + 1, dtype=np.int32)
    arcs = np.zeros(2 * len(u), dtype=ARC)
    used = fill_rows(n, u, v, forward, backward, first, arcs)
    return first, arcs[:used].copy()


@kernel(tuple_of(int32[::1], int64)(int64, int32[::1], int32[::1]))
def label_pieces(n: Whole, u: Int32s, v: Int32s) -> tuple[Int32s, Whole]:
    """The piece of each node, counted from 0 in the order of their first nodes, and how many pieces there are.

    By union-find with path halving: R. E. Tarjan, Efficiency of a good but not linear set union algorithm, Journal
    of the ACM 22 (1975) 215-225.
    """
    chief = np.arange(n, dtype=np.int32)
    for e in range(len(u)):
        a = u[e]
        b = v[e]
        while chief[a] != a:
            chief[a] = chief[chief[a]]
            a = chief[a]
        while chief[b] != b:
            chief[b] = chief[chief[b]]
            b = chief[b]
        if a < b:  # the smaller number leads, so that labels follow the order of nodes
            chief[b] = a
        else:
            chief[a] = b
    label = np.full(n, NOBODY, dtype=np.int32)
    pieces = 0
    for node in range(n):
        a = node
        while chief[a] != a:
            a = chief[a]
        if label[a] == NOBODY:
            label[a] = pieces
            pieces += 1
        label[node] = label[a]
    return label, pieces
