"""Who lives where: people of each group by home cell, and how far the numbers can be trusted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.city.services import GROUPS, Group
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

Floats = npt.NDArray[np.float64]

_BAND = re.compile(r"age_(\d+)_(\d+|plus)")
# An open band such as 80 and over is taken to end here, as the open groups of groups.toml do.
_OLDEST = 120


@dataclass(frozen=True, eq=False)
class GroupPeople:
    """People of one group by cell; ``modelled`` where a band of ages had to be split evenly by years."""

    people: Floats
    modelled: bool = False


def people_of(group: Group, bands: Mapping[str, Floats], everybody: Floats) -> GroupPeople | None:
    """People of a group by cell, from the bands of ages that the source has; None where they do not tell.

    A band that is partly inside the group gives the share of its years. An open band (80 and over) cannot
    be split.

    Parameters
    ----------
    group
        Ages inclusive, or none for everybody.
    bands
        Name of the band, such as ``age_60_79``, to people by cell.
    everybody
        All people by cell.

    Examples
    --------
    >>> from yiju.city.services import group
    >>> bands = {"age_0_4": np.array([50.0]), "age_5_9": np.array([40.0])}
    >>> people_of(group("age_3_5"), bands, np.array([500.0]))
    GroupPeople(people=array([28.]), modelled=True)
    >>> people_of(group("age_60_plus"), bands, np.array([500.0])) is None
    True
    """
    if group.ages is None:
        return GroupPeople(everybody)
    low, high = group.ages
    years_found = 0
    modelled = False
    total = np.zeros_like(everybody)
    for name, count in bands.items():
        begin, end = _ages(name)
        inside = min(end, high) - max(begin, low) + 1
        if inside <= 0:
            continue
        share = inside / (end - begin + 1)
        if share < 1 and end == _OLDEST:
            return None
        modelled |= share < 1
        years_found += inside
        total += np.nan_to_num(count) * share
    complete = years_found >= min(high, _OLDEST) - low + 1
    return GroupPeople(total, modelled) if complete else None


def _ages(band: str) -> tuple[int, int]:
    found = _BAND.fullmatch(band)
    if found is None:
        msg = f"a band needs a name such as age_60_79 or age_80_plus, was {band}"
        raise ValueError(msg)
    return int(found[1]), _OLDEST if found[2] == "plus" else int(found[2])


def nobody_here(group: str) -> Text:
    """Why a share of people cannot be given at a place."""
    name = GROUPS[group].name
    return Text(f"此处没有{name.zh}居住。", f"no {name.en} live here.")
