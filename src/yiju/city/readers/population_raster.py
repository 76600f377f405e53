"""People from a raster, window by window, without resampling."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from pyproj import CRS, Transformer
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from yiju.city.readers.tabular import unreadable
from yiju.city.readers.vector import crs_of
from yiju.city.rejections import Rejections
from yiju.errors import InputError
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from affine import Affine
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from yiju.city.config import Source

# Pixels in memory at a time; some tens of megabytes with their coordinates.
_PIXELS_AT_A_TIME = 1 << 21


def read_population_raster(
    source: Source, file: Path, *, crs: CRS | str, clip: BaseGeometry | None
) -> tuple[gpd.GeoDataFrame, Rejections]:
    """Turn the pixels with people into cells, by rule 1 of :mod:`yiju.city.readers.population`.

    ``columns.total`` is the number of the raster's band with people, 1 where it is not said; ``bands`` gives
    the numbers of those with ages.

    Raises
    ------
    InputError
        The raster cannot be read, says no CRS, lacks a band, or does not meet the city.
    """
    report = Rejections(file.name)
    if not file.exists():
        raise unreadable(file, FileNotFoundError())
    try:
        with warnings.catch_warnings():  # a raster that does not say where it is gets an error of ours
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            opened = rasterio.open(file)
        with opened as raster:
            numbers = _band_numbers(source, raster.count, file)
            raster_crs = _crs(source, raster.crs, file)
            window = _window(raster, raster_crs, crs, clip, file)
            blocks = [
                _cells(raster, part, list(numbers.values()), raster_crs, crs, clip, report)
                for part in _parts(window)
            ]
    except RasterioError as cause:
        raise unreadable(file, cause) from cause
    row, col, x, y, values = (np.concatenate(c) for c in zip(*blocks, strict=True))
    ids = [f"{file.stem}:{r}:{c}" for r, c in zip(row, col, strict=True)]
    frame = pd.DataFrame({"cell_id": pd.Series(ids, dtype="str"), "status": "measured", "source": file.name})
    for i, name in enumerate(numbers):
        frame[name] = values[:, i]
    return gpd.GeoDataFrame(frame, geometry=shapely.points(x, y), crs=crs), report


def _band_numbers(source: Source, count: int, file: Path) -> dict[str, int]:
    columns, bands = source.options.get("columns", {}), source.options.get("bands", {})
    total = columns.get("total", 1) if isinstance(columns, dict) else 1
    named: Mapping[str, object] = {"people": total, **(bands if isinstance(bands, dict) else {})}
    numbers: dict[str, int] = {}
    for name, number in named.items():
        if not str(number).isdecimal() or not 1 <= int(str(number)) <= count:
            raise InputError(
                Text(f"没有第 {number} 波段；共有 {count} 个。", f"has no band {number}; it has {count}."),
                file=file,
                field=name,
            )
        numbers[name] = int(str(number))
    return numbers


def _crs(source: Source, found: rasterio.crs.CRS | None, file: Path) -> CRS:
    given = source.options.get("crs")
    if given is not None:
        return crs_of(given, file)
    if found is None:
        raise InputError(
            Text("栅格没有写明坐标系。", "the raster does not say its coordinate system."),
            file=file,
            hint=Text('请在该数据源中写 crs = "EPSG:…"。', 'Say crs = "EPSG:..." in its [[source]].'),
        )
    return CRS.from_wkt(found.to_wkt())


def _window(
    raster: rasterio.DatasetReader, raster_crs: CRS, crs: CRS | str, clip: BaseGeometry | None, file: Path
) -> Window:
    """Choose the part of the raster that covers the city."""
    whole = Window(0, 0, raster.width, raster.height)
    if clip is None:
        return whole
    west, south, east, north = clip.bounds
    to_raster = Transformer.from_crs(crs, raster_crs, always_xy=True)
    west, south, east, north = to_raster.transform_bounds(west, south, east, north, densify_pts=51)
    xs, ys = np.array([west, west, east, east]), np.array([south, north, south, north])
    cols, rows = _apply(~raster.transform, xs, ys)
    left, top = max(0, int(np.floor(cols.min()))), max(0, int(np.floor(rows.min())))
    right, bottom = min(raster.width, int(np.ceil(cols.max()))), min(raster.height, int(np.ceil(rows.max())))
    if right <= left or bottom <= top:
        raise InputError(
            Text("栅格不覆盖本市。", "the raster does not cover the city."),
            file=file,
            hint=Text("请核对栅格的坐标系与范围。", "Check its coordinate system and extent."),
        )
    return Window(left, top, right - left, bottom - top)


def _apply(
    transform: Affine, x: NDArray[np.floating[Any]], y: NDArray[np.floating[Any]]
) -> tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]:
    """Carry arrays of coordinates through an affine transform."""
    return (
        transform.a * x + transform.b * y + transform.c,
        transform.d * x + transform.e * y + transform.f,
    )


def _parts(window: Window) -> Iterator[Window]:
    rows = max(1, _PIXELS_AT_A_TIME // max(1, window.width))
    for top in range(window.row_off, window.row_off + window.height, rows):
        height = min(rows, window.row_off + window.height - top)
        yield Window(window.col_off, top, window.width, height)


def _cells(
    raster: rasterio.DatasetReader,
    window: Window,
    numbers: list[int],
    raster_crs: CRS,
    crs: CRS | str,
    clip: BaseGeometry | None,
    report: Rejections,
) -> tuple[
    NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]
]:
    """Read one window: row, column, x and y in the city's CRS, and (n, n_bands) people."""
    layers = raster.read(numbers, window=window, masked=True)
    data = np.ma.filled(layers.astype(np.float64), np.nan)
    data[~np.isfinite(data)] = np.nan
    report.read += data[0].size
    negative = data[0] < 0
    if negative.any():
        worst = float(np.nanmin(data[0]))
        why = Text("{n:,} 个像元为负，最小 {x:g}", "{n:,} pixels are negative, down to {x:g}")
        report.add(field="people", why=why.format(n=int(negative.sum()), x=worst), action="row dropped")
    data[1:][data[1:] < 0] = np.nan
    row, col = np.nonzero(data[0] > 0)
    values = data[:, row, col].T
    row, col = row + int(window.row_off), col + int(window.col_off)
    x, y = _apply(raster.transform, col + 0.5, row + 0.5)
    if CRS.from_user_input(crs) != raster_crs:
        x, y = Transformer.from_crs(raster_crs, crs, always_xy=True).transform(x, y)
    inside = np.isfinite(x) & np.isfinite(y)
    if clip is not None:
        shapely.prepare(clip)
        inside &= shapely.contains_xy(clip, x, y)
    elif not inside.all():
        lost = float(values[~inside, 0].sum())
        why = Text(
            "像元落在本市坐标系之外，计 {n:,.0f} 人",
            "pixels beyond the reach of the city's CRS, {n:,.0f} people",
        )
        report.add(field="people", why=why.format(n=lost), action="row dropped")
    return row[inside], col[inside], np.asarray(x)[inside], np.asarray(y)[inside], values[inside]
