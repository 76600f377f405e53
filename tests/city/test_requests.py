"""The request log: nobody's words, times in order, and a place only where it is the place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yiju.city.config import Source
from yiju.city.datum import from_wgs84
from yiju.city.readers.requests import Requests, read_requests
from yiju.city.tables import REQUESTS
from yiju.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

CRS = "EPSG:4544"
BALTIMORE = {
    "request_id": "SRRecordID", "category": "SRType", "channel": "MethodReceived", "unit": "Agency",
    "created_at": "CreatedDate", "due_at": "DueDate", "closed_at": "CloseDate", "lon": "Longitude", "lat": "Latitude",
}  # fmt: skip
NEW_YORK = {"request_id": "unique_key", "category": "complaint_type", "created_at": "created_date"}


def read(folder: Path, text: str, *, crs: str = CRS, encoding: str = "utf-8", **options: object) -> Requests:
    (folder / "log.csv").write_text(text, encoding=encoding)
    return read_requests(Source("requests", "log.csv", options), folder / "log.csv", crs=crs)


def test_a_chinese_log_in_gbk(tmp_path: Path) -> None:
    requests, report = read(
        tmp_path,
        "工单编号,诉求类别,来源渠道,承办单位,受理时间,派单时间,办结时限,办结时间,是否回访,是否解决,满意度,重办次数,诉求内容,经度,纬度\n"
        "1,市容环卫,热线,城管局,2025/3/1 8:05,2025/3/1 9:00,2025/3/6 8:05,2025/3/3 17:30,是,已解决,基本满意,0,我家,"
        "106.5123,29.5123\n"
        "2,,网站,,2025/3/1 8:06,,,,否,未解决,不满意,2,电话是,,\n",
        encoding="gbk",
        datum="wgs84",
    )  # fmt: skip
    one, two = requests.iloc[0], requests.iloc[1]
    assert [one["category"], one["channel"], one["unit"]] == ["市容环卫", "热线", "城管局"]
    assert one["closed_at"] == pd.Timestamp("2025-03-03 17:30")
    assert requests[["called_back", "resolved", "satisfied"]].to_numpy().tolist() == [[True] * 3, [False] * 3]
    assert requests["reopened"].tolist() == [0, 2]
    assert requests["located"].tolist() == [True, False]
    assert two["category"] == "未分类"
    assert two.geometry.is_empty
    assert pd.isna(two["closed_at"])
    assert report.frame()["why_zh"].tolist() == ["1 件没有坐标"]
    REQUESTS.validate(requests)


def test_what_residents_wrote_is_never_there(tmp_path: Path) -> None:
    secret = "我叫张三电话13800000000"
    requests, report = read(tmp_path, f"id,类别,受理时间,诉求内容,联系电话\n1,噪声,2025-03-01,{secret},138\n")
    assert secret not in requests.to_csv() + report.frame().to_csv()
    assert "诉求内容" not in requests.columns


def test_sentences_are_no_categories(tmp_path: Path) -> None:
    rows = "".join(
        f"{i},2025-03-01,小区门口的路灯坏了第{i}天没有人来修老人晚上出门摔倒了请尽快处理谢谢你们了\n"
        for i in range(60)
    )
    with pytest.raises(InputError, match="holds sentences") as error:
        read(tmp_path, "工单编号,受理时间,类别\n" + rows)
    assert "摔倒" not in str(error.value) + error.value.say("zh")


def test_rows_without_id_time_or_with_an_id_twice(tmp_path: Path) -> None:
    requests, report = read(
        tmp_path,
        "id,category,created_at\n1,a,2025-03-01\n,a,2025-03-01\n2,a,someday\n1,a,2025-03-02\n3,a,2025-03-03\n",
    )
    assert requests["request_id"].tolist() == ["1", "3"]
    dropped = report.frame().query("action == 'row dropped'")
    assert dropped[["row", "field"]].to_numpy().tolist() == [
        ["3", "request_id"],
        ["4", "created_at"],
        ["5", "request_id"],
    ]


def test_a_time_before_the_taking_is_unknown(tmp_path: Path) -> None:
    requests, report = read(
        tmp_path,
        "id,category,受理时间,办结时间,联系时间\n1,a,2025-03-02 08:00,2025-03-01 08:00,2025-03-02 08:00\n",
    )
    assert requests["closed_at"].isna().tolist() == [True]
    assert requests["contacted_at"].notna().tolist() == [True]
    assert report.frame()["field"].tolist() == ["closed_at"]


@pytest.mark.parametrize(
    ("lon", "lat", "located"),
    [
        ("106.5123", "29.5123", True),
        ("106.512", "29.5", True),  # one axis may end early by chance
        ("106.51", "29.51", False),
        ("107", "29", False),
        ("106.5123", "", False),
        ("2.3522", "48.8566", False),
        ("0.0000", "0.0000", False),
    ],
)
def test_a_place_only_where_it_is_the_place(tmp_path: Path, lon: str, lat: str, located: bool) -> None:
    rows = f"1,a,2025-03-01,{lon},{lat}\n2,a,2025-03-01,106.5123,29.5123\n3,a,2025-03-01,106.5124,29.5124\n"
    requests, report = read(tmp_path, "id,category,created_at,lon,lat\n" + rows, datum="wgs84")
    assert requests["located"].iloc[0] == located
    assert requests.geometry.iloc[0].is_empty == (not located)
    assert (len(report) == 0) == located


def test_the_vendors_datum_is_put_back_and_an_unsaid_one_is_told(tmp_path: Path) -> None:
    lon, lat = (float(v) for v in from_wgs84(106.5123, 29.5123, "gcj02"))
    text = f"id,category,created_at,lon,lat\n1,a,2025-03-01,{lon:.7f},{lat:.7f}\n"
    back, _ = read(tmp_path, text, datum="gcj02")
    unsaid, report = read(tmp_path, text)
    true, _ = read(
        tmp_path, "id,category,created_at,lon,lat\n1,a,2025-03-01,106.5123,29.5123\n", datum="wgs84"
    )
    assert back.geometry.iloc[0].distance(true.geometry.iloc[0]) < 0.1
    assert unsaid.geometry.iloc[0].distance(true.geometry.iloc[0]) > 100
    assert report.frame()["field"].tolist() == ["datum"]


def test_exchanged_coordinates_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="exchanged"):
        read(tmp_path, "id,category,created_at,lon,lat\n1,a,2025-03-01,29.5123,106.5123\n")


def test_services_by_name_and_strange_ones(tmp_path: Path) -> None:
    requests, report = read(
        tmp_path,
        "id,category,created_at,对应服务\n1,a,2025-03-01,公厕\n2,a,2025-03-01,公测\n3,a,2025-03-01,\n",
    )
    assert requests["service"].fillna("").tolist() == ["public_toilet", "", ""]
    assert report.frame()["row"].tolist() == ["3"]


def test_a_workbook_and_needed_columns(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["工单编号", "类别", "受理时间"])
    book.active.append([1, "噪声", pd.Timestamp("2025-03-01 08:05").to_pydatetime()])
    book.save(tmp_path / "log.xlsx")
    requests, _ = read_requests(Source("requests", "x"), tmp_path / "log.xlsx", crs=CRS)
    assert requests["created_at"].tolist() == [pd.Timestamp("2025-03-01 08:05")]
    assert requests["located"].tolist() == [False]
    with pytest.raises(InputError, match="no column for category"):
        read(tmp_path, "id,created_at\n1,2025-03-01\n")


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(st.datetimes(pd.Timestamp("2020-01-01").to_pydatetime(), pd.Timestamp("2026-01-01").to_pydatetime()),
                  st.integers(-72, 500), st.integers(0, 500)),
        min_size=1, max_size=12,
    )
)  # fmt: skip
def test_every_row_is_kept_or_told_and_times_are_in_order(tmp_path_factory, rows: list) -> None:
    lines = []
    for i, (moment, to_close, to_due) in enumerate(rows):
        created = moment.replace(microsecond=0)
        closed, due = created + pd.Timedelta(hours=to_close), created + pd.Timedelta(hours=to_due)
        lines.append(
            f"{i},a,{created:%Y-%m-%d %H:%M:%S},{closed:%Y-%m-%d %H:%M:%S},{due:%Y-%m-%d %H:%M:%S}\n"
        )
    requests, report = read(
        tmp_path_factory.mktemp("log"), "id,category,created_at,closed_at,due_at\n" + "".join(lines)
    )
    assert len(requests) == report.read == len(rows)
    backward = sum(to_close < 0 for _, to_close, _ in rows)
    assert int(requests["closed_at"].isna().sum()) == backward == len(report)
    known = requests["closed_at"].notna()
    assert (requests["closed_at"] >= requests["created_at"])[known].all()
    on_time = sum(0 <= to_close <= to_due for _, to_close, to_due in rows)
    assert int((requests["closed_at"] <= requests["due_at"]).sum()) == on_time


@pytest.mark.real
def test_baltimore(data_dir: Path) -> None:
    file = data_dir / "requests-baltimore-311" / "311_sample.csv"
    requests, report = read_requests(Source("requests", "x", {"columns": BALTIMORE}), file, crs="EPSG:26985")
    assert len(requests) == 10_000
    both = requests["due_at"].notna() & requests["closed_at"].notna()
    assert int(both.sum()) == 9_555
    assert int((requests["closed_at"] <= requests["due_at"])[both].sum()) == 7_988
    told = report.frame()["why_en"].tolist()
    assert told == [
        "590 requests have no coordinates",
        "892 requests have coordinates of less than 3 decimals",
    ]
    assert int((~requests["located"]).sum()) == 590 + 892
    addresses = pd.read_csv(file, usecols=["Address"], dtype=str)["Address"].dropna().unique()
    assert not set(addresses) & set(requests.astype(str).to_numpy().ravel())


@pytest.mark.real
def test_new_york(data_dir: Path) -> None:
    file = data_dir / "requests-nyc-311" / "flood_311.csv"
    requests, report = read_requests(Source("requests", "x", {"columns": NEW_YORK}), file, crs="EPSG:32618")
    assert (len(requests), int(requests["located"].sum())) == (1_091, 1_082)
    assert int(requests["closed_at"].notna().sum()) == 1_091 - 794
    assert report.frame()["why_en"].tolist() == ["9 requests have no coordinates"]
