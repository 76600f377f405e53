"""In which order the nodes of a network are eliminated, and which arcs that lays: questions of topology alone.

A street index costs two things of different kinds. The *order* takes thought (trees and chains first, then nested
dissection); it depends on which nodes are joined and on nothing else, so it is found once for a network and kept on
disk. The *weights* change with every traveller and every scenario, and take a small part of the time.

::

    u, v ──► neighbours ──► strip ──► dissect ──► postorder ──► EliminationOrder ──► Fill
             (each once)    (trees,   (core)      (children                         (symbolic
                            chains)               before parents)                    elimination)
                                                      │
                                                      └── kept by topology: <folder>/order-<hash>

Any order gives exact answers; a good one only gives fewer arcs. So a stored order can be trusted as soon as it is a
permutation of the right length, and a network that has gained an edge may go on with the order that it had.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.errors import ContractError
from yiju.text import Text

if TYPE_CHECKING:
    from pathlib import Path

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Uint32s = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float64]

# Changes when files that were written before can no longer be read.
FORMAT = 1
# A Hilbert curve through 2^16 x 2^16 squares: finer than a metre in a city of 60 km.
_HILBERT_ROUNDS = 16
# A file ends with a digest of all that stands before, so that damage shows.
_DIGEST_BYTES = 32
# A region is cut for another thread only if that saves more than starting the thread costs (some milliseconds).
_WORTH_A_THREAD = 20_000
# Two threads whatever the machine: the first cut takes about a tenth of the time, and the answer is the same.
_THREADS = 2
# Street networks have 2 to 5 arcs a street (all nodes of Porto 2.2, a million nodes of Porto Alegre 3.6); a perfect
# grid of 300 x 300 corners, where nothing is easy to cut, has 19. Beyond this something else was drawn.
DENSE_FILL = 25.0
# No network of streets comes near: a million nodes of Porto Alegre have 4 million arcs and 51 million triangles. This
# many arcs take 3 GiB with their costs, this many triangles two minutes for each set of weights.
_MOST_ARCS = 2**28
_MOST_TRIANGLES = 2 * 10**10


@dataclass(frozen=True, eq=False, repr=False)
class EliminationOrder:
    """The order in which nodes are eliminated.

    Attributes
    ----------
    rank
        (n,) place of each node in the order; in postorder of the elimination tree.
    topology
        Hash of the network that it was made for.
    remark
        Why a stored order could not be used, or this one not be stored; None where nothing was wrong.
    """

    rank: Int32s
    topology: str
    remark: Text | None = None

    def __repr__(self) -> str:
        return f"<EliminationOrder of {len(self.rank)} nodes, topology {self.topology[:8]}>"

    @classmethod
    def of(
        cls, nodes: int, u: Int32s, v: Int32s, xy: Floats, *, store: Path | None = None
    ) -> EliminationOrder:
        """The order of a network: read from the store if it is there, else made, and stored.

        Parameters
        ----------
        nodes, u, v
            How many nodes, and the two ends of each edge.
        xy
            (nodes, 2) coordinates; they guide the cuts.
        store
            Folder of stored orders.
        """
        topology = topology_of(nodes, u, v)
        if store is None:
            return cls(eliminated(nodes, u, v, xy), topology)
        file = store / f"order-{topology[:32]}"
        rank, remark = _read(file, nodes, topology)
        if rank is None:
            rank = eliminated(nodes, u, v, xy)
            remark = _write(file, rank, topology) or remark
        return cls(rank, topology, remark)


@dataclass(frozen=True, eq=False, repr=False)
class Fill:
    """The arcs that elimination lays, with or without weights.

    Attributes
    ----------
    up_first, up_head
        (n + 1,) and (m,) rows of arcs to higher ranks, in rising order.
    arc
        (edges,) the arc on which each edge of the network lies, -1 for loops.
    """

    up_first: Int64s
    up_head: Uint32s
    arc: Int32s

    def __repr__(self) -> str:
        return f"<Fill: {len(self.up_head)} arcs, {self.ratio:.1f} for each street>"

    @classmethod
    def of(cls, order: EliminationOrder, u: Int32s, v: Int32s) -> Fill:
        """Symbolic elimination in an order.

        Raises
        ------
        ContractError
            There would be more arcs or triangles than an index is good for: this is no network of streets.
        """
        from yiju.travel.kernels.elimination import fill  # noqa: PLC0415 - compiles

        up_first, up_head, arc = fill(len(order.rank), u, v, order.rank, _MOST_ARCS, _MOST_TRIANGLES)
        if up_first[-1] < 0:
            raise ContractError(
                Text(
                    f"路网远非平面图，无法建立索引：消元产生的弧超过 {_MOST_ARCS:,} 条，或三角形超过 "
                    f"{_MOST_TRIANGLES:,} 个。",
                    f"The network is too far from planar for an index: elimination lays more than {_MOST_ARCS:,} "
                    f"arcs, or more than {_MOST_TRIANGLES:,} triangles.",
                ),
                hint=Text("请改用 travel.plain。", "Ask travel.plain, which searches instead."),
            )
        return cls(up_first, up_head, arc)

    @property
    def ratio(self) -> float:
        """Arcs for each edge of the network: 2 to 5 on streets."""
        return len(self.up_head) / max(1, len(self.arc))

    @property
    def remark(self) -> Text | None:
        """What to know about a fill that is larger than that of streets; None where it is as usual."""
        if self.ratio <= DENSE_FILL:
            return None
        return Text(
            f"消元为每条街道产生 {self.ratio:.0f} 条弧（一般路网为 2 至 5 条）：路网中可能有成片互相可见的连线"
            "（如广场），计算结果不变，但速度相应变慢。",
            f"Elimination lays {self.ratio:.0f} arcs for each street (2 to 5 are usual): the network is far from "
            "planar, as where every corner of a square is joined to every other. Answers are exact, and take as much "
            "longer.",
        )


def topology_of(nodes: int, u: Int32s, v: Int32s) -> str:
    """Hash of which nodes are joined.

    Examples
    --------
    >>> ends = np.array([0, 1], np.int32), np.array([1, 2], np.int32)
    >>> topology_of(3, *ends) == topology_of(4, *ends)
    False
    """
    told = hashlib.blake2b(f"{FORMAT} {nodes} {len(u)} ".encode(), digest_size=32)
    for end in (u, v):
        told.update(np.ascontiguousarray(end, dtype="<i4").data)
    return told.hexdigest()


def eliminated(nodes: int, u: Int32s, v: Int32s, xy: Floats, *, threads: int = _THREADS) -> Int32s:
    """(nodes,) the rank of each node; the same for any number of threads."""
    from yiju.travel.kernels.elimination import postorder  # noqa: PLC0415 - compiles
    from yiju.travel.kernels.stripping import neighbour_lists, strip  # noqa: PLC0415 - compiles

    first, head, twin = neighbour_lists(nodes, u, v)
    stripped, core, core_first, core_head, core_twin = strip(first, head.copy(), twin)
    dissected = core[_dissected((core_first, core_head, core_twin), xy[core], threads)]
    return postorder(first, head, np.concatenate([stripped, dissected]))


def again_in_postorder(u: Int32s, v: Int32s, node: Int32s) -> Int32s:
    """(nodes,) ranks for an order that was made for other streets between mostly the same nodes.

    Parameters
    ----------
    u, v
        The streets now.
    node
        (nodes,) nodes in the order of their elimination.
    """
    from yiju.travel.kernels.elimination import postorder  # noqa: PLC0415 - compiles
    from yiju.travel.kernels.stripping import neighbour_lists  # noqa: PLC0415 - compiles

    first, head, _ = neighbour_lists(len(node), u, v)
    return postorder(first, head, node)


def _dissected(graph: tuple[Int32s, Int32s, Int32s], xy: Floats, threads: int) -> Int32s:
    """Nodes of the core in the order of their elimination; its graph as ``(first, head, twin)``."""
    from yiju.travel.kernels.dissection import NODE, SLOT, dissect, part  # noqa: PLC0415 - compiles

    first, head, twin = graph
    x, y = xy.T
    lines = np.stack([np.argsort(along, kind="stable") for along in (x, y, x + y, x - y)]).astype(np.int32)
    nodes, slots = np.zeros(len(xy), dtype=NODE), np.zeros(len(head), dtype=SLOT)
    slots["head"], slots["twin"] = head, twin
    scratch = np.empty((3, len(xy)), dtype=np.int32)
    regions = [(0, len(xy))]
    while len(regions) < threads and regions[0][1] - regions[0][0] > _WORTH_A_THREAD:
        begin, end = regions.pop(0)
        a, b = part(first, slots, nodes, lines, begin, end, scratch)
        regions += [(begin, begin + a), (begin + a, begin + a + b)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda of: dissect(first, slots, nodes, lines, of[0], of[1], scratch), regions))
    order: Int32s = lines[0]
    return order


def _read(file: Path, nodes: int, topology: str) -> tuple[Int32s | None, Text | None]:
    """The stored ranks, or why they cannot be used."""
    if not file.is_file():
        return None, None
    content = file.read_bytes()
    told, digest = content[:-_DIGEST_BYTES], content[-_DIGEST_BYTES:]
    if hashlib.blake2b(told, digest_size=_DIGEST_BYTES).digest() != digest:
        return None, Text(
            f"已存的消元次序 {file.name} 已损坏，已重新计算。",
            f"The stored order {file.name} is damaged: made anew.",
        )
    header, _, ranks = told.partition(b"\n")
    if header != _header(topology):
        return None, Text(
            f"已存的消元次序 {file.name} 属于另一版本或另一路网，已重新计算。",
            f"The stored order {file.name} is of another version or another network: made anew.",
        )
    rank = np.frombuffer(ranks, dtype="<i4").astype(np.int32)
    there = np.zeros(nodes, dtype=np.bool_)
    there[rank[(rank >= 0) & (rank < nodes)]] = True
    if len(rank) != nodes or not there.all():
        return None, Text(
            f"已存的消元次序 {file.name} 不是排列，已重新计算。",
            f"The stored order {file.name} is no permutation: made anew.",
        )
    return rank, None


def _write(file: Path, rank: Int32s, topology: str) -> Text | None:
    """Store ranks; whoever reads meanwhile sees the old file or the new one. Why not, if it cannot be."""
    told = _header(topology) + b"\n" + rank.astype("<i4").tobytes()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent) as scratch:
            part = file.parent / scratch / file.name
            part.write_bytes(told + hashlib.blake2b(told, digest_size=_DIGEST_BYTES).digest())
            os.replace(part, file)  # noqa: PTH105 - atomic on one file system
    except OSError as cause:
        return Text(
            f"消元次序无法存入 {file.parent.name}（{cause.strerror}）。",
            f"The order cannot be stored in {file.parent.name} ({cause.strerror}).",
        )
    return None


def _header(topology: str) -> bytes:
    return f"yiju elimination order, format {FORMAT}, topology {topology}".encode()


def hilbert_order(xy: Floats) -> npt.NDArray[np.int64]:
    """The order in which a Hilbert curve meets the points.

    Parameters
    ----------
    xy
        (n, 2) coordinates.

    Returns
    -------
    (n,) row numbers; points in one square keep their order.

    Examples
    --------
    >>> hilbert_order(np.array([[0, 0], [1, 0], [1, 1], [0, 1.0]])).tolist()
    [0, 3, 2, 1]
    """
    from yiju.travel.kernels.curve import along_curve  # noqa: PLC0415 - compiles

    if len(xy) == 0:
        return np.zeros(0, dtype=np.int64)
    low = xy.min(axis=0)
    extent = max(float((xy.max(axis=0) - low).max()), 1e-9)
    x, y = np.ascontiguousarray((xy - low).T)
    return np.argsort(along_curve(x, y, extent, _HILBERT_ROUNDS), kind="stable")
