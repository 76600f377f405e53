"""All measures of inequality of many values at once, and of each group of people.

::

    walk to 30 services, 300,000 homes        one row for each service and group
    clinic  school  park  ...           ──►   clinic  older    people  mean  gini  theil  palma  atkinson
    120.0   840.0   60.0                      clinic  children ...

Each value is sorted once, whatever the number of groups and measures (:mod:`yiju.access.ladder`). What is measured, and
by whose formula, stands in :mod:`yiju.access.inequality`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.access.checking import ByGroup, groups_of, numbers_of, or_none
from yiju.access.inequality import (
    atkinson_of,
    concentration_of,
    curve_of,
    gini_of,
    palma_of,
    ranks_of,
    theil_of,
)
from yiju.access.ladder import ladder
from yiju.text import Text

Floats = npt.NDArray[np.float64]


def measures(
    values: pd.DataFrame | pd.Series,
    people: ByGroup | None = None,
    *,
    trait: npt.ArrayLike | None = None,
    epsilon: float = 0.5,
) -> pd.DataFrame:
    """All measures of many values at once, and of each group of people.

    Each value is sorted once, whatever the number of groups and measures; what is whole or whole tenths, such as counts
    and walks, is counted instead.

    Parameters
    ----------
    values
        (n,) or (n, values) of *good* things; unknown ones (NaN) are left out.
    people
        (n,) how many have them, or by group: a frame with a column for each, or a mapping. One each by default.
    trait
        (n,) what people are ranked by, for the concentration index; who has none is left out of that.
    epsilon
        Aversion to inequality of Atkinson's index.

    Returns
    -------
    A row for each value, or for each value and group: ``people`` whose value is known, their ``mean``, ``gini``,
    ``theil``, ``palma``, ``atkinson`` and, given a trait, ``concentration``; NaN where there are no people.

    Raises
    ------
    ContractError
        Rows of people and values differ, or a number is negative or infinite: give NaN where there is no way, and say
        how many that are.
    ValueError
        ``epsilon`` is not above 0.

    Examples
    --------
    >>> found = measures(pd.DataFrame({"clinics": [1, 2, 3, 10]}), {"all": [1, 1, 1, 1], "older": [0, 0, 2, 2]})
    >>> found["gini"].round(4).tolist(), found["people"].tolist()
    ([0.4375, 0.2692], [4.0, 4.0])
    """
    if not epsilon > 0:
        msg = f"epsilon needs to be above 0, was {epsilon}"
        raise ValueError(msg)
    frame = values.to_frame() if isinstance(values, pd.Series) else values
    given = np.ones(len(frame)) if people is None else people
    groups, grouped = groups_of(given, frame.index, Text("人口", "people"))
    number = or_none(np.stack(list(groups.values())))
    ranked = None if trait is None else _Ranked(trait, number)
    rows = []
    for name in frame.columns:
        x = numbers_of(
            frame[name].to_numpy(dtype=np.float64), len(frame), Text(f"{name} 的数值", f"values of {name}")
        )
        known = ~np.isnan(x)
        whole = known.all()
        rungs = ladder(x, number) if whole else ladder(x[known], number[:, known])
        for g in range(len(number)):
            row = _row(rungs.value, rungs.people[g], epsilon)
            if ranked is not None:
                row["concentration"] = ranked.concentration(x, g, known)
            rows.append(row)
    index = frame.columns if not grouped else pd.MultiIndex.from_product([frame.columns, list(groups)])
    return pd.DataFrame(rows, index=index)


def _row(x: Floats, p: Floats, epsilon: float) -> dict[str, float]:
    lived = p > 0
    if not lived.all():
        x, p = x[lived], p[lived]
    if len(x) == 0:
        nothing = float("nan")
        return {"people": 0.0} | dict.fromkeys(("mean", "gini", "theil", "palma", "atkinson"), nothing)
    curve = curve_of(x, p)
    return {
        "people": float(p.sum()),
        "mean": float(np.average(x, weights=p)),
        "gini": gini_of(curve),
        "theil": theil_of(x, p),
        "palma": palma_of(curve),
        "atkinson": atkinson_of(x, p, epsilon),
    }


class _Ranked:
    """Ranks by a trait, sorted once; of each group, ranked once as long as every value is known."""

    def __init__(self, trait: npt.ArrayLike, people: Floats) -> None:
        self._trait = np.asarray(trait, dtype=np.float64)
        if self._trait.shape != people.shape[1:]:
            msg = f"the trait needs the shape {people.shape[1:]}, was {self._trait.shape}"
            raise ValueError(msg)
        self._has = ~np.isnan(self._trait)
        _, code = np.unique(np.where(self._has, self._trait, 0.0), return_inverse=True)
        self._code: npt.NDArray[np.integer] = code
        self._people = people
        self._ranks: dict[int, tuple[npt.NDArray[np.bool_], Floats]] = {}

    def concentration(self, x: Floats, group: int, known: npt.NDArray[np.bool_]) -> float:
        if not known.all():
            kept = known & self._has & (self._people[group] > 0)
            rank = self._rank(group, kept)
        else:
            if group not in self._ranks:
                kept = self._has & (self._people[group] > 0)
                self._ranks[group] = kept, self._rank(group, kept)
            kept, rank = self._ranks[group]
        return concentration_of(x[kept], self._people[group][kept], rank) if len(rank) else float("nan")

    def _rank(self, group: int, kept: npt.NDArray[np.bool_]) -> Floats:
        p = self._people[group][kept]
        return ranks_of(self._code[kept], p) if len(p) else p
