"""Lorenz curves: how access is spread over residents, from the least to the best served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.checkup.catalogue import catalogue
from yiju.text import Text

if TYPE_CHECKING:
    import pandas as pd

    from yiju.report.material import Material

Floats = npt.NDArray[np.float64]

# What Q01 measures the equality of (catalogue, equity.toml): variant of Q01 -> indicator
_MEASURED = {"completeness": "L18", "minutes": "L19"}
# Points of a drawn curve; more would not show on 260 pixels.
_POINTS = 100


@dataclass(frozen=True)
class Curve:
    """One Lorenz curve between communities, with the Gini of Q01 beside it."""

    title: Text
    about: Text
    variant: str
    x: Floats
    y: Floats
    gini: float


def lorenz(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Cumulative shares of people and of the quantity, least served first; both begin at 0 and end at 1.

    Parameters
    ----------
    values, weights
        (n,) quantity per person and people, no unknown, not all 0.

    Examples
    --------
    >>> x, y = lorenz(np.array([3.0, 1.0]), np.array([1.0, 1.0]))
    >>> x.tolist(), y.tolist()
    ([0.0, 0.5, 1.0], [0.0, 0.25, 1.0])
    """
    order = np.argsort(values, kind="stable")
    people = np.concatenate([[0.0], np.cumsum(weights[order])])
    quantity = np.concatenate([[0.0], np.cumsum((values * weights)[order])])
    return people / people[-1], quantity / quantity[-1]


def area_gini(x: Floats, y: Floats) -> float:
    """Gini of a Lorenz curve: one minus twice the area below it.

    Examples
    --------
    >>> area_gini(np.array([0.0, 0.5, 1.0]), np.array([0.0, 0.25, 1.0]))
    0.25
    """
    return float(1.0 - 2.0 * np.trapezoid(y, x))


def curves(material: Material) -> list[Curve]:
    """Curves of the quantities that Q01 judges, over communities weighted by residents."""
    rows = material.observations
    rows = rows[(rows["level"] == "community") & (rows["group"] == "all") & rows["value"].notna()]
    out = []
    for variant, code in _MEASURED.items():
        part = rows[rows["indicator"] == code]
        if not len(part):
            continue
        first = part[["method", "variant"]].iloc[0]
        part = part[(part["method"] == first["method"]) & (part["variant"] == first["variant"])]
        values = part["value"].to_numpy(dtype=float)
        weights = _people(part)
        if len(part) < 2 or not (values * weights).sum() > 0:
            continue
        x, y = _thin(*lorenz(values, weights))
        entry, unit = catalogue()[code], part["unit"].iloc[0]
        out.append(
            Curve(
                title=entry.name,
                about=Text(
                    f"社区之间，以居民人数为权（{len(part)}个社区）。",
                    f"Between communities, weighted by residents ({len(part)} communities).",
                ),
                variant=variant,
                x=x,
                y=y,
                gini=area_gini(x, y),
            )
        )
        del unit
    return out


def _people(rows: pd.DataFrame) -> Floats:
    """People behind each value; all alike where nobody can be counted."""
    people = rows["denominator"].fillna(rows["n"]).to_numpy(dtype=float)
    return np.ones(len(rows)) if np.isnan(people).any() else people


def _thin(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    if len(x) <= _POINTS:
        return x, y
    keep = np.unique(np.searchsorted(x, np.linspace(0, 1, _POINTS)))
    return x[keep], y[keep]
