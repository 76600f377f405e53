"""Commuting flows: how many live here and work there.

Rules:

1. ``home_place_id``, ``work_place_id`` and ``workers`` are needed; places may be written by their names,
   where one place only is called that. A place outside the city stays as it is written: people commute out.
2. A row whose number is negative, or none, is dropped; rows of one pair are added up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from yiju.city.readers.cells import numbers
from yiju.city.readers.tabular import match_columns, read_text_table
from yiju.city.rejections import Rejections
from yiju.city.tables import COMMUTES
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_NAMES: dict[str, tuple[str, ...]] = {
    "home_place_id": ("居住地", "居住地编号", "居住社区", "home", "origin", "o", "from", "residence"),
    "work_place_id": (
        "就业地",
        "工作地",
        "就业地编号",
        "就业社区",
        "work",
        "destination",
        "d",
        "to",
        "workplace",
    ),
    "workers": ("人数", "通勤人数", "就业人数", "commuters", "flow", "count", "num", "trips"),
}


class Commutes(NamedTuple):
    """Flows as the contract COMMUTES says, and what was refused."""

    commutes: pd.DataFrame
    rejections: Rejections


def read_commutes(
    file: Path, *, columns: Mapping[str, str] | None = None, places: pd.DataFrame | None = None
) -> Commutes:
    """Read commuting flows.

    Parameters
    ----------
    file
        CSV or XLSX.
    columns
        Mapping field -> column, where names are not the usual ones.
    places
        Table PLACES, to understand names; without it ids are taken as they are.

    Raises
    ------
    InputError
        The file cannot be read or lacks a needed column.
    """
    report = Rejections(file.name)
    raw = read_text_table(file, report)
    found = match_columns(list(raw.columns), _NAMES, given=columns, required=tuple(_NAMES), file=file)
    ends = ["home_place_id", "work_place_id"]
    frame = pd.DataFrame({end: _known_by_name(raw[found[end]], places) for end in ends})
    frame["workers"] = numbers(
        raw[found["workers"]], report, field="workers", least=0.0, action="row dropped"
    )
    bad = frame.isna().any(axis=1)
    told = frame["workers"].isna() & raw[found["workers"]].notna()  # numbers() has told these
    why = Text("居住地、就业地或人数缺失", "lacks its home, its workplace or its number")
    report.add_all(why=why, action="row dropped", rows=frame.index[bad & ~told])
    frame = frame[~bad]
    again = int(frame.duplicated(ends).sum())
    if again:
        why = Text(
            "{n:,} 行与前面的行起讫相同，已合计", "{n:,} rows repeat a pair; they were added up"
        ).format(n=again)
        report.add(field="workers", why=why, action="value repaired")
    return Commutes(
        COMMUTES.validate(frame.groupby(ends, sort=False, as_index=False)["workers"].sum()), report
    )


def _known_by_name(cells: pd.Series, places: pd.DataFrame | None) -> pd.Series:
    if places is None:
        return cells
    by_name = places.drop_duplicates("name", keep=False).set_index("name")["place_id"]
    return cells.where(cells.isin(places["place_id"]), cells.map(by_name).fillna(cells))
