"""Bad input is refused in both languages, or left out and said so: never a silent wrong number."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from yiju.errors import ContractError, UnknownName, YijuError
from yiju.travel import AccessPoints, StreetNetwork, Travel, walkers
from yiju.travel.order import EliminationOrder, _write

if TYPE_CHECKING:
    from pathlib import Path

Tables = Callable[..., tuple[Any, Any]]
XY, ENDS = [(0.0, 0.0), (100.0, 0.0), (200.0, 0.0)], ([0, 1], [1, 2])


def two_streets(**columns: Any) -> StreetNetwork:
    return StreetNetwork.from_arrays(XY, *ENDS, [100.0, 100.0], **columns)


def on_edges(network: StreetNetwork, edge: list[int], share: list[float], gap_m: list[float]) -> AccessPoints:
    owners = pd.RangeIndex(len(edge))
    return AccessPoints(
        network, owners, np.arange(len(edge), dtype=np.int32), np.array(edge, dtype=np.int32),
        np.array(share, dtype=float), np.array(gap_m, dtype=float),
    )  # fmt: skip


def says_the_same_twice(error: YijuError, *told: str) -> None:
    """Both languages name what was wrong, with the same numbers."""
    zh, en = error.say("zh"), error.say("en")
    assert re.search("[\u4e00-\u9fff]", zh)
    assert not re.search("[\u4e00-\u9fff]", en)
    for words in told:
        assert words in zh
        assert words in en


# --- networks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [-1.0, float("nan"), float("inf"), 2e6])
def test_a_length_that_is_none(length: float) -> None:
    with pytest.raises(ContractError, match="edge 1 needs 0 to 1,000,000 m") as refused:
        StreetNetwork.from_arrays(XY, *ENDS, [100.0, length])
    says_the_same_twice(refused.value, "length_m", "1,000,000", str(length))


@pytest.mark.parametrize("u", [[0, 7], [0, -1], [0, 99.7]])
def test_an_end_that_is_no_node_such_as_a_length_in_the_wrong_column(u: list[float]) -> None:
    with pytest.raises(ContractError, match="Edge 1 needs to end at a node from 0 to 2") as refused:
        StreetNetwork.from_arrays(XY, u, [1, 2], [100.0, 100.0])
    says_the_same_twice(refused.value, "0", "2", str(u[1]))


def test_coordinates_that_lie_the_wrong_way_round() -> None:
    with pytest.raises(ContractError, match=r"xy needs to be \(nodes, 2\)") as refused:
        StreetNetwork.from_arrays(np.array(XY).T, *ENDS, [100.0, 100.0])
    says_the_same_twice(refused.value, "(2, 3)")


def test_coordinates_that_are_none(tables: Tables) -> None:
    with pytest.raises(ContractError, match="xy: node 1 needs coordinates") as refused:
        StreetNetwork.from_arrays([(0, 0), (np.nan, 0), (1, 1)], *ENDS, [1.0, 1.0])
    says_the_same_twice(refused.value, "xy", "1")
    nodes, edges = tables(XY, [(0, 1, 100.0), (1, 2, 100.0)])
    nodes.loc[1, "geometry"] = None  # all that follow would move up by one
    with pytest.raises(ContractError, match="street_nodes: node 1 needs coordinates") as refused:
        StreetNetwork.from_tables(nodes, edges)
    says_the_same_twice(refused.value, "street_nodes", "1")


def test_columns_that_are_not_equally_long() -> None:
    with pytest.raises(ContractError, match="equally long, were u 2, v 2, length_m 1") as refused:
        StreetNetwork.from_arrays(XY, *ENDS, [100.0])
    says_the_same_twice(refused.value, "u 2, v 2, length_m 1")


def test_a_network_of_nothing_answers_too() -> None:
    empty = StreetNetwork.from_arrays(np.zeros((0, 2)), [], [], [])
    nobody = empty.snap([])
    somebody = empty.snap([shapely.Point(0, 0)])
    assert somebody.nowhere.tolist() == [0]
    for travel in (empty.in_metres(), empty.in_metres().plain):
        each = travel.nearest_each(somebody, {"clinic": somebody, "school": nobody})
        assert np.isinf(each.cost.to_numpy()).all()
        assert np.isinf(travel.nearest_k_each(somebody, {"clinic": somebody}, 2).mean().to_numpy()).all()
        assert len(travel.within(somebody, somebody, 100)) == 0
        assert travel.counts_within(somebody, {"clinic": somebody}, [100]).to_numpy().tolist() == [[0]]
        assert travel.nearest_each(nobody, {}).cost.shape == (0, 0)


# --- costs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cost", [-0.1, float("nan"), 2e8])
def test_a_cost_that_is_none_or_does_not_fit(cost: float) -> None:
    with pytest.raises(ContractError, match="needs to be 0 to 107,374,182") as refused:
        Travel.on(two_streets(), "seconds", np.array([1.0, cost]), np.ones(2), gap_per_metre=1.0)
    says_the_same_twice(refused.value, "107,374,182", str(cost))


def test_a_climb_that_is_not_known_is_level_and_one_on_no_length_is_nothing() -> None:
    walker = walkers()["older"]
    level = two_streets(climb_m=[np.nan, np.nan]).in_seconds(walker)
    assert np.array_equal(level.forward, two_streets(climb_m=0.0).in_seconds(walker).forward)
    no_length = StreetNetwork.from_arrays(XY, *ENDS, [0.0, 100.0], climb_m=5.0, stairs=[True, False])
    for who in ("older", "wheelchair"):
        travel = no_length.in_seconds(walkers()[who])
        assert travel.forward[0] in (0, 2**31 - 1)


def test_ways_beyond_31_bits_are_no_ways_on_either_engine() -> None:
    n = 240  # of 900 km each: 214,748 km fit
    network = StreetNetwork.from_arrays(
        np.column_stack([np.arange(n + 1.0), np.zeros(n + 1)]), range(n), range(1, n + 1), [900_000.0] * n
    )
    start, ends = network.at_nodes([0]), network.at_nodes([0, 1, 100, 238, 239, 240])
    exact = np.array([0, 900_000, 90_000_000, 214_200_000, np.inf, np.inf])
    services = {str(i): ends.of([i]) for i in range(6)}
    for travel in (network.in_metres(), network.in_metres().plain, network.in_metres().reversed()):
        assert np.array_equal(travel.nearest_each(start, services).cost.to_numpy()[0], exact)
        assert np.array_equal(travel.nearest_k(start, ends, 6).cost[0], exact)
        pairs = travel.within(start, ends, np.inf)
        assert np.array_equal(pairs.cost, exact[:4])
        assert travel.sums_within(start, ends, np.ones(6), [1e5, 1e8, np.inf]).to_numpy().tolist() == [
            [1, 3, 4]
        ]
        assert travel.sums_within(ends, start, [1.0], [np.inf])[np.inf].tolist() == [1, 1, 1, 1, 0, 0]


def test_more_facilities_than_labels_fit_beside_the_costs() -> None:
    # 20 bits of label and 28 of cost do not go into 32: wider keys, and the same answer as without any
    n = 1100
    x, y = np.meshgrid(np.arange(n), np.arange(2))
    number = np.arange(2 * n).reshape(2, n)
    u = np.concatenate([number[:, :-1].ravel(), number[0]])
    v = np.concatenate([number[:, 1:].ravel(), number[1]])
    network = StreetNetwork.from_arrays(
        np.column_stack([x.ravel(), y.ravel()]).astype(float), u, v, np.full(len(u), 20_000.0)
    )
    many = network.at_nodes(np.tile(np.arange(n - 1, n), 40_000))
    far = network.at_nodes([2 * n - 1])
    homes = network.at_nodes([0, 7, n, 2 * n - 1])
    services = {"many": many, "far": far}
    found, plain = (t.nearest_each(homes, services) for t in (network.in_metres(), network.in_metres().plain))
    assert np.array_equal(found.cost, plain.cost)
    assert found.cost["far"].tolist() == [22_000_000.0 - 20_000 + 20_000, 21_860_000.0, 21_980_000.0, 0.0]
    for service in services:
        assert np.array_equal(found.facility_number(service), plain.facility_number(service))
    several = network.in_metres().nearest_k(homes, many, 3)
    assert np.array_equal(several.facility, network.in_metres().plain.nearest_k(homes, many, 3).facility)


@pytest.mark.parametrize("limit", [-1.0, float("nan")])
def test_a_limit_that_is_none(limit: float) -> None:
    network = two_streets()
    at = network.at_nodes([0, 2])
    for travel in (network.in_metres(), network.in_metres().plain):
        for ask in (
            lambda t: t.nearest(at, at, limit=limit),
            lambda t: t.nearest_k_each(at, {"s": at}, 1, limit=limit),
            lambda t: t.within(at, at, limit),
            lambda t: t.sums_within(at, at, [1, 1], [limit]),
            lambda t: t.counts_within(at, {"s": at}, [limit]),
        ):
            with pytest.raises(ValueError, match="a limit needs to be 0 or more, was"):
                ask(travel)


# --- points ----------------------------------------------------------------------------------------------------------


def test_homes_that_hang_together_with_no_facility() -> None:
    two_pieces = StreetNetwork.from_arrays(
        [*XY, (1000, 0), (1100, 0)], [0, 1, 3], [1, 2, 4], [100.0, 100.0, 100.0]
    )
    homes, clinic = two_pieces.at_nodes([0, 3]), two_pieces.at_nodes([2])
    for travel in (two_pieces.in_metres(), two_pieces.in_metres().plain):
        nearest = travel.nearest(homes, clinic)
        assert nearest["metres"].tolist() == [200.0, np.inf]
        assert nearest["facility"].isna().tolist() == [False, True]
        assert travel.sums_within(homes, clinic, [9.0], [1e6])[1e6].tolist() == [9.0, 0.0]
        assert travel.within(homes, clinic, 1e6).frame()["origin"].tolist() == [0]
        assert np.isinf(travel.path(homes, 1, clinic, 0).cost)


def test_facilities_off_the_network_are_left_out_and_named(tables: Tables) -> None:
    network = StreetNetwork.from_tables(*tables(XY, [(0, 1, 100.0), (1, 2, 100.0)]))
    places = gpd.GeoSeries(
        [shapely.Point(50, 10), shapely.Point(50, 600), None, shapely.Point(), shapely.Point(5000, 0)],
        index=["near", "far", "none", "empty", "sea"], crs="EPSG:32648",
    )  # fmt: skip
    clinics = network.snap(places)
    assert clinics.nowhere.tolist() == ["far", "none", "empty", "sea"]
    remark = clinics.remark
    assert remark is not None
    assert remark.en == (
        "4 of 5 have no coordinates or lie too far from every street, and count as unreachable: "
        "far, none, empty and others."
    )
    assert remark.zh == "5 处中有 4 处离任何街道都过远或没有坐标，视为不可达：far、none、empty等。"
    assert network.snap(places, limit_m=600).nowhere.tolist() == ["none", "empty", "sea"]
    assert network.snap(places[:1]).remark is None
    # an owner with one gate on the network lies on it
    assert network.snap(places, owner=["park"] * 5).nowhere.tolist() == []
    homes = network.snap(places[:1])
    for travel in (network.in_metres(), network.in_metres().plain):
        assert travel.counts_within(homes, {"clinic": clinics}, [1e6]).to_numpy().tolist() == [[1]]


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32649"])
def test_points_in_another_crs(tables: Tables, crs: str) -> None:
    network = StreetNetwork.from_tables(*tables(XY, [(0, 1, 100.0), (1, 2, 100.0)]))
    places = gpd.GeoSeries([shapely.Point(50, 10)], crs="EPSG:32648")
    with pytest.raises(ContractError, match=r"WGS 84 / UTM zone 48N.*to_crs") as refused:
        network.snap(places.to_crs(crs))
    says_the_same_twice(refused.value, "WGS 84 / UTM zone 48N", "to_crs")
    assert network.snap(places.to_crs(crs).to_crs("EPSG:32648")).gap_m.round(3).tolist() == [10.0]


def test_points_without_an_owner_belong_to_nobody(tables: Tables) -> None:
    network = StreetNetwork.from_tables(*tables(XY, [(0, 1, 100.0), (1, 2, 100.0)]))
    gates = shapely.points([(10, 0), (20, 0), (30, 0)])
    with pytest.raises(ContractError, match="owner needs a name for each point, 2 have none") as refused:
        network.snap(gates, owner=["park", None, np.nan])
    says_the_same_twice(refused.value, "owner", "2")
    with pytest.raises(ContractError, match="1 have none"):
        network.at_nodes([0, 1], owners=["park", None])


@pytest.mark.parametrize(
    ("share", "gap_m"),
    [(0.5, 2e8), (0.5, float("nan")), (0.5, -1.0), (float("nan"), 0.0), (1.5, 0.0), (-0.1, 0.0)],
)
def test_points_that_are_not_where_they_say(share: float, gap_m: float) -> None:
    network = two_streets()
    strange, clinic = on_edges(network, [0, 1], [0.5, share], [0.0, gap_m]), network.at_nodes([2])
    for travel in (network.in_metres(), network.in_metres().plain):
        with pytest.raises(ContractError, match="A point needs to be at 0 to 1 of its street") as refused:
            travel.nearest(strange, clinic)
        says_the_same_twice(refused.value, str(share), str(gap_m), "107,374,182")


def test_points_of_another_network() -> None:
    mine, yours = two_streets(), two_streets()
    with pytest.raises(ContractError, match="on the network that is searched") as refused:
        mine.in_metres().within(mine.at_nodes([0]), yours.at_nodes([0]), 100)
    says_the_same_twice(refused.value)


# --- what is added up ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_values_that_are_no_numbers(value: float) -> None:
    network = two_streets()
    at = network.at_nodes([0, 2])
    for travel in (network.in_metres(), network.in_metres().plain):
        with pytest.raises(ValueError, match="values need to be numbers, 1 are not"):
            travel.sums_within(at, at, [1.0, value], [100])


def test_values_of_other_facilities() -> None:
    network = two_streets()
    at = network.at_nodes([0, 2])
    for travel in (network.in_metres(), network.in_metres().plain):
        with pytest.raises(ValueError, match="values need a row for each of 2 facilities"):
            travel.sums_within(at, at, [1.0, 1.0, 1.0], [100])
        with pytest.raises(ValueError, match="labels need to be one for each of 2 facilities"):
            travel.sums_within(at, at, [1.0, 1.0], [100], by=["a"])


# --- stored orders ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["cut off", "another version", "another network", "no permutation"])
def test_a_stored_order_that_cannot_be_used_is_made_anew_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    first = two_streets(store=tmp_path)
    whole = first.order
    (file,) = tmp_path.iterdir()
    if damage == "cut off":
        file.write_bytes(file.read_bytes()[:-5])
    elif damage == "another version":
        with monkeypatch.context() as patch:
            patch.setattr("yiju.travel.order.FORMAT", 0)
            _write(file, whole.rank, whole.topology)
    elif damage == "another network":
        _write(file, whole.rank, "0" * 64)
    else:
        _write(file, np.zeros_like(whole.rank), whole.topology)
    again = two_streets(store=tmp_path)
    remark = again.order.remark
    assert remark is not None
    assert file.name in remark.en
    assert file.name in remark.zh
    assert remark.en.endswith("made anew.")
    assert remark.zh.endswith("已重新计算。")
    ends = again.at_nodes([0, 2])
    assert again.in_metres().nearest_each(ends.of([0]), {"s": ends.of([1])}).cost.iloc[0, 0] == 200.0
    assert two_streets(store=tmp_path).order.remark is None  # what was made anew was stored


def test_a_stored_order_of_another_topology_is_never_looked_at(tmp_path: Path) -> None:
    two_streets(store=tmp_path)
    ring = StreetNetwork.from_arrays(XY, [0, 1, 2], [1, 2, 0], [100.0, 100.0, 150.0], store=tmp_path)
    assert isinstance(ring.order, EliminationOrder)
    assert ring.order.remark is None
    ends = ring.at_nodes([0, 2])
    assert ring.in_metres().nearest_each(ends.of([0]), {"s": ends.of([1])}).cost.iloc[0, 0] == 150.0


def test_a_name_that_nobody_has_is_no_place_without_a_way() -> None:
    network = two_streets()
    travel, homes = network.in_metres(), network.at_nodes([0, 1], owners=["west", "middle"])
    with pytest.raises(UnknownName) as error:
        travel.path(homes, "wset", homes, "middle")
    says_the_same_twice(error.value, "wset", "west")
    with pytest.raises(UnknownName) as error:
        travel.path(homes, "west", homes, "midle")
    says_the_same_twice(error.value, "midle", "middle")
    found = travel.nearest_each(homes, {"school": homes})
    for ask in (found.cost_of, found.facility, found.tenths_of, found.facility_number):
        with pytest.raises(UnknownName) as error:
            ask("shcool")
        says_the_same_twice(error.value, "shcool", "school")
