"""Towns and small networks that the tests of this room share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from yiju.city.toytown import toy_town

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.city import CityFolder

CRS = "EPSG:32648"


def make_tables(xy: Any, edges: list[tuple[int, int, float]], **columns: Any) -> tuple[Any, Any]:
    """Street tables of points and (u, v, length) edges, all open both ways unless a column says else."""
    xy = np.asarray(xy, dtype=float)
    nodes = gpd.GeoDataFrame({"node_id": range(len(xy))}, geometry=shapely.points(xy), crs=CRS)
    u, v = [e[0] for e in edges], [e[1] for e in edges]
    lines = [shapely.LineString([xy[a], xy[b]]) for a, b in zip(u, v, strict=True)]
    frame = {
        "edge_id": range(len(edges)),
        "u": u,
        "v": v,
        "length_m": [float(e[2]) for e in edges],
        "street_class": "residential",
        "walk": True,
        "drive_forward": True,
        "drive_backward": True,
        "drive_kmh": np.nan,
        "stairs": False,
        "climb_m": np.nan,
    }
    return nodes, gpd.GeoDataFrame(frame | columns, geometry=lines, crs=CRS)


@pytest.fixture(scope="session")
def tables() -> Callable[..., tuple[Any, Any]]:
    return make_tables


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    """The toy town, 8 by 8 blocks."""
    return toy_town(tmp_path_factory.mktemp("toy"), blocks=8)


@pytest.fixture(scope="session")
def severed(tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    """The toy town with a railway through it."""
    return toy_town(tmp_path_factory.mktemp("severed"), blocks=8, severed=True)
