"""Heights from elevation models: at points, along streets, and as the terrain of the city.

Any raster that GDAL reads will do: GeoTIFF, SRTM tiles (``.hgt``, also zipped). Heights are metres, in the first
band. What the file calls no data is unknown, and so is what no ground on Earth can be.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from affine import Affine
from pyproj import CRS, Transformer
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.warp import reproject
from rasterio.windows import Window, from_bounds

from yiju.city.readers.tabular import unreadable
from yiju.city.readers.terrain import fill_hollows, hang_between, slope_deg, upstream_cells
from yiju.city.tables import STREET_EDGES, STREET_NODES, TERRAIN
from yiju.errors import InputError
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Files = Path | str | Sequence[Path | str]

# The lowest and highest land: shore of the Dead Sea (-430 m), Mount Everest (8,849 m), with room to spare.
LOWEST_M, HIGHEST_M = -500.0, 9000.0
# A lattice of 30 m is what SRTM and Copernicus GLO-30 resolve; more cells than this are of no use on a map.
CELL_M = 30.0
MOST_CELLS = 400_000
# Land beyond the boundary that is looked at, because it drains into the city. Our own choice.
MARGIN_M = 1500.0
# Pixels of the source for each cell, at most: a finer model is read at reduced resolution.
PIXELS_PER_CELL = 2.0


@dataclass(frozen=True)
class _Model:
    """A piece of an elevation model in its own coordinate system; NaN where the height is unknown."""

    heights_m: Floats
    transform: Affine
    crs: CRS


def sample_elevation(files: Files, points: gpd.GeoSeries) -> Floats:
    """Read the height at each point, in metres.

    Between four pixel centres the height is interpolated (bilinear); beside an unknown one the nearest counts.
    Of several files that cover a point, the first that knows its height does.

    Parameters
    ----------
    points
        Points with a CRS.

    Returns
    -------
    (n,) heights; NaN where no file knows it.

    Raises
    ------
    InputError
        A file is missing, damaged, or does not say its coordinate system.
    """
    heights = np.full(len(points), np.nan)
    if not len(points):
        return heights
    xy = shapely.get_coordinates(points.to_numpy())
    for file in _listed(files):
        box = tuple(np.concatenate([xy.min(axis=0), xy.max(axis=0)]).tolist())
        model = _read(file, box, points.crs, finest_m=None)
        unknown = np.isnan(heights)
        if model is not None and unknown.any():
            transformer = Transformer.from_crs(points.crs, model.crs, always_xy=True)
            there = np.column_stack(transformer.transform(xy[unknown, 0], xy[unknown, 1]))
            heights[unknown] = _bilinear(model, there)
    return heights


def add_elevation(
    nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame, files: Files
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Give street nodes their elevation and edges their climb, unknown where the model does not reach.

    On bridges and in tunnels the grade is even from end to end, whatever the ground does between them.
    """
    u, v = edges["u"].to_numpy(), edges["v"].to_numpy()
    off_ground = (edges["bridge"] | edges["tunnel"]).to_numpy(dtype=bool)
    ground = sample_elevation(files, nodes.geometry)
    heights = hang_between(ground, u, v, edges["length_m"].to_numpy(), off_ground)
    climbs = heights[v] - heights[u]
    return (
        STREET_NODES.validate(nodes.assign(elevation_m=heights)),
        STREET_EDGES.validate(edges.assign(climb_m=climbs)),
    )


def read_terrain(files: Files, boundary: shapely.Geometry, crs: CRS) -> gpd.GeoDataFrame:
    """Make the terrain of the city: a regular lattice with slope, hollows and drainage.

    The cell is 30 m, or as much larger as keeps a large city at about 400,000 cells. Drainage is that
    of the ground alone, and of no more than 1.5 km beyond the boundary's box: sewers and far catchments are not in it.

    Parameters
    ----------
    boundary
        The city in ``crs``.

    Returns
    -------
    The cells in the boundary whose height is known.

    Raises
    ------
    InputError
        A file is missing or damaged, or no file covers the city.
    """
    west, south, east, north = boundary.bounds
    cell_m = max(CELL_M, float(np.sqrt(max(boundary.area, 1.0) / MOST_CELLS)))
    columns = int(np.ceil((east - west + 2 * MARGIN_M) / cell_m))
    rows = int(np.ceil((north - south + 2 * MARGIN_M) / cell_m))
    # the lattice hangs on whole multiples of its cell, so that ids do not move with the boundary's last metre
    left = np.floor((west - MARGIN_M) / cell_m) * cell_m
    top = np.ceil((north + MARGIN_M) / cell_m) * cell_m
    transform = Affine(cell_m, 0, left, 0, -cell_m, top)
    heights = _mosaic(_listed(files), transform, (rows, columns), crs)
    slope = slope_deg(heights, cell_m)
    filled, order, came_from = fill_hollows(heights)
    upstream = upstream_cells(filled, order, came_from)
    row, column = np.mgrid[0:rows, 0:columns]
    spots = shapely.points(left + (column + 0.5) * cell_m, top - (row + 0.5) * cell_m)
    shapely.prepare(boundary)
    keep = ~np.isnan(heights) & shapely.contains(boundary, spots)
    if not keep.any():
        raise _elsewhere(_listed(files), boundary, crs)
    numbers_x = np.round(left / cell_m).astype(np.int64) + column[keep]
    numbers_y = np.round(top / cell_m).astype(np.int64) - 1 - row[keep]
    frame = gpd.GeoDataFrame(
        {
            "cell_id": [f"{x}_{y}" for x, y in zip(numbers_x.tolist(), numbers_y.tolist(), strict=True)],
            "elevation_m": heights[keep],
            "slope_deg": slope[keep],
            "sink_depth_m": (filled - heights)[keep],
            "upstream_m2": upstream[keep] * cell_m**2,
        },
        geometry=spots[keep],
        crs=crs,
    )
    return TERRAIN.validate(frame)


def _listed(files: Files) -> list[Path]:
    return [Path(files)] if isinstance(files, str | Path) else [Path(file) for file in files]


def _read(file: Path, box: tuple[float, ...], box_crs: CRS, *, finest_m: float | None) -> _Model | None:
    """Read the part of a model around a box; none where it does not reach there."""
    if not file.exists():
        raise unreadable(file, FileNotFoundError())
    try:
        with rasterio.open(file) as raster:
            if raster.crs is None:
                raise InputError(
                    Text(
                        "高程文件没有写明坐标系。", "the elevation model does not say its coordinate system."
                    ),
                    file=file,
                    hint=Text("请用 GIS 软件写入坐标系后再试。", "Assign it in a GIS and try again."),
                )
            crs = CRS.from_wkt(raster.crs.to_wkt())
            west, south, east, north = Transformer.from_crs(box_crs, crs, always_xy=True).transform_bounds(
                box[0], box[1], box[2], box[3]
            )
            around = from_bounds(west, south, east, north, raster.transform)
            window = _widened(around, raster.width, raster.height)
            if window is None:
                return None
            step = 1.0
            if finest_m is not None:
                pixel_m = _pixel_m(raster.transform, crs, (south + north) / 2)
                step = max(1.0, finest_m / PIXELS_PER_CELL / pixel_m)
            shape = (max(1, round(window.height / step)), max(1, round(window.width / step)))
            read = raster.read(1, window=window, masked=True, out_shape=shape, resampling=Resampling.average)
            whole = raster.transform
            scale, offset = raster.scales[0], raster.offsets[0]
    except RasterioError as cause:
        raise unreadable(file, cause) from cause
    heights = read.astype(np.float64).filled(np.nan) * scale + offset
    heights[(heights < LOWEST_M) | (heights > HIGHEST_M)] = np.nan
    return _Model(heights, _part(whole, window, heights.shape), crs)


def _widened(around: Window, width: int, height: int) -> Window | None:
    """Widen a window by two pixels and cut it to the raster."""
    left, top = max(0, int(np.floor(around.col_off)) - 2), max(0, int(np.floor(around.row_off)) - 2)
    right = min(width, int(np.ceil(around.col_off + around.width)) + 2)
    bottom = min(height, int(np.ceil(around.row_off + around.height)) + 2)
    if left >= right or top >= bottom:
        return None
    return Window(left, top, right - left, bottom - top)


def _part(whole: Affine, window: Window, shape: tuple[int, ...]) -> Affine:
    """Make the transform of a window read as ``shape``; written out, for ``*`` of affine 3 warns."""
    column, row = window.col_off, window.row_off
    wide, high = window.width / shape[1], window.height / shape[0]
    return Affine(
        whole.a * wide,
        whole.b * high,
        whole.c + whole.a * column + whole.b * row,
        whole.d * wide,
        whole.e * high,
        whole.f + whole.d * column + whole.e * row,
    )


def _pixel_m(transform: Affine, crs: CRS, latitude: float) -> float:
    """Measure the smaller side of a pixel, about."""
    width, height = abs(transform.a), abs(transform.e)
    if not crs.is_geographic:
        return float(min(width, height))
    # a degree of latitude is 111.2 km on the mean sphere of WGS 84 (6,371,008.8 m)
    return float(min(width * np.cos(np.radians(latitude)), height) * 111_195)


def _bilinear(model: _Model, xy: Floats) -> Floats:
    rows, columns = model.heights_m.shape
    back = ~model.transform
    x = back.a * xy[:, 0] + back.b * xy[:, 1] + back.c
    y = back.d * xy[:, 0] + back.e * xy[:, 1] + back.f
    inside = (x >= 0) & (x <= columns) & (y >= 0) & (y <= rows)
    x, y = np.clip(x - 0.5, 0, columns - 1), np.clip(y - 0.5, 0, rows - 1)
    left, top = np.minimum(x.astype(int), max(columns - 2, 0)), np.minimum(y.astype(int), max(rows - 2, 0))
    right, bottom = np.minimum(left + 1, columns - 1), np.minimum(top + 1, rows - 1)
    tx, ty = x - left, y - top
    grid = model.heights_m
    mixed = (grid[top, left] * (1 - tx) + grid[top, right] * tx) * (1 - ty) + (
        grid[bottom, left] * (1 - tx) + grid[bottom, right] * tx
    ) * ty
    nearest = grid[np.rint(y).astype(int), np.rint(x).astype(int)]
    heights: Floats = np.where(inside, np.where(np.isnan(mixed), nearest, mixed), np.nan)
    return heights


def _mosaic(files: Sequence[Path], transform: Affine, shape: tuple[int, int], crs: CRS) -> Floats:
    """Lay the models on one lattice; where several know a height, the first does."""
    whole = np.full(shape, np.nan)
    box = (
        transform.c,
        transform.f + shape[0] * transform.e,
        transform.c + shape[1] * transform.a,
        transform.f,
    )
    for file in files:
        model = _read(file, box, crs, finest_m=transform.a)
        if model is None:
            continue
        laid = np.full(shape, np.nan)
        reproject(
            model.heights_m,
            laid,
            src_transform=model.transform,
            src_crs=model.crs.to_wkt(),
            src_nodata=np.nan,
            dst_transform=transform,
            dst_crs=crs.to_wkt(),
            dst_nodata=np.nan,
            resampling=Resampling.bilinear,
        )
        whole = np.where(np.isnan(whole), laid, whole)
    return whole


def _elsewhere(files: Sequence[Path], boundary: shapely.Geometry, crs: CRS) -> InputError:
    box = ", ".join(f"{edge:.0f}" for edge in boundary.bounds)
    others = Text(f"（共 {len(files)} 个文件）", f" ({len(files)} files)") if len(files) > 1 else Text("", "")
    return InputError(
        Text(
            f"高程数据{others.zh}未覆盖城市范围（{box}，{crs.name}）。",
            f"the elevation model{others.en} does not cover the city ({box} in {crs.name}).",
        ),
        file=files[0],
        hint=Text("请核对高程文件与城市边界的坐标系。", "Check the file, and the CRS of the boundary."),
    )
