"""The street network of one way of moving: on foot, or by car.

A network is topology, lengths and lines. What a street *costs* is another matter, since the same street costs an
older person more seconds than a younger one: :meth:`StreetNetwork.in_metres` and :meth:`StreetNetwork.in_seconds`
put costs on it and give a :class:`yiju.travel.travel.Travel`, which answers questions.

::

    street_nodes, street_edges ──► StreetNetwork ──► Travel (metres)             ──► nearest, within ...
                                        │       └──► Travel (seconds of someone) ──►
                                        └──► snap(points) ──► AccessPoints ────────┘

Inside, nodes are numbered along a Hilbert curve, so that what is near on the ground is near in memory: searches run
about twice as fast as on nodes in arbitrary order (D. Hilbert, Über die stetige Abbildung einer Linie auf ein
Flächenstück, Mathematische Annalen 38 (1891) 459-460). Nobody outside sees these numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import shapely

from yiju.errors import ContractError
from yiju.text import Text
from yiju.travel.profiles import (
    Cyclist,
    Driver,
    Walker,
    cycling_seconds,
    driving_seconds,
    walking_seconds,
)
from yiju.travel.snapping import AccessPoints, snap

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from yiju.travel.travel import Travel

Mode = Literal["walk", "drive"]
Int32s = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Lines = npt.NDArray[np.object_]

# Curve of 2^16 x 2^16 squares: finer than a metre in a city of 60 km.
_HILBERT_ORDER = 16


@dataclass(frozen=True, eq=False, repr=False)
class StreetNetwork:
    """Streets that may be used in one mode, as arrays; make one with :meth:`from_tables`.

    Attributes
    ----------
    mode
        ``"walk"`` or ``"drive"``.
    nodes
        How many nodes there are.
    u, v
        (m,) nodes at the start and the end of each edge.
    forward, backward
        (m,) whether the edge may be used from u to v, and back.
    length_m
        (m,) metres on the ellipsoid.
    climb_m
        (m,) elevation of v minus that of u, NaN where unknown.
    stairs
        (m,) whether the edge is steps.
    street_class, limit_kmh
        (m,) class of street, and speed limit, NaN where unknown.
    lines
        (m,) LineStrings from u to v.
    edge_id
        (m,) the edge's number in the table.
    """

    mode: Mode
    nodes: int
    u: Int32s
    v: Int32s
    forward: Bools
    backward: Bools
    length_m: Floats
    climb_m: Floats
    stairs: Bools
    street_class: npt.NDArray[Any]
    limit_kmh: Floats
    lines: Lines
    edge_id: npt.NDArray[np.int64]

    def __repr__(self) -> str:
        return f"<StreetNetwork to {self.mode} on: {self.nodes} nodes, {len(self.u)} edges>"

    @classmethod
    def from_tables(
        cls, nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame, *, mode: Mode = "walk"
    ) -> StreetNetwork:
        """The network of the tables ``street_nodes`` and ``street_edges``.

        Raises
        ------
        ContractError
            An edge names a node that is not there, or has no length, or a negative one.

        Examples
        --------
        >>> import tempfile
        >>> from yiju.city.toytown import toy_town
        >>> city = toy_town(tempfile.mkdtemp(), blocks=4)
        >>> network = StreetNetwork.from_tables(city.table("street_nodes"), city.table("street_edges"))
        >>> network.nodes, len(network.u)
        (25, 40)
        """
        if mode == "walk":
            usable = edges["walk"].to_numpy(dtype=bool)
            forward = backward = usable
        else:
            forward = edges["drive_forward"].to_numpy(dtype=bool)
            backward = edges["drive_backward"].to_numpy(dtype=bool)
            usable = forward | backward
        u = _node_rows(nodes, edges, "u")[usable]
        v = _node_rows(nodes, edges, "v")[usable]
        length_m = np.array(edges["length_m"], dtype=np.float64)
        _check_lengths(edges, length_m)
        rank = np.empty(len(nodes), dtype=np.int32)
        rank[hilbert_order(shapely.get_coordinates(nodes.geometry.to_numpy()))] = np.arange(len(nodes))
        return cls(
            mode=mode,
            nodes=len(nodes),
            u=rank[u],
            v=rank[v],
            forward=forward[usable],
            backward=backward[usable],
            length_m=length_m[usable],
            climb_m=np.array(edges["climb_m"], dtype=np.float64)[usable],
            stairs=edges["stairs"].to_numpy(dtype=bool)[usable],
            street_class=np.array(edges["street_class"], dtype=np.str_)[usable],
            limit_kmh=np.array(edges["drive_kmh"], dtype=np.float64)[usable],
            lines=np.array(edges.geometry, dtype=np.object_)[usable],
            edge_id=np.array(edges["edge_id"], dtype=np.int64)[usable],
        )

    def snap(
        self,
        points: gpd.GeoDataFrame | gpd.GeoSeries | npt.ArrayLike,
        *,
        owner: pd.Series | npt.ArrayLike | None = None,
        limit_m: float = 500.0,
    ) -> AccessPoints:
        """Put points on the nearest edge each; see :func:`yiju.travel.snapping.snap`."""
        return snap(self, points, owner=owner, limit_m=limit_m)

    def in_metres(self) -> Travel:
        """The network with lengths as costs."""
        from yiju.travel.travel import Travel  # noqa: PLC0415 - compiles the kernels, which naming a network need not

        return Travel.on(self, "metres", self.length_m, self.length_m, gap_per_metre=1.0)

    def in_seconds(self, who: Walker | Cyclist | Driver) -> Travel:
        """The network with the times of a traveller as costs; streets that are closed to him are closed both ways.

        Raises
        ------
        ValueError
            A driver on the walking network, or anyone else on the driving network.
        """
        from yiju.travel.travel import Travel  # noqa: PLC0415 - as above

        if isinstance(who, Driver) != (self.mode == "drive"):
            msg = f"a network to {self.mode} on needs another traveller, was given {who.name}"
            raise ValueError(msg)
        if isinstance(who, Walker):
            there, back = walking_seconds(who, self.length_m, self.climb_m, self.stairs)
            return Travel.on(self, "seconds", there, back, gap_per_metre=1 / who.speed_m_per_s)
        if isinstance(who, Cyclist):
            there, back = cycling_seconds(who, self.length_m, self.climb_m, self.stairs, self.street_class)
            return Travel.on(self, "seconds", there, back, gap_per_metre=1 / who.push_m_per_s)
        seconds = driving_seconds(who, self.length_m, self.street_class, self.limit_kmh)
        return Travel.on(self, "seconds", seconds, seconds, gap_per_metre=3.6 / who.access_kmh)

    @cached_property
    def piece(self) -> Int32s:
        """(nodes,) which piece of the network each node belongs to, direction ignored."""
        from yiju.travel.kernels.parts import label_pieces  # noqa: PLC0415 - as above

        return label_pieces(self.nodes, self.u, self.v)[0]


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
    if len(xy) == 0:
        return np.zeros(0, dtype=np.int64)
    side = 2**_HILBERT_ORDER
    low = xy.min(axis=0)
    extent = max(float((xy.max(axis=0) - low).max()), 1e-9)
    cells = np.minimum((xy - low) / extent * side, side - 1).astype(np.int64)
    x, y = cells[:, 0].copy(), cells[:, 1].copy()
    along = np.zeros(len(xy), dtype=np.int64)
    half = side // 2
    while half > 0:
        right, top = (x & half) > 0, (y & half) > 0
        along += half * half * ((3 * right) ^ top)
        # turn the quadrant so that the next smaller curve starts at its lower left
        mirrored = ~top & right
        x[mirrored], y[mirrored] = side - 1 - x[mirrored], side - 1 - y[mirrored]
        swapped = ~top
        x[swapped], y[swapped] = y[swapped], x[swapped].copy()
        half //= 2
    return np.argsort(along, kind="stable")


def _node_rows(nodes: pd.DataFrame, edges: pd.DataFrame, end: str) -> Int32s:
    """Rows of the nodes that the edges name."""
    ids = nodes["node_id"].to_numpy(dtype=np.int64)
    given = edges[end].to_numpy(dtype=np.int64)
    order = np.argsort(ids, kind="stable")
    place = np.searchsorted(ids, given, sorter=order)
    known = place < len(ids)
    known[known] = ids[order[place[known]]] == given[known]
    if not known.all():
        stranger = given[~known][0]
        raise ContractError(
            Text(
                f"表 street_edges 的 {end} 列：节点 {stranger} 不在 street_nodes 中。",
                f"Table street_edges, column {end}: needs nodes of street_nodes, was given {stranger} instead.",
            )
        )
    rows: Int32s = order[place].astype(np.int32)
    return rows


def _check_lengths(edges: pd.DataFrame, length_m: Floats) -> None:
    # a length whose decimetres do not fit 31 bits, or a nan, would be a wrong number somewhere far from here
    wrong = ~((length_m >= 0) & (length_m < 1e6))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ContractError(
            Text(
                f"表 street_edges 的 length_m 列：边 {edges['edge_id'].iloc[row]} 的长度应为 0 至 1,000,000 米，"
                f"实际为 {length_m[row]}。",
                f"Table street_edges, column length_m: edge {edges['edge_id'].iloc[row]} needs 0 to 1,000,000 m, "
                f"was given {length_m[row]} instead.",
            )
        )
