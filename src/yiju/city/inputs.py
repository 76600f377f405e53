"""What an input file is and where it lies, seen at a glance: for the words that ``yiju new`` answers with."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any, NamedTuple

from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info, query_utm_crs_info
from pyproj.enums import PJType

from yiju.errors import InputError
from yiju.text import Text

if TYPE_CHECKING:
    from pathlib import Path

VECTOR_FILES = (".gpkg", ".geojson", ".json", ".shp", ".kml", ".fgb", ".gdb")
RASTER_FILES = (".tif", ".tiff", ".vrt", ".img", ".hgt")
TEXT_TABLES = (".csv", ".tsv", ".txt")

# A city has a zone of its own in the national grid: three degrees wide, as surveys of cities use.
# Source: CJJ/T 8-2011, 3.1.2; EPSG 4534-4554, whose areas of use follow the national border.
_CHINESE_ZONES = "CGCS2000 / 3-degree Gauss-Kruger CM"


class Box(NamedTuple):
    """West, south, east, north, in degrees of WGS 84."""

    west: float
    south: float
    east: float
    north: float

    @property
    def centre(self) -> tuple[float, float]:
        """Longitude and latitude of the middle."""
        return (self.west + self.east) / 2, (self.south + self.north) / 2


def pick_crs(box: Box) -> tuple[CRS, Text]:
    """The projected CRS for a city in this box, and why: CGCS2000 in China, else UTM.

    Examples
    --------
    >>> crs, why = pick_crs(Box(114.2, 30.5, 114.4, 30.7))
    >>> crs.to_authority(), pick_crs(Box(-15.5, 28.0, -15.4, 28.2))[0].to_authority()
    (('EPSG', '4547'), ('EPSG', '32628'))
    """
    lon, lat = box.centre
    here = AreaOfInterest(lon, lat, lon, lat)
    zones = query_crs_info(
        auth_name="EPSG", pj_types=PJType.PROJECTED_CRS, area_of_interest=here, contains=True
    )
    chinese = [zone for zone in zones if zone.name.startswith(_CHINESE_ZONES)]
    # Where the areas of two zones meet, the nearer central meridian has the smaller distortion.
    chinese.sort(key=lambda zone: abs(float(zone.name.removeprefix(_CHINESE_ZONES).rstrip("E")) - lon))
    utm = query_utm_crs_info(datum_name="WGS 84", area_of_interest=here, contains=True)
    if chinese:
        crs = CRS.from_epsg(int(chinese[0].code))
        why = Text("位于中国，取 2000 国家大地坐标系三度带", "in China: a three-degree zone of CGCS2000")
    elif utm:
        crs, why = CRS.from_epsg(int(utm[0].code)), Text("取所在 UTM 带", "the UTM zone that holds the city")
    else:
        raise InputError(
            Text(
                f"（{lon:.2f}, {lat:.2f}）处没有 UTM 带。", f"there is no UTM zone at ({lon:.2f}, {lat:.2f})."
            ),
            hint=Text("请用 --crs 指定坐标系。", "Say the coordinate system with --crs."),
        )
    label = Text(
        f"坐标系：EPSG:{crs.to_epsg()}（{crs.name}）", f"Coordinate system: EPSG:{crs.to_epsg()} ({crs.name})"
    )
    return crs, Text(f"{label.zh}，{why.zh}", f"{label.en}, {why.en}")


def box_of(path: Path) -> Box | None:
    """Where a file lies, if it says so itself.

    Raises
    ------
    InputError
        It cannot be opened.
    """
    suffix = path.suffix.lower()
    if _is_osm(path):
        return _osm_box(path)
    if suffix in RASTER_FILES:
        import rasterio  # noqa: PLC0415 - only a raster pays for it

        with rasterio.open(path) as raster:
            return None if raster.crs is None else _to_degrees(raster.bounds, CRS.from_user_input(raster.crs))
    if suffix in VECTOR_FILES:
        info = _vector_info(path)
        if info["crs"] is None or info["total_bounds"] is None:
            return None
        return _to_degrees(info["total_bounds"], CRS.from_user_input(info["crs"]))
    return None


def describe(path: Path) -> Text:
    """A file in one sentence: what it is, how much it holds.

    Raises
    ------
    InputError
        It cannot be opened.
    """
    suffix = path.suffix.lower()
    if suffix in RASTER_FILES:
        import rasterio  # noqa: PLC0415

        with rasterio.open(path) as raster:
            crs = "?" if raster.crs is None else CRS.from_user_input(raster.crs).name
            return Text(
                f"栅格 {raster.width}×{raster.height}，{crs}",
                f"raster {raster.width} x {raster.height}, {crs}",
            )
    if suffix in VECTOR_FILES:
        info = _vector_info(path)
        fields = [str(f) for f in info["fields"]]
        crs = "?" if info["crs"] is None else CRS.from_user_input(info["crs"]).name
        return Text(
            f"图层 {info['layer_name']}，{info['features']:,} 个要素，{crs}，字段 {_some(fields, '、')}",
            f"layer {info['layer_name']}, {info['features']:,} features, {crs}, fields {_some(fields, ', ')}",
        )
    if suffix == ".zip" or path.is_dir():
        names = zipfile.ZipFile(path).namelist() if path.is_file() else [p.name for p in path.iterdir()]
        return Text(f"内有 {_some(sorted(names), '、')}", f"holds {_some(sorted(names), ', ')}")
    if suffix in TEXT_TABLES:
        from yiju.city.readers.tabular import header_of  # noqa: PLC0415

        columns = header_of(path)
        return Text(f"表格，列 {_some(columns, '、')}", f"table, columns {_some(columns, ', ')}")
    size_mb = path.stat().st_size / 1e6
    return Text(f"{size_mb:.1f} MB", f"{size_mb:.1f} MB")


def _some(names: list[str], comma: str, most: int = 8) -> str:
    more = f"{comma}…（{len(names)}）" if len(names) > most else ""
    return comma.join(names[:most]) + more


def _is_osm(path: Path) -> bool:
    return path.name.lower().endswith((".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2"))


def _osm_box(path: Path) -> Box | None:
    import osmium  # noqa: PLC0415

    try:
        with osmium.io.Reader(str(path), osmium.osm.osm_entity_bits.NOTHING) as reader:
            box = reader.header().box()
        if box.valid():
            return Box(box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat)
        # An extract without a header box: its first node is in the city as all others are.
        for node in osmium.FileProcessor(str(path), osmium.osm.osm_entity_bits.NODE):
            if isinstance(node, osmium.osm.Node):
                lon, lat = node.lon, node.lat
                return Box(lon, lat, lon, lat)
    except RuntimeError as cause:
        why = Text(f"不是完整的 OpenStreetMap 文件：{cause}", f"is not a whole OpenStreetMap file: {cause}")
        raise InputError(why, file=path) from cause
    return None


def _vector_info(path: Path) -> dict[str, Any]:
    import pyogrio  # noqa: PLC0415
    from pyogrio.errors import DataSourceError  # noqa: PLC0415

    try:
        info: dict[str, Any] = pyogrio.read_info(path, force_feature_count=True, force_total_bounds=True)
    except DataSourceError as cause:
        raise InputError(Text(f"无法打开：{cause}", f"cannot be opened: {cause}"), file=path) from cause
    return info


def _to_degrees(bounds: tuple[float, float, float, float], crs: CRS) -> Box:
    return Box(*Transformer.from_crs(crs, 4326, always_xy=True).transform_bounds(*bounds))
