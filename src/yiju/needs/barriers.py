"""What probably cuts a place off: railways on the ground, and water, within or beside it.

A likely cause, not a finding: the severance is measured, its reason is looked up on the map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yiju.text import Text

if TYPE_CHECKING:
    import geopandas as gpd

    from yiju.city.folder import CityFolder

# A railway or river this near to a community's border can cut it off from what lies behind.
# Source: proposal; a little more than the half width of a corridor of railway land (about 30 m each side) and
# street.
_BESIDE_M = 60.0

_RAILWAY, _WATER = Text("铁路", "the railway"), Text("水系", "water")


class Barriers:
    """Looks up the likely barriers of places; the tables are read when the first is asked for."""

    def __init__(self, folder: CityFolder, places: gpd.GeoDataFrame) -> None:
        self._folder = folder
        self._shapes = dict(zip(places["place_id"], places.geometry, strict=True))
        self._lines: list[tuple[Text, gpd.GeoSeries]] | None = None

    def of(self, place_id: str) -> Text | None:
        """Names of the barriers in or beside a place; None where there is none on the map."""
        shape = self._shapes.get(place_id)
        if shape is None:
            return None
        if self._lines is None:
            self._lines = self._read()
        near = shape.buffer(_BESIDE_M)
        found = [name for name, lines in self._lines if len(lines.sindex.query(near, predicate="intersects"))]
        if not found:
            return None
        return Text("与".join(t.zh for t in found), " and ".join(t.en for t in found))

    def _read(self) -> list[tuple[Text, gpd.GeoSeries]]:
        railways, water = self._folder.table("railways"), self._folder.table("water")
        return [(_RAILWAY, railways.loc[railways["on_ground"], "geometry"]), (_WATER, water.geometry)]
