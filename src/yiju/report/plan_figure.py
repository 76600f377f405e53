"""The map of a plan as a drawing of its own, for paper: sites, homes newly within reach, homes still without."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
import shapely

from yiju.report.figure import base_layers, path_of
from yiju.report.geometry import Frame, simplify_coverage

if TYPE_CHECKING:
    import geopandas as gpd

    from yiju.report.material import Material
    from yiju.supply.plan import Plan

# Colours of the page: teal for what there is, amber for what is missing (yiju.report.palette), and a site's own ink.
NEWLY, WITHOUT, THERE, SITE = "#37858f", "#f4ce9f", "#8a979c", "#0c5a66"

# Steps of the drawing's longer side: a pixel of a page of 17 cm at 300 dots an inch.
_STEPS = 2_000
# Room around the sites and whom they reach, and the least ground that is shown, metres: chosen by us so that a
# reader recognises the streets.
_MARGIN_M, _LEAST_M = 400.0, 2_500.0
# Sizes of marks in steps; a tenth of a millimetre is about one.
_HOME, _THERE, _SITE = 8, 15, 34
# From so many homes on they would hide each other, and are drawn at half their size.
_MANY = 1_500
# The shorter side is at least this part of the longer, so that the drawing fills its frame on the page.
_SQUARE = 0.75
# Lengths that a scale bar may have, metres.
_BARS_M = (200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)
# The bar takes at most this part of the width.
_BAR_SHARE = 0.2


def plan_figure(material: Material, plan: Plan, font: str) -> str:
    """The plan's sites and the homes that they bring within reach, over water, streets and places, as SVG.

    Parameters
    ----------
    font
        Family of the numbers.
    """
    from yiju.supply.plan.serving import newly  # noqa: PLC0415 - as in report.plans

    limits = plan.about["limits_m"]
    gained = plan.served[newly(plan.served, limits)]
    still = plan.served[~(plan.served["walk_after_m"] <= plan.served["service"].map(limits))]
    frame = Frame.around(_window(material, plan, gained), steps=_STEPS)
    facilities = material.table("facilities")
    there = facilities[facilities["service"].isin(plan.about["services"])]
    level = next(level for level in ("community", "subdistrict", "city") if level in material.by_level)
    places = simplify_coverage(material.places[material.places["level"] == level].geometry, frame.step_m)
    outlines = "".join(f'<path d="{path_of(shape, frame)}"/>' for shape in _inside(places, frame))
    body = [
        *base_layers(material, frame),
        f'<g fill="none" stroke="#16242a" stroke-opacity="0.35" stroke-width="2">{outlines}</g>',
        _dots(still.drop_duplicates("cell_id"), frame, WITHOUT),
        _dots(gained.drop_duplicates("cell_id"), frame, NEWLY),
        _diamonds(there, frame),
        _numbers(plan, frame, font),
        _bar(frame, font),
    ]
    view = f'viewBox="0 0 {frame.width} {frame.height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {view}>{"".join(body)}</svg>'


def _window(material: Material, plan: Plan, gained: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    """Around the sites and the homes that gain; the whole city where there are none."""
    shapes = np.concatenate([plan.sites.geometry.to_numpy(), gained.geometry.to_numpy()])
    if not len(shapes):
        x0, y0, x1, y1 = material.places.total_bounds
        return x0, y0, x1, y1
    x0, y0, x1, y1 = shapely.total_bounds(shapes)
    width, height = x1 - x0 + 2 * _MARGIN_M, y1 - y0 + 2 * _MARGIN_M
    width = max(width, _SQUARE * height, _LEAST_M)
    height = max(height, _SQUARE * width)
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _inside(shapes: gpd.GeoSeries, frame: Frame) -> gpd.GeoSeries:
    return shapes[shapes.intersects(_ground(frame))]


def _ground(frame: Frame) -> shapely.Polygon:
    return shapely.box(
        frame.x0, frame.y0, frame.x0 + frame.width * frame.step_m, frame.y0 + frame.height * frame.step_m
    )


def _on_paper(points: gpd.GeoDataFrame, frame: Frame) -> list[tuple[int, int]]:
    """Where points lie on the drawing, y downwards; those outside of it are left out."""
    seen = points[points.intersects(_ground(frame))]
    steps = frame.put(shapely.get_coordinates(seen.geometry.centroid.to_numpy()))
    return [(x, frame.height - y) for x, y in steps.tolist()]


def _dots(homes: gpd.GeoDataFrame, frame: Frame, colour: str) -> str:
    seen = _on_paper(homes, frame)
    r = _HOME if len(seen) < _MANY else _HOME // 2
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="{r}"/>' for x, y in seen)
    return f'<g fill="{colour}">{dots}</g>'


def _diamonds(there: gpd.GeoDataFrame, frame: Frame) -> str:
    r = _THERE
    marks = "".join(
        f'<path d="M{x},{y - r}l{r},{r}l{-r},{r}l{-r},{-r}Z"/>' for x, y in _on_paper(there, frame)
    )
    return f'<g fill="{THERE}" stroke="#ffffff" stroke-width="3">{marks}</g>'


def _numbers(plan: Plan, frame: Frame, font: str) -> str:
    style = (
        f'font-size="40" font-weight="bold" text-anchor="middle" fill="#ffffff" font-family="{escape(font)}"'
    )
    marks = []
    for rank, (x, y) in zip(plan.sites["rank"], _on_paper(plan.sites, frame), strict=True):
        marks.append(
            f'<circle cx="{x}" cy="{y}" r="{_SITE}" fill="{SITE}" stroke="#ffffff" stroke-width="5"/>'
        )
        marks.append(f'<text x="{x}" y="{y + 14}" {style}>{rank}</text>')
    return "".join(marks)


def _bar(frame: Frame, font: str) -> str:
    """A scale bar in the lower left corner."""
    most = _BAR_SHARE * frame.width * frame.step_m
    length_m = max((bar for bar in _BARS_M if bar <= most), default=_BARS_M[0])
    length, y = round(length_m / frame.step_m), frame.height - 40
    said = f"{length_m} m" if length_m < 1_000 else f"{length_m // 1_000} km"
    return (
        f'<rect x="24" y="{y - 52}" width="{length + 32}" height="76" fill="#ffffff" fill-opacity="0.8"/>'
        f'<path d="M40,{y - 10}v10h{length}v-10" fill="none" stroke="#16242a" stroke-width="4"/>'
        f'<text x="{40 + length // 2}" y="{y - 14}" font-size="32" text-anchor="middle" fill="#16242a" '
        f'font-family="{escape(font)}">{said}</text>'
    )
