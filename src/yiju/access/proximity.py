"""How near daily life is: proximity time, and the completeness of the circle around a home.

*Proximity time*: for each category the mean time to its k nearest facilities, then the mean over categories.
M. Bruno, H. P. Monteiro Melo, B. Campanelli and V. Loreto, A universal framework for inclusive 15-minute cities,
Nature Cities 1 (2024) 633-641 (k = 20 there; categories of their own).

*Completeness*: how many of the wanted categories are within the limit, which may differ by category.

::

    home      care 4 min   food 6   school 11   park 17        limit 15: 3 of 4 = 0.75, not whole

Both stand for a home; what they are for a group of people is the mean over its people (:func:`by_group`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.access.checking import ByGroup, groups_of
from yiju.access.coverage import mean_of_people
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.travel import NearestK

Floats = npt.NDArray[np.float64]


def proximity_time(nearest: Mapping[str, NearestK]) -> pd.DataFrame:
    """Mean cost to the k nearest of each category, and over all categories.

    Parameters
    ----------
    nearest
        For each category, the k nearest facilities of the same origins: from
        :meth:`yiju.travel.Travel.nearest_k_each`, or from ``nearest_k`` one by one. Where the whole city has fewer than
        k facilities of a category, the mean is over those that there are.

    Returns
    -------
    A row for each origin; a column for each category and ``all``, in the unit of the costs; inf where not enough
    facilities can be reached.

    Raises
    ------
    ValueError
        There is no category, or their origins differ.
    """
    if not nearest:
        msg = "proximity_time needs at least one category"
        raise ValueError(msg)
    # many categories of one search are kept packed, and say their means without being unpacked
    packed = getattr(nearest, "mean", None)
    frame: pd.DataFrame = packed() if packed else pd.DataFrame(_means(nearest))
    frame["all"] = frame.to_numpy().mean(axis=1)
    return frame


def _means(nearest: Mapping[str, NearestK]) -> dict[str, pd.Series]:
    columns: dict[str, pd.Series] = {}
    origins = next(iter(nearest.values())).origins
    for category, found in nearest.items():
        if not found.origins.equals(origins):
            msg = f"the origins of {category} differ from those of the first category"
            raise ValueError(msg)
        counted = min(found.cost.shape[1], len(found.facilities))
        mean = found.cost[:, :counted].mean(axis=1) if counted else np.full(len(origins), np.inf)
        columns[category] = pd.Series(mean, index=origins)
    return columns


def completeness(cost: pd.DataFrame, *, limit: float | Mapping[str, float]) -> pd.DataFrame:
    """Share of categories within a limit of each origin.

    Parameters
    ----------
    cost
        (origins, categories) cost to the nearest of each, such as ``cost`` of
        :meth:`yiju.travel.Travel.nearest_each`; inf where there is none.
    limit
        In the unit of the costs: one for all, or by category.

    Returns
    -------
    A row for each origin: ``share`` of categories, 0 to 1, and ``whole``: whether none is missing.

    Raises
    ------
    ValueError
        There is no category, a cost is not known, or limits are of other categories.

    Examples
    --------
    >>> cost = pd.DataFrame({"care": [4, 9], "park": [17, 12]})
    >>> completeness(cost, limit=15)["share"].tolist()
    [0.5, 1.0]
    >>> completeness(cost, limit={"care": 5, "park": 20})["share"].tolist()
    [1.0, 0.5]
    """
    categories = list(cost.columns)
    limits = limit if isinstance(limit, Mapping) else dict.fromkeys(categories, limit)
    if not categories or set(limits) != set(categories):
        msg = f"completeness needs categories, and a limit for each; were {categories} and {sorted(limits)}"
        raise ValueError(msg)
    near = np.zeros(len(cost), dtype=np.int64)
    for category in categories:
        column = cost[category].to_numpy(dtype=np.float64)
        if np.isnan(column).any():
            msg = f"{int(np.isnan(column).sum())} costs of {category} are not known; where there is no way, give inf"
            raise ValueError(msg)
        near += column <= limits[category]
    return pd.DataFrame({"share": near / len(categories), "whole": near == len(categories)}, index=cost.index)


def by_group(
    values: pd.DataFrame | pd.Series, people: ByGroup, *, place: npt.ArrayLike | None = None
) -> pd.DataFrame:
    """Means over the people of each group: of completeness, proximity time, places a person, or anything of a home.

    Parameters
    ----------
    values
        (homes,) or (homes, values); unknown ones (NaN) are left out, inf stays inf.
    people
        (homes,) how many live there, or by group: a frame with a column for each, or a mapping. Not known (NaN) is
        left out.
    place
        (homes,) place that holds each home; homes in no place are left out.

    Returns
    -------
    A row for each group, or for each place and group: ``people``, and the mean of each value; NaN where nobody lives.
    Of what is true or false, the mean is the share of people of whom it is true.

    Raises
    ------
    ContractError
        People are of other homes, negative or infinite.

    Examples
    --------
    >>> circle = completeness(pd.DataFrame({"care": [4, 9], "park": [17, 12]}), limit=15)
    >>> by_group(circle, {"all": [100, 300], "older": [30, 10]})
           people  share  whole
    all     400.0  0.875   0.75
    older    40.0  0.625   0.25
    """
    frame = values.to_frame() if isinstance(values, pd.Series) else values
    groups, _ = groups_of(people, frame.index, Text("人口", "people"))
    parts = {}
    for group, number in groups.items():
        everyone = pd.Series(np.nan_to_num(number)).groupby(_places(place, len(frame))).sum()
        means = {name: mean_of_people(frame[name], number, place=place) for name in frame.columns}
        parts[group] = pd.DataFrame({"people": everyone, **means})
    if place is None:
        return pd.concat(parts).droplevel(1)
    return pd.concat(parts).swaplevel().sort_index(level=0, sort_remaining=False)


def _places(place: npt.ArrayLike | None, rows: int) -> npt.NDArray[np.object_]:
    return np.full(rows, "all", dtype=object) if place is None else np.asarray(place, dtype=object)
