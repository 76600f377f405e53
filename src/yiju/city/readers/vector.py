"""Open a layer of a vector file: GeoPackage, GeoJSON, GeoParquet, shapefile, KML, FlatGeobuf."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError

from yiju.city.readers.tabular import unreadable
from yiju.errors import InputError, UnknownName
from yiju.text import Text

if TYPE_CHECKING:
    from pathlib import Path

VECTOR_FILES = (
    ".gpkg",
    ".geojson",
    ".json",
    ".shp",
    ".kml",
    ".fgb",
    ".parquet",
    ".geoparquet",
    ".gdb",
    ".zip",
)


def read_vector(file: Path, *, layer: str | None = None, crs: object = None) -> gpd.GeoDataFrame:
    """Read a layer of a vector file, with its CRS.

    Parameters
    ----------
    crs
        Overrides what the file says, or says it where the file is silent.

    Returns
    -------
    GeoDataFrame in the file's own CRS; the index ``row`` counts features from 1.

    Raises
    ------
    InputError
        The file is missing or damaged, has several layers and none is named, no features, or no CRS.
    UnknownName
        It has no layer of that name.
    """
    if not file.exists():
        raise unreadable(file, FileNotFoundError())
    frame = (
        _read_parquet(file)
        if file.suffix.lower() in (".parquet", ".geoparquet")
        else _read_layer(file, layer)
    )
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(Text("图层没有几何。", "the layer has no geometry."), file=file)
    if len(frame) == 0:
        raise InputError(Text("图层没有要素。", "the layer holds no features."), file=file)
    if crs is not None:
        frame = frame.set_crs(crs_of(crs, file), allow_override=True)
    if frame.crs is None:
        raise InputError(
            Text("文件没有写明坐标系。", "the file does not say its coordinate system."),
            file=file,
            hint=Text(
                '请在 city.toml 该数据源中写 crs = "EPSG:…"。', 'Say crs = "EPSG:..." in its [[source]].'
            ),
        )
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    return frame


def _read_parquet(file: Path) -> gpd.GeoDataFrame:
    try:
        return gpd.read_parquet(file)
    except (ValueError, OSError, pa.ArrowInvalid) as cause:
        raise unreadable(file, cause) from cause


def _read_layer(file: Path, layer: str | None) -> gpd.GeoDataFrame:
    try:
        with warnings.catch_warnings():  # GDAL warns of what it can live with; what it cannot is an error
            warnings.simplefilter("ignore", RuntimeWarning)
            return _read_named(file, layer)
    except (DataSourceError, DataLayerError, OSError) as cause:
        raise unreadable(file, cause) from cause


def _read_named(file: Path, layer: str | None) -> gpd.GeoDataFrame:
    layers = [str(name) for name, geometry in pyogrio.list_layers(file) if geometry is not None]
    if layer is not None and layer not in layers:
        raise UnknownName(Text("图层", "layer"), layer, layers)
    if layer is None and len(layers) > 1:
        raise InputError(
            Text(
                f"文件有多个图层：{'、'.join(layers)}。",
                f"the file has several layers: {', '.join(layers)}.",
            ),
            file=file,
            hint=Text('请在该数据源中写 layer = "…"。', 'Say which with layer = "..." in its [[source]].'),
        )
    if not layers:
        raise InputError(Text("文件没有空间图层。", "the file has no layer with geometry."), file=file)
    return gpd.read_file(file, layer=layer or layers[0], engine="pyogrio", encoding=_dbf_encoding(file))


def _dbf_encoding(file: Path) -> str | None:
    """Find the encoding of a shapefile that does not say it; ``None`` leaves it to GDAL."""
    table = file.with_suffix(".dbf")
    if file.suffix.lower() != ".shp" or file.with_suffix(".cpg").exists() or not table.exists():
        return None
    data = table.read_bytes()
    # Byte 29 of a dBASE header is the language driver; 0 says nothing (dBASE file format, table header).
    if len(data) < 32 or data[29] != 0:
        return None
    start = int.from_bytes(data[8:10], "little")
    try:
        data[start:].decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def crs_of(given: object, file: Path) -> CRS:
    """Understand a CRS as the user wrote it.

    Raises
    ------
    InputError
        Nothing of that name is known.
    """
    try:
        return CRS.from_user_input(given)
    except CRSError as cause:
        raise InputError(
            Text(f"不认识坐标系“{given}”。", f"{given!r} is no known coordinate system."),
            file=file,
            hint=Text("例如 EPSG:4547、EPSG:4326。", "Write for example EPSG:4547 or EPSG:4326."),
        ) from cause
