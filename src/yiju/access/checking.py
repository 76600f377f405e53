"""Numbers that come with homes and facilities, checked once for every measure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.errors import ContractError
from yiju.text import Text

Floats = npt.NDArray[np.float64]
# What a caller may give: numbers in the order of the rows, or labelled ones, which need the very labels of the rows.
Numbers: TypeAlias = npt.ArrayLike
ByGroup: TypeAlias = npt.ArrayLike | Mapping[str, npt.ArrayLike]


def numbers_of(
    given: Numbers, rows: pd.Index | int, what: Text, *, unknown: bool = True, infinite: bool = False
) -> Floats:
    """Numbers from 0 up, one for each row.

    Parameters
    ----------
    given
        (rows,) in the order of the rows; a series needs their index.
    rows
        The rows' index, or how many rows there are.
    what
        What the numbers are, for messages.
    unknown, infinite
        Whether NaN and inf may stand among them.

    Raises
    ------
    ContractError
        They are not as many, not labelled alike, negative, or not numbers.

    Examples
    --------
    >>> numbers_of([1, 2], pd.Index(["a", "b"]), Text("人口", "people")).tolist()
    [1.0, 2.0]
    """
    count = rows if isinstance(rows, int) else len(rows)
    if isinstance(rows, pd.Index) and isinstance(given, pd.Series) and not given.index.equals(rows):
        raise ContractError(
            Text(
                f"{what.zh}的索引与所属行不一致（应为 {count} 行，如 {list(rows[:3])}，"
                f"实际为 {len(given)} 行，如 {list(given.index[:3])}）。",
                f"{what.en}: needs the index of its rows ({count}, such as {list(rows[:3])}), was given another "
                f"({len(given)}, such as {list(given.index[:3])}) instead.",
            ),
            hint=Text("请先用 reindex 对齐。", "Align it with `reindex` first."),
        )
    number = np.array(given, dtype=np.float64)  # a copy in one piece: kernels take no other
    if number.shape != (count,):
        raise ContractError(
            Text(
                f"{what.zh}应有 {count} 个数，实际形状为 {number.shape}。",
                f"{what.en}: needs {count} numbers, was given the shape {number.shape} instead.",
            )
        )
    wrong = number < 0
    if not unknown:
        wrong |= np.isnan(number)
    if not infinite:
        wrong |= np.isinf(number)
    if wrong.any():
        raise ContractError(
            Text(
                f"{what.zh}应为不小于 0 的数，其中 {int(wrong.sum())} 个不是（如 {number[wrong][0]}）。",
                f"{what.en}: needs numbers from 0 up, {int(wrong.sum())} were not, such as {number[wrong][0]}.",
            )
        )
    return number


def or_none(number: Floats) -> Floats:
    """The numbers with 0 where they are not known; themselves where all are."""
    unknown = np.isnan(number)
    return np.where(unknown, 0.0, number) if unknown.any() else number


def groups_of(given: ByGroup, rows: pd.Index, what: Text) -> tuple[dict[str, Floats], bool]:
    """Numbers by group, and whether groups were given at all; without them the one group is ``"all"``.

    Parameters
    ----------
    given
        (rows,) numbers, a frame with a column for each group, or a mapping from groups to numbers.

    Raises
    ------
    ContractError
        As of :func:`numbers_of`, or there is no group.
    """
    if isinstance(given, Mapping | pd.DataFrame):
        if isinstance(given, pd.DataFrame):
            given = {str(group): given[group] for group in given.columns}
        if not given:
            raise ContractError(
                Text(f"{what.zh}至少需要一个人群。", f"{what.en}: needs one group at least, was given none.")
            )
        checked = {
            group: numbers_of(numbers, rows, Text(f"{what.zh}（{group}）", f"{what.en} of {group}"))
            for group, numbers in given.items()
        }
        return checked, True
    return {"all": numbers_of(given, rows, what)}, False
