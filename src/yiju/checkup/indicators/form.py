"""F01 to F03 and F07: streets, junctions, density of the built-up area, and the size of communities.

A street runs between two pieces of land, and each of them has half of it: half of its length counts for the
place on its left, half for that on its right, where there is built-up land. So the lengths of places add up
to those of the city, and a road through fields does not make a city denser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from yiju.access.intervals import wilson
from yiju.checkup.blocks import Block, NotMeasurable, ratio
from yiju.checkup.registry import computes
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yiju.checkup.context import Context
    from yiju.checkup.indicator import Indicator

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Land on one side of a street is looked for this far from its middle line, and within this distance of that
# point: together 30 m, half of the widest urban roads of CJJ 37-2012 with their green strips (a proposal of
# ours).
_BESIDE_M = 15.0
_M2_PER_KM2 = 1e6
# A junction is where three streets meet (GHSCI: intersections of the pedestrian network, dead ends left out).
_FEWEST_ARMS = 3


@computes("F01")
def road_density(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Length of streets per built-up area."""
    edges = _streets(city)
    halved = edges["street_class"].isin(indicator.parameters["halved_when_one_way"]) & (
        edges["drive_forward"] != edges["drive_backward"]
    )
    length_km = np.where(halved, 0.5, 1.0) * edges["length_m"].to_numpy(dtype=np.float64) / 1000
    land, edge = _land_beside(
        city, shapely.line_interpolate_point(edges.geometry.to_numpy(), 0.5, normalized=True), edges
    )
    for variant in indicator.variants:
        wanted = edges["street_class"].isin(variant.parameters["street_classes"]).to_numpy(dtype=bool)
        sides = wanted[edge]
        km = _summed_by_land(city, land[sides], length_km[edge[sides]] / 2)
        yield _per_built_km2(city, "official", variant.code, km)


@computes("F02")
def junction_density(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Junctions of three streets or more per built-up area."""
    variant = indicator.variants[0]
    edges = _streets(city)
    edges = edges[edges["street_class"].isin(variant.parameters["street_classes"])]
    arms = pd.concat([edges["u"], edges["v"]]).value_counts()
    nodes = city.table("street_nodes")
    at = nodes[nodes["node_id"].isin(arms.index[arms >= _FEWEST_ARMS])]
    points = merged(shapely.get_coordinates(at.geometry.to_numpy()), float(indicator.parameters["merge_m"]))
    built = city.built_up.geometry.to_numpy()
    junction, land = shapely.STRtree(built).query(
        shapely.points(points), predicate="dwithin", distance=2 * _BESIDE_M
    )
    shared = 1.0 / np.bincount(junction, minlength=len(points))[junction]
    yield _per_built_km2(city, "official", variant.code, _summed_by_land(city, land, shared))


@computes("F03")
def density(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Density of communities as the average resident meets it, and the land of the densest."""
    city.need_counts()
    places = city.places
    level = next(level for level in ("community", "subdistrict", "district", "city") if len(places.at(level)))
    people = city.cell_within.sums(city.people().people)
    area_km2 = np.where(city.built_area_m2 > 0, city.built_area_m2, places.area_m2) / _M2_PER_KM2
    per_km2 = np.nan_to_num(ratio(people, area_km2, per=1.0))
    limit = next(
        float(v.parameters["people_per_km2"]) for v in indicator.variants if "people_per_km2" in v.parameters
    )
    lived_in = places.summed(people, level)
    weighted = ratio(places.summed(people * per_km2, level), lived_in, per=1.0)
    dense_km2 = places.summed(np.where(per_km2 > limit, area_km2, 0.0), level)
    dense_km2 = np.where(lived_in > 0, dense_km2, np.nan)
    status = city.status("all")
    empty = Text("此处没有居民。", "nobody lives here.")
    yield Block("table", "density", value=weighted, n=people, status=status, empty=empty)
    yield Block("table", "land15k", value=dense_km2, n=people, status=status, empty=empty)


@computes("F07")
def community_size(city: Context, indicator: Indicator) -> Iterable[Block]:
    """Communities of the size that the handbook asks for, too large, and too small."""
    city.need_counts()
    places = city.places
    given = places.frame["origin"].to_numpy(dtype=object)[places.at("community")] == "given"
    if not given.any():
        raise NotMeasurable(
            Text(
                "需要社区边界（近似社区即按此规模划分，不作评价）。",
                "needs boundaries of communities (approximate ones were cut to this size).",
            )
        )
    people = city.cell_within.sums(city.people().people)
    least, most = (float(indicator.parameters[k]) for k in ("least_people", "most_people"))
    lived_in = places.summed(people > 0, "community")
    small, large = (
        places.summed(odd, "community") for odd in ((people > 0) & (people < least), people > most)
    )
    fit = lived_in - small - large
    low, high = wilson(fit, lived_in)
    status, empty = city.status("all"), Text("此处没有居民。", "nobody lives here.")
    yield Block(
        "table", "fit", value=ratio(fit, lived_in), numerator=fit, denominator=lived_in, n=lived_in,
        low=100 * low, high=100 * high, status=status, empty=empty,
    )  # fmt: skip
    for variant, number in (("large", large), ("small", small)):
        yield Block(
            "table",
            variant,
            value=np.where(lived_in > 0, number, np.nan),
            n=lived_in,
            status=status,
            empty=empty,
        )


def merged(xy: Floats, within_m: float) -> Floats:
    """Points that are near each other as one point in their middle, such as the corners of one wide junction.

    Examples
    --------
    >>> merged(np.array([[0.0, 0.0], [10.0, 0.0], [100.0, 0.0]]), within_m=15).tolist()
    [[5.0, 0.0], [100.0, 0.0]]
    """
    if not len(xy):
        return xy
    points = shapely.points(xy)
    point, near = shapely.STRtree(points).query(points, predicate="dwithin", distance=within_m)
    first = np.arange(len(xy))
    while True:  # the first point of a cluster is handed on from neighbour to neighbour; junctions are a few steps wide
        handed = first.copy()
        np.minimum.at(handed, point, first[near])
        if np.array_equal(handed, first):
            break
        first = handed
    _, cluster, size = np.unique(first, return_inverse=True, return_counts=True)
    return np.column_stack([np.bincount(cluster, weights=xy[:, i]) / size for i in (0, 1)])


def _streets(city: Context) -> pd.DataFrame:
    edges = city.table("street_edges")
    if not len(edges):
        raise NotMeasurable(Text("需要街道路网。", "needs a street network."))
    return edges


def _land_beside(city: Context, middle: Sequence[object], edges: pd.DataFrame) -> tuple[Ints, Ints]:
    """The built-up parcel on each side of each street that has one: parcel rows, edge rows."""
    points = np.asarray(middle, dtype=object)
    ahead = shapely.get_coordinates(
        shapely.line_interpolate_point(
            edges.geometry.to_numpy(), np.minimum(0.5 + 1e-3, 1.0), normalized=True
        )
    )
    xy = shapely.get_coordinates(points)
    along = ahead - xy
    norm = np.hypot(along[:, 0], along[:, 1])
    across = np.column_stack([-along[:, 1], along[:, 0]]) / np.where(norm > 0, norm, 1.0)[:, None]
    sides = shapely.points(np.concatenate([xy + _BESIDE_M * across, xy - _BESIDE_M * across]))
    side, parcel = _nearest_parcels(city.built_up.geometry.to_numpy(), sides)
    return parcel, side % len(points)


def _nearest_parcels(parcels: npt.NDArray[np.object_], points: npt.NDArray[np.object_]) -> tuple[Ints, Ints]:
    """Points with a parcel near them, in order, and the nearest parcel of each: nearly always the one they lie in."""
    parcel, point = shapely.STRtree(points).query(parcels, predicate="intersects")
    outside = np.setdiff1d(np.arange(len(points)), point)
    found, near = shapely.STRtree(parcels).query(points[outside], predicate="dwithin", distance=_BESIDE_M)
    point, parcel = np.concatenate([point, outside[found]]), np.concatenate([parcel, near])
    away = shapely.distance(points[point], parcels[parcel])
    order = np.lexsort((parcel, away, point))
    point, first = np.unique(point[order], return_index=True)
    return point.astype(np.int64), parcel[order[first]].astype(np.int64)


def _summed_by_land(city: Context, parcel: Ints, value: Floats) -> Floats:
    return city.built_within.sums(np.bincount(parcel, weights=value, minlength=len(city.built_up)))


def _per_built_km2(city: Context, method: str, variant: str, amount: Floats) -> Block:
    area_km2 = city.built_area_m2 / _M2_PER_KM2
    return Block(
        method,
        variant,
        value=ratio(amount, area_km2, per=1.0),
        numerator=amount,
        denominator=area_km2,
        status="modelled",
        empty=Text("此处没有（近似）建成区。", "no (approximate) built-up area here."),
    )
