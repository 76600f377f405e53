"""Where a walk begins and ends: points put on the nearest street, at the spot that is nearest.

Put on a *node* instead, a home in the middle of a 300 m block would be 150 m wrong, and a home and a shop at the same
corner would be at distance 0 though a river lies between (GHSCI left a library for it: global-indicators issue 653).

::

          ╷ home                 edge   the nearest that may be used
          ┊ gap_m                share  of the edge's length from u to the foot of the perpendicular
    u ○───┴──────○ v             gap_m  how far the point lies beside it, crow-fly

A point farther from every street than ``limit_m`` is not put anywhere: it is unreachable, and says so.

Small pieces of network that hang together with nothing else are no place to put a point: nearly always a path was
drawn and not joined. R5 removes those under 40 nodes from the network (conveyal/r5, ``TarjanIslandPruner``); here they
stay, but no point is put on them as long as there is a larger piece within the limit.

Whose nearest street is closed to *them*, as stairs are to a wheelchair, stand on the nearest that is not, if they are
put there by :meth:`yiju.travel.Travel.snap`: the ramp beside the stairs, and not an unreachable spot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from yiju.errors import ContractError
from yiju.text import Text

if TYPE_CHECKING:
    import geopandas as gpd

    from yiju.travel.network import StreetNetwork

# R5's MIN_SUBGRAPH_SIZE (com.conveyal.r5.streets.TarjanIslandPruner).
SMALLEST_PIECE = 40
# The edge of a point that lies on none.
NOWHERE = -1
# So many names show what is wrong; all of them are in `nowhere`.
_NAMES = 3
# Most doors and homes have a street within the first of these, and few streets within it (measured in Las Palmas:
# three times as fast as asking the tree for the nearest).
_RINGS_M = (20.0, 60.0, 200.0)


@dataclass(frozen=True, eq=False, repr=False)
class AccessPoints:
    """Points on a network: homes, gates, stops; each belongs to an owner, which may have several.

    Attributes
    ----------
    owners
        Who is asked for or reached, in the order of the caller: the index of his frame, or the distinct names
        in ``owner``. Answers are aligned with it.
    owner
        (p,) position in ``owners`` of each point.
    edge
        (p,) edge that the point lies on, -1 where it lies on none.
    share
        (p,) where on the edge: 0 at u, 1 at v.
    gap_m
        (p,) metres beside it; inf where it lies on none.
    """

    network: StreetNetwork
    owners: pd.Index
    owner: npt.NDArray[np.int32]
    edge: npt.NDArray[np.int32]
    share: npt.NDArray[np.float64]
    gap_m: npt.NDArray[np.float64]

    def __repr__(self) -> str:
        return f"<AccessPoints: {len(self.owners)} owners, {len(self.edge)} points, {int(self.placed.sum())} placed>"

    @property
    def placed(self) -> npt.NDArray[np.bool_]:
        """(p,) whether the point lies on the network."""
        placed: npt.NDArray[np.bool_] = self.edge != NOWHERE
        return placed

    def __len__(self) -> int:
        return len(self.owners)

    @property
    def nowhere(self) -> pd.Index:
        """Owners none of whose points lies on the network: nothing leads to them or from them."""
        found = np.zeros(len(self.owners), dtype=bool)
        found[self.owner[self.placed]] = True
        return self.owners[~found]

    @property
    def remark(self) -> Text | None:
        """How many owners lie nowhere, and some of their names; None where all lie on the network."""
        lost = self.nowhere
        if len(lost) == 0:
            return None
        some = [str(name) for name in lost[:_NAMES]]
        more = len(lost) > _NAMES
        return Text(
            f"{len(self.owners)} 处中有 {len(lost)} 处离任何街道都过远或没有坐标，视为不可达："
            f"{'、'.join(some)}{'等' if more else ''}。",
            f"{len(lost)} of {len(self.owners)} have no coordinates or lie too far from every street, and count as "
            f"unreachable: {', '.join(some)}{' and others' if more else ''}.",
        )

    def of(self, wanted: npt.ArrayLike) -> AccessPoints:
        """The points of some owners only, e.g. of the facilities that offer one service.

        Parameters
        ----------
        wanted
            Names of owners, in the order in which they are to come; a name that is not there is passed over.
        """
        position = self.owners.get_indexer(pd.Index(np.asarray(wanted)).unique())
        position = position[position >= 0]
        renumber = np.full(len(self.owners), NOWHERE, dtype=np.int32)
        renumber[position] = np.arange(len(position), dtype=np.int32)
        owner = renumber[self.owner]
        kept = owner != NOWHERE
        return AccessPoints(
            self.network,
            self.owners[position],
            owner[kept],
            self.edge[kept],
            self.share[kept],
            self.gap_m[kept],
        )


def snap(
    network: StreetNetwork,
    points: gpd.GeoDataFrame | gpd.GeoSeries | npt.ArrayLike,
    *,
    owner: pd.Series | npt.ArrayLike | None = None,
    limit_m: float = 500.0,
    smallest_piece: int = SMALLEST_PIECE,
    usable: npt.NDArray[np.bool_] | None = None,
) -> AccessPoints:
    """Put points on the nearest edge each.

    Parameters
    ----------
    network
        The streets that may be used.
    points
        Points in the CRS of the network: a frame, a series, or an array of shapely points. Empty points and points
        that are missing lie nowhere.
    owner
        (p,) whom each point belongs to, e.g. ``entrances["facility_id"]``; without it each point is its own.
    limit_m
        Points farther from every street are left off. The default is twice the side of the coarsest population
        grid in common use (250 m, HSY Helsinki).
    smallest_piece
        Pieces of network with fewer nodes get no points while a larger one is within the limit.
    usable
        (edges,) which may be used; points are put on no other. All by default.

    Returns
    -------
    The points; ``nowhere`` and ``remark`` of it say whom no street is near enough to.

    Raises
    ------
    ContractError
        What is given are no points, or points in another CRS, or without an owner.

    Examples
    --------
    >>> import tempfile
    >>> from yiju.city.toytown import toy_town
    >>> from yiju.travel import StreetNetwork
    >>> city = toy_town(tempfile.mkdtemp(), blocks=4)
    >>> network = StreetNetwork.from_tables(city.table("street_nodes"), city.table("street_edges"))
    >>> homes = snap(network, city.table("residents"))
    >>> len(homes), homes.gap_m.round(3).max(), homes.share.round(3).min()
    (15, np.float64(10.0), np.float64(0.5))
    """
    _check_crs(network, getattr(points, "crs", None))
    geometry, index = _geometry(points)
    strange = ~shapely.is_missing(geometry) & (shapely.get_type_id(geometry) != shapely.GeometryType.POINT)
    if strange.any():
        found = geometry[strange][0].geom_type
        raise ContractError(
            Text(
                f"只有点可以接到街道上，这里有 {int(strange.sum())} 个{found}；请使用 entrances 表的出入口。",
                f"Only points can be put on streets; here are {int(strange.sum())} others ({found}). "
                "Take the entrances of the table `entrances`.",
            )
        )
    if owner is None:
        owners, owner_code = index, np.arange(len(geometry), dtype=np.int32)
    else:
        owners, owner_code = grouped(owner, len(geometry))
    edge, share, gap_m = _nearest_edges(network, geometry, limit_m, smallest_piece, usable)
    return AccessPoints(network, owners, owner_code, edge, share, gap_m)


def _check_crs(network: StreetNetwork, given: Any) -> None:
    # degrees among metres would lie nowhere at all, and metres of the next zone would lie in the wrong street
    if given is None or network.crs is None:
        return
    wanted = CRS.from_user_input(network.crs)
    if wanted.equals(given, ignore_axis_order=True):
        return
    raise ContractError(
        Text(
            f"点位的坐标系应与路网相同（{wanted.name}），实际为 {given.name}。",
            f"Points need to be in the CRS of the network, {wanted.name}, were given in {given.name} instead.",
        ),
        hint=Text("请先用 to_crs 转换。", "Convert them with `to_crs` first."),
    )


def _geometry(points: Any) -> tuple[npt.NDArray[np.object_], pd.Index]:
    if hasattr(points, "geometry"):
        return np.asarray(points.geometry.array, dtype=np.object_), points.index
    geometry = np.asarray(points, dtype=np.object_)
    return geometry, pd.RangeIndex(len(geometry))


def grouped(owner: Any, points: int) -> tuple[pd.Index, npt.NDArray[np.int32]]:
    """Distinct owners in the order in which they come, and the position of each point's among them."""
    names = np.asarray(owner)
    if len(names) != points:
        raise ContractError(
            Text(
                f"owner 应有 {points} 项，实际为 {len(names)} 项。",
                f"owner needs {points} entries, was given {len(names)} instead.",
            )
        )
    code, distinct = pd.factorize(names)
    if (code < 0).any():
        raise ContractError(
            Text(
                f"owner 每项都应有名称，{int((code < 0).sum())} 项为空。",
                f"owner needs a name for each point, {int((code < 0).sum())} have none.",
            )
        )
    return pd.Index(distinct), code.astype(np.int32)


def _nearest_edges(
    network: StreetNetwork,
    geometry: npt.NDArray[np.object_],
    limit_m: float,
    smallest_piece: int,
    usable: npt.NDArray[np.bool_] | None,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    edge = np.full(len(geometry), NOWHERE, dtype=np.int32)
    share = np.zeros(len(geometry))
    gap_m = np.full(len(geometry), np.inf)
    for streets in _offered(network, smallest_piece, usable):
        open_points = np.flatnonzero(
            (edge == NOWHERE) & ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
        )
        if len(streets.edge) == 0 or len(open_points) == 0:
            continue
        nearest, distance = _nearest_lines(streets, geometry[open_points], limit_m)
        found = nearest != NOWHERE
        edge[open_points[found]] = streets.edge[nearest[found]]
        gap_m[open_points[found]] = distance[found]
    placed = edge != NOWHERE
    lines = network.lines[edge[placed]]
    along = shapely.line_locate_point(lines, geometry[placed])
    whole = shapely.length(lines)
    share[placed] = np.divide(along, whole, out=np.zeros_like(along), where=whole > 0)
    return edge, np.clip(share, 0.0, 1.0), gap_m


@dataclass(frozen=True, eq=False)
class _Streets:
    """Some of the edges, found quickly by where they are."""

    edge: npt.NDArray[np.int64]
    lines: npt.NDArray[np.object_]
    tree: shapely.STRtree

    @classmethod
    def of(cls, network: StreetNetwork, edge: npt.NDArray[np.int64]) -> _Streets:
        lines = network.lines[edge]
        return cls(edge, lines, shapely.STRtree(lines))


# The streets of a network that points were put on before: who tries one site after another does not sort them again.
_kept: WeakKeyDictionary[StreetNetwork, dict[int, tuple[_Streets, ...]]] = WeakKeyDictionary()


def _offered(
    network: StreetNetwork, smallest_piece: int, usable: npt.NDArray[np.bool_] | None
) -> tuple[_Streets, ...]:
    """Edges of large pieces of network, then those of small ones."""
    kept = _kept.setdefault(network, {})
    if usable is None and smallest_piece in kept:
        return kept[smallest_piece]
    may = np.ones(len(network.u), dtype=np.bool_) if usable is None else usable
    piece = network.piece if usable is None else network.pieces_of(usable)
    size = np.bincount(piece, minlength=1)
    # a whole network that is small, such as a test's, is no island
    offered = size >= min(smallest_piece, int(size.max(initial=0)))
    worth = offered[piece[network.u]] if len(network.u) else np.zeros(0, dtype=bool)
    streets = tuple(
        _Streets.of(network, edges) for edges in (np.flatnonzero(may & worth), np.flatnonzero(may & ~worth))
    )
    if usable is None:
        kept[smallest_piece] = streets
    return streets


def _nearest_lines(
    streets: _Streets, points: npt.NDArray[np.object_], limit_m: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """The nearest line of each point, and how far it is; ``NOWHERE`` and inf beyond the limit.

    A line that lies within a ring is nearer than all that do not: points look around them in widening rings, and
    most find their street in the first.
    """
    lines, tree = streets.lines, streets.tree
    nearest = np.full(len(points), NOWHERE, dtype=np.int64)
    distance = np.full(len(points), np.inf)
    looking = np.arange(len(points))
    for ring_m in (*(ring for ring in _RINGS_M if ring < limit_m), limit_m):
        point, line = tree.query(points[looking], predicate="dwithin", distance=ring_m)
        away = shapely.distance(lines[line], points[looking[point]])
        # a corner touches several edges: the first of the table, so that the same input gives the same answer
        order = np.lexsort((line, away, point))
        answered, first = np.unique(point[order], return_index=True)
        nearest[looking[answered]] = line[order[first]]
        distance[looking[answered]] = away[order[first]]
        looking = np.delete(looking, answered)
    return nearest, distance
