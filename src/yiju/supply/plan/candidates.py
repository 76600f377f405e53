"""Where a service could go: the city's own register of candidates, else places drawn from its map by a stated rule.

Rule for a city without a register:

1. A building that already serves the public and could host more: service stations, cultural stations and centres,
   meeting places, libraries, street service centres, schools. It is taken to have 600 m2 to spare, the least of an
   embedded complex (城市社区嵌入式服务设施建设导则).
2. Ground of the public: car parks, and land of public use, to be built on.
3. Of those nearer than 150 m to one another the first stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from yiju.checkup.reach import SNAP_LIMIT_M
from yiju.city.rejections import Rejections
from yiju.city.within import assign_places
from yiju.errors import InputError
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yiju.supply.plan.ground import Ground
    from yiju.travel import AccessPoints

Floats = npt.NDArray[np.float64]

# 城市社区嵌入式服务设施建设导则 (2023): a complex has 600 m2 and three functions or more.
COMPLEX_M2 = 600.0
# Proposal of ours: nearer candidates are one and the same to somebody who walks 500 m.
_APART_M = 150.0
# Proposal of ours: land of public use that is smaller takes no building of 600 m2.
_LEAST_LAND_M2 = 800.0
_HOSTS = (
    "community_service_station", "cultural_station", "cultural_centre", "senior_activity", "library",
    "street_service_centre", "primary_school", "middle_school",
)  # fmt: skip
_GROUND = ("parking",)

_RULE = Text(
    "本市没有候选空间表：候选点取自地图上的公共服务建筑（假定各有 600 平方米可用）、停车场与公共用地，"
    "间距不足 150 米的只留一处。",
    "The city has no table of candidates: they were drawn from its map, buildings that serve the public (600 m2 to "
    "spare assumed in each), car parks and land of public use, one within each 150 m.",
)


@dataclass(frozen=True, eq=False)
class Sites:
    """Candidates of a plan.

    Attributes
    ----------
    frame
        Indexed by ``site_id``: name, kind, origin (``table`` or ``drawn``), floor_area_m2 (unknown as NaN), cost_yuan,
        services, community, subdistrict, point.
    points
        The same on the walking network.
    refused
        What was left out: file, row, field, value, action and why, as :class:`yiju.city.rejections.Rejections` has it.
    notes
        What the reader has to know of them.
    """

    frame: gpd.GeoDataFrame
    points: AccessPoints
    refused: pd.DataFrame
    notes: tuple[Text, ...]

    def __len__(self) -> int:
        """Number of candidates."""
        return len(self.frame)

    def allows(self, service: str) -> npt.NDArray[np.bool_]:
        """(sites,) whether a site may take in a service."""
        said = self.frame["services"]
        return np.array([pd.isna(s) or service in str(s).split(";") for s in said], dtype=np.bool_)

    @property
    def floor_m2(self) -> Floats:
        """(sites,) floor that can be used; inf where nobody says."""
        return np.asarray(self.frame["floor_area_m2"].fillna(np.inf), dtype=np.float64)


def candidate_sites(ground: Ground) -> Sites:
    """The candidates of a city that lie on its walking network.

    Raises
    ------
    InputError
        There is not one.
    """
    given = ground.context.table("candidates")
    if not len(given) and ground.folder.config.of_kind("candidates"):
        raise _none_left(ground)  # a register whose every row was refused is not the same as none
    if len(given):
        frame, notes = given.assign(origin="table"), []
    else:
        frame, notes = _drawn(ground), [_RULE]
    frame = frame.rename(columns={"candidate_id": "site_id"}).set_index("site_id")
    points = ground.snap(frame.geometry, frame.index)
    report = Rejections("candidates")
    lost = frame.index.isin(points.nowhere)
    why = Text(
        f"离任何可步行街道都超过 {SNAP_LIMIT_M:g} 米", f"farther than {SNAP_LIMIT_M:g} m from every street"
    )
    report.add_all(why=why, action="row dropped", field="coordinates", rows=frame.index[lost])
    if lost.any():
        notes.append(
            Text(
                f"{int(lost.sum())} 处候选点不在步行路网上，未予采用。",
                f"{int(lost.sum())} candidates lie off the street network and were left out.",
            )
        )
    frame = frame[~lost]
    if not len(frame):
        raise _none_left(ground)
    unknown = int(frame["floor_area_m2"].isna().sum())
    if unknown:
        notes.append(
            Text(
                f"{unknown} 处候选点未注明面积，假定够用。",
                f"{unknown} candidates do not say their floor area; it is taken to suffice.",
            )
        )
    return Sites(frame, points.of(frame.index), report.frame(), tuple(notes))


def _none_left(ground: Ground) -> InputError:
    return InputError(
        Text(
            f"{ground.folder.config.name}没有可用的候选点。",
            f"{ground.folder.config.name} has no candidate that can be used.",
        ),
        hint=Text(
            "请在 city.toml 中加入 candidates 表；被拒绝的行见 tables/rejected.csv。",
            "Add a candidates table to city.toml; rows that were refused stand in tables/rejected.csv.",
        ),
    )


def _drawn(ground: Ground) -> gpd.GeoDataFrame:
    """Candidates by the rule at the head of this file."""
    whole = gpd.GeoDataFrame(
        pd.concat([*_hosts(ground), *_land(ground)], ignore_index=True), crs=ground.cells.crs
    )
    kept = _apart(shapely.get_coordinates(whole.geometry.to_numpy()))
    return assign_places(whole[kept].reset_index(drop=True), ground.context.table("places"))


def _hosts(ground: Ground) -> Iterator[gpd.GeoDataFrame]:
    facilities = ground.context.table("facilities")[ground.context.facility_inside]
    for services, kind, floor in ((_HOSTS, "convertible", COMPLEX_M2), (_GROUND, "land", np.nan)):
        some = facilities[facilities["service"].isin(services)].drop_duplicates("facility_id")
        yield _candidates("host-" + some["facility_id"], some["name"], kind, floor, some.geometry)


def _land(ground: Ground) -> Iterator[gpd.GeoDataFrame]:
    land = ground.context.table("land")
    public = land[(land["use"] == "public") & (land["area_m2"] >= _LEAST_LAND_M2)]
    yield _candidates("land-" + public["land_id"], None, "land", np.nan, public.geometry)


def _candidates(
    ids: pd.Series, names: pd.Series | None, kind: str, floor_m2: float, shapes: gpd.GeoSeries
) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "candidate_id": ids.to_numpy(dtype=object),
            "name": pd.array([None] * len(ids) if names is None else names, dtype="str"),
            "kind": kind,
            "floor_area_m2": floor_m2,
            "cost_yuan": np.nan,
            "services": pd.array([None] * len(ids), dtype="str"),
            "origin": "drawn",
        },
        geometry=shapely.point_on_surface(shapes.to_numpy()),
        crs=shapes.crs,
    )


def _apart(xy: Floats) -> npt.NDArray[np.bool_]:
    """Which points stay where of near ones the first does."""
    near, other = shapely.STRtree(shapely.points(xy)).query(
        shapely.points(xy), predicate="dwithin", distance=_APART_M
    )
    kept = np.ones(len(xy), dtype=np.bool_)
    order = np.lexsort((other, near))
    for later, earlier in zip(near[order].tolist(), other[order].tolist(), strict=True):
        if earlier < later and kept[earlier]:
            kept[later] = False
    return kept
