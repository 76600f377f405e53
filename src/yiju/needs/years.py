"""Two check-ups of one city: observations, needs and the rectification rate, read and compared."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yiju.checkup.catalogue import catalogue
from yiju.needs.comparison import Inputs, compare_observations
from yiju.needs.inputs import differing_inputs
from yiju.needs.ledger import read_needs, read_observations
from yiju.needs.rectification import Rate, fates, rectification_rates

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from yiju.city.folder import CityFolder


@dataclass(frozen=True)
class Comparison:
    """What two years say of each other.

    ``observations`` has a row for each observation of either year with the kind of its change, ``needs`` the
    later ledger with the fate of each need, ``rates`` the rectification rate (U05) by deadline class, and
    ``inputs`` what differs between the inputs.
    """

    earlier: int
    later: int
    observations: pd.DataFrame
    needs: pd.DataFrame
    rates: Mapping[str, Rate]
    inputs: Inputs


def compare_years(folder: CityFolder, earlier: int, later: int) -> Comparison:
    """Compare the check-ups of two years of one city.

    Raises
    ------
    MissingCity
        One of the years has no check-up.
    """
    before, after = read_observations(folder, year=earlier), read_observations(folder, year=later)
    needs_before, needs_after = read_needs(folder, year=earlier), read_needs(folder, year=later)
    inputs = differing_inputs(_manifest(folder, earlier), _manifest(folder, later))
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
    )


def _manifest(folder: CityFolder, year: int) -> dict[str, Any]:
    """The manifest of a check-up; empty where it has none, so that nothing is claimed of its inputs."""
    try:
        said: dict[str, Any] = json.loads(
            (folder.checkup_dir(year) / "manifest.json").read_text(encoding="utf-8")
        )
    except (OSError, ValueError):
        return {}
    return said
