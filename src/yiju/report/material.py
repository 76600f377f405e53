"""What a report is made of: one city, one year, read once from the folder."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from yiju.checkup.snapshot import read_completeness, read_curves, read_manifest, read_observations
from yiju.city.tables import LEVELS
from yiju.needs import View, official_views, read_needs
from yiju.needs.voices import residents_by_place
from yiju.report.plans import read_plans

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from yiju.city.folder import CityFolder
    from yiju.supply.plan import Plan

# Cells of a grid are a statistical layer, not places that anyone files a report for.
SHOWN_LEVELS = ("city", "district", "subdistrict", "community")


@dataclass(frozen=True)
class Material:
    """The check-up of one year with its ledger, and the earlier one where there is any."""

    folder: CityFolder
    year: int
    observations: pd.DataFrame
    completeness: pd.DataFrame
    curves: pd.DataFrame
    needs: pd.DataFrame

    @classmethod
    def read(cls, folder: CityFolder, year: int) -> Material:
        """Read the check-up and the ledger of a year.

        Raises
        ------
        MissingCity
            There is no check-up, or no ledger, of that year.
        """
        return cls(
            folder,
            year,
            read_observations(folder, year),
            read_completeness(folder, year),
            read_curves(folder, year),
            read_needs(folder, year=year),
        )

    @cached_property
    def places(self) -> gpd.GeoDataFrame:
        """Places of the levels that are shown, from the city down, in a fixed order."""
        places = self.table("places")
        places = places[places["level"].isin(SHOWN_LEVELS)].copy()
        places["_depth"] = places["level"].map(LEVELS.index)
        return (
            places.sort_values(["_depth", "place_id"], kind="stable")
            .drop(columns="_depth")
            .reset_index(drop=True)
        )

    @cached_property
    def _tables(self) -> dict[str, gpd.GeoDataFrame | pd.DataFrame]:
        return {}

    def table(self, name: str) -> gpd.GeoDataFrame | pd.DataFrame:
        """A table of the city, read once."""
        if name not in self._tables:
            self._tables[name] = self.folder.table(name)
        return self._tables[name]

    @cached_property
    def views(self) -> Mapping[str, View]:
        """The official forms by code."""
        return official_views(self.needs, self.observations, self.folder)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Names of places by id."""
        return dict(zip(self.places["place_id"], self.places["name"], strict=True))

    @cached_property
    def people(self) -> Mapping[str, float]:
        """Residents of places by id; empty where people are unknown or only weights."""
        return residents_by_place(self.folder)

    @cached_property
    def by_level(self) -> Mapping[str, list[str]]:
        """Place ids of each level, in order."""
        return {level: rows["place_id"].tolist() for level, rows in self.places.groupby("level", sort=False)}

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """What the check-up rests on: inputs with their hashes, what the build decided, versions."""
        return read_manifest(self.folder, self.year)

    @cached_property
    def plans(self) -> tuple[Plan, ...]:
        """Plans that answer this check-up, by name."""
        return read_plans(self.folder, self.year)

    @property
    def build(self) -> Mapping[str, Any]:
        """The build that the check-up rests on; empty where the tables were made otherwise."""
        return self.manifest.get("build") or {}

    @property
    def city_id(self) -> str:
        """Id of the whole city."""
        return self.by_level["city"][0]

    @property
    def open_needs(self) -> pd.DataFrame:
        """Needs that are not closed, the most pressing first."""
        return self.needs[self.needs["status"] == "open"].sort_values("rank", kind="stable")

    @property
    def report_dir(self) -> Path:
        """Where the report goes."""
        return self.folder.checkup_dir(self.year) / "report"
