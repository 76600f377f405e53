"""How near daily life is: proximity time, and the completeness of the circle around a home.

*Proximity time*: for each category the mean time to its k nearest facilities, then the mean over categories.
M. Bruno, H. P. Monteiro Melo, B. Campanelli and V. Loreto, A universal framework for inclusive 15-minute cities,
Nature Cities 1 (2024) 633-641 (k = 20 there; categories of their own).

*Completeness*: how many of the wanted categories are within the limit.

::

    home      care 4 min   food 6   school 11   park 17        limit 15: 3 of 4 = 0.75, not whole
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yiju.travel import NearestK


def proximity_time(nearest: Mapping[str, NearestK]) -> pd.DataFrame:
    """Mean cost to the k nearest of each category, and over all categories.

    Parameters
    ----------
    nearest
        For each category, the k nearest facilities of the same origins. Where the whole city has fewer than k
        facilities of a category, the mean is over those that there are.

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
    columns: dict[str, pd.Series] = {}
    origins = next(iter(nearest.values())).origins
    for category, found in nearest.items():
        if not found.origins.equals(origins):
            msg = f"the origins of {category} differ from those of the first category"
            raise ValueError(msg)
        counted = min(found.cost.shape[1], len(found.facilities))
        mean = found.cost[:, :counted].mean(axis=1) if counted else np.full(len(origins), np.inf)
        columns[category] = pd.Series(mean, index=origins)
    frame = pd.DataFrame(columns)
    frame["all"] = frame.mean(axis=1)
    return frame


def completeness(cost: pd.DataFrame, *, limit: float) -> pd.DataFrame:
    """Share of categories within a limit of each origin.

    Parameters
    ----------
    cost
        (origins, categories) cost to the nearest of each; inf where there is none.
    limit
        In the unit of the costs.

    Returns
    -------
    A row for each origin: ``share`` of categories, 0 to 1, and ``whole``: whether none is missing.

    Examples
    --------
    >>> completeness(pd.DataFrame({"care": [4, 9], "park": [17, 12]}), limit=15)["share"].tolist()
    [0.5, 1.0]
    """
    near = cost <= limit
    return pd.DataFrame({"share": near.mean(axis=1), "whole": near.all(axis=1)}, index=cost.index)
