"""What becomes of the needs of a city: closed, opened, eased, worsened, by the rules of the ledger itself."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from yiju.needs.contract import STEPS
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

# Smaller differences of a count are noise of floating point (needs are told in whole people).
_A_PERSON = 0.5

FATES: Mapping[str, Text] = MappingProxyType(
    {
        "closed": Text("解决", "closed"),
        "eased": Text("缓解", "eased"),
        "remains": Text("余下", "remains of a deeper one"),
        "opened": Text("新增", "opened"),
        "worsened": Text("加重", "worsened"),
        "sunk": Text("降为更低阶梯", "sunk to a deeper one"),
    }
)
_SAME = ("group", "place_id", "level", "service", "step")


def fates(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Needs that two ledgers of one city tell otherwise.

    Parameters
    ----------
    before, after
        Frames of the needs contract.

    Returns
    -------
    A row for each: ``need_id``, ``fate`` (one of ``FATES``), ``group``, ``place_id``, ``level``, ``service``, ``step``,
    ``people_before`` and ``people_after`` (who have the need; null where counts are not measurable), ``sentence_zh``,
    ``sentence_en``. Who had none and now lives too far from one has climbed a rung: the need for any is ``closed``, and
    what ``remains`` is the need for a nearer one. The other way round the lighter need has ``sunk``, and the deeper one
    has ``worsened``.
    """
    one = before[before["status"] == "open"].set_index("need_id")
    two = after[after["status"] == "open"].set_index("need_id")
    settled = set(after.loc[after["status"] == "closed", "need_id"])
    every = one.index.union(two.index, sort=False)
    told = two.reindex(every).combine_first(one.reindex(every)).reindex(every)
    fate = [
        ("closed" if need in settled else "sunk") if need not in two.index
        else "opened" if need not in one.index
        else _moved(one.at[need, "people"], two.at[need, "people"])
        for need in every
    ]  # fmt: skip
    found = pd.DataFrame(
        {
            "need_id": every,
            "fate": fate,
            **{name: told[name].to_numpy() for name in _SAME},
            "people_before": one["people"].reindex(every).to_numpy(),
            "people_after": two["people"].reindex(every).to_numpy(),
            "sentence_zh": told["sentence_zh"].to_numpy(),
            "sentence_en": told["sentence_en"].to_numpy(),
        }
    )
    _tell_rungs(found)
    order = {name: i for i, name in enumerate(FATES)}
    found = found[found["fate"].notna()]
    return found.sort_values("fate", key=lambda f: f.map(order), kind="stable", ignore_index=True)


def _tell_rungs(found: pd.DataFrame) -> None:
    """Needs that open where one of another rung goes: what remains of it, or what it has sunk to."""
    gone = found[found["fate"].isin(("closed", "sunk"))]
    rung_of = {tuple(key): STEPS.index(step) for *key, step in gone[list(_SAME)].itertuples(index=False)}
    for row in found[found["fate"] == "opened"].itertuples():
        before = rung_of.get((row.group, row.place_id, row.level, row.service))
        if before is not None and before != STEPS.index(row.step):
            found.loc[row.Index, "fate"] = "remains" if before < STEPS.index(row.step) else "worsened"


def _moved(before: float, after: float) -> str | None:
    """Whether fewer or more people have a need that stays open."""
    if pd.isna(before) or pd.isna(after) or abs(after - before) < _A_PERSON:
        return None
    return "eased" if after < before else "worsened"
