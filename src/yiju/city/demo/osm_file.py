"""An OpenStreetMap file, written node by node, way by way, relation by relation; the same bytes each time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from yiju.city.demo.arrays import Floats
    from yiju.city.demo.site import Site

# Corners are snapped to a tenth of a metre: lines that share a corner share a node.
_GRID_M = 0.1


@dataclass
class OsmDraft:
    """What is to be written, in metres; ids are given when it is written."""

    spots: list[tuple[Floats, Mapping[str, str]]] = field(default_factory=list)
    ways: list[tuple[Floats, Mapping[str, str]]] = field(default_factory=list)
    rings: list[tuple[list[int], Mapping[str, str]]] = field(default_factory=list)

    def spot(self, xy: Floats, tags: Mapping[str, str]) -> None:
        """A tagged node; where a way has a corner there, it is that corner."""
        self.spots.append((np.asarray(xy, dtype=np.float64).reshape(2), tags))

    def way(self, line: Floats, tags: Mapping[str, str]) -> int:
        """A way; its number in the draft."""
        self.ways.append((np.asarray(line, dtype=np.float64), tags))
        return len(self.ways) - 1

    def area(self, shape: BaseGeometry, tags: Mapping[str, str]) -> None:
        """A polygon: a closed way, or a multipolygon relation where it has holes or parts."""
        # Snapped here, so that rings which meet after snapping are put right instead of crossing.
        parts = [
            p for p in shapely.get_parts(shapely.set_precision(shape, _GRID_M)) if p.geom_type == "Polygon"
        ]
        if not parts:
            return
        if len(parts) == 1 and not len(parts[0].interiors):
            self.way(shapely.get_coordinates(parts[0].exterior), tags)
            return
        members = []
        for part in parts:
            members.append(self.way(shapely.get_coordinates(part.exterior), {}))
            members += [-1 - self.way(shapely.get_coordinates(ring), {}) for ring in part.interiors]
        self.rings.append((members, tags))

    def write(self, file: Path, site: Site) -> None:
        """Write the file, over one that is there."""
        import osmium  # noqa: PLC0415 - only who writes a map pays for it
        from osmium.osm import mutable  # noqa: PLC0415

        corners = [xy for xy, _ in self.ways] + [xy[None] for xy, _ in self.spots]
        keys = np.rint(np.concatenate(corners) / _GRID_M).astype(np.int64)
        unique, number = np.unique(keys, axis=0, return_inverse=True)
        number = number.reshape(-1) + 1
        lon, lat = site.to_degrees(unique.astype(np.float64) * _GRID_M)
        first_spot = len(keys) - len(self.spots)
        tags: dict[int, dict[str, str]] = {}
        for node, (_, given) in zip(number[first_spot:].tolist(), self.spots, strict=True):
            tags.setdefault(node, {}).update(given)
        file.unlink(missing_ok=True)
        writer = osmium.SimpleWriter(str(file))
        try:
            none: dict[str, str] = {}
            for node, (x, y) in enumerate(zip(lon.tolist(), lat.tolist(), strict=True), start=1):
                writer.add_node(mutable.Node(id=node, version=1, location=(x, y), tags=tags.get(node, none)))
            start = 0
            for way, (line, given) in enumerate(self.ways, start=1):
                nodes = number[start : start + len(line)].tolist()
                start += len(line)
                kept = [n for i, n in enumerate(nodes) if i == 0 or n != nodes[i - 1]]
                writer.add_way(mutable.Way(id=way, version=1, nodes=kept, tags=dict(given)))
            for relation, (members, given) in enumerate(self.rings, start=1):
                refs = [("w", m + 1, "outer") if m >= 0 else ("w", -m, "inner") for m in members]
                tagged = {"type": "multipolygon", **given}
                writer.add_relation(mutable.Relation(id=relation, version=1, members=refs, tags=tagged))
        finally:
            writer.close()
