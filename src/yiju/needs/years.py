"""Two check-ups of one city: observations, needs and the rectification rate, read and compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yiju.checkup.catalogue import catalogue
from yiju.checkup.snapshot import read_manifest, read_observations
from yiju.needs.comparison import Inputs, compare_observations
from yiju.needs.inputs import differing_inputs
from yiju.needs.ledger import read_needs
from yiju.needs.measures import read_promises
from yiju.needs.promises import held
from yiju.needs.rectification import Rate, fates, rectification_rates

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from yiju.city.folder import CityFolder


@dataclass(frozen=True)
class Comparison:
    """What two years say of each other.

    ``observations`` has a row for each observation of either year with the kind of its change, ``needs`` the
    later ledger with the fate of each need, ``rates`` the rectification rate (U05) by deadline class,
    ``inputs`` what differs between the inputs, and ``promises`` what plans promised, each held against the later year
    (:func:`yiju.needs.promises.held`).
    """

    earlier: int
    later: int
    observations: pd.DataFrame
    needs: pd.DataFrame
    rates: Mapping[str, Rate]
    inputs: Inputs
    promises: pd.DataFrame


def compare_years(folder: CityFolder, earlier: int, later: int) -> Comparison:
    """Compare the check-ups of two years of one city.

    Raises
    ------
    MissingCity
        One of the years has no check-up.
    """
    before, after = read_observations(folder, earlier), read_observations(folder, later)
    needs_before, needs_after = read_needs(folder, year=earlier), read_needs(folder, year=later)
    inputs = differing_inputs(_inputs(folder, earlier), _inputs(folder, later))
    known = catalogue()
    return Comparison(
        earlier,
        later,
        compare_observations(
            before,
            after,
            tables_of={code: indicator.tables for code, indicator in known.items()},
            direction_of={code: indicator.direction for code, indicator in known.items()},
            inputs=inputs,
        ),
        fates(needs_before, needs_after),
        rectification_rates(needs_before, needs_after),
        inputs,
        held(read_promises(folder), after, year=later),
    )


def _inputs(folder: CityFolder, year: int) -> list[dict[str, Any]]:
    """The entries of city.toml that the tables of that year were made of; none where they were not built."""
    inputs: list[dict[str, Any]] = (read_manifest(folder, year).get("build") or {}).get("inputs", [])
    return inputs
