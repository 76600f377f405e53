"""The networks that the engine is measured on, and what is asked of them.

============  =====================================================================================  =========
name          what it is                                                                             nodes
============  =====================================================================================  =========
porto         real: OpenStreetMap, metropolitan area of Porto, 35 x 46 km                            300,752
porto-alegre  real: OpenStreetMap, the middle of Porto Alegre                                        37,329
tiled         real streets, not a real city: 52.5 km2 of Porto Alegre as a tile, 8 x 7 of them       ~1,000,000
huge          the same tile, 28 x 20 times                                                           ~10,000,000
============  =====================================================================================  =========

All nodes of all ways that may be walked, bends included, largest piece only: what a search meets that was given raw
data. Streets are whole decimetres long and may be walked both ways.

Tiles are mirrored, so that a street which the border cuts meets its own image there and goes on::

       tile 0      tile 1      tile 2
    ┌───────────┬───────────┬───────────┐
    │ ──┬─      │      ─┬── │ ──┬─      │       each tile turns its neighbour around;
    │   └───────┼───────┘   │   └───────┼──     a cut street is joined with its image
    └───────────┴───────────┴───────────┘

Lengths are disturbed by up to 2 % in each tile on its own, or the city would be full of ties.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import osmium
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    import numpy.typing as npt

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("YIJU_DATA", ROOT.parent / "shared" / "data"))
CACHE = ROOT / "build" / "bench"
PORTO_PBF = DATA / "city-porto" / "porto_portugal.osm.pbf"
PORTO_ALEGRE_PBF = DATA / "city-porto-alegre" / "poa_osm.pbf"

# Values of `highway` on which nobody walks: OSMnx's for walking (osmnx._overpass), without its cycleways and with
# what leads up and down inside buildings.
NOT_WALKED = {
    "abandoned", "bus_guideway", "construction", "corridor", "elevator", "escalator", "motor", "motorway",
    "motorway_link", "no", "planned", "platform", "proposed", "raceway", "razed",
}  # fmt: skip
# Mean radius of the Earth (IUGG).
EARTH_M = 6_371_008.8
# The tile: metres from the western and southern end of Porto Alegre; inside the city, no water along its border.
TILE_X = (3_500.0, 11_000.0)
TILE_Y = (2_500.0, 9_500.0)
TILES = {"tiled": (8, 7), "huge": (28, 20)}
# Share of nodes where people live, and how many there: a mean of 36, as in a block of flats (synthetic).
LIVED_IN, PEOPLE_SHAPE, PEOPLE_SCALE = 0.6, 1.2, 30.0


@dataclass(frozen=True)
class Streets:
    """A network as arrays: what each of the compared programs is given.

    Attributes
    ----------
    x, y
        (n,) metres.
    u, v
        (m,) the ends of each street; each pair of nodes once.
    decimetres
        (m,) at least 1.
    """

    name: str
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    u: npt.NDArray[np.int32]
    v: npt.NDArray[np.int32]
    decimetres: npt.NDArray[np.int32]

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return len(self.x)

    def __str__(self) -> str:
        return f"{self.name}: {self.nodes:,} nodes, {2 * len(self.u):,} directed edges"


@dataclass(frozen=True)
class Questions:
    """Facilities and people, drawn by a seeded generator, uniform over the nodes (real ones cluster).

    Attributes
    ----------
    services
        (services, facilities) node of each facility; no two of one service at one node.
    capacity
        (facilities,) whole places that a facility offers.
    people
        (n,) whole people who live at each node.
    """

    services: npt.NDArray[np.int64]
    capacity: npt.NDArray[np.int64]
    people: npt.NDArray[np.int64]


def questions(streets: Streets, *, services: int = 30, facilities: int = 300) -> Questions:
    """The same questions for the same network, whenever they are asked."""
    rng = np.random.default_rng(11)
    drawn = [rng.choice(streets.nodes, facilities, replace=False) for _ in range(services)]
    lived_in = rng.random(streets.nodes) < LIVED_IN
    people = np.ceil(rng.gamma(PEOPLE_SHAPE, PEOPLE_SCALE, streets.nodes)).astype(np.int64)
    return Questions(np.stack(drawn), rng.integers(20, 300, facilities), np.where(lived_in, people, 0))


def load(name: str) -> Streets:
    """A network by its name, from ``build/bench`` if it was made before."""
    kept = CACHE / f"{name}.npz"
    if kept.is_file():
        with np.load(kept) as arrays:
            return Streets(name, *(arrays[field] for field in ("x", "y", "u", "v", "decimetres")))
    streets = _make(name)
    CACHE.mkdir(parents=True, exist_ok=True)
    np.savez(kept, x=streets.x, y=streets.y, u=streets.u, v=streets.v, decimetres=streets.decimetres)
    return streets


def _make(name: str) -> Streets:
    if name == "porto":
        return read_walkable(PORTO_PBF, name)
    if name == "porto-alegre":
        return read_walkable(PORTO_ALEGRE_PBF, name)
    return tile(load("porto-alegre"), name, *TILES[name])


def read_walkable(pbf: Path, name: str) -> Streets:
    """Every node and every stretch of the ways that may be walked, read with pyosmium."""
    node_ids, degrees, way_ends = _read_ways(pbf)
    _, first, at = np.unique(node_ids, return_index=True, return_inverse=True)
    within_way = np.ones(max(len(at) - 1, 0), dtype=bool)
    within_way[way_ends[:-1] - 1] = False  # from the end of one way to the start of the next is no street
    lon, lat = np.deg2rad(degrees[first] / 1e7).T
    x, y = lon * EARTH_M * np.cos(lat.mean()), lat * EARTH_M
    x, y = x - x.min(), y - y.min()
    u, v = at[:-1][within_way], at[1:][within_way]
    metres = np.hypot(x[u] - x[v], y[u] - y[v])
    return largest_piece(name, x, y, u, v, metres)


def _read_ways(
    pbf: Path,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Ids and coordinates of the ways' nodes, one way after the other, and where each way ends."""
    ids: list[int] = []
    degrees: list[int] = []
    ends: list[int] = []
    ways = osmium.FileProcessor(str(pbf)).with_locations()
    ways = ways.with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    for way in ways.with_filter(osmium.filter.KeyFilter("highway")):
        tags = way.tags
        foot = tags.get("foot")
        if tags.get("highway") in NOT_WALKED or tags.get("area") == "yes" or foot == "no":
            continue
        if tags.get("access") in {"private", "no"} and foot not in {"yes", "designated", "permissive"}:
            continue
        for node in way.nodes:
            place = node.location
            if place.valid():
                ids.append(node.ref)
                degrees += (place.x, place.y)
        ends.append(len(ids))
    return (
        np.array(ids, dtype=np.int64),
        np.array(degrees, dtype=np.int32).reshape(-1, 2),
        np.array(ends, dtype=np.int64),
    )


def largest_piece(
    name: str,
    x: npt.NDArray[np.float64],
    y: npt.NDArray[np.float64],
    u: npt.NDArray[np.int64],
    v: npt.NDArray[np.int64],
    metres: npt.NDArray[np.float64],
) -> Streets:
    """The largest connected piece, of parallel streets the shortest, lengths rounded to whole decimetres."""
    low, high = np.minimum(u, v).astype(np.int64), np.maximum(u, v).astype(np.int64)
    order = np.lexsort((metres, low * len(x) + high))
    low, high, metres = low[order], high[order], metres[order]
    kept = np.concatenate([[True], (np.diff(low) != 0) | (np.diff(high) != 0)]) & (low != high)
    low, high, metres = low[kept], high[kept], metres[kept]
    graph = coo_matrix((np.ones(len(low), dtype=np.int8), (low, high)), (len(x), len(x))).tocsr()
    piece = connected_components(graph, directed=False)[1]
    inside = piece == np.bincount(piece).argmax()
    number = np.cumsum(inside, dtype=np.int32) - np.int32(1)
    streets = inside[low]
    decimetres = np.maximum(np.rint(metres[streets] * 10), 1).astype(np.int32)
    return Streets(name, x[inside], y[inside], number[low[streets]], number[high[streets]], decimetres)


def tile(streets: Streets, name: str, columns: int, rows: int) -> Streets:
    """The middle of ``streets`` as a tile, mirrored ``columns`` x ``rows`` times; see the head of this file."""
    x, y = streets.x - streets.x.min(), streets.y - streets.y.min()
    width, height = TILE_X[1] - TILE_X[0], TILE_Y[1] - TILE_Y[0]
    inside = (x >= TILE_X[0]) & (x <= TILE_X[1]) & (y >= TILE_Y[0]) & (y <= TILE_Y[1])
    number, size = np.cumsum(inside) - 1, int(inside.sum())
    whole = inside[streets.u] & inside[streets.v]
    u, v = number[streets.u[whole]], number[streets.v[whole]]
    metres, borders = streets.decimetres[whole] / 10, _cut_streets(streets, inside, number)
    x, y = x[inside] - TILE_X[0], y[inside] - TILE_Y[0]
    rng = np.random.default_rng(7)
    parts: list[tuple[npt.NDArray[np.float64], ...]] = []
    joints: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]] = []
    for column in range(columns):
        for row in range(rows):
            first = (column * rows + row) * size
            turned_x, turned_y = column % 2 == 1, row % 2 == 1
            parts.append(
                (
                    column * width + (width - x if turned_x else x),
                    row * height + (height - y if turned_y else y),
                )
            )
            joints.append((u + first, v + first, metres * rng.uniform(0.98, 1.02, len(metres))))
            # a tile that is turned has its east in the west
            if column + 1 < columns:
                cut, across = borders["west" if turned_x else "east"]
                joints.append((cut + first, cut + first + rows * size, across))
            if row + 1 < rows:
                cut, across = borders["south" if turned_y else "north"]
                joints.append((cut + first, cut + first + size, across))
    xs, ys = (np.concatenate(part) for part in zip(*parts, strict=True))
    us, vs, lengths = (np.concatenate(part) for part in zip(*joints, strict=True))
    return largest_piece(name, xs, ys, us, vs, lengths)


def _cut_streets(
    streets: Streets, inside: npt.NDArray[np.bool_], number: npt.NDArray[np.int64]
) -> dict[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]]:
    """For each border the nodes in the tile from which a street crosses it, and the metres to their own images."""
    cut = inside[streets.u] != inside[streets.v]
    u_inside = inside[streets.u[cut]]
    near = np.where(u_inside, streets.u[cut], streets.v[cut])
    far = np.where(u_inside, streets.v[cut], streets.u[cut])
    x, y = streets.x - streets.x.min(), streets.y - streets.y.min()
    walls = {"east": (x, TILE_X[1]), "west": (x, TILE_X[0]), "north": (y, TILE_Y[1]), "south": (y, TILE_Y[0])}
    share = np.full((len(walls), len(near)), np.inf)
    for wall, (at, border) in enumerate(walls.values()):
        crosses = (at[near] - border) * (at[far] - border) < 0
        share[wall, crosses] = ((border - at[near]) / (at[far] - at[near]))[crosses]
    first_wall = share.argmin(axis=0)  # one that leaves through a corner leaves where it meets the first wall
    metres = np.maximum(2 * share.min(axis=0) * streets.decimetres[cut] / 10, 1.0)
    return {
        wall: (number[near[first_wall == code]], metres[first_wall == code])
        for code, wall in enumerate(walls)
    }
