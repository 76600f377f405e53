"""Observations made by hand, and a small toy town to hold them against."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from yiju.checkup.observations import OBSERVATIONS
from yiju.city.toytown import toy_town

if TYPE_CHECKING:
    from yiju.city.folder import CityFolder

Make = Callable[..., dict[str, Any]]


def _observation(
    indicator: str, place_id: str, value: float | None, *, people: float | None = 1000.0, **other: Any
) -> dict[str, Any]:
    row = {
        "indicator": indicator,
        "edition": "yiju-1",
        "method": "network",
        "variant": "r500",
        "status": "measured",
        "level": "community",
        "place_id": place_id,
        "group": "all",
        "value": value,
        "unit": "%",
        "n": people,
        "numerator": None if value is None or people is None else value / 100.0 * people,
        "denominator": people,
        "low": None,
        "high": None,
        "grade": None,
        "threshold": None,
        "source": "GB50180 C",
        "provisional": False,
        "reason_zh": "",
        "reason_en": "",
    }
    return row | other


@pytest.fixture(scope="session")
def observation() -> Make:
    """Make one observation: coverage on foot within 500 m of a community, unless said otherwise."""
    return _observation


@pytest.fixture(scope="session")
def observations() -> Callable[..., pd.DataFrame]:
    """Make a frame of the observations contract from rows."""

    def make(*rows: dict[str, Any]) -> pd.DataFrame:
        return OBSERVATIONS.validate(pd.DataFrame(list(rows))) if rows else OBSERVATIONS.empty()

    return make


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    """Toy town: communities c-0-0 to c-1-1, subdistricts s-0 and s-1, a log of requests of 2025."""
    return toy_town(tmp_path_factory.mktemp("town"), blocks=4, communities=2)
