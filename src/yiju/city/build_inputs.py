# ruff: noqa: PLC0415 - each stage imports its reader when it runs, and no other
"""Stages that read the user's files: boundaries, OpenStreetMap, streets, people, timetables, terrain, tables.

Each function is one stage of :mod:`yiju.city.build`: it takes the work at hand and returns its products by
name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yiju.city.dasymetric import homes_suffice, pick_homes, spread_total
from yiju.city.places import cell_reach_m, complete_places, outline
from yiju.city.tables import (
    CANDIDATES,
    COMMUTES,
    FIGURES,
    PLACES,
    RAIN,
    REQUESTS,
    RESIDENTS,
    STOPS,
    TABLES,
    TERRAIN,
)
from yiju.city.within import assign_places, holder, inner_points
from yiju.errors import InputError
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.city.build import Work
    from yiju.city.config import Source

Products = dict[str, pd.DataFrame]

# Streets, facilities and stops count this far outside the boundary (metres): a resident at the edge walks
# across it.
# Source: the longest walk that is measured, 1,000 m in 15 minutes (GB 50180-2018), with room for a detour of
# two.
MARGIN_M = 2_000.0
# A mapped stop this near to one of a timetable with the same mode is that stop (metres).
# Proposal of ours: the two platforms of a stop across a wide avenue, and a careless survey.
SAME_STOP_M = 100.0

_OSM_TABLES = {
    "osm_nodes": "street_nodes",
    "osm_edges": "street_edges",
    "osm_facilities": "facilities",
    "osm_land": "land",
    "buildings": "buildings",
    "water": "water",
    "railways": "railways",
    "osm_stops": "stops",
}


def text(source: Source, option: str) -> str | None:
    """An option that is text; none where it is not said."""
    value = source.options.get(option)
    return None if value is None else str(value)


def words(source: Source, option: str) -> list[str]:
    """An option that is a list of text."""
    value = source.options.get(option)
    return [str(v) for v in value] if isinstance(value, list | tuple) else []


def mapping(source: Source, option: str) -> dict[str, str] | None:
    """An option that is a table of text."""
    value = source.options.get(option)
    return {str(k): str(v) for k, v in value.items()} if isinstance(value, Mapping) else None


def boundaries(work: Work) -> Products:
    """The places that the user gives."""
    sources = work.sources("boundary")
    if not sources:
        return {"given_places": PLACES.empty(work.config.crs)}
    from yiju.city.readers.boundaries import read_boundaries

    read = read_boundaries(sources, crs=work.config.crs)
    work.reject(read.rejections)
    return {"given_places": read.places}


def osm(work: Work) -> Products:
    """All layers of the OpenStreetMap file, inside the boundary and 2 km around it."""
    files = [path for _, path in work.sources("osm")]
    crs = work.config.crs
    if not files:
        empty = {product: TABLES[table].empty(crs) for product, table in _OSM_TABLES.items()}
        return empty | {"gates": gpd.GeoDataFrame({"facility_id": []}, geometry=[], crs=crs)}
    from yiju.city.readers.osm import read_osm

    given = work.get("given_places")
    clip = shapely.buffer(given.geometry.union_all(), MARGIN_M) if len(given) else None
    layers = read_osm(files, crs=crs, clip=clip, progress=work.progress)
    work.reject(layers.rejections)
    made = {product: getattr(layers, table) for product, table in _OSM_TABLES.items()}
    return made | {"gates": layers.gates}


def streets(work: Work) -> Products:
    """The street network: the user's own, else OpenStreetMap's; with elevations where a model tells them."""
    files = work.sources("streets")
    nodes, edges = work.get("osm_nodes"), work.get("osm_edges")
    if files:
        from yiju.city.readers.streets import read_streets

        source, path = files[0]
        read = read_streets(path, crs=work.config.crs, layer=text(source, "layer"))
        work.reject(read.rejections)
        nodes, edges = read.nodes, read.edges
        work.decide("streets", "streets", file=source.file)
    else:
        work.decide("streets", "osm" if len(edges) else "none")
    if len(edges):
        driving = bool((edges["drive_forward"] | edges["drive_backward"]).any())
        work.decide("driving", "present" if driving else "absent")
    models = [path for _, path in work.sources("dem")]
    if models and len(nodes):
        from yiju.city.readers.elevation import add_elevation

        nodes, edges = add_elevation(nodes, edges, models)
    return {"street_nodes": nodes, "street_edges": edges}


def extent(work: Work) -> Products:
    """The city's own outline, and every given place with the one above it."""
    given = work.get("given_places")
    city = given[given["level"] == "city"]
    if len(city):
        choice, outer = "given", city.geometry.union_all()
    elif len(given):
        choice, outer = "union", given.geometry.union_all()
    else:
        choice, outer = _outline_of_data(work)
    work.decide("extent", choice, area_km2=round(outer.area / 1e6, 3))
    return {"city_places": complete_places(given, outer, name=work.config.name, crs=work.config.crs)}


def _outline_of_data(work: Work) -> tuple[str, shapely.Geometry]:
    nodes = work.get("street_nodes")
    if len(nodes):
        return "streets", outline(nodes.geometry.to_numpy())
    people = _read_people(work, None)
    if people is not None and len(people):
        points = people.geometry.to_numpy()
        return "people", outline(points, margin_m=cell_reach_m(points))
    raise InputError(
        Text(
            "没有边界、街道或人口数据，无法确定城市范围。",
            "Nothing says where the city is: there is no boundary, no street and nobody.",
        ),
        hint=Text(
            "请在 city.toml 中加入 boundary、osm、streets 或 population 之一。",
            "Add a boundary, osm, streets or population source to city.toml.",
        ),
    )


def _city(work: Work) -> shapely.Geometry:
    places = work.get("city_places")
    return places.geometry[places["level"] == "city"].union_all()


def _read_people(
    work: Work, clip: shapely.Geometry | None, homes: gpd.GeoDataFrame | None = None
) -> gpd.GeoDataFrame | None:
    from yiju.city.readers.population import join, read_population

    read: dict[str, gpd.GeoDataFrame] = {}
    for source, path in work.sources("population"):
        people = read_population(
            source, path, crs=work.config.crs, clip=clip, homes=homes, progress=work.progress
        )
        work.reject(people.rejections)
        read[str(source.options.get("role", "total"))] = people.residents
    if "total" in read and "shares" in read:
        return join(read["total"], read["shares"])
    return read.get("total")


def population(work: Work) -> Products:
    """People by cell: from files, or the city's total spread over homes; and the homes themselves."""
    city = _city(work)
    homes = pick_homes(work.get("buildings"), work.get("osm_land"), work.get("osm_facilities"))
    total = work.config.population_total
    # An area on the boundary is spread over its homes on both sides, and only then cut.
    people = _read_people(work, city, homes)
    homes = homes[holder(inner_points(homes.geometry.to_numpy()), np.array([city])) == 0]
    if people is not None:
        choice = "file" if total is None else "file, total unused"
    elif total is not None:
        housed = homes_suffice(homes, total)
        land = work.get("osm_land")
        people = spread_total(total, homes, land if housed else land.clip(city), source="city.toml")
        choice = "total" if housed else "total on land" if len(people) else "nowhere"
    else:
        people = RESIDENTS.empty(work.config.crs)
        choice = "none"
    work.decide("population", choice, people=round(float(people["people"].sum())), homes=len(homes))
    return {"people": people, "homes": homes}


def transit(work: Work) -> Products:
    """Stops of the timetables, and mapped stops that no timetable has; headways, routes, and the trips of a day."""
    near = shapely.buffer(_city(work), MARGIN_M)
    mapped = _within(work.get("osm_stops"), near)
    files = [path for _, path in work.sources("gtfs")]
    if not files:
        work.decide("stops", "osm", osm=len(mapped))
        empty = {name: TABLES[name].empty() for name in ("headways", "routes", "trips", "calls", "transfers")}
        return {"all_stops": mapped, **empty}
    from yiju.city.readers.gtfs import read_gtfs

    feeds = read_gtfs(files, crs=work.config.crs, year=work.config.year, progress=work.progress)
    work.reject(feeds.rejections)
    for day in feeds.days:
        work.note("gtfs day", day.why, feed=day.feed, date=None if day.date is None else str(day.date))
    timed = _within(feeds.stops, near)
    if not len(timed):
        raise InputError(
            Text("时刻表中没有一个站点在城市范围附近。", "no stop of the timetables is near the city."),
            file=files[0],
            hint=Text("请核对是否为本市的 GTFS。", "See that it is this city's GTFS."),
        )
    other = mapped[~_stands_for(mapped, timed)]
    work.decide("stops", "gtfs", gtfs=len(timed), osm=len(other))
    here = set(timed["stop_id"])
    # a trip through the city and out of it is a trip between its calls in the city
    calls = feeds.calls[feeds.calls["stop_id"].isin(here)]
    calls = calls[calls.duplicated("pattern_id", keep=False)]
    transfers = feeds.transfers
    return {
        "all_stops": STOPS.validate(pd.concat([timed, other], ignore_index=True)),
        "headways": feeds.headways[feeds.headways["stop_id"].isin(here)],
        "routes": feeds.routes,
        "trips": feeds.trips[feeds.trips["pattern_id"].isin(set(calls["pattern_id"]))],
        "calls": calls,
        "transfers": transfers[transfers["from_stop_id"].isin(here) & transfers["to_stop_id"].isin(here)],
    }


def _within(frame: gpd.GeoDataFrame, area: shapely.Geometry) -> gpd.GeoDataFrame:
    shapely.prepare(area)
    return frame[shapely.intersects(area, frame.geometry.to_numpy())].reset_index(drop=True)


def _stands_for(mapped: gpd.GeoDataFrame, timed: gpd.GeoDataFrame) -> np.ndarray:
    """Which mapped stops are near a stop of the same mode in a timetable."""
    same = np.zeros(len(mapped), dtype=bool)
    for mode in sorted(set(mapped["mode"])):
        here = np.flatnonzero((mapped["mode"] == mode).to_numpy())
        there = timed.geometry[timed["mode"] == mode].to_numpy()
        if len(there):
            points = mapped.geometry.to_numpy()[here]
            near, _ = shapely.STRtree(there).query(points, predicate="dwithin", distance=SAME_STOP_M)
            same[here[near]] = True
    return same


def terrain(work: Work) -> Products:
    """Slope, hollows and catchments on a lattice, from the elevation model."""
    files = [path for _, path in work.sources("dem")]
    if not files:
        return {"terrain": TERRAIN.empty(work.config.crs)}
    from yiju.city.readers.elevation import read_terrain

    return {"terrain": read_terrain(files, _city(work), work.config.crs)}


def requests(work: Work) -> Products:
    """The request log, each request in the place where it happened."""
    files = work.sources("requests")
    if not files:
        return {"requests": REQUESTS.empty(work.config.crs)}
    from yiju.city.readers.requests import read_requests

    frames = []
    for source, path in files:
        read = read_requests(source, path, crs=work.config.crs)
        work.reject(read.rejections)
        frames.append(read.requests)
    together = _last_wins(frames, ["request_id"])
    return {"requests": assign_places(together, work.get("places"))}


def _last_wins(frames: list[gpd.GeoDataFrame], key: list[str]) -> gpd.GeoDataFrame:
    return pd.concat(frames, ignore_index=True).drop_duplicates(key, keep="last").reset_index(drop=True)


def figures(work: Work) -> Products:
    """Official figures; the later file wins where two say the same."""
    files = work.sources("figures")
    if not files:
        return {"figures": FIGURES.empty()}
    from yiju.city.readers.figures import read_figures

    frames = []
    for source, path in files:
        read = read_figures(path, columns=mapping(source, "columns"), places=work.get("places"))
        work.reject(read.rejections)
        frames.append(read.figures)
    return {"figures": _last_wins(frames, list(FIGURES.key))}


def rain(work: Work) -> Products:
    """Daily rain."""
    files = work.sources("rain")
    if not files:
        return {"rain": RAIN.empty()}
    from yiju.city.readers.rain import read_rain

    read = read_rain(*files[0])
    work.reject(read.rejections)
    return {"rain": read.rain}


def commutes(work: Work) -> Products:
    """Commuting flows between places."""
    files = work.sources("commutes")
    if not files:
        return {"commutes": COMMUTES.empty()}
    from yiju.city.readers.commutes import read_commutes

    frames = []
    for source, path in files:
        read = read_commutes(path, columns=mapping(source, "columns"), places=work.get("places"))
        work.reject(read.rejections)
        frames.append(read.commutes)
    return {"commutes": _last_wins(frames, list(COMMUTES.key))}


def candidates(work: Work) -> Products:
    """Spaces that could take in a service; those outside the city are refused."""
    files = work.sources("candidates")
    if not files:
        return {"candidates": CANDIDATES.empty(work.config.crs)}
    from yiju.city.readers.candidates import read_candidates

    frames = []
    for source, path in files:
        read = read_candidates(
            path,
            datum=str(source.options["datum"]),
            crs=work.config.crs,
            city=_city(work),
            columns=mapping(source, "columns"),
            file_crs=source.options.get("crs"),
            layer=text(source, "layer"),
        )
        work.reject(read.rejections)
        frames.append(read.candidates)
    together = _last_wins(frames, list(CANDIDATES.key))
    return {"candidates": assign_places(together, work.get("places"))}
