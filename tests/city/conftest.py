"""What the tests of the city share: a pencil that draws tiny OpenStreetMap files."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import osmium
import pytest
from osmium.osm import mutable
from pyproj import CRS, Transformer

from yiju.city.readers.osm import read_osm

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from yiju.city.readers.osm import OsmLayers

# UTM zone 50 north; the drawing's origin lies on its central meridian.
CITY_CRS = CRS("EPSG:32650")
ORIGIN_XY = (500_000.0, 2_600_000.0)


class OsmPencil:
    """Draws in metres east and north of an origin, and writes an OSM file with ascending ids."""

    def __init__(self) -> None:
        self._to_degrees = Transformer.from_crs(CITY_CRS, "EPSG:4326", always_xy=True)
        self.nodes: list[mutable.Node] = []
        self.ways: list[mutable.Way] = []
        self.relations: list[mutable.Relation] = []
        self.lonlat: dict[int, tuple[float, float]] = {}

    def node(self, x: float, y: float, /, **tags: str) -> int:
        """Draw a node; keys with a colon are written with two underscores."""
        ref = len(self.nodes) + 1
        lon, lat = self._to_degrees.transform(ORIGIN_XY[0] + x, ORIGIN_XY[1] + y)
        self.lonlat[ref] = (round(lon, 7), round(lat, 7))
        self.nodes.append(mutable.Node(id=ref, location=self.lonlat[ref], tags=_tags(tags)))
        return ref

    def way(self, *refs: int, **tags: str) -> str:
        """Draw a way through nodes; tells the id that the reader will give it."""
        number = len(self.ways) + 1
        self.ways.append(mutable.Way(id=number, nodes=list(refs), tags=_tags(tags)))
        return f"w{number}"

    def street(self, *points: tuple[float, float], **tags: str) -> str:
        """Draw a way through new nodes."""
        return self.way(*(self.node(x, y) for x, y in points), **{"highway": "residential", **tags})

    def box(self, x: float, y: float, width: float, height: float, /, **tags: str) -> str:
        """Draw a closed way around a rectangle."""
        corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
        refs = [self.node(*corner) for corner in corners]
        return self.way(*refs, refs[0], **tags)

    def relation(self, *members: tuple[str, str], **tags: str) -> str:
        """Draw a relation of ways: ("w1", "outer")."""
        number = len(self.relations) + 1
        parts = [("w", int(osm_id[1:]), role) for osm_id, role in members]
        self.relations.append(mutable.Relation(id=number, members=parts, tags=_tags(tags)))
        return f"r{number}"

    def write(self, file: Path, *, leave_out: tuple[int, ...] = ()) -> Path:
        """Write the file, without some of its nodes where that is wanted."""
        with osmium.SimpleWriter(str(file), overwrite=True) as writer:
            for node in self.nodes:
                if node.id not in leave_out:
                    writer.add_node(node)
            for way in self.ways:
                writer.add_way(way)
            for relation in self.relations:
                writer.add_relation(relation)
        return file


def _tags(tags: dict[str, str]) -> dict[str, str]:
    return {key.replace("__", ":"): value for key, value in tags.items()}


@pytest.fixture
def pencil() -> OsmPencil:
    """A blank sheet."""
    return OsmPencil()


@pytest.fixture(scope="session")
def city_crs() -> CRS:
    """The coordinate system in which the pencil's metres are true, but for the scale of UTM."""
    return CITY_CRS


@pytest.fixture(scope="session")
def osm_of(data_dir: Path) -> Callable[[str, int], OsmLayers]:
    """Read a real OSM file, once for all tests that look at it."""

    @cache
    def read(file: str, epsg: int) -> OsmLayers:
        return read_osm([data_dir / file], crs=CRS.from_epsg(epsg))

    return read
