"""The annual check-up: every indicator of the catalogue, at every place, with its status and grade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from yiju.checkup.context import Context
from yiju.checkup.curves import curves_of
from yiju.checkup.judging import Judge
from yiju.checkup.layer_completeness import completeness_of
from yiju.checkup.observations import OBSERVATIONS
from yiju.checkup.off_network import off_network
from yiju.checkup.rows import KEY, Columns, answered, joined, rows_of
from yiju.checkup.snapshot import earlier_observations, manifest, write_snapshot
from yiju.progress import SILENT, Progress
from yiju.text import Text
from yiju.travel.warming import warm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from yiju.checkup.catalogue import Catalogue
    from yiju.checkup.indicator import Indicator
    from yiju.city.folder import CityFolder

# What is computed from the grades of all others comes last.
_OVERALL = "Z01"


@dataclass(frozen=True, eq=False)
class Checkup:
    """One year's check-up of a city.

    Attributes
    ----------
    observations
        Frame of the observations contract, in the order of the catalogue.
    completeness
        How complete each facility layer seems; see :func:`yiju.checkup.layer_completeness.completeness`.
    curves
        Lorenz curves of access over all people; see :func:`yiju.checkup.curves.curves_of`.
    manifest
        Hashes of all inputs, versions, thresholds overridden, when it was made, and who lies off the network; see
        :func:`yiju.checkup.off_network.off_network`.
    """

    folder: CityFolder
    year: int
    observations: pd.DataFrame
    completeness: pd.DataFrame
    curves: pd.DataFrame
    manifest: Mapping[str, Any]

    def write(self) -> None:
        """Store it in ``checkups/YEAR``, whole or not at all.

        Raises
        ------
        SnapshotError
            It could not be stored; what was there stays whole.
        """
        write_snapshot(
            self.folder.checkup_dir(self.year),
            {"observations": self.observations, "completeness": self.completeness, "curves": self.curves},
            self.manifest,
        )


def run_checkup(
    folder: CityFolder,
    *,
    year: int | None = None,
    now: datetime | None = None,
    progress: Progress = SILENT,
    catalogue: Catalogue | None = None,
) -> Checkup:
    """Check a city up.

    Parameters
    ----------
    folder
        A city that was built.
    year
        By default the city's own year.
    now
        What the manifest says of when; nothing else depends on it.
    progress
        Told of each family of indicators.
    catalogue
        Indicators, by default those that come with Yiju.

    Raises
    ------
    MissingCity
        The city was not built yet.
    UnknownName
        city.toml overrides the threshold of an indicator that does not exist.

    Examples
    --------
    >>> import tempfile
    >>> from yiju.city.toytown import toy_town
    >>> checkup = run_checkup(toy_town(tempfile.mkdtemp(), blocks=8))
    >>> rows = checkup.observations.set_index(["indicator", "method", "variant", "place_id", "group"])
    >>> float(rows.loc[("L02", "network", "r500", "city", "all"), "value"].round(1))
    71.4
    """
    warm(progress)
    year = year or folder.config.year
    city = Context(folder, year, catalogue)
    observations = observe_all(city, progress)
    return Checkup(
        folder,
        year,
        observations,
        completeness_of(city),
        curves_of(city),
        manifest(folder, year, city.catalogue, now) | {"off_network": off_network(city)},
    )


def observe_all(city: Context, progress: Progress = SILENT) -> pd.DataFrame:
    """Every observation of a city, in the order of the catalogue, the overall grade among them."""
    judge = judge_of(city)
    indicators = [i for i in city.catalogue.indicators.values() if i.id != _OVERALL]
    judged = observe(city, indicators, judge, progress)
    overall = city.catalogue.indicators.get(_OVERALL)
    if overall is not None:
        judged = pd.concat([judged, judge.overall(judged, overall)], ignore_index=True)
    return in_order(city.catalogue, judged)


def in_order(catalogue: Catalogue, rows: pd.DataFrame) -> pd.DataFrame:
    """Observations in the order of the catalogue, held against their contract."""
    order = {name: i for i, name in enumerate(catalogue.indicators)}
    ordered = rows.sort_values("indicator", key=lambda ids: ids.map(order), kind="stable", ignore_index=True)
    return OBSERVATIONS.validate(ordered)


def judge_of(city: Context) -> Judge:
    """What the observations of a city are held against: its own thresholds, the year before, a survey."""
    return Judge(
        city.catalogue,
        city.config.thresholds,
        earlier_observations(city.folder, city.year),
        _survey(city.table("figures"), city.year),
    )


def observe(
    city: Context, indicators: Sequence[Indicator], judge: Judge, progress: Progress = SILENT
) -> pd.DataFrame:
    """The judged rows of some indicators, those whose number another one answers only if that is among them."""
    progress.step(Text("计算指标", "Compute the indicators"))
    parts: list[Columns] = []
    for done, indicator in enumerate(indicators, start=1):
        parts += rows_of(city, indicator)
        progress.advance(done, len(indicators))
    rows = joined(parts)
    same_numbers = [answered(city, indicator, rows) for indicator in indicators]
    rows = pd.concat([rows, *same_numbers], ignore_index=True).drop_duplicates(KEY, ignore_index=True)
    progress.step(Text("评级", "Grade them"))
    return judge.judged(rows)


def _survey(figures: pd.DataFrame, year: int) -> dict[str, float]:
    """Survey scores of indicators: figures named ``ID/survey`` of the year."""
    asked = figures[
        figures["indicator"].str.endswith("/survey") & figures["period"].str.startswith(str(year))
    ]
    known = asked[asked["value"].notna()]
    return {
        name.split("/")[0]: float(value)
        for name, value in zip(known["indicator"], known["value"], strict=True)
    }
