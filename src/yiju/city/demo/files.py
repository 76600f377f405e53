"""The demo city as files: each in a format that the readers take, the same bytes for the same seed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from yiju.city.datum import from_wgs84
from yiju.city.demo.people import BANDS
from yiju.city.demo.registers import OPENING
from yiju.city.demo.services import supplies
from yiju.city.demo.site import CRS, Site

if TYPE_CHECKING:
    from pathlib import Path

    from yiju.city.demo.arrays import Floats
    from yiju.city.demo.gazetteer import Gazetteer
    from yiju.city.demo.townscape import Townscape

# Digits of a degree: a tenth of a metre and finer.
_DEGREE_DIGITS = 7


def write_csv(frame: pd.DataFrame, file: Path) -> None:
    """A table as offices save it: UTF-8 with a mark that spreadsheets know, one line ending."""
    frame.to_csv(
        file, index=False, encoding="utf-8-sig", lineterminator="\n", date_format="%Y-%m-%d %H:%M:%S"
    )


def write_boundaries(gazetteer: Gazetteer, file: Path, site: Site) -> None:
    """All places in one GeoJSON file, largest first."""

    def degrees(xy: Floats) -> Floats:
        return np.asarray(np.round(np.column_stack(site.to_degrees(xy)), _DEGREE_DIGITS), dtype=np.float64)

    features = []
    for place in gazetteer.places:
        shape = shapely.transform(shapely.set_precision(place.shape, 0.01), degrees)
        properties = {
            "id": place.place_id, "level": place.level, "name": place.name.zh, "name_en": place.name.en,
            "parent": place.parent_id,
        }  # fmt: skip
        features.append(
            {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)}
        )
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")


def write_residents(town: Townscape, file: Path, site: Site) -> None:
    """Cells of residents with ages, as points."""
    lon, lat = site.to_degrees(town.cells.xy)
    frame = pd.DataFrame(
        {
            "cell_id": [f"c{k:06d}" for k in range(1, len(lon) + 1)],
            "lon": np.round(lon, _DEGREE_DIGITS),
            "lat": np.round(lat, _DEGREE_DIGITS),
            "people": town.cells.people,
        }
    )
    write_csv(frame.assign(**{band: town.cells.ages[:, k] for k, band in enumerate(BANDS)}), file)


def table_services() -> list[str]:
    """The services for which the city's own facility table is complete."""
    return [code for code, supply in supplies().items() if supply.table]


def write_facilities(town: Townscape, file: Path, site: Site) -> None:
    """The city's own facility table, in the coordinates of a map vendor (GCJ-02), as such tables come."""
    known = set(table_services())
    rows = [f for f in town.facilities if f.service in known]
    lon, lat = site.to_degrees(np.array([f.xy for f in rows]))
    shifted = from_wgs84(lon, lat, "gcj02")
    frame = pd.DataFrame(
        {
            "编号": [f"F{k:05d}" for k in range(1, len(rows) + 1)],
            "名称": [f.zh for f in rows],
            "服务": [";".join((f.service, *supplies()[f.service].also)) for f in rows],
            "经度": np.round(shifted[0], _DEGREE_DIGITS),
            "纬度": np.round(shifted[1], _DEGREE_DIGITS),
            "容量": pd.array([f.places for f in rows], dtype="Int64"),
            "建筑面积": [f.floor_m2 for f in rows],
            "用地面积": [f.land_m2 for f in rows],
            "开放时间": [OPENING.get(f.service) for f in rows],
        }
    )
    write_csv(frame, file)


def write_requests(requests: pd.DataFrame, file: Path, site: Site) -> None:
    """The request log, with coordinates where the request has a place."""
    xy = requests[["x", "y"]].to_numpy(dtype=np.float64)
    lon, lat = site.to_degrees(xy)
    placed = np.isfinite(xy[:, 0])
    out = requests.drop(columns=["x", "y"])
    out["lon"] = np.where(placed, np.round(lon, 6), np.nan)
    out["lat"] = np.where(placed, np.round(lat, 6), np.nan)
    write_csv(out, file)


def write_rain(days: np.ndarray, rain_mm: Floats, file: Path) -> None:
    """Daily rain; an empty cell where the gauge was out of order."""
    write_csv(pd.DataFrame({"date": days.astype(str), "rain_mm": rain_mm}), file)


def write_elevation(town: Townscape, file: Path, site: Site) -> None:
    """The elevation model as a GeoTIFF in the grid of the city, decimetres."""
    import rasterio  # noqa: PLC0415 - only who writes a raster pays for it

    lattice = town.land.lattice
    east, north = site.to_grid(np.array([[lattice.x0, lattice.y0 + (lattice.ny - 1) * lattice.step_m]]))[0]
    half = lattice.step_m / 2
    corner = rasterio.Affine(lattice.step_m, 0.0, east - half, 0.0, -lattice.step_m, north + half)
    profile = {
        "driver": "GTiff", "dtype": "float32", "count": 1, "width": lattice.nx, "height": lattice.ny, "crs": CRS,
        "transform": corner, "compress": "deflate", "predictor": 3, "nodata": -9999.0,
    }  # fmt: skip
    with rasterio.open(file, "w", **profile) as raster:
        raster.write(np.round(town.land.ground[::-1], 1).astype(np.float32), 1)
