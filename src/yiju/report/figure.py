"""The map of open needs as a drawing of its own, for paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from yiju.report.geometry import Frame, simplify_coverage, simplify_within_budget
from yiju.report.palette import NEEDS_RAMP, spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from yiju.report.material import Material

# Steps of the drawing's longer side: a pixel of a page of 17 cm at 300 dots an inch.
_STEPS = 2_000
# Vertices of the base layers; a page shows no more.
_VERTICES = 40_000
# OSM highway values that show on a page. https://wiki.openstreetmap.org/wiki/Key:highway
_MAIN_STREETS = ("motorway", "trunk", "primary", "secondary")


@dataclass(frozen=True)
class Figure:
    """An SVG and its legend: colour, from, to and number of places of each class."""

    svg: str
    legend: tuple[tuple[str, int, int, int], ...]
    level: str
    without: int


def needs_figure(material: Material) -> Figure:
    """Open needs at each place of the smallest level that has places, as a choropleth over water and streets."""
    level = next(
        level for level in ("community", "subdistrict", "district", "city") if level in material.by_level
    )
    places = material.places[material.places["level"] == level].reset_index(drop=True)
    frame = Frame.around(tuple(places.total_bounds), steps=_STEPS)
    counts = needs_within(material, places["place_id"])
    numbers = np.array([counts[p] for p in places["place_id"]])
    ends = class_ends(numbers[numbers > 0])
    colours = spread(NEEDS_RAMP, len(ends))
    shapes = simplify_coverage(places.geometry, frame.step_m)
    fills = [colours[int(np.searchsorted(ends, n))] if n else "#ffffff" for n in numbers]
    body = [
        *(f'<path d="{path_of(s, frame)}" fill="{c}"/>' for s, c in zip(shapes, fills, strict=True)),
        *base_layers(material, frame),
        f'<g fill="none" stroke="#16242a" stroke-width="2">{"".join(_outline(s, frame) for s in shapes)}</g>',
    ]
    view = f'viewBox="0 0 {frame.width} {frame.height}"'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {view}>{"".join(body)}</svg>'
    # A city whose check-up raised no need has no classes, and so no legend.
    starts = [int(numbers[numbers > 0].min()), *(end + 1 for end in ends[:-1])] if len(ends) else []
    legend = [
        (colour, start, end, int(((numbers >= start) & (numbers <= end)).sum()))
        for colour, start, end in zip(colours, starts, ends, strict=True)
    ]
    return Figure(svg, tuple(legend), level, int((numbers == 0).sum()))


def needs_within(material: Material, place_ids: Iterable[str]) -> dict[str, int]:
    """Open needs at each of the places or anywhere below it."""
    above: Mapping[str, str | None] = dict(
        zip(material.places["place_id"], material.places["parent_id"], strict=True)
    )
    counts = dict.fromkeys(place_ids, 0)
    for place in material.open_needs["place_id"]:
        here: str | None = place
        while isinstance(here, str):
            if here in counts:
                counts[here] += 1
            here = above.get(here)
    return counts


def class_ends(numbers: np.ndarray) -> list[int]:
    """Upper ends of at most five classes of whole numbers that hold about as many places each.

    Examples
    --------
    >>> class_ends(np.array([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])), class_ends(np.array([3, 3])), class_ends(np.array([]))
    ([2, 4, 6, 8, 10], [3], [])
    """
    if not len(numbers):
        return []
    quantiles = np.quantile(numbers, [0.2, 0.4, 0.6, 0.8, 1.0], method="inverted_cdf")
    return sorted({int(q) for q in quantiles})


def base_layers(material: Material, frame: Frame) -> list[str]:
    """Water, main streets and railways, thin, as elements of an SVG."""
    streets = material.table("street_edges")
    main = streets[streets["street_class"].str.removesuffix("_link").isin(_MAIN_STREETS)].geometry
    water, railways = material.table("water").geometry, material.table("railways").geometry
    areas = water.geom_type.str.endswith("Polygon")
    parts = [
        ('fill="#bcd4e6"', water[areas]),
        ('fill="none" stroke="#bcd4e6" stroke-width="4"', water[~areas]),
        ('fill="none" stroke="#3c484e" stroke-opacity="0.5" stroke-width="3"', main),
        ('fill="none" stroke="#3c484e" stroke-width="4" stroke-dasharray="12 8"', railways),
    ]
    return [f"<g {style}>{_layer(shapes, frame)}</g>" for style, shapes in parts if len(shapes)]


def _layer(shapes: gpd.GeoSeries, frame: Frame) -> str:
    window = shapely.box(
        frame.x0, frame.y0, frame.x0 + frame.width * frame.step_m, frame.y0 + frame.height * frame.step_m
    )
    near = shapes[shapes.intersects(window)].intersection(window).reset_index(drop=True)
    simple = simplify_within_budget(near, frame.step_m, _VERTICES)
    return "".join(f'<path d="{path}"/>' for path in (path_of(shape, frame) for shape in simple) if path)


def _outline(shape: shapely.Geometry, frame: Frame) -> str:
    return f'<path d="{path_of(shape, frame)}"/>'


def path_of(shape: shapely.Geometry, frame: Frame) -> str:
    """The commands of an SVG path; y runs downwards there."""
    closed = shape.geom_type.endswith("Polygon")
    lines = shapely.get_rings(shape) if closed else shapely.get_parts(shape)
    out = []
    for line in lines:
        steps = frame.put(shapely.get_coordinates(line))
        points = " ".join(f"{x},{frame.height - y}" for x, y in steps.tolist())
        out.append(f"M{points}{'Z' if closed else ''}")
    return "".join(out)
