"""Promises held against what was measured: kept, partly, missed, not measurable, or not due yet.

A plan promises values that were computed with its sites in place (:mod:`yiju.needs.measures`). The same indicator at
the same place, for the same group, in a later check-up says what came of it::

    attained = (measured - before) / (promised - before)        1 and more: kept; above 0: partly; else missed

Only what was measured or modelled can keep or miss a promise. A screening, or an input that is gone, can do neither.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from yiju.needs.judging import TRUST
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

OUTCOMES: Mapping[str, Text] = {
    "kept": Text("兑现", "kept"),
    "partly": Text("部分兑现", "partly kept"),
    "missed": Text("未兑现", "missed"),
    "not measurable": Text("无法测算", "not measurable"),
    "not due": Text("未到期", "not due yet"),
}

_KEY = ["indicator", "method", "variant", "place_id", "group"]
# Values of observations are rounded to the tenth decimal (checkup/rows.py); less than this is no difference.
_SAME = 1e-9


def held(promises: pd.DataFrame, observations: pd.DataFrame, *, year: int) -> pd.DataFrame:
    """Each promise with what the check-up of a year says of it.

    Parameters
    ----------
    promises
        Frame of the promises contract.
    observations
        Frame of the observations contract, of the check-up of ``year``.
    year
        A promise whose ``due_year`` is later counts as kept where it is kept already, else as not due.

    Returns
    -------
    DataFrame
        The promises with ``value``, ``status`` and ``unit`` of the observation (null where there is none),
        ``attained`` (share of the promised change, null where it cannot be told) and ``outcome``, a code of
        ``OUTCOMES``.

    Examples
    --------
    >>> import pandas as pd
    >>> where = {"indicator": "L05", "method": "network", "variant": "r500", "place_id": "p", "group": "age_60_plus"}
    >>> promise = pd.DataFrame([where | {"plan": "a", "before": 40.0, "promised": 80.0, "due_year": 2026}])
    >>> seen = pd.DataFrame([where | {"value": 70.0, "status": "measured", "unit": "%"}])
    >>> held(promise, seen, year=2026)[["attained", "outcome"]].values.tolist()
    [[0.75, 'partly']]
    """
    seen = observations[[*_KEY, "value", "status", "unit"]]
    both = promises.merge(seen, on=_KEY, how="left", validate="many_to_one")
    sound = both["status"].isin(TRUST) & both["value"].notna()
    change = (both["promised"] - both["before"]).astype("float64")
    moved = (both["value"] - both["before"]).astype("float64").where(sound)
    # who promises that a value stays has kept it where it stays
    stays = change.abs() <= _SAME
    attained = (moved / change.where(~stays)).where(
        ~stays, (moved.abs() <= _SAME).astype("float64").where(sound)
    )
    reached = sound & (attained >= 1.0 - _SAME)
    outcome = np.select(
        [reached, both["due_year"] > year, ~sound, attained > _SAME],
        ["kept", "not due", "not measurable", "partly"],
        default="missed",
    )
    return both.assign(attained=attained, outcome=outcome)


def counted(promises_held: pd.DataFrame) -> dict[str, int]:
    """How many promises came to which end, every end named."""
    counts = promises_held["outcome"].value_counts()
    return {code: int(counts.get(code, 0)) for code in OUTCOMES}
