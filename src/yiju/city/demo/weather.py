"""Daily rain of a gauge that stands nowhere: wet summers, dry winters, and now and then a storm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Floats

# By month: chance of rain after a dry day and after a wet one, and mean rain of a wet day in mm. Shaped like the
# humid subtropics of the Sichuan basin (about 1,100 mm a year, two thirds of it from May to September); invented.
_AFTER_DRY = np.array([0.22, 0.22, 0.24, 0.30, 0.36, 0.36, 0.26, 0.26, 0.34, 0.38, 0.28, 0.22])
_AFTER_WET = np.array([0.48, 0.48, 0.48, 0.52, 0.56, 0.58, 0.50, 0.48, 0.58, 0.60, 0.54, 0.48])
_MEAN_MM = np.array([1.9, 2.1, 3.3, 6.2, 9.0, 11.8, 14.6, 13.0, 8.3, 4.9, 3.2, 1.9])
# Rain of a wet day is drawn from a gamma law of this shape: many drizzles, few storms.
_SHAPE = 0.62
_MISSING = 0.0004


def daily_rain(first_year: int, last_year: int, rng: np.random.Generator) -> tuple[np.ndarray, Floats]:
    """Days and rain in millimetres; NaN where the gauge was out of order.

    Examples
    --------
    >>> days, rain = daily_rain(1990, 2024, np.random.default_rng(1))
    >>> len(days), bool(900 < np.nansum(rain) / 35 < 1300)
    (12784, True)
    """
    days = np.arange(f"{first_year}-01-01", f"{last_year + 1}-01-01", dtype="datetime64[D]")
    month = days.astype("datetime64[M]").astype(int) % 12
    chance = rng.random(len(days))
    dry, wet = (chance < _AFTER_DRY[month]).tolist(), (chance < _AFTER_WET[month]).tolist()
    rains = np.zeros(len(days), dtype=bool)
    before = False
    for k in range(len(days)):
        before = rains[k] = wet[k] if before else dry[k]
    amount = rng.standard_gamma(_SHAPE, len(days)) * (_MEAN_MM[month] / _SHAPE)
    rain = np.where(rains, np.maximum(np.round(amount, 1), 0.1), 0.0)
    rain[rng.random(len(days)) < _MISSING] = np.nan
    return days, rain
