"""What if there were a footbridge here, and that street were closed: networks that differ a little from another.

A changed network goes on with the order of elimination that the first one had. Any order is exact; only the fill
grows where new streets join what was far apart, and a few streets do not make it grow much. So the answer to a what-if
takes the time of new weights, not of a new index.

=====================  ============================================  =================================
change                 what is done again                            Porto, 300,752 nodes, CPU seconds
=====================  ============================================  =================================
streets taken away     weights                                       0.03
streets added          postorder, fill, weights                      0.08
from point to point    the same; the streets of both ends are split  0.08
=====================  ============================================  =================================

::

    A ○────────┬──── B          a link from a point on street AB to one on street CD:
               ╎ link           AB becomes two streets, CD too, and the points become nodes
    C ○──┬─────┴──── D

Homes and gates that stood on the network before are put on the changed one by :meth:`StreetNetwork.carried`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.ops import substring

from yiju.errors import ContractError
from yiju.text import Text
from yiju.travel.order import EliminationOrder, Fill, again_in_postorder
from yiju.travel.snapping import NOWHERE, AccessPoints, snap

if TYPE_CHECKING:
    from yiju.travel.network import StreetNetwork

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# The columns of a network that have a value for each edge, besides u, v and the lines.
_COLUMNS = (
    "forward", "backward", "length_m", "climb_m", "stairs", "street_class", "limit_kmh", "edge_id",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Change:
    """How a network came from another.

    Attributes
    ----------
    before
        The other.
    edge_now
        (edges before,) position of each edge now: of its first piece if it was split, ``NOWHERE`` if it was taken
        away.
    cuts
        For each edge that was split, the shares of its length at which.
    added
        Whether there are streets that were not there before.
    """

    before: StreetNetwork
    edge_now: Int32s
    cuts: dict[int, Floats]
    added: bool

    def order(self, now: StreetNetwork) -> EliminationOrder:
        """The order that the network had, nodes that are new before all others."""
        order = self.before.order
        if not self.added:
            return order
        new = now.nodes - self.before.nodes
        node = np.empty(now.nodes, dtype=np.int32)
        node[new + order.rank] = np.arange(self.before.nodes, dtype=np.int32)
        node[:new] = np.arange(self.before.nodes, now.nodes, dtype=np.int32)
        return replace(order, rank=again_in_postorder(now.u, now.v, node), remark=None)

    def fill(self, now: StreetNetwork) -> Fill:
        """The arcs that this lays; where streets were only taken away, those that there were."""
        if self.added:
            return Fill.of(now.order, now.u, now.v)
        fill = self.before.fill
        return replace(fill, arc=fill.arc[self.edge_now != NOWHERE])


def without_edges(network: StreetNetwork, edge_ids: npt.ArrayLike) -> StreetNetwork:
    """See :meth:`StreetNetwork.without_edges`."""
    wanted = np.unique(np.asarray(edge_ids, dtype=np.int64))
    known = np.isin(wanted, network.edge_id)
    if not known.all():
        stranger = wanted[~known][0]
        raise ContractError(
            Text(
                f"路网中没有编号为 {stranger} 的街道。",
                f"There is no street of number {stranger} in the network.",
            )
        )
    return _changed(network, ~np.isin(network.edge_id, wanted), None, {}, np.zeros((0, 2)))


def with_edges(
    network: StreetNetwork, u: Int32s, v: Int32s, lines: npt.NDArray[np.object_] | None, given: dict[str, Any]
) -> StreetNetwork:
    """See :meth:`StreetNetwork.with_edges`; u and v are nodes."""
    every = np.ones(len(network.u), dtype=np.bool_)
    rows = new_columns(network, len(u), given) | {"u": u, "v": v, "lines": lines}
    return _changed(network, every, rows, {}, np.zeros((0, 2)))


def with_links(
    network: StreetNetwork, starts: AccessPoints, ends: AccessPoints, length_m: npt.ArrayLike | None
) -> StreetNetwork:
    """See :meth:`StreetNetwork.with_links`."""
    if not (starts.placed.all() and ends.placed.all()) or len(starts.edge) != len(ends.edge):
        raise ContractError(
            Text(
                "连线两端应各有同样多的点，且都落在路网上。",
                "Links need as many starts as ends, each of them on the network.",
            )
        )
    edge = np.concatenate([starts.edge, ends.edge])
    share = np.concatenate([starts.share, ends.share])
    foot = shapely.get_coordinates(
        shapely.line_interpolate_point(_lines(network, edge), share, normalized=True)
    )
    inside = (share > 0) & (share < 1)
    cut, spot = np.unique(np.column_stack([edge[inside], share[inside]]), axis=0, return_inverse=True)
    node = np.where(share <= 0, network.u[edge], network.v[edge])
    node[inside] = network.nodes + spot.reshape(-1)
    xy = np.empty((len(cut), 2))
    xy[spot.reshape(-1)] = foot[inside]

    cuts = {int(e): cut[cut[:, 0] == e, 1] for e in np.unique(cut[:, 0])}
    kept = np.ones(len(network.u), dtype=np.bool_)
    kept[list(cuts)] = False
    pieces = _pieces(network, cuts)
    half = len(starts.edge)
    metres = np.hypot(*(foot[:half] - foot[half:]).T) if length_m is None else length_m
    links = new_columns(network, half, {"length_m": metres})
    links |= {"u": node[:half], "v": node[half:]}
    rows = {name: np.concatenate([pieces[name], links[name]]) for name in links}
    straight = shapely.linestrings(np.stack([foot[:half], foot[half:]], axis=1))
    lines = np.concatenate([pieces["lines"], straight])
    # pieces of straight streets and links are straight: drawn when somebody looks
    return _changed(network, kept, rows | {"lines": None if network.drawn is None else lines}, cuts, xy)


def carried(access: AccessPoints, now: StreetNetwork, points: Any, limit_m: float) -> AccessPoints:
    """See :meth:`StreetNetwork.carried`."""
    if access.network is now:
        return access
    if now.change is None:
        raise ContractError(
            Text(
                "点位所在的路网与此路网无关。",
                "The access points are on a network that this one did not come from.",
            )
        )
    change = now.change
    access = carried(access, change.before, points, limit_m)
    edge, share, gap_m = change.edge_now[access.edge], access.share.copy(), access.gap_m.copy()
    edge[~access.placed] = NOWHERE
    for split, cuts in change.cuts.items():
        here = np.flatnonzero(access.edge == split)
        bounds = np.concatenate([[0.0], cuts, [1.0]])
        piece = np.clip(np.searchsorted(cuts, share[here], side="right"), 0, len(cuts))
        edge[here] += piece.astype(np.int32)
        share[here] = (share[here] - bounds[piece]) / (bounds[piece + 1] - bounds[piece])
    lost = np.flatnonzero(access.placed & (edge == NOWHERE))
    gap_m[lost] = np.inf
    if points is not None and len(lost):
        geometry = np.asarray(getattr(points, "geometry", points), dtype=np.object_)
        again = snap(now, geometry[lost], limit_m=limit_m)
        edge[lost], share[lost], gap_m[lost] = again.edge, again.share, again.gap_m
    return AccessPoints(now, access.owners, access.owner, edge, share, gap_m)


def new_columns(network: StreetNetwork, count: int, given: dict[str, Any]) -> dict[str, Any]:
    """A value in each column for new edges; what is not given is open, level, and of no class."""
    usual = {
        "forward": True, "backward": True, "climb_m": np.nan, "stairs": False, "street_class": "",
        "limit_kmh": np.nan,
        "edge_id": int(network.edge_id.max(initial=-1)) + 1 + np.arange(count),
    }  # fmt: skip
    return {name: np.broadcast_to(np.asarray((usual | given)[name]), (count,)) for name in _COLUMNS}


def _pieces(network: StreetNetwork, cuts: dict[int, Floats]) -> dict[str, Any]:
    """The pieces of split edges, edge by edge, each from u to v; nodes at cuts are numbered in the same order."""
    shares = list(cuts.values())
    edge = np.repeat(np.array(list(cuts), dtype=np.int64), [len(s) + 1 for s in shares])
    begin = np.concatenate([np.concatenate([[0.0], s]) for s in shares]) if shares else np.zeros(0)
    end = np.concatenate([np.concatenate([s, [1.0]]) for s in shares]) if shares else np.zeros(0)
    is_first, is_last = begin == 0.0, end == 1.0
    cuts_before = np.cumsum(~is_last) - ~is_last
    rows = {name: getattr(network, name)[edge] for name in _COLUMNS}
    rows["length_m"] = rows["length_m"] * (end - begin)
    rows["climb_m"] = rows["climb_m"] * (end - begin)
    lines = [
        substring(line, a, b, normalized=True)
        for line, a, b in zip(_lines(network, edge), begin, end, strict=True)
    ]
    return rows | {
        "u": np.where(is_first, network.u[edge], network.nodes + cuts_before - 1),
        "v": np.where(is_last, network.v[edge], network.nodes + cuts_before),
        "lines": np.array(lines, dtype=np.object_),
    }


def _changed(
    network: StreetNetwork,
    kept: npt.NDArray[np.bool_],
    rows: dict[str, Any] | None,
    cuts: dict[int, Floats],
    xy: Floats,
) -> StreetNetwork:
    """The network with some of its edges, then new rows of edges, and new nodes at the end."""
    edge_now = np.full(len(kept), NOWHERE, dtype=np.int32)
    edge_now[kept] = np.arange(kept.sum(), dtype=np.int32)
    at = int(kept.sum())
    for edge, shares in cuts.items():
        edge_now[edge] = at
        at += len(shares) + 1
    change = Change(network, edge_now, cuts, added=rows is not None)

    def column(name: str) -> npt.NDArray[Any]:
        old = getattr(network, name)[kept]
        return old if rows is None else np.concatenate([old, rows[name]])

    places = np.concatenate([network.xy, xy])
    drawn = None if network.drawn is None else network.drawn[kept]
    if rows is not None and not (drawn is None and rows["lines"] is None):
        old = network.lines[kept] if drawn is None else drawn
        straight = np.stack([places[rows["u"]], places[rows["v"]]], axis=1)
        new = shapely.linestrings(straight) if rows["lines"] is None else rows["lines"]
        drawn = np.concatenate([old, new])
    columns: dict[str, Any] = {name: column(name) for name in _COLUMNS}
    new_nodes = np.arange(network.nodes, len(places), dtype=np.int32)
    return replace(
        network,
        xy=places,
        node_at=np.concatenate([network.node_at, new_nodes]),
        u=column("u").astype(np.int32),
        v=column("v").astype(np.int32),
        drawn=drawn,
        change=change,
        **columns,
    )


def _lines(network: StreetNetwork, edge: Int32s | Int64s) -> npt.NDArray[np.object_]:
    """Lines of some edges, without drawing all."""
    if network.drawn is not None:
        return network.drawn[edge]
    lines: npt.NDArray[np.object_] = shapely.linestrings(
        np.stack([network.xy[network.u[edge]], network.xy[network.v[edge]]], axis=1)
    )
    return lines
