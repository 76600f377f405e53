"""Ways to have more places: open new, convert vacant space, buy places, go into partnership, enlarge what is there.

A table with a row for each way at each site or provider, and what each costs::

    site  option       fixed_yuan  yuan_per_place  max_places  min_places  floor_area_m2  m2_per_place  one_of
    A     open_new      2,000,000          60,000          80          20            120          15.0  A
    A     convert         600,000          45,000          40          10              0          12.0  A
    B     buy_places            0          18,000          25           0              0           0.0

Rows with the same ``one_of`` shut each other out: the same plot is either built on or converted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.errors import ContractError, UnknownName
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]

KINDS: dict[str, Text] = {
    "open_new": Text("新建", "open new"),
    "convert": Text("改造闲置空间", "convert vacant space"),
    "buy_places": Text("购买服务", "buy places"),
    "partnership": Text("公建民营或普惠合作", "partnership"),
    "enlarge": Text("扩建", "enlarge"),
}
_NEEDED = ("site", "option", "fixed_yuan", "yuan_per_place", "max_places")
_OPTIONAL = ("min_places", "floor_area_m2", "m2_per_place")


@dataclass(frozen=True, eq=False)
class Options:
    """The rows of the table as arrays.

    Attributes
    ----------
    kind
        (options,) codes of :data:`KINDS`.
    site
        (options,) positions of the sites.
    fixed_yuan, yuan_per_place
        (options,) what it costs to begin, and for each place.
    max_places, min_places
        (options,) most and least places if it is used at all.
    floor_area_m2, m2_per_place
        (options,) what it needs to begin, and for each place.
    exclusive
        Positions of options that shut each other out, an array for each such group.
    """

    kind: Sequence[str]
    site: Int64s
    fixed_yuan: Floats
    yuan_per_place: Floats
    max_places: Floats
    min_places: Floats
    floor_area_m2: Floats
    m2_per_place: Floats
    exclusive: tuple[Int64s, ...] = ()

    def __len__(self) -> int:
        """Number of options."""
        return len(self.site)

    def cost_yuan(self, places: Floats) -> Floats:
        """(options,) what so many places cost; what has none is not begun."""
        return np.where(places > 0.0, self.fixed_yuan + self.yuan_per_place * places, 0.0)

    def area_m2(self, places: Floats) -> Floats:
        """(options,) floor area of so many places."""
        return np.where(places > 0.0, self.floor_area_m2 + self.m2_per_place * places, 0.0)


def read_options(table: pd.DataFrame, sites: pd.Index) -> Options:
    """The table checked.

    Parameters
    ----------
    table
        Columns ``site`` (label), ``option``, ``fixed_yuan``, ``yuan_per_place``, ``max_places``; if wanted
        ``min_places``, ``floor_area_m2``, ``m2_per_place`` (0 where absent), and ``one_of``.
    sites
        Labels of the sites.

    Raises
    ------
    ContractError
        A column is missing; a number is missing, negative or infinite; the least places are over the most.
    UnknownName
        A site or option does not exist.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"site": ["A"], "option": ["convert"], "fixed_yuan": [6e5], "yuan_per_place": [4.5e4], "max_places": [40]}
    ... )
    >>> read_options(table, pd.Index(["A", "B"])).cost_yuan(np.array([10.0])).tolist()
    [1050000.0]
    """
    for column in _NEEDED:
        if column not in table:
            raise ContractError(
                Text(
                    f"扩容选项表缺少列 {column}；需要 {'、'.join(_NEEDED)}。",
                    f"The table of options lacks the column {column}; it needs {', '.join(_NEEDED)}.",
                )
            )
    numbers = {c: _numbers(table, c) for c in (*_NEEDED[2:], *_OPTIONAL)}
    kinds = [str(k) for k in table["option"]]
    for kind in kinds:
        if kind not in KINDS:
            raise UnknownName(Text("扩容方式", "option"), kind, KINDS)
    site = sites.get_indexer(table["site"])
    if (site < 0).any():
        lost = str(table["site"].iloc[int(np.argmin(site))])
        raise UnknownName(Text("候选点", "site"), lost, map(str, sites))
    crossed = numbers["min_places"] > numbers["max_places"]
    if crossed.any():
        row = int(np.argmax(crossed))
        raise ContractError(
            Text(
                f"扩容选项第 {row} 行：最少床位（学位）数大于最多数。",
                f"Row {row} of the options: its least places are more than its most.",
            )
        )
    numbers["min_places"] = np.maximum(numbers["min_places"], 1.0)  # what is used has a place at least
    return Options(kinds, site.astype(np.int64), **numbers, exclusive=_exclusive(table))


def _numbers(table: pd.DataFrame, column: str) -> Floats:
    if column not in table:
        return np.zeros(len(table))
    values: Floats = table[column].to_numpy(dtype=np.float64)
    wrong = ~np.isfinite(values) | (values < 0.0)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ContractError(
            Text(
                f"扩容选项第 {row} 行，{column}：应为不小于 0 的数，给出的是 {values[row]}。",
                f"Row {row} of the options, {column}: needs to be a number of at least 0, was given {values[row]}.",
            )
        )
    return values


def _exclusive(table: pd.DataFrame) -> tuple[Int64s, ...]:
    if "one_of" not in table:
        return ()
    label = table["one_of"].astype("object")
    said = label.notna().to_numpy() & (label != "").to_numpy()
    codes, _ = pd.factorize(label[said])
    rows = np.flatnonzero(said)
    groups = (rows[codes == c] for c in range(codes.max(initial=-1) + 1))
    return tuple(group for group in groups if len(group) > 1)
