"""Lorenz curves of what Q01 judges, stored with the check-up: a report draws the very people that were counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from yiju.access.inequality import lorenz
from yiju.checkup.blocks import NotMeasurable, worst
from yiju.checkup.indicators.daily import completeness_by_cell, minutes_by_cell

if TYPE_CHECKING:
    from yiju.checkup.context import Context

# Corners that are kept of a curve: more do not show on a page.
_CORNERS = 200
_EMPTY = {"indicator": "str", "variant": "str", "status": "str", "people": "float64", "value": "float64"}


def curves_of(city: Context) -> pd.DataFrame:
    """Corners of the Lorenz curve of each variant of Q01 over all people of the city.

    Returns
    -------
    DataFrame
        ``indicator`` (what is shared: L18 or L19), ``variant`` of Q01, ``status``, and cumulative shares of
        ``people`` and of the ``value`` that they have, both from 0 to 1, least served first.
    """
    parts = [pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in _EMPTY.items()})]
    judged = city.catalogue.indicators.get("Q01")
    for variant in judged.variants if judged else ():
        try:
            parts.append(_curve(city, str(variant.parameters["of"]), variant.code))
        except NotMeasurable:
            continue  # Q01 says why
    return pd.concat(parts, ignore_index=True).astype(_EMPTY)


def _curve(city: Context, quantity: str, variant: str) -> pd.DataFrame:
    entry = city.catalogue.indicators[quantity]
    if quantity == "L19":
        access = minutes_by_cell(city, entry, "all")
    else:
        access = completeness_by_cell(city, entry, entry.variants[0], "all")
    corners = lorenz(access.value, city.people().people)
    steps = np.linspace(0.0, 1.0, _CORNERS)
    last = len(corners.people) - 1
    kept = np.unique([*np.searchsorted(corners.people, steps).clip(max=last), last])
    return pd.DataFrame(
        {
            "indicator": quantity,
            "variant": variant,
            "status": worst(access.status, city.status("all")),
            "people": corners.people[kept],
            "value": corners.value[kept],
        }
    )
