"""The street network of one way of moving: on foot, or by car.

A network is topology, lengths and lines. What a street *costs* is another matter, since the same street costs an
older person more seconds than a younger one: :meth:`StreetNetwork.in_metres` and :meth:`StreetNetwork.in_seconds`
put costs on it and give a :class:`yiju.travel.travel.Travel`, which answers questions.

::

    street_nodes, street_edges ──► StreetNetwork ──► Travel (metres)             ──► nearest, within ...
                                        │       └──► Travel (seconds of someone) ──►
                                        └──► snap(points) ──► AccessPoints ────────┘

Inside, nodes are numbered along a Hilbert curve, so that what is near on the ground is near in memory: searches run
about twice as fast as on nodes in arbitrary order (:mod:`yiju.travel.kernels.curve`). Nobody outside sees the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from yiju.travel import changes
from yiju.travel.order import EliminationOrder, Fill, hilbert_order
from yiju.travel.profiles import (
    Cyclist,
    Driver,
    Walker,
    cycling_seconds,
    driving_seconds,
    walking_seconds,
)
from yiju.travel.snapping import NOWHERE, AccessPoints, grouped, snap
from yiju.travel.street_input import (
    check_lengths,
    check_same_length,
    checked_ends,
    checked_places,
    node_places,
    node_rows,
)

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from yiju.travel.changes import Change
    from yiju.travel.travel import Travel

Mode = Literal["walk", "drive"]
Int32s = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Lines = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False, repr=False)
class StreetNetwork:
    """Streets that may be used in one mode, as arrays; make one with :meth:`from_tables` or :meth:`from_arrays`.

    Attributes
    ----------
    mode
        ``"walk"`` or ``"drive"``.
    xy
        (nodes, 2) coordinates, metres.
    node_at
        (nodes,) the node at each position of the caller's table or array.
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
    drawn
        (m,) LineStrings from u to v; None where all are straight.
    edge_id
        (m,) the edge's number in the table.
    store
        Folder in which the order of elimination is kept; None for nowhere.
    crs
        Of the coordinates and lines, for what is drawn; None where unknown.
    change
        How it came from another network; None where it did not.
    """

    mode: Mode
    xy: Floats
    node_at: Int32s
    u: Int32s
    v: Int32s
    forward: Bools
    backward: Bools
    length_m: Floats
    climb_m: Floats
    stairs: Bools
    street_class: npt.NDArray[Any]
    limit_kmh: Floats
    drawn: Lines | None
    edge_id: npt.NDArray[np.int64]
    store: Path | None = None
    crs: Any = None
    change: Change | None = None

    def __repr__(self) -> str:
        return f"<StreetNetwork to {self.mode} on: {self.nodes} nodes, {len(self.u)} edges>"

    @classmethod
    def from_tables(
        cls,
        nodes: gpd.GeoDataFrame,
        edges: gpd.GeoDataFrame,
        *,
        mode: Mode = "walk",
        store: Path | None = None,
    ) -> StreetNetwork:
        """The network of the tables ``street_nodes`` and ``street_edges``.

        Parameters
        ----------
        nodes, edges
            The tables.
        mode
            Whose streets: those on foot, or those by car.
        store
            Folder in which the order of elimination is kept from one run to the next.

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
        length_m = np.array(edges["length_m"], dtype=np.float64)
        check_lengths(edges["edge_id"].to_numpy(), length_m)
        return cls.from_arrays(
            node_places(nodes),
            node_rows(nodes, edges, "u")[usable],
            node_rows(nodes, edges, "v")[usable],
            length_m[usable],
            mode=mode,
            forward=forward[usable],
            backward=backward[usable],
            climb_m=np.array(edges["climb_m"], dtype=np.float64)[usable],
            stairs=edges["stairs"].to_numpy(dtype=bool)[usable],
            street_class=np.array(edges["street_class"], dtype=np.str_)[usable],
            limit_kmh=np.array(edges["drive_kmh"], dtype=np.float64)[usable],
            lines=np.array(edges.geometry, dtype=np.object_)[usable],
            edge_id=np.array(edges["edge_id"], dtype=np.int64)[usable],
            store=store,
            crs=nodes.crs,
        )

    @classmethod
    def from_arrays(  # noqa: PLR0913 - one argument for each column
        cls,
        xy: npt.ArrayLike,
        u: npt.ArrayLike,
        v: npt.ArrayLike,
        length_m: npt.ArrayLike,
        *,
        mode: Mode = "walk",
        forward: npt.ArrayLike = True,
        backward: npt.ArrayLike = True,
        climb_m: npt.ArrayLike = np.nan,
        stairs: npt.ArrayLike = False,
        street_class: npt.ArrayLike = "",
        limit_kmh: npt.ArrayLike = np.nan,
        lines: Lines | None = None,
        edge_id: npt.ArrayLike | None = None,
        store: Path | None = None,
        crs: Any = None,
    ) -> StreetNetwork:
        """The network of arrays; one value stands for all edges.

        Parameters
        ----------
        xy
            (nodes, 2) coordinates, metres.
        u, v, length_m
            (m,) rows of ``xy`` at the start and the end of each edge, and metres between them.
        mode
            ``"walk"`` or ``"drive"``.
        forward, backward, climb_m, stairs, street_class, limit_kmh, edge_id
            (m,) see the attributes of the class; edges are numbered from 0 without ``edge_id``.
        lines
            (m,) LineStrings from u to v; without them edges are straight, and drawn only when somebody looks.
        store
            Folder in which the order of elimination is kept from one run to the next.
        crs
            Of the coordinates, for what is drawn.

        Raises
        ------
        ContractError
            An edge leads to a node that is not there, or has no length, or a negative one; or columns are swapped: they
            are not equally long, coordinates are no (nodes, 2), ends are no whole numbers.

        Examples
        --------
        >>> network = StreetNetwork.from_arrays([[0, 0], [100, 0], [100, 50]], [0, 1], [1, 2], [100, 50])
        >>> network.in_metres().nearest(network.at_nodes([2]), network.at_nodes([0]))["metres"].tolist()
        [150.0]
        """
        places = checked_places(xy)
        metres = np.asarray(length_m, dtype=np.float64)
        ids = np.arange(len(metres)) if edge_id is None else np.asarray(edge_id)
        check_same_length(u=u, v=v, length_m=metres, edge_id=ids)
        ends = [checked_ends(end, len(places), ids) for end in (u, v)]
        check_lengths(ids, metres)
        order = hilbert_order(places)
        node_at = np.empty(len(places), dtype=np.int32)
        node_at[order] = np.arange(len(places), dtype=np.int32)

        def column(values: npt.ArrayLike, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
            return np.broadcast_to(np.asarray(values, dtype=dtype), metres.shape)

        return cls(
            mode=mode,
            xy=places[order],
            node_at=node_at,
            u=node_at[ends[0]],
            v=node_at[ends[1]],
            forward=column(forward, np.bool_),
            backward=column(backward, np.bool_),
            length_m=metres,
            climb_m=column(climb_m, np.float64),
            stairs=column(stairs, np.bool_),
            street_class=column(street_class, np.str_),
            limit_kmh=column(limit_kmh, np.float64),
            drawn=lines,
            edge_id=ids.astype(np.int64),
            store=store,
            crs=crs,
        )

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return len(self.xy)

    @cached_property
    def lines(self) -> Lines:
        """(m,) LineStrings from u to v."""
        if self.drawn is not None:
            return self.drawn
        straight: Lines = shapely.linestrings(np.stack([self.xy[self.u], self.xy[self.v]], axis=1))
        return straight

    def at_nodes(self, positions: npt.ArrayLike, owners: npt.ArrayLike | None = None) -> AccessPoints:
        """Points exactly at nodes.

        Parameters
        ----------
        positions
            (p,) rows of the nodes in the caller's table or array.
        owners
            (p,) whom each point belongs to; without it each point is its own, counted from 0.

        Returns
        -------
        The points; one at a node without any edge lies nowhere.

        Raises
        ------
        ValueError
            A position is not that of a node.
        """
        asked = np.asarray(positions, dtype=np.int64)
        if len(asked) and not 0 <= asked.min() <= asked.max() < self.nodes:
            msg = f"positions need to be 0 to {self.nodes - 1}, were {asked.min()} to {asked.max()}"
            raise ValueError(msg)
        if owners is None:
            names, owner = pd.RangeIndex(len(asked)), np.arange(len(asked), dtype=np.int32)
        else:
            names, owner = grouped(owners, len(asked))
        node = self.node_at[asked]
        edge = self._edge_at[node]
        at_v = (edge != NOWHERE) & (self.u[edge] != node) if len(self.u) else np.zeros(len(node), dtype=bool)
        gap_m = np.where(edge == NOWHERE, np.inf, 0.0)
        return AccessPoints(self, names, owner, edge, at_v.astype(np.float64), gap_m)

    @cached_property
    def _edge_at(self) -> Int32s:
        """(nodes,) the first edge at each node; ``NOWHERE`` where there is none."""
        edge = np.full(self.nodes, NOWHERE, dtype=np.int32)
        last_first = np.arange(len(self.u), dtype=np.int32)[::-1]
        for end in (self.v, self.u):
            edge[end[::-1]] = last_first  # what is written last stays
        return edge

    def snap(
        self,
        points: gpd.GeoDataFrame | gpd.GeoSeries | npt.ArrayLike,
        *,
        owner: pd.Series | npt.ArrayLike | None = None,
        limit_m: float = 500.0,
    ) -> AccessPoints:
        """Put points on the nearest edge each; see :func:`yiju.travel.snapping.snap`.

        Whoever cannot use every street, a wheelchair user for one, is put on those that he can by
        :meth:`yiju.travel.Travel.snap`.
        """
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

    def without_edges(self, edge_ids: npt.ArrayLike) -> StreetNetwork:
        """The network without some streets, given by their numbers in the table (``edge_id``).

        Raises
        ------
        ContractError
            There is no street of such a number.

        Examples
        --------
        >>> ring = StreetNetwork.from_arrays([[0, 0], [1, 0], [1, 1], [0, 1]], [0, 1, 2, 3], [1, 2, 3, 0], [1.0] * 4)
        >>> cut = ring.without_edges([3])
        >>> cut.in_metres().nearest(cut.at_nodes([3]), cut.at_nodes([0]))["metres"].tolist()
        [3.0]
        """
        return changes.without_edges(self, edge_ids)

    def with_edges(
        self,
        u: npt.ArrayLike,
        v: npt.ArrayLike,
        length_m: npt.ArrayLike,
        *,
        lines: Lines | None = None,
        **columns: npt.ArrayLike,
    ) -> StreetNetwork:
        """The network with more streets between its nodes.

        Parameters
        ----------
        u, v
            (k,) positions of the nodes in the caller's table or array.
        length_m
            (k,) metres.
        lines
            (k,) LineStrings; straight without them.
        **columns
            As for :meth:`from_arrays`: ``forward``, ``stairs``, ``edge_id`` ...; numbers go on from the highest.

        Raises
        ------
        ContractError
            A street leads to a node that is not there, or has no length, or a negative one.
        """
        metres = np.asarray(length_m, dtype=np.float64)
        number = np.arange(len(metres))
        ends = [self.node_at[checked_ends(end, self.nodes, number)] for end in (u, v)]
        check_lengths(number, metres)
        return changes.with_edges(self, ends[0], ends[1], lines, columns | {"length_m": metres})

    def with_links(
        self, starts: AccessPoints, ends: AccessPoints, length_m: npt.ArrayLike | None = None
    ) -> StreetNetwork:
        """The network with straight ways between points on its streets: footbridges, crossings, gates in a wall.

        A link joins the foot of each start, on its street, to that of the end in the same place. The streets are
        split there. Costs of the pieces are rounded each, so that a way along a street that was split may differ by
        a tenth.

        Parameters
        ----------
        starts, ends
            As many points, all of them on this network.
        length_m
            (k,) metres; without it, the distance between the two feet.

        Raises
        ------
        ContractError
            A point lies nowhere, or there are more of the one than of the other.

        Examples
        --------
        >>> banks = StreetNetwork.from_arrays([[0, 0], [90, 0], [0, 40], [90, 40]], [0, 2], [1, 3], [90, 90])
        >>> start, end = banks.snap([shapely.Point(30, 0)]), banks.snap([shapely.Point(30, 40)])
        >>> bridged = banks.with_links(start, end)
        >>> bridged.in_metres().nearest(bridged.at_nodes([0]), bridged.at_nodes([3]))["metres"].tolist()
        [130.0]
        """
        return changes.with_links(self, starts, ends, length_m)

    def carried(self, access: AccessPoints, points: Any = None, *, limit_m: float = 500.0) -> AccessPoints:
        """Points on the network that this one came from, put on this one.

        Each stays where it was, on the same street or on a piece of it.

        Parameters
        ----------
        access
            Points on the network before, or on one before that.
        points
            The points themselves (p,), to put those anew whose street was taken away. Without them these lie nowhere.
        limit_m
            As for :meth:`snap`.

        Raises
        ------
        ContractError
            The points are on a network that this one did not come from.
        """
        return changes.carried(access, self, points, limit_m)

    @cached_property
    def order(self) -> EliminationOrder:
        """In which order nodes are eliminated when the network is indexed; read from the store if it is there."""
        if self.change is not None:
            return self.change.order(self)
        return EliminationOrder.of(self.nodes, self.u, self.v, self.xy, store=self.store)

    @cached_property
    def fill(self) -> Fill:
        """The arcs that elimination in this order lays."""
        if self.change is not None:
            return self.change.fill(self)
        return Fill.of(self.order, self.u, self.v)

    @cached_property
    def piece(self) -> Int32s:
        """(nodes,) which piece of the network each node belongs to, direction ignored."""
        return self.pieces_of(np.ones(len(self.u), dtype=np.bool_))

    def pieces_of(self, usable: Bools) -> Int32s:
        """(nodes,) which piece each node belongs to if only some edges, (m,), are used; direction ignored."""
        from yiju.travel.kernels.parts import label_pieces  # noqa: PLC0415 - as above

        return label_pieces(self.nodes, self.u[usable], self.v[usable])[0]
