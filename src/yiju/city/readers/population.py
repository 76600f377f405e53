"""Where people live: from a raster, a grid, polygons, points or a table, to cells with people and ages.

Rules:

1. A raster is not resampled: each pixel with people becomes a point at its centre, so nobody is lost or made
   by a change of CRS. Pixels without data, not finite or empty make no cell; negative ones are reported.
2. A polygon of at most a 250 m square is its own point (the centroid, or a point inside where the centroid is
   not). A larger one is spread over the homes inside it by floor area (:mod:`yiju.city.dasymetric`), where they
   are mapped; else it is represented by a lattice of points inside it, 200 m apart (wider in polygons of more
   than 2,500 points), which share its people and ages equally: status ``modelled``. Points keep their place.
3. ``columns`` says which column holds ``total`` and ``id`` (and ``lon``, ``lat`` of a table); ``bands`` says
   which hold the age bands: ``{age_0_9 = "IKA0_9"}``; a list of columns is added up. Columns that are already
   called ``age_0_9`` need no mapping. Without a ``total`` the bands are added up.
4. ``suppressed`` gives the codes that hide a number; they are unknown, never a count. A plain code or list
   holds for the bands (for the total where there are none); ``{total = -1, bands = 99}`` says it apart. Where
   the bands of a row, codes included, add up to its total, the code is a true count after all.
5. Negative or infinite totals drop the row; a total that is no number makes its people unknown. The same id
   twice with the same people and place is dropped; with others it is kept under an id of its own.
6. ``clip`` keeps the cells whose point lies in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from yiju.city.readers.population_cells import read_population_table, read_population_vector
from yiju.city.readers.tabular import TEXT_FILES
from yiju.city.readers.vector import VECTOR_FILES
from yiju.city.tables import RESIDENTS
from yiju.errors import InputError
from yiju.progress import SILENT
from yiju.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS
    from shapely.geometry.base import BaseGeometry

    from yiju.city.config import Source
    from yiju.city.rejections import Rejections
    from yiju.progress import Progress

RASTER_FILES = (".tif", ".tiff", ".vrt", ".img", ".asc")
_WORKBOOKS = (".xlsx", ".xlsm")

# Beyond this the age shares of the nearest cell say nothing of a place: the reach of a 15-minute life circle,
# 1,000 m (GB 50180-2018, 2.0.3), and as much again.
_SHARES_REACH_M = 2000.0


class Population(NamedTuple):
    """Cells as the contract RESIDENTS says, and what was refused."""

    residents: gpd.GeoDataFrame
    rejections: Rejections


def read_population(
    source: Source,
    file: Path,
    *,
    crs: CRS | str,
    clip: BaseGeometry | None = None,
    homes: gpd.GeoDataFrame | None = None,
    progress: Progress = SILENT,
) -> Population:
    """Read one population source.

    Parameters
    ----------
    source
        Its entry of city.toml, with ``columns``, ``bands``, ``suppressed``, ``crs``, ``layer``.
    file
        GeoTIFF, vector file, CSV or XLSX.
    crs
        Projected CRS of the city.
    clip
        Polygon in that CRS.
    homes
        Buildings that people live in, over which the people of large polygons are spread.

    Returns
    -------
    Population

    Raises
    ------
    InputError
        The file cannot be read, says no CRS, has no column with people, or does not meet the city.
    """
    progress.step(Text(f"读取人口数据 {file.name}", f"Reading population {file.name}"))
    kind = file.suffix.lower()
    if kind in RASTER_FILES:
        from yiju.city.readers.population_raster import read_population_raster  # noqa: PLC0415 - loads GDAL again

        frame, report = read_population_raster(source, file, crs=crs, clip=clip)
    elif kind in TEXT_FILES or kind in _WORKBOOKS:
        frame, report = read_population_table(source, file, crs=crs, clip=clip)
    elif kind in VECTOR_FILES:
        frame, report = read_population_vector(source, file, crs=crs, clip=clip, homes=homes)
    else:
        raise InputError(
            Text(f"不能从 {kind} 文件读取人口。", f"population cannot be read from a {kind} file."),
            file=file,
            hint=Text(
                "请用 GeoTIFF、GeoPackage、CSV 等格式。", "Give a GeoTIFF, a GeoPackage, a CSV or the like."
            ),
        )
    residents = RESIDENTS.validate(frame)
    if len(residents) == 0:
        raise InputError(
            Text("城市范围内没有任何人口单元。", "holds no cell within the city."),
            file=file,
            hint=Text("请核对坐标系与范围。", "Check its coordinate system and extent against the boundary."),
        )
    return Population(residents, report)


def join(total: gpd.GeoDataFrame, shares: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the people of one source the age shares of another.

    1. A cell of ``total`` keeps its people.
    2. It takes the shares of the nearest cell of ``shares`` whose bands are all known, up to 2 km away.
    3. A share is the band over the people of that cell, or over the sum of its bands where those exceed its
       people or its people are unknown.
    4. Farther away, the ages stay unknown. Cells with ages are ``modelled``.

    Parameters
    ----------
    total, shares
        Tables RESIDENTS in one CRS.

    Returns
    -------
    RESIDENTS with the cells of ``total`` and the bands of ``shares``; band sums never exceed people.

    Raises
    ------
    InputError
        ``shares`` has no cell with known ages.
    """
    bands = RESIDENTS.band_columns(shares)
    counts = shares[bands].to_numpy(dtype=np.float64)
    sums = counts.sum(axis=1)
    usable = np.isfinite(sums) & (sums > 0) if bands else np.zeros(len(shares), dtype=bool)
    if not usable.any():
        raise InputError(
            Text(
                "年龄构成数据中没有一个单元的年龄组是完整的。",
                "no cell of the age source has all its bands known.",
            )
        )
    people = shares["people"].to_numpy(dtype=np.float64)
    whole = np.where(np.isfinite(people) & (people >= sums), people, sums)
    share = counts[usable] / whole[usable, None]
    nearest = _nearest(total.geometry, shares.geometry[usable])
    found = nearest >= 0
    result = total.drop(columns=RESIDENTS.band_columns(total)).copy()
    for i, band in enumerate(bands):
        result[band] = np.where(found, share[nearest, i], np.nan) * result["people"].to_numpy(
            dtype=np.float64
        )
    result["status"] = result["status"].mask(found, "modelled")
    names = "+".join(dict.fromkeys(shares["source"]))
    result["source"] = (result["source"] + "+" + names).where(found, result["source"])
    return RESIDENTS.validate(result)


def _nearest(points: gpd.GeoSeries, among: gpd.GeoSeries) -> NDArray[np.int64]:
    """Find for each point the position of the nearest of the others, -1 beyond reach."""
    from scipy.spatial import cKDTree  # noqa: PLC0415 - only a join pays for it

    tree = cKDTree(np.c_[among.x, among.y])
    _, at = tree.query(np.c_[points.x, points.y], distance_upper_bound=_SHARES_REACH_M)
    return np.where(at < len(among), at, -1).astype(np.int64)
