"""Scenarios side by side: people reached, share, inequality and needs, a column for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from yiju.checkup.blocks import NotMeasurable
from yiju.checkup.rows import KEY
from yiju.errors import InputError, UnknownName
from yiju.supply.scenario.affected import affected
from yiju.supply.scenario.changes import Effect
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yiju.supply.scenario.scenario import Scenario

# What a row of the comparison is about.
MEASURES: Mapping[str, Text] = {
    "people_reached": Text("覆盖人数", "people reached"),
    "value": Text("指标值", "value"),
    "gini": Text("人均供给基尼系数", "Gini coefficient of places a person"),
    "needs": Text("需求", "needs"),
}


def compare(
    scenarios: Mapping[str, Scenario] | Sequence[Scenario], *, place: str | None = None
) -> pd.DataFrame:
    """What differs between scenarios of one check-up.

    Parameters
    ----------
    scenarios
        By name, or in order: these are called by their number, and one without changes ``now``.
    place
        Id of a place; by default the whole city.

    Returns
    -------
    A row for each number that is not the same in all of them, a column for each scenario, after the columns
    ``measure`` (``people_reached``: people within reach by a walk, ``value``: of an indicator, ``gini``: of the places
    a person of a service, in the whole city, ``needs``: how many close, open ...), ``indicator`` (or service, or fate),
    ``method``, ``variant``, ``group``, ``unit``.

    Raises
    ------
    InputError
        There are none, or they stand on different check-ups.
    UnknownName
        No such place.

    Examples
    --------
    >>> import tempfile
    >>> from yiju.api import City
    >>> from yiju.city.toytown import toy_town
    >>> from yiju.supply.scenario import Scenario
    >>> town = City(toy_town(tempfile.mkdtemp(), blocks=8))
    >>> _ = town.checkup()
    >>> now = Scenario.of(town.folder)
    >>> table = compare({"now": now, "one more": now.add(service="health_station", at=(640_600, 3_270_600))})
    >>> reached = table[(table["measure"] == "people_reached") & (table["indicator"] == "L04")]
    >>> reached[["now", "one more"]].iloc[0].tolist()
    [11000.0, 13750.0]
    """
    named = _named(scenarios)
    one = next(iter(named.values()))
    if any(other.stored != one.stored for other in named.values()):
        raise InputError(
            Text(
                "这些情景基于不同的体检，不可并列比较。",
                "these scenarios stand on different check-ups and cannot be held against each other.",
            ),
            field="scenarios",
        )
    if place is not None and one.city.places.row(place) is None:
        raise UnknownName(Text("地点", "place"), place, map(str, one.city.places.ids))
    where = str(one.city.places.ids[one.city.places.city]) if place is None else place
    effect = Effect()
    for scenario in named.values():
        effect |= scenario.effect
    parts = [
        _of_indicators(named, effect, where),
        _of_equity(named, effect) if place is None else pd.DataFrame(),
        _of_needs(named, None if place is None else where),
    ]
    return pd.concat([part for part in parts if len(part)] or [parts[0]], ignore_index=True)


def _named(scenarios: Mapping[str, Scenario] | Sequence[Scenario]) -> dict[str, Scenario]:
    if not isinstance(scenarios, Mapping):
        numbered = {str(n): s for n, s in enumerate(scenarios)}
        listed = {n if s.changes else "now": s for n, s in numbered.items()}
        scenarios = listed if len(listed) == len(numbered) else numbered
    if not scenarios:
        raise InputError(Text("没有可比较的情景。", "there are no scenarios to compare."), field="scenarios")
    return dict(scenarios)


def _of_indicators(named: Mapping[str, Scenario], effect: Effect, where: str) -> pd.DataFrame:
    """Values at the place, and people within reach of the coverages on foot."""
    columns, reached = {}, {}
    unit: dict[object, str] = {}
    one = next(iter(named.values()))
    wanted = {i.id for i in affected(one.city.catalogue, effect)}
    for name, scenario in named.items():
        rows = scenario.observations
        rows = rows[(rows["place_id"] == where) & rows["indicator"].isin(wanted)].set_index(KEY)
        columns[name] = rows["value"]
        on_foot = rows[(rows["unit"] == "%") & (rows.index.get_level_values("method") == "network")]
        reached[name] = on_foot["numerator"].dropna()
        unit |= rows["unit"].to_dict()
    both = [("people_reached", pd.DataFrame(reached)), ("value", pd.DataFrame(columns))]
    parts = []
    for measure, table in both:
        differing = table[~_all_alike(table)]
        keys = differing.index.to_frame(index=False)
        units = [unit[key] for key in differing.index] if measure == "value" else "people"
        parts.append(
            pd.concat(
                [
                    keys.drop(columns=["edition", "place_id"]).assign(unit=units),
                    differing.reset_index(drop=True),
                ],
                axis=1,
            )
        )
        parts[-1].insert(0, "measure", measure)
    order = {name: i for i, name in enumerate(one.city.catalogue.indicators)}
    whole = pd.concat(parts, ignore_index=True)
    return whole.sort_values(
        ["measure", "indicator"],
        key=lambda c: c.map(order) if c.name == "indicator" else c,
        kind="stable",
        ignore_index=True,
    )


def _of_equity(named: Mapping[str, Scenario], effect: Effect) -> pd.DataFrame:
    """Gini coefficient of the places a person of each service that changes, where places are known."""
    rows = []
    for service in sorted(effect.services):
        values = {name: _gini(scenario, service) for name, scenario in named.items()}
        if len(set(values.values()) - {None}) > 1:
            rows.append(_row("gini", service, "", values))
    return pd.DataFrame(rows)


def _gini(scenario: Scenario, service: str) -> float | None:
    try:
        return scenario.equity(service).gini
    except (InputError, NotMeasurable):  # no places are known, or nobody to share them among
        return None


def _of_needs(named: Mapping[str, Scenario], where: str | None) -> pd.DataFrame:
    """How many needs close, open, ease or worsen, in the whole city or at the place itself."""
    counts = {}
    for name, scenario in named.items():
        found = scenario.needs_closed()
        found = found if where is None else found[found["place_id"] == where]
        counts[name] = found["fate"].value_counts()
    table = pd.DataFrame(counts).fillna(0.0)
    rows = [_row("needs", str(fate), "needs", dict(values)) for fate, values in table.iterrows()]
    return pd.DataFrame(rows)


def _row(measure: str, what: str, unit: str, values: Mapping[str, float | None]) -> dict[str, object]:
    return {
        "measure": measure, "indicator": what, "method": "", "variant": "", "group": "all", "unit": unit, **values,
    }  # fmt: skip


def _all_alike(table: pd.DataFrame) -> pd.Series:
    values = table.to_numpy(dtype=np.float64)
    first = values[:, :1]
    alike = (values == first) | (np.isnan(values) & np.isnan(first))
    return pd.Series(alike.all(axis=1), index=table.index)
