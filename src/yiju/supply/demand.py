"""How many people want a service, where they live, and how many places and how much floor the norms ask for.

A service is for one or more groups; groups lie inside one another or apart (80 and over are part of 60 and over), so
that a sum over the outermost of them counts everybody once. People come from the bands of ages of the home cells,
split as the check-up splits them: a demand and an indicator of the same city never differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.checkup.people import people_of
from yiju.city.services import GROUPS, Service, group
from yiju.city.services import service as look_up
from yiju.city.tables import RESIDENTS
from yiju.errors import ContractError, InputError
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Floats = npt.NDArray[np.float64]

SPLIT = Text(
    "人数含推算：年龄段按年均分，或由模型分布到单元。",
    "People are modelled: bands of ages were split evenly by years, or people were spread to cells by a model.",
)
WEIGHTS = Text(
    "人口总数不是本市口径，只用作权重：不给出应配位数与面积。",
    "The population total is not this city's own: no places and no floor area are given.",
)


@dataclass(frozen=True, eq=False)
class Demand:
    """Demand for one service by home cell.

    Attributes
    ----------
    service
        The entry of the catalogue.
    cells
        (n,) ids of the home cells.
    people
        (n, groups) people of each group of the service. A person may be in two of them.
    total
        (n,) people, each counted once.
    places, floor_area_m2
        (n,) what the norm asks for, not rounded; NaN where the service has no such norm.
    modelled
        Whether ages were split or spread by a model.
    notes
        What the reader has to know, such as a norm that was not read in its issued text.
    """

    service: Service
    cells: pd.Index
    people: pd.DataFrame
    total: pd.Series
    places: pd.Series
    floor_area_m2: pd.Series
    modelled: bool = False
    notes: tuple[Text, ...] = ()

    def by(self, place: npt.ArrayLike) -> pd.DataFrame:
        """Sum the demand by place; cells without one (null) are left out.

        Parameters
        ----------
        place
            (n,) label of the place that holds each cell, such as its community.

        Returns
        -------
        A row for each place: a column for each group, then ``people``, ``places`` and ``floor_area_m2``.
        """
        columns = [self.total.rename("people"), self.places, self.floor_area_m2]
        whole = pd.concat([self.people, *columns], axis=1)
        sums: pd.DataFrame = whole.groupby(np.asarray(place, dtype=object)).sum(min_count=1)
        return sums


def demand(
    cells: pd.DataFrame,
    service: Service | str,
    *,
    people: Mapping[str, npt.ArrayLike] | None = None,
    weights_only: bool = False,
) -> Demand:
    """Demand for a service by home cell, from ages and norms.

    Parameters
    ----------
    cells
        Home cells: ``people``, bands such as ``age_60_79``, and ``cell_id`` and ``status`` where known.
    service
        The service, or its code.
    people
        Group to (n,) people by cell, in place of what the bands say: another year, or a scenario.
    weights_only
        Whether people are weights whose total says nothing; norms are then not applied.

    Raises
    ------
    UnknownName
        There is no such service or group.
    InputError
        The cells do not tell the ages of a group, or their people are unknown or negative.
    ContractError
        ``people`` has not a number for each cell.

    Examples
    --------
    >>> cells = pd.DataFrame({"cell_id": ["a", "b"], "people": [800.0, 400.0], "age_0_2": [30.0, 6.0]})
    >>> wanted = demand(cells, "childcare")  # 4.5 places for every 1,000 residents
    >>> wanted.total.tolist(), wanted.places.round(1).tolist()
    ([30.0, 6.0], [3.6, 1.8])
    """
    entry = look_up(service) if isinstance(service, str) else service
    counts = _People(cells, people or {})
    index = pd.Index(cells["cell_id"]) if "cell_id" in cells else cells.index
    by_group = pd.DataFrame({code: counts.of(code) for code in entry.groups}, index=index)
    total = pd.Series(by_group[list(outermost(entry.groups))].sum(axis=1), name="people")
    base = total if entry.norm_group is None else pd.Series(counts.of(entry.norm_group), index=index)
    norms = {
        name: np.nan if norm is None or weights_only else norm / 1000
        for name, norm in {"places": entry.places_per_1000, "floor_area_m2": entry.floor_m2_per_1000}.items()
    }
    notes = [SPLIT] if counts.modelled else []
    notes += [WEIGHTS] if weights_only else []
    return Demand(
        entry,
        index,
        by_group,
        total,
        (base * norms["places"]).rename("places"),
        (base * norms["floor_area_m2"]).rename("floor_area_m2"),
        modelled=counts.modelled,
        notes=(*notes, *_provisional(entry)),
    )


def outermost(groups: Iterable[str]) -> tuple[str, ...]:
    """The groups that lie in no other of them: their people add up to everybody, each once.

    Examples
    --------
    >>> outermost(["age_80_plus", "age_60_plus", "age_0_2"])
    ('age_60_plus', 'age_0_2')
    >>> outermost(["age_3_5", "all"])
    ('all',)
    """
    wanted = list(dict.fromkeys(groups))
    return tuple(g for g in wanted if not any(_inside(g, other) for other in wanted if other != g))


def _inside(inner: str, outer: str) -> bool:
    mine, its = group(inner).ages, group(outer).ages
    return its is None or (mine is not None and its[0] <= mine[0] and mine[1] <= its[1])


class _People:
    """People of any group by cell; remembers whether a band had to be split."""

    def __init__(self, cells: pd.DataFrame, given: Mapping[str, npt.ArrayLike]) -> None:
        self._cells = cells
        self._given = given
        self._everybody = np.asarray(cells["people"], dtype=np.float64)
        self._bands = {b: np.asarray(cells[b], dtype=np.float64) for b in RESIDENTS.band_columns(cells)}
        self._spread = "status" in cells and bool((cells["status"] == "modelled").any())
        self.modelled = False
        _refuse(self._everybody, "people")

    def of(self, code: str) -> Floats:
        wanted = group(code)
        if code in self._given:
            people = np.asarray(self._given[code], dtype=np.float64)
            if people.shape != self._everybody.shape:
                raise ContractError(
                    Text(
                        f"人群 {code} 应为 {len(self._everybody)} 个居住单元各给出一个人数，给出的是 {people.shape}。",
                        f"People of {code} need a number for each of {len(self._everybody)} cells; "
                        f"the shape was {people.shape}.",
                    )
                )
            _refuse(people, code)
            return people
        found = people_of(wanted, self._bands, self._everybody)
        if found is None:
            raise InputError(
                Text(
                    f"需要分年龄人口（{wanted.name.zh}）。",
                    f"Population by age is needed ({wanted.name.en}).",
                ),
                field="people",
                hint=Text(
                    '请在 city.toml 的 population 中给出年龄段，或用 role = "shares" 给出年龄构成。',
                    'Give bands of ages in the population of city.toml, or their shares with role = "shares".',
                ),
            )
        self.modelled |= found.modelled or self._spread
        return found.people


def _refuse(people: Floats, field: str) -> None:
    wrong = ~np.isfinite(people) | (people < 0)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise InputError(
            Text(
                f"人数应为非负数，实际为 {people[row]}；未知人数的单元请先剔除。",
                f"people need to be a number of at least 0, was {people[row]}; leave cells of unknown people out.",
            ),
            row=row + 1,
            field=field,
        )


def _provisional(entry: Service) -> list[Text]:
    """Norms that were used and not read in their issued text."""
    used = {
        number: source
        for number, source in entry.sources.items()
        if number in ("places_per_1000", "floor_m2_per_1000") and source.provisional
    }
    of = GROUPS[entry.norm_group].name if entry.norm_group else Text("服务对象", "those it is for")
    units = {"places_per_1000": Text("位", "places"), "floor_m2_per_1000": Text("m²", "m²")}
    return [
        Text(
            f"暂用标准：每千名{of.zh} {getattr(entry, number):g} {units[number].zh}（{source.text}）。",
            f"Provisional norm: {getattr(entry, number):g} {units[number].en} for every 1,000 of {of.en} "
            f"({source.text}).",
        )
        for number, source in used.items()
    ]
