# ruff: noqa: PLC0415 - each stage imports its reader when it runs, and no other
"""Stages that make what no file holds: parcels, communities, residential land, entrances, and who lies where.

Each function is one stage of :mod:`yiju.city.build`: it takes the work at hand and returns its products by
name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from yiju.city import entrances as entrance_rules
from yiju.city import land as land_rules
from yiju.city import parcels as cutting
from yiju.city.build_inputs import MARGIN_M, Products, mapping, text, words
from yiju.city.folder import read_frame
from yiju.city.places import approximate_communities, too_small
from yiju.city.rejections import Rejections
from yiju.city.splitting import splitting_lines
from yiju.city.tables import FACILITIES, PLACES
from yiju.city.within import assign_places, holder, inner_points, sums

if TYPE_CHECKING:
    import geopandas as gpd

    from yiju.city.build import Work

# A resident's cell this far outside every place (metres) still belongs to the nearest: on a quay, or where
# the outline of the city was drawn roughly. Proposal of ours: half a 250 m cell, the coarsest grid in use.
CELL_REACH_M = 125.0


def parcels(work: Work) -> Products:
    """Parcels, and the borders that they share."""
    edges, railways, water = work.get("street_edges"), work.get("railways"), work.get("water")
    places = work.get("city_places")
    lines, is_barrier = cutting.cutting_streets(edges)
    on_ground = railways.geometry.to_numpy()[railways["on_ground"].to_numpy(dtype=bool)]
    inner = places.loc[places["level"] != "city"].geometry.boundary.to_numpy()
    wet = water.geometry.to_numpy()
    knives = np.concatenate([lines, on_ground, inner, wet[shapely.get_dimensions(wet) == 1]])
    polygons = cutting.cut_parcels(city_outline(work), knives, wet)
    people = work.get("people")
    further = splitting_lines(polygons, people.geometry.to_numpy(), people["people"].to_numpy(dtype=float))
    if len(further) and not (places["level"] == "community").any():
        polygons = cutting.cut_parcels(city_outline(work), np.concatenate([knives, further]), wet)
    borders = cutting.shared_borders(polygons, np.concatenate([lines[is_barrier], on_ground]))
    frame = pd.DataFrame(
        {
            "first": borders.first,
            "second": borders.second,
            "length_m": borders.length_m,
            "barrier_m": borders.barrier_m,
        }
    )
    return {"cut_parcels": cutting.parcel_frame(polygons, places.crs), "borders": frame}


def city_outline(work: Work) -> shapely.Geometry:
    """The city itself."""
    places = work.get("city_places")
    return places.geometry[places["level"] == "city"].union_all()


def places(work: Work) -> Products:
    """All places, with approximate communities where none are given; and the parcels, measured."""
    given, people = work.get("city_places"), work.get("people")
    borders = _borders(work)
    measured = land_rules.measure_parcels(work.get("cut_parcels"), people, work.get("buildings"))
    measured["built_up"] = land_rules.built_up(measured, borders.first, borders.second, borders.length_m)
    built_km2 = measured.loc[measured["built_up"], "area_m2"].sum() / 1e6
    work.decide("built-up area", land_rules.built_up_by(measured), km2=round(float(built_km2), 2))
    if (given["level"] == "community").any():
        work.decide("communities", "given", count=int((given["level"] == "community").sum()))
        settled = given
    else:
        made = _make_communities(work, measured, borders)
        settled = PLACES.validate(pd.concat([given, made], ignore_index=True)) if len(made) else given
    return {"places": settled, "parcels": assign_places(measured, settled)}


def _borders(work: Work) -> cutting.Borders:
    frame = work.get("borders")
    return cutting.Borders(*(frame[c].to_numpy() for c in ("first", "second", "length_m", "barrier_m")))


def _make_communities(work: Work, parcels: gpd.GeoDataFrame, borders: cutting.Borders) -> gpd.GeoDataFrame:
    given = work.get("city_places")
    finest = next(z for z in ("subdistrict", "district", "city") if (given["level"] == z).any())
    polygons = parcels.geometry.to_numpy()
    residents = work.get("people")
    people = sums(
        holder(residents.geometry.to_numpy(), polygons, reach_m=CELL_REACH_M),
        residents["people"].fillna(0.0).to_numpy(dtype=float),
        len(polygons),
    )
    made = approximate_communities(
        polygons,
        people,
        borders,
        crs=given.crs,
        zones=given[given["level"] == finest],
        previous=_previous_communities(work),
        streets=work.get("street_edges"),
    )
    if not len(made):
        work.decide("communities", "none")
        return made
    held = sums(holder(inner_points(polygons), made.geometry.to_numpy()), people, len(made))
    work.decide("communities", "approximate", count=len(made), small=too_small(held))
    return made


def _previous_communities(work: Work) -> gpd.GeoDataFrame | None:
    """Approximate communities of the build before, so that what can stay the same does."""
    file = work.folder.tables_dir / "places.parquet"
    if not file.is_file():
        return None
    before = read_frame(file, geometry=True)
    if not work.config.crs.equals(before.crs, ignore_axis_order=True):
        return None
    mine = before[(before["level"] == "community") & (before["origin"] == "approximate")]
    return mine if len(mine) else None


def residents(work: Work) -> Products:
    """Residents with the places that they live in and the slope that they live on."""
    placed = assign_places(work.get("people"), work.get("places"), reach_m=CELL_REACH_M)
    terrain = work.get("terrain")
    if len(terrain) and len(placed):
        placed["slope_deg"] = _slope_at(placed.geometry.to_numpy(), terrain)
    return {"residents": placed}


def _slope_at(points: np.ndarray, terrain: gpd.GeoDataFrame) -> np.ndarray:
    """Slope of the lattice cell that each point lies in; unknown off the lattice."""
    knots = terrain.geometry.to_numpy()
    tree = shapely.STRtree(knots)
    # The step of the lattice: from a knot to its nearest neighbour.
    (_, _), step = tree.query_nearest(knots[:1], exclusive=True, return_distance=True)
    at, near = tree.query_nearest(points, max_distance=float(step[0]), all_matches=False)
    slope = np.full(len(points), np.nan)
    slope[at] = terrain["slope_deg"].to_numpy(dtype=float)[near]
    return slope


def land(work: Work) -> Products:
    """Land by use, with residential land from the best source there is."""
    osm = work.get("osm_land")
    user = []
    for source, path in work.sources("residential"):
        user.append(land_rules.read_residential(path, crs=work.config.crs, layer=text(source, "layer")))
    chosen = land_rules.choose_residential(
        np.concatenate(user) if user else np.array([], dtype=object),
        osm,
        work.get("parcels"),
        work.get("homes"),
        work.get("people"),
    )
    work.decide("residential land", chosen.choice, share=chosen.share, osm_share=chosen.osm_share)
    return {"land": land_rules.land_table(osm, chosen, work.get("places"), city_outline(work))}


def facilities(work: Work) -> Products:
    """Facilities of OpenStreetMap and of the city's tables, merged, in the city and 2 km around it."""
    merged = work.get("osm_facilities")
    given = work.sources("facilities")
    if given:
        from yiju.city.readers.facilities import merge

        complete = [s for source, _ in given for s in words(source, "complete_for")]
        dropped = Rejections("OpenStreetMap")
        merged = merge(merged, _facility_tables(work), complete_for=complete, report=dropped)
        work.reject(dropped)
    near = shapely.buffer(city_outline(work), MARGIN_M)
    inside = merged[shapely.intersects(near, merged.geometry.to_numpy())]
    return {"facilities": FACILITIES.validate(assign_places(inside, work.get("places")))}


def _facility_tables(work: Work) -> gpd.GeoDataFrame:
    """All facility tables as one; where two give one id to different facilities, the later gets a number."""
    from yiju.city.readers.facilities import read_facilities

    tables: list[gpd.GeoDataFrame] = []
    for number, (source, path) in enumerate(work.sources("facilities"), start=1):
        read = read_facilities(
            path,
            datum=str(source.options["datum"]),
            crs=work.config.crs,
            columns=mapping(source, "columns"),
            file_crs=source.options.get("crs"),
            layer=text(source, "layer"),
            streets=work.get("street_edges"),
        )
        work.reject(read.rejections)
        table = read.facilities
        taken = {i for earlier in tables for i in earlier["facility_id"]}
        clash = table["facility_id"].isin(taken)
        table["facility_id"] = table["facility_id"].mask(clash, table["facility_id"] + f"@{number}")
        tables.append(table)
    return FACILITIES.validate(pd.concat(tables, ignore_index=True))


def entrances(work: Work) -> Products:
    """Entrances of every facility."""
    found = entrance_rules.find_entrances(work.get("facilities"), work.get("gates"), work.get("street_edges"))
    origins = found["origin"].value_counts()
    counts = {origin: int(origins.get(origin, 0)) for origin in ("gate", "boundary", "point")}
    work.decide("entrances", "found", **counts)
    return {"entrances": found}


def stops(work: Work) -> Products:
    """Stops with the places that they are in."""
    return {"stops": assign_places(work.get("all_stops"), work.get("places"))}
