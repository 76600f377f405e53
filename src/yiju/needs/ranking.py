"""Which need presses most: one documented rule, read from left to right.

(1) Whether nothing is there at all (step ``none`` of a basic or inclusive service).
(2) Of how many services the same people have nothing at all at once: who has been left out of most comes first.
    The same people are those of the place whose ages overlap, as those of 80 and over and all residents do.
(3) Whether it must be solved by a deadline (限时).
(4) People concerned, in steps of half a power of ten (100, 316, 1,000 ...), so that a difference of a few
    people does not outweigh what follows.
(5) Whether the old or the very young (一老一小) are concerned, who cannot walk further instead.
(6) Years since it was first recognised: what stays unresolved rises.
(7) People, then the share of the group, then the id, so that the order is always the same.

Each criterion is monotone: a need that differs from another in one of them only, and for the worse, ranks
before it. Source: proposal, after "severity, prevalence, urgency; long unresolved rises" of
城市体检工作手册（试行）2025 (standards.md 1.4). A lifestyle service that is not there is no emergency: there
criteria (1) and (2) do not hold.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from yiju.city.services import GROUPS

# 一老一小: people of 60 and over, and children before school age (standards.md 3)
_OLD_FROM_YEARS = 60
_SMALL_UP_TO_YEARS = 5


def rank(needs: pd.DataFrame, year: int) -> pd.Series:
    """Ranks 1 to n of open needs, then those of the closed ones; index as given.

    Parameters
    ----------
    needs
        Columns place_id, service, step, service_class, deadline_class, people, group, first_year, share, need_id,
        status.
    year
        The year of the ledger.
    """
    people = needs["people"].fillna(0.0).to_numpy()
    left_out = lacks_at_once(needs).to_numpy()
    keys = pd.DataFrame(
        {
            "closed": (needs["status"] == "closed").to_numpy(),
            "something": left_out == 0,
            "fewer_lacks": -left_out,
            "can_wait": (needs["deadline_class"] != "deadline").to_numpy(),
            "fewer": -people_band(people),
            "sturdy": ~needs["group"].map(_old_or_small).to_numpy(dtype=bool),
            "newer": -(year - needs["first_year"].to_numpy()),
            "fewer_exactly": -people,
            "smaller_share": -needs["share"].fillna(0.0).to_numpy(),
            "need_id": needs["need_id"].to_numpy(),
        },
        index=needs.index,
    )
    order = keys.sort_values(list(keys.columns), kind="stable").index
    return pd.Series(np.arange(1, len(order) + 1), index=order).reindex(needs.index).astype("int64")


def lacks_at_once(needs: pd.DataFrame) -> pd.Series:
    """Of how many services the people of each need have nothing at all; 0 where they have something of its own.

    Examples
    --------
    >>> needs = pd.DataFrame({
    ...     "place_id": ["c-1", "c-1", "c-1", "c-2"], "group": ["age_80_plus", "all", "age_3_5", "all"],
    ...     "service": ["elder_day_care", "park", "kindergarten", "park"], "step": "none",
    ...     "service_class": "basic", "status": "open"})
    >>> lacks_at_once(needs).tolist()  # the children's lack is not that of the old, the park's is both
    [2, 3, 2, 1]
    """
    nothing = (needs["step"] == "none") & (needs["service_class"] != "lifestyle")
    open_ones = needs[nothing & (needs["status"] == "open")]
    lacking: dict[str, list[tuple[str, str]]] = {}
    for place, group, service in zip(*(open_ones[c] for c in ("place_id", "group", "service")), strict=True):
        lacking.setdefault(place, []).append((group, service))
    counts = [
        max(len({s for other, s in lacking.get(place, []) if _overlap(group, other)}), 1) if none else 0
        for place, group, none in zip(needs["place_id"], needs["group"], nothing, strict=True)
    ]
    return pd.Series(counts, index=needs.index, dtype="int64")


@cache
def _overlap(one: str, other: str) -> bool:
    """Whether somebody can belong to both groups; one that is no longer known meets everybody and itself."""
    a, b = (GROUPS[g].ages if g in GROUPS else None for g in (one, other))
    if a is None or b is None:
        return one == other or "all" in (one, other)
    return a[0] <= b[1] and b[0] <= a[1]


def people_band(people: np.ndarray) -> np.ndarray:
    """Half powers of ten: 0 below 1 person, 1 from 1, 2 from 3.2, 3 from 10, 4 from 32 ...

    Examples
    --------
    >>> people_band(np.array([0.0, 1.0, 99.0, 100.0, 320.0])).tolist()
    [0, 1, 4, 5, 6]
    """
    at_least_one = np.maximum(people, 1.0)
    return np.where(people < 1.0, 0, 1 + np.floor(2.0 * np.log10(at_least_one) + 1e-9)).astype(int)


def _old_or_small(group: str) -> bool:
    ages = GROUPS[group].ages if group in GROUPS else None
    return ages is not None and (ages[0] >= _OLD_FROM_YEARS or ages[1] <= _SMALL_UP_TO_YEARS)
