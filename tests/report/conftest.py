"""A checked-up toy town: real tables, observations made up by rule, and the ledger that the needs room makes of them."""

from __future__ import annotations

import zlib
from pathlib import Path

import pandas as pd
import pytest
from yiju.checkup.catalogue import catalogue
from yiju.checkup.observations import OBSERVATIONS
from yiju.city.folder import CityFolder
from yiju.city.toytown import toy_town
from yiju.needs import write_needs

LEVELS = ("city", "district", "subdistrict", "community")


def made_up(folder: CityFolder, *, year: int) -> pd.DataFrame:
    """Observations of the whole catalogue: what is computed has a value by rule, the rest says what it needs."""
    places = folder.table("places")
    rows = []
    for entry in catalogue().values():
        computed = entry.how == "computed"
        for variant in entry.variants:
            for method in variant.methods or entry.methods:
                for place in places.to_dict("records"):
                    if place["level"] not in (variant.levels or entry.levels):
                        continue
                    for group in entry.groups if method == "network" else ("all",):
                        rows.append(_row(entry, variant, method, place, group, computed, year))
    return OBSERVATIONS.validate(pd.DataFrame(rows))


def _row(entry, variant, method, place, group, computed, year):
    dice = zlib.crc32("|".join((entry.id, variant.code, method, place["place_id"], group, str(year))).encode())
    unit = entry.unit_of(variant)
    share = (dice % 1000) / 999
    value = {"%": 100 * share**0.5, "share": 0.6 * share, "minutes": 4 + 16 * share}.get(unit, 10 * share)
    value = value * (0.8 if method == "network" and unit == "%" else 1.0)
    if group != "all":
        value *= 0.85
    target = variant.target or entry.target
    held = target is not None and target.holds_for(method, variant.code)
    people = 400.0 + dice % 700
    screening = entry.id in ("L07", "L14")
    return {
        "indicator": entry.id,
        "edition": entry.edition,
        "method": method,
        "variant": variant.code,
        "status": ("screening" if screening else "measured") if computed else "not measurable",
        "level": place["level"],
        "place_id": place["place_id"],
        "group": group,
        "value": value if computed else None,
        "unit": unit,
        "n": people if computed else None,
        "numerator": value / 100 * people if computed and unit == "%" else None,
        "denominator": people if computed and unit == "%" else None,
        "low": max(0.0, value - 3) if computed and unit == "%" else None,
        "high": min(100.0, value + 3) if computed and unit == "%" else None,
        "grade": ("good" if value >= target.value else "poor") if computed and held and place["level"] == "city" else None,
        "threshold": target.value if held else None,
        "source": entry.source,
        "provisional": entry.provisional,
        "reason_zh": "" if computed else "需要部门报表",
        "reason_en": "" if computed else "needs an official table",
    }


def check_up(folder: CityFolder, year: int) -> CityFolder:
    """Store made-up observations of a year, and the ledger that follows from them."""
    target = folder.checkup_dir(year)
    target.mkdir(parents=True)
    made_up(folder, year=year).to_parquet(target / "observations.parquet", index=False)
    write_needs(folder, year=year)
    return folder


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    """A toy town of 16 communities with check-ups of 2024 and 2025."""
    folder = toy_town(tmp_path_factory.mktemp("city") / "方格城", blocks=16, communities=4, severed=True)
    check_up(folder, 2024)
    return check_up(folder, 2025)


@pytest.fixture(scope="session")
def first_year(tmp_path_factory: pytest.TempPathFactory) -> CityFolder:
    """A small toy town in its first year."""
    folder = toy_town(tmp_path_factory.mktemp("city") / "toy", blocks=8, communities=2)
    return check_up(folder, 2025)


def path_of(folder: CityFolder, name: str) -> Path:
    return folder.checkup_dir(2025) / "report" / name
