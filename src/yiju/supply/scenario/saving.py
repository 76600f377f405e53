"""A scenario that was decided: measures in the ledger, and what they promise, held against the next check-up.

Each change becomes a measure. The needs that it answers, and the people who gain, are those between the scenario before
it and the one after, so that nothing is counted for two.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from yiju.checkup.blocks import NotMeasurable
from yiju.city.services import service as service_of
from yiju.errors import InputError
from yiju.needs.measures import MEASURES, PROMISES, save_plan
from yiju.supply.demand import outermost
from yiju.supply.scenario.changes import Add, Change, Close, Enlarge, Gate, Link, Move, Standard
from yiju.supply.scenario.checking import checked_number
from yiju.supply.scenario.needs import fates
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yiju.supply.scenario.scenario import Scenario

_KIND: dict[type, str] = {
    Add: "open_new",
    Enlarge: "enlarge",
    Link: "link",
    Gate: "gate",
    Move: "move",
    Close: "close",
    Standard: "standard",
}
# What a link is a measure for, where it serves no single service.
_STREETS = "street_network"
# Ids are read out over a telephone: so many hexadecimal digits are enough for the measures of one city.
_ID_DIGITS = 8


def save(
    scenario: Scenario,
    plan: str,
    *,
    due_year: int | None = None,
    cost_yuan: Sequence[float | None] | float | None = None,
    hours: Sequence[float | None] | float | None = None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Store the changes of a scenario as measures of a plan, with what they promise; see :meth:`Scenario.save`."""
    year = scenario.stored.year
    due = year + 1 if due_year is None else due_year
    if due < year:
        raise InputError(
            Text(
                f"应完成年份不能早于体检年份 {year}，实际为 {due}。", f"cannot be before {year}, was {due}."
            ),
            field="due_year",
        )
    if not plan.strip():
        raise InputError(Text("方案需要名称。", "a plan needs a name."), field="plan")
    steps = _steps(scenario)
    money = _each(cost_yuan, len(steps), "cost_yuan", Text("元", "yuan"))
    work = _each(hours, len(steps), "hours", Text("小时", "hours"))
    scenario.stored.check()
    rows = [
        _measure(step, plan, number, due) | {"cost_yuan": money[number], "hours": work[number]}
        for number, step in enumerate(steps)
    ]
    measures = MEASURES.validate(gpd.GeoDataFrame(rows, crs=scenario.city.config.crs))
    promises = promises_of(scenario, plan, due)
    save_plan(scenario.stored.folder, plan, measures, promises)
    return measures, promises


def promises_of(scenario: Scenario, plan: str, due_year: int) -> pd.DataFrame:
    """Every value that the scenario makes better, as promises of a plan; what it makes worse is promised by nobody."""
    rows = scenario.indicators(changed_only=True)
    rows = rows[rows["better"].fillna(value=False) & rows["status"].isin(("measured", "modelled"))]
    kept = ("indicator", "method", "variant", "place_id", "group", "before")
    columns = {name: rows[name] for name in kept}
    promised = pd.DataFrame({"plan": plan, **columns, "promised": rows["after"], "due_year": due_year})
    return PROMISES.validate(promised.reset_index(drop=True))


def _steps(scenario: Scenario) -> list[Scenario]:
    """The scenario after each change, in order."""
    if not scenario.changes:
        raise InputError(Text("没有可保存的改动。", "there is no change to save."), field="save")
    strange = next((c for c in scenario.changes if type(c) not in _KIND), None)
    if strange is not None:
        raise InputError(
            Text(
                f"“{strange.words.zh}”不是台账中的措施，不能保存。",
                f"this is no measure that the ledger knows, and cannot be saved: {strange.words.en}.",
            ),
            field="save",
            hint=Text(
                "人口变化是假设而非措施：请在不含它的情景中保存。",
                "Other people are an assumption and no measure: save the scenario without them.",
            ),
        )
    steps = [scenario]
    while steps[0].previous is not None and steps[0].previous.changes:
        steps.insert(0, steps[0].previous)
    return steps


def _each(given: Sequence[float | None] | float | None, count: int, field: str, unit: Text) -> list[float]:
    """A number for each change; NaN where none is given."""
    if given is None:
        return [np.nan] * count
    listed = [given] if isinstance(given, int | float) else list(given)
    if len(listed) != count:
        raise InputError(
            Text(
                f"应为每项改动各给一个数，共 {count} 个，实际为 {len(listed)} 个。",
                f"needs a number for each of {count} changes, was given {len(listed)}.",
            ),
            field=field,
        )
    checked = [checked_number(value, field, unit) for value in listed]
    return [np.nan if value is None else value for value in checked]


def _measure(step: Scenario, plan: str, number: int, due_year: int) -> dict[str, object]:
    """The last change of a scenario as a row of the measures."""
    change, before = step.changes[-1], step.previous or step
    code = _service(step, change)
    told = fates(before.needs, step.needs)
    answered = told.loc[told["fate"].isin(("closed", "eased")), "need_id"]
    row: dict[str, object] = {
        "measure_id": _measure_id(plan, number, change),
        "plan": plan,
        "year": step.stored.year,
        "due_year": due_year,
        "kind": _KIND[type(change)],
        "service": code,
        "name": getattr(change, "name", None),
        "need_ids": ";".join(sorted(answered)),
        "place_id": None,
        "places": np.nan,
        "floor_area_m2": np.nan,
        "people": _people_reached(before, step, code),
        "lead_unit": service_of(code).lead,
        "joint_units": ";".join(service_of(code).joint),
        "status": "planned",
        "snapshot": step.stored.snapshot,
        "geometry": _shape(step, change),
    }
    if isinstance(change, Add | Enlarge | Gate | Move):
        row |= _at_facility(before, step, change, code)
    return row


def _at_facility(
    before: Scenario, step: Scenario, change: Add | Enlarge | Gate | Move, code: str
) -> dict[str, object]:
    """Name and community of the facility, and what it has more than before."""
    now, then = (s.city.table("facilities") for s in (before, step))
    mine = then[(then["facility_id"] == change.facility_id) & (then["service"] == code)].iloc[0]
    was = now[(now["facility_id"] == change.facility_id) & (now["service"] == code)]

    def more(column: str) -> float:
        had = was[column].fillna(0.0).iloc[0] if len(was) else 0.0
        return float(mine[column]) - float(had)

    return {
        "name": mine["name"],
        "place_id": mine["community"],
        "places": more("capacity"),
        "floor_area_m2": more("floor_area_m2"),
    }


def _service(step: Scenario, change: Change) -> str:
    """The service that a measure is for."""
    match change:
        case Add():
            return change.service
        case Close() if change.service is not None:
            return change.service
        case Enlarge() | Gate() | Move() | Close():
            known = (step.previous or step).city.table("facilities")
            offered = known.loc[known["facility_id"] == change.facility_id, "service"]
            return getattr(change, "service", None) or str(offered.iloc[0])
        case Standard():
            indicator = step.city.catalogue.indicators[change.indicator]
            variant = indicator.variant(change.variant or indicator.headline[1])
            return next(iter(variant.services or indicator.services), _STREETS)
        case _:
            return _STREETS


def _people_reached(before: Scenario, step: Scenario, code: str) -> float:
    """People of the service's groups who have one within its radius after the change, and had none before."""
    reach_m = service_of(code).widest_m
    if reach_m is None or step.city.weights_only or not service_of(code).is_facility:
        return np.nan
    gained = (step.walk(code) <= reach_m).to_numpy() & ~(before.walk(code) <= reach_m).to_numpy()
    try:
        people = [step.city.people(g).people for g in outermost(service_of(code).groups)]
    except NotMeasurable:
        return np.nan
    return float(np.sum(people, axis=0)[gained].sum())


def _shape(step: Scenario, change: Change) -> shapely.Geometry:
    match change:
        case Link():
            return shapely.LineString([change.a, change.b])
        case Add() | Gate() | Move():
            return shapely.Point(change.at)
        case Enlarge() | Close():
            frame = (step.previous or step).city.table("facilities")
            return shapely.point_on_surface(
                frame.geometry[frame["facility_id"] == change.facility_id].iloc[0]
            )
        case _:  # a rule holds everywhere
            places = step.city.places
            return shapely.point_on_surface(places.frame.geometry.iloc[places.city])


def _measure_id(plan: str, number: int, change: Change) -> str:
    digest = sha256(f"{plan}\x1f{number}\x1f{change.words.en}".encode()).hexdigest()
    return f"M-{digest[:_ID_DIGITS].upper()}"
