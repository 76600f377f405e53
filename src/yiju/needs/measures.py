"""Measures: what is done about needs, and what it promises. The next check-up is held against the promises.

``measures/measures.parquet`` of a city folder has a row for each measure, ``measures/promises.parquet`` a row for each
value that one is to bring about: an indicator, at a place, for a group, by a year. A measure answers one need or
several, and it belongs to a plan, the name under which it was decided.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from yiju.city.contract import Table, column
from yiju.city.folder import CityFolder, read_frame, store_whole
from yiju.city.services import SERVICES
from yiju.errors import ContractError
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

# What a measure can be. The first seven are supply, the next three change the way there, the last the rule.
KINDS = (
    "open_new", "convert", "enlarge", "buy_places", "partnership", "move", "close",
    "link", "gate", "open_market",
    "standard",
)  # fmt: skip
STATES = ("planned", "under_way", "done", "dropped")
KIND_NAMES: Mapping[str, Text] = {
    "open_new": Text("新建", "open"),
    "convert": Text("改造闲置空间", "convert vacant space"),
    "enlarge": Text("扩容", "enlarge"),
    "buy_places": Text("购买服务", "buy places"),
    "partnership": Text("合作供给", "partnership"),
    "move": Text("迁址", "move"),
    "close": Text("撤并", "close"),
    "link": Text("打通步行通道", "open a way on foot"),
    "gate": Text("增设出入口", "open a gate"),
    "open_market": Text("开放市场", "open the market"),
    "standard": Text("调整标准", "change the standard"),
}

MEASURES = Table(
    "measures",
    Text("措施", "measures that answer needs"),
    (
        column("measure_id", "str", "措施编号", "measure id"),
        column("plan", "str", "所属方案", "name of the plan that it belongs to"),
        column("year", "int", "提出年份", "year of the check-up that it answers"),
        column("due_year", "int", "应完成年份", "year in which it is to be done"),
        column("kind", "str", "类型", "what is done", choices=KINDS),
        column("service", "str", "服务代码", "code in the service catalogue"),
        column("name", "str", "名称", "name of the place, as people know it", unknown=True),
        column("need_ids", "str", "对应需求", "ids of the needs that it answers, separated by ;"),
        column("place_id", "str", "所在社区", "community that it lies in", unknown=True),
        column("places", "float", "新增容量（位）", "places that it adds", unknown=True),
        column("floor_area_m2", "float", "建筑面积", "floor area that it adds", unknown=True),
        column("cost_yuan", "float", "投入资金（元）", "money", unknown=True),
        column("hours", "float", "治理投入（小时）", "hours of staff", unknown=True),
        column("people", "float", "受益人数", "people who gain by it", unknown=True),
        column("lead_unit", "str", "牵头单位", "unit that leads"),
        column("joint_units", "str", "配合单位", "units that join, separated by ;"),
        column("status", "str", "状态", "state of the measure", choices=STATES),
        column("snapshot", "str", "依据的体检", "hash of the check-up that it was made from"),
    ),
    key=("measure_id",),
    geometry=("Point", "LineString"),
)

PROMISES = Table(
    "promises",
    Text("承诺成效", "what a plan promises to bring about"),
    (
        column("plan", "str", "所属方案", "name of the plan"),
        column("indicator", "str", "指标", "indicator id"),
        column("method", "str", "方法", "method of the observation"),
        column("variant", "str", "口径", "variant of the observation"),
        column("place_id", "str", "地点", "place id"),
        column("group", "str", "人群", "group of residents"),
        column("before", "float", "实施前", "value before"),
        column("promised", "float", "承诺值", "value that is promised"),
        column("due_year", "int", "应实现年份", "year in which it is to be seen"),
    ),
    key=("plan", "indicator", "method", "variant", "place_id", "group"),
)


def save_plan(folder: CityFolder, plan: str, measures: gpd.GeoDataFrame, promises: pd.DataFrame) -> None:
    """Store the measures and promises of one plan, in place of those that a plan of this name had.

    Raises
    ------
    ContractError
        A frame does not keep its contract, or holds rows of another plan.
    SnapshotError
        They could not be stored; what was there stays whole.
    """
    for contract, given in ((MEASURES, measures), (PROMISES, promises)):
        kept = contract.validate(given)
        if not (kept["plan"] == plan).all():
            raise ContractError(
                Text(
                    f"表 {contract.name} 中有不属于方案“{plan}”的行。",
                    f"Table {contract.name} holds rows that are not of the plan {plan!r}.",
                )
            )
        stored = _read(folder, contract)
        others = stored[stored["plan"] != plan]
        whole = contract.validate(pd.concat([others, kept], ignore_index=True) if len(others) else kept)
        store_whole(_file(folder, contract), partial(whole.to_parquet, index=False))


def read_measures(folder: CityFolder) -> gpd.GeoDataFrame:
    """All measures of a city; none where nothing was decided yet."""
    return _read(folder, MEASURES)


def read_promises(folder: CityFolder) -> pd.DataFrame:
    """All promises of a city."""
    return _read(folder, PROMISES)


def by_need(measures: pd.DataFrame, *, year: int | None = None) -> dict[str, list[dict[str, Any]]]:
    """The measures that answer each need, by its id; those that were dropped answer nothing.

    Parameters
    ----------
    measures
        Frame of the measures contract.
    year
        Only measures that answer the check-up of this year or an earlier one.

    Examples
    --------
    >>> rows = pd.DataFrame({"year": [2025, 2025], "status": ["planned", "dropped"], "need_ids": ["N-1;N-2", "N-3"]})
    >>> sorted(by_need(rows))
    ['N-1', 'N-2']
    """
    answering = measures[measures["status"] != "dropped"]
    if year is not None:
        answering = answering[answering["year"] <= year]
    found: dict[str, list[dict[str, Any]]] = {}
    for row in answering.to_dict("records"):
        for need_id in filter(None, str(row["need_ids"]).split(";")):
            found.setdefault(need_id, []).append(row)
    return found


def in_words(measure: Mapping[str, Any]) -> Text:
    """A measure in a few words: what is done where, for which places, by when.

    Examples
    --------
    >>> in_words({"kind": "convert", "service": "childcare", "name": "老粮站", "places": 40.0, "due_year": 2026}).zh
    '改造闲置空间：婴幼儿照护（老粮站），40位，2026年'
    """
    kind, service = KIND_NAMES[measure["kind"]], SERVICES[measure["service"]].name
    at = "" if pd.isna(measure["name"]) else str(measure["name"])
    places = measure["places"]
    many = (
        Text("", "") if pd.isna(places) or not places else Text(f"，{places:.0f}位", f", {places:.0f} places")
    )
    due = int(measure["due_year"])
    return Text(
        f"{kind.zh}：{service.zh}{f'（{at}）' if at else ''}{many.zh}，{due}年",
        f"{kind.en}: {service.en}{f' ({at})' if at else ''}{many.en}, by {due}",
    )


def _read(folder: CityFolder, contract: Table) -> pd.DataFrame:
    file = _file(folder, contract)
    if not file.is_file():
        return contract.empty(folder.config.crs)
    return contract.validate(read_frame(file, geometry=bool(contract.geometry)))


def _file(folder: CityFolder, contract: Table) -> Path:
    return folder.path / "measures" / f"{contract.name}.parquet"
