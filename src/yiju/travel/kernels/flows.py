"""Who walks on which street: people carried from their homes to where they go.

*To the nearest.* When every node knows its nearest facility and how far that is, the first step towards it is an arc
whose two ends differ by just its cost. These first steps form a forest with a tree for each facility. People are
carried down it from the leaves: a node whose people have all arrived passes them on to the next, until the roots.

::

    people      3     2      5                    3 ──╮
                ○──3──○──5──╮                         5 ──╮      each node passes on what came
                            ○──10──▶ facility            10 ──▶  in from behind, and its own
                      ○──0──╯
                      5 = 5

*Among all within a limit.* One bounded search from each source counts the shortest ways to each node (σ), and coming
back from the farthest node to the source divides what goes to a node among those ways. That is Brandes' accumulation,
with what is carried between source and target in the place of ones. Of an arc v → w on shortest ways,

::

    carried(v → w) = σ(v) / σ(w) · carried(w),        carried(v) = Σ over its arcs, and what ends at v itself

U. Brandes, A faster algorithm for betweenness centrality, Journal of Mathematical Sociology 25 (2001) 163-177; U.
Brandes, On variants of shortest-path betweenness centrality and their generic computation, Social Networks 30 (2008)
136-145: bounded, weighted, on edges.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import float64, int32, int64, void

from yiju.travel.kernels.compiling import Whole, kernel, tuple_of
from yiju.travel.kernels.heap import drop_least, new_heap, push
from yiju.travel.kernels.nearest import along_edge
from yiju.travel.kernels.records import NO_KEY, NOBODY, UNREACHED, Arcs, Hooks, Points

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Records = npt.NDArray[np.void]

# What a node of the forest has instead of an arc: it is a root; it is reached, and its next step not yet known.
ROOT = -2
PENDING = -3
# What a target has instead of an edge along which one comes straight to it: it stands where the source stands.
STANDING = -2


@kernel(int64(int32[::1], Arcs, int64[::1], int32[::1]))
def first_steps(first: Int32s, arcs: Records, best: Int64s, step: Int32s) -> Whole:
    """The arc by which each node goes on towards its facility: of several the first in its row.

    An arc that costs nothing is taken only where no other leads on, and only to a node that has its own step
    already: so nobody walks in a circle.

    Parameters
    ----------
    first, arcs
        Arcs by the node that they leave.
    best
        (n,) key of each node from :func:`yiju.travel.kernels.nearest.settle_all`.
    step
        (n,) ``ROOT`` where a node is as near as the facility that hangs on it; the answer, ``NOBODY`` where none is.

    Returns
    -------
    How many nodes have no step although they have a key: 0, unless the keys are not those of this graph.
    """
    waiting = np.empty(len(best), dtype=np.int32)
    left = 0
    for v in range(len(best)):
        if step[v] == ROOT:
            continue
        step[v] = NOBODY
        if best[v] == NO_KEY:
            continue
        for a in range(first[v], first[v + 1]):
            key = best[arcs[a]["head"]]
            cost = np.int64(arcs[a]["cost"])
            if cost > 0 and key != NO_KEY and key + (cost << 32) == best[v]:
                step[v] = a
                break
        if step[v] == NOBODY:
            step[v] = PENDING
            waiting[left] = v
            left += 1
    taken = 1
    while left > 0 and taken > 0:
        taken = 0
        kept = 0
        for i in range(left):
            v = waiting[i]
            for a in range(first[v], first[v + 1]):
                head = arcs[a]["head"]
                if arcs[a]["cost"] == 0 and best[head] == best[v] and step[head] != PENDING:
                    step[v] = a
                    break
            if step[v] == PENDING:
                waiting[kept] = v
                kept += 1
            else:
                taken += 1
        left = kept
    return left


@kernel(void(Arcs, int32[::1], float64[:, ::1], float64[:, ::1]))
def carry(arcs: Records, step: Int32s, at: Floats, flow: Floats) -> None:
    """Carry what is at the nodes to the roots, and add it to every edge on the way.

    Parameters
    ----------
    arcs, step
        The forest: the next node of v is ``arcs[step[v]]["head"]``.
    at
        (n, groups) people at each node; afterwards what came through it, its own included.
    flow
        (m, groups) people on each edge; added to.
    """
    n = len(step)
    behind = np.zeros(n, dtype=np.int32)  # nodes that have yet to pass on to this one
    for v in range(n):
        if step[v] >= 0:
            behind[arcs[step[v]]["head"]] += 1
    for leaf in range(n):
        v = leaf
        while behind[v] == 0 and step[v] >= 0:
            head = arcs[step[v]]["head"]
            edge = arcs[step[v]]["edge"]
            for g in range(at.shape[1]):
                flow[edge, g] += at[v, g]
                at[head, g] += at[v, g]
            behind[v] = -1  # done
            behind[head] -= 1
            if head > leaf:  # its turn comes in the loop
                break
            v = head


@kernel(void(int64[::1], Points, int32[::1], Points, int64, int64[::1], int32[::1], int32[::1]))
def choose_ways(
    best: Int64s, origins: Records, on_edge: Int32s, targets: Records, limit: Whole,
    keys: Int64s, point: Int32s, way: Int32s,
) -> None:  # fmt: skip
    """How each owner sets out: by which of its points, and to which end of that point's edge.

    As :func:`yiju.travel.kernels.nearest.read_at_origins`, but it remembers. Of equals the first point and the first
    end; along the edge only where that is nearer than by way of an end.

    Parameters
    ----------
    keys, point
        (owners,) the answer: least key (``NO_KEY`` before), and position in ``origins`` (``NOBODY`` before).
    way
        (owners,) 0 by way of u, 1 by way of v, 2 + q straight to ``targets[q]``.
    """
    for p in range(len(origins)):
        owner = origins[p]["owner"]
        for end in range(2):
            node = origins[p]["u"] if end == 0 else origins[p]["v"]
            leave = origins[p]["leave_u"] if end == 0 else origins[p]["leave_v"]
            if best[node] != NO_KEY and (best[node] >> 32) + leave <= limit:
                key = best[node] + (np.int64(leave) << 32)
                if key < keys[owner]:
                    keys[owner] = key
                    point[owner] = p
                    way[owner] = end
    for p in range(len(origins)):
        owner = origins[p]["owner"]
        edge = origins[p]["edge"]
        for q in range(on_edge[edge], on_edge[edge + 1]):
            cost = along_edge(origins, p, targets, q)
            key = (cost << 32) | np.int64(targets[q]["owner"])
            if cost <= limit and key < keys[owner]:
                keys[owner] = key
                point[owner] = p
                way[owner] = 2 + q


_nodes = (int32[::1], float64[::1], int32[::1], int32[::1])  # cost, ways, turn, settled
_hanging = (int32[::1], Hooks, int32[::1], int32[::1], Points)  # at nodes, on edges
_source = (Points, int64, int64)


@kernel(tuple_of(int64, int64, int64)(
    int32[::1], Arcs, int32[::1], Hooks, *_source, int64, int64[::1], int32[::1],
    *_nodes, int32[::1], int32[::1], float64[::1], int32[::1],
))  # fmt: skip
def count_ways(
    first: Int32s, arcs: Records, hook_first: Int32s, hooks: Records,
    sources: Records, begin: Whole, end: Whole, limit: Whole,
    keys: Int64s, nodes: Int32s,
    cost: Int32s, ways: Floats, turn: Int32s, settled: Int32s, touched: Int32s,
    target_cost: Int32s, target_ways: Floats, met: Int32s,
) -> tuple[Whole, Whole, Whole]:  # fmt: skip
    """Search from one source; cost of each node and target within the limit, and how many shortest ways there are.

    Parameters
    ----------
    first, arcs, hook_first, hooks
        The network, and the targets at node v: ``hooks[hook_first[v]:hook_first[v + 1]]``.
    sources, begin, end
        The points of the source: ``sources[begin:end]``.
    keys, nodes
        An empty heap.
    cost, ways
        Of nodes: ``UNREACHED`` and 0 before.
    turn, settled
        When each node was settled, ``NOBODY`` before, and the nodes in that order. Of an arc on a shortest way the
        tail is settled before the head, also where it costs nothing.
    touched
        Nodes that were written to.
    target_cost, target_ways, met
        The same of targets.

    Returns
    -------
    ``(done, reached, found)`` : how many nodes are settled and touched, and how many targets are met.
    """
    size = 0
    reached = 0
    done = 0
    found = 0
    for p in range(begin, end):
        for side in range(2):
            node = sources[p]["u"] if side == 0 else sources[p]["v"]
            leave = sources[p]["leave_u"] if side == 0 else sources[p]["leave_v"]
            if leave <= limit and leave < cost[node]:
                if cost[node] == UNREACHED:
                    touched[reached] = node
                    reached += 1
                cost[node] = leave
                ways[node] = 1.0
                size = push(keys, nodes, size, np.int64(leave), node)
            elif leave <= limit and leave == cost[node]:
                ways[node] += 1.0
    while size > 0:
        key = keys[0]
        node = nodes[0]
        size = drop_least(keys, nodes, size)
        if key > cost[node] or turn[node] != NOBODY:
            continue
        turn[node] = done
        settled[done] = node
        done += 1
        for h in range(hook_first[node], hook_first[node + 1]):
            owner = hooks[h]["owner"]
            longer = key + np.int64(hooks[h]["cost"])
            if longer <= limit and longer < target_cost[owner]:
                if target_cost[owner] == UNREACHED:
                    met[found] = owner
                    found += 1
                target_cost[owner] = longer
                target_ways[owner] = ways[node]
            elif longer == target_cost[owner]:
                target_ways[owner] += ways[node]
        for a in range(first[node], first[node + 1]):
            head = arcs[a]["head"]
            longer = key + np.int64(arcs[a]["cost"])
            if longer <= limit and longer < cost[head]:
                if cost[head] == UNREACHED:
                    touched[reached] = head
                    reached += 1
                cost[head] = longer
                ways[head] = ways[node]
                size = push(keys, nodes, size, longer, head)
            elif longer == cost[head] and turn[head] == NOBODY:
                ways[head] += ways[node]
    return done, reached, found


@kernel(int64(int32[::1], Points, *_source, int64, int64, int32[::1], int32[::1], int32[::1]))
def go_straight(
    on_edge: Int32s, targets: Records, sources: Records, begin: Whole, end: Whole, limit: Whole, found: Whole,
    target_cost: Int32s, straight: Int32s, met: Int32s,
) -> Whole:  # fmt: skip
    """Targets that are nearer along the source's own edge than by way of its ends; how many are met now.

    ``straight`` is then the edge, ``STANDING`` where source and target stand at one spot, and ``NOBODY`` elsewhere.
    """
    for p in range(begin, end):
        edge = sources[p]["edge"]
        for q in range(on_edge[edge], on_edge[edge + 1]):
            owner = targets[q]["owner"]
            longer = along_edge(sources, p, targets, q)
            if longer <= limit and longer < target_cost[owner]:
                if target_cost[owner] == UNREACHED:
                    met[found] = owner
                    found += 1
                target_cost[owner] = longer
                gaps = np.int64(sources[p]["gap"]) + np.int64(targets[q]["gap"])
                straight[owner] = edge if longer > gaps else STANDING
    return found


@kernel(void(
    int32[::1], Arcs, int32[::1], Hooks, int32[::1], *_source, int64, float64[::1],
    *_nodes, int32[::1], float64[::1], int32[::1], float64[::1],
))  # fmt: skip
def bring_back(
    back_first: Int32s, back_arcs: Records, hook_first: Int32s, hooks: Records, hook_edge: Int32s,
    sources: Records, begin: Whole, end: Whole, done: Whole, carried: Floats,
    cost: Int32s, ways: Floats, turn: Int32s, settled: Int32s,
    target_cost: Int32s, target_each: Floats, straight: Int32s, flow: Floats,
) -> None:  # fmt: skip
    """From the farthest node back to the source, divide what is carried among the shortest ways (Brandes).

    Parameters are those of :func:`count_ways`, but ``target_each`` is what each way to a target carries; ``carried`` is
    (n,) and 0, and left so.
    """
    for s in range(done - 1, -1, -1):
        node = settled[s]
        for h in range(hook_first[node], hook_first[node + 1]):
            owner = hooks[h]["owner"]
            longer = np.int64(cost[node]) + np.int64(hooks[h]["cost"])
            if longer == target_cost[owner] and straight[owner] == NOBODY:
                amount = ways[node] * target_each[owner]
                carried[node] += amount
                if hook_edge[h] != NOBODY:
                    flow[hook_edge[h]] += amount
        if carried[node] == 0:
            continue
        for a in range(back_first[node], back_first[node + 1]):
            before = back_arcs[a]["head"]
            if turn[before] == NOBODY or turn[before] > s:
                continue
            if np.int64(cost[before]) + np.int64(back_arcs[a]["cost"]) == np.int64(cost[node]):
                amount = carried[node] * ways[before] / ways[node]
                carried[before] += amount
                flow[back_arcs[a]["edge"]] += amount
    for p in range(begin, end):
        for side in range(2):
            node = sources[p]["u"] if side == 0 else sources[p]["v"]
            leave = sources[p]["leave_u"] if side == 0 else sources[p]["leave_v"]
            if turn[node] != NOBODY and leave == cost[node] and leave > sources[p]["gap"]:
                flow[sources[p]["edge"]] += carried[node] / ways[node]
    for s in range(done):
        carried[settled[s]] = 0.0


@kernel(void(
    int32[::1], Arcs, int32[::1], Arcs, *_hanging, Points, int64[::1], *(float64[::1],) * 4
))  # fmt: skip
def carry_within(
    first: Int32s, arcs: Records, back_first: Int32s, back_arcs: Records,
    hook_first: Int32s, hooks: Records, hook_edge: Int32s, on_edge: Int32s, targets: Records,
    sources: Records, source_first: Int64s, weight: Floats, value: Floats, decay: Floats, flow: Floats,
) -> None:  # fmt: skip
    """Carry ``weight[i] * value[j] * decay[cost]`` from every source i to every target j within the limit.

    Parameters
    ----------
    first, arcs, back_first, back_arcs
        The network by the node that arcs leave, and by the node that they enter.
    hook_first, hooks, hook_edge
        Targets at node v: ``hooks[hook_first[v]:hook_first[v + 1]]``; the edge that leads there, ``NOBODY`` where
        nothing of it is walked.
    on_edge, targets
        Targets on edge e: ``targets[on_edge[e]:on_edge[e + 1]]``.
    sources, source_first
        Points of source i: ``sources[source_first[i]:source_first[i + 1]]``.
    weight, value
        (sources,) and (targets,).
    decay
        (limit + 1,) by cost in tenths.
    flow
        (m,) what is carried over each edge; added to.
    """
    n = len(first) - 1
    limit = np.int64(len(decay) - 1)
    cost = np.full(n, UNREACHED, dtype=np.int32)
    ways = np.zeros(n, dtype=np.float64)
    carried = np.zeros(n, dtype=np.float64)
    turn = np.full(n, NOBODY, dtype=np.int32)
    settled = np.empty(n, dtype=np.int32)
    touched = np.empty(n, dtype=np.int32)
    keys, nodes = new_heap(len(arcs) + 2 * len(sources))
    target_cost = np.full(len(value), UNREACHED, dtype=np.int32)
    target_ways = np.zeros(len(value), dtype=np.float64)
    straight = np.full(len(value), NOBODY, dtype=np.int32)
    met = np.empty(len(value), dtype=np.int32)
    for i in range(len(source_first) - 1):
        if weight[i] == 0:
            continue
        begin, end = source_first[i], source_first[i + 1]
        done, reached, found = count_ways(
            first, arcs, hook_first, hooks, sources, begin, end, limit, keys, nodes,
            cost, ways, turn, settled, touched, target_cost, target_ways, met,
        )  # fmt: skip
        found = go_straight(on_edge, targets, sources, begin, end, limit, found, target_cost, straight, met)
        for f in range(found):
            owner = met[f]
            amount = weight[i] * value[owner] * decay[target_cost[owner]]
            if straight[owner] == NOBODY:
                target_ways[owner] = amount / target_ways[owner]  # from here on what each way carries
            elif straight[owner] != STANDING:
                flow[straight[owner]] += amount
        bring_back(
            back_first, back_arcs, hook_first, hooks, hook_edge, sources, begin, end, done, carried,
            cost, ways, turn, settled, target_cost, target_ways, straight, flow,
        )  # fmt: skip
        for r in range(reached):
            cost[touched[r]] = UNREACHED
            ways[touched[r]] = 0.0
            turn[touched[r]] = NOBODY
        for f in range(found):
            target_cost[met[f]] = UNREACHED
            target_ways[met[f]] = 0.0
            straight[met[f]] = NOBODY
