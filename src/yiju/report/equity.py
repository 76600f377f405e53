"""Lorenz curves: how access is spread over residents, from the least to the best served."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yiju.needs.terms import indicator_name
from yiju.report.words import say

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from yiju.report.material import Material
    from yiju.text import Text


@dataclass(frozen=True, eq=False)
class Curve:
    """One Lorenz curve over all people of the city; ``variant`` is that of Q01, its Gini coefficient."""

    title: Text
    about: Text
    variant: str
    status: str
    people: npt.NDArray[np.float64]
    value: npt.NDArray[np.float64]


def curves(material: Material) -> list[Curve]:
    """The curves that the check-up stored, in its order."""
    return [
        Curve(
            title=indicator_name(str(rows["indicator"].iloc[0])),
            about=say(f"equity.about.{variant}"),
            variant=str(variant),
            status=str(rows["status"].iloc[0]),
            people=rows["people"].to_numpy(),
            value=rows["value"].to_numpy(),
        )
        for variant, rows in material.curves.groupby("variant", sort=False)
    ]
