"""Commuting flows: pairs are added up, people commute out of the city."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.city.readers.commutes import Commutes, read_commutes
from yiju.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

PLACES = pd.DataFrame({"place_id": ["1", "2", "3"], "name": ["磁溪", "桥头", "桥头"]})


def read(folder: Path, text: str, **options: object) -> Commutes:
    (folder / "od.csv").write_text(text, encoding="utf-8")
    return read_commutes(folder / "od.csv", **options)


def test_places_by_id_or_name_and_beyond(tmp_path: Path) -> None:
    flows, report = read(tmp_path, "居住地,就业地,人数\n1,磁溪,10\n桥头,1,5\n1,成都,7\n", places=PLACES)
    assert flows.to_numpy().tolist() == [["1", "1", 10], ["桥头", "1", 5], ["1", "成都", 7]]
    assert len(report) == 0


def test_bad_rows_are_told_once(tmp_path: Path) -> None:
    flows, report = read(tmp_path, "home,work,workers\n1,2,3\n1,2,4\n1,2,-1\n1,2,many\n1,,5\n2,1,\n")
    assert flows.to_numpy().tolist() == [["1", "2", 7]]
    assert sorted(report.frame()["row"]) == ["", "4", "5", "6", "7"]
    assert "1 rows repeat a pair" in " ".join(report.frame()["why_en"])


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), st.floats(0, 1e6, allow_subnormal=False)),
        min_size=1, max_size=12,
    )
)  # fmt: skip
def test_nobody_is_lost_in_the_sum(tmp_path_factory, rows: list) -> None:
    text = "o,d,num\n" + "".join(f"{o},{d},{n!r}\n" for o, d, n in rows)
    flows, _ = read(tmp_path_factory.mktemp("od"), text)
    assert flows["workers"].sum() == pytest.approx(sum(n for *_, n in rows))
    assert len(flows) == len({(o, d) for o, d, _ in rows})


def test_a_table_without_numbers(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column for workers"):
        read(tmp_path, "home,work\n1,2\n")
    flows, _ = read(
        tmp_path, "h,w,n\n1,2,3\n", columns={"home_place_id": "h", "work_place_id": "w", "workers": "n"}
    )
    assert len(flows) == 1
