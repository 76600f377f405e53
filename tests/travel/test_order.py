"""Orders are permutations that cut well; a stored order is used if it can be trusted, and replaced if not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yiju.travel import StreetNetwork
from yiju.travel.order import FORMAT, EliminationOrder, _write, eliminated, topology_of

if TYPE_CHECKING:
    from pathlib import Path

XY = np.array([[0, 0], [1, 0], [2, 0], [2, 1], [0, 1]], dtype=float)
U, V = np.array([0, 1, 2, 3, 4], np.int32), np.array([1, 2, 3, 4, 0], np.int32)


def order(folder: Path | None) -> EliminationOrder:
    return EliminationOrder.of(5, U, V, XY, store=folder)


def stored(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def grid(side: int) -> tuple[int, np.ndarray, np.ndarray, np.ndarray]:
    number = np.arange(side * side, dtype=np.int32).reshape(side, side)
    u = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    v = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    return side * side, u, v, np.column_stack(np.divmod(np.arange(side * side, dtype=float), side))


@given(st.integers(1, 30), st.data())
def test_an_order_is_a_permutation(n: int, data: st.DataObject) -> None:
    node = st.integers(0, n - 1)
    ends = data.draw(st.lists(st.tuples(node, node), max_size=60))
    u, v = np.array(ends, dtype=np.int32).reshape(-1, 2).T.copy()
    xy = np.array(data.draw(st.lists(st.tuples(node, node), min_size=n, max_size=n)), dtype=float)
    assert sorted(eliminated(n, u, v, xy).tolist()) == list(range(n))


def test_one_thread_or_several_give_the_same_order() -> None:
    streets = grid(220)  # 48,400 nodes, more than one thread takes at once
    alone = eliminated(*streets, threads=1)
    for threads in (2, 3, 8):
        assert np.array_equal(eliminated(*streets, threads=threads), alone)


def test_the_last_to_go_cut_a_grid_in_two() -> None:
    n, u, v, xy = grid(40)
    network = StreetNetwork.from_arrays(xy, u, v, np.ones(len(u)))
    longest_row = np.diff(network.fill.up_first).max()
    assert (
        30 <= longest_row <= 80
    )  # a grid of s x s has separators of s; in arbitrary order rows are much longer
    assert len(network.fill.up_head) < 31 / 4 * n * np.log2(
        40
    )  # A. George 1973, for nested dissection by hand


def test_it_is_stored_and_read_again(tmp_path: Path) -> None:
    made = order(tmp_path / "orders")
    assert made.remark is None
    assert [f.name for f in (tmp_path / "orders").iterdir()] == [f"order-{made.topology[:32]}"]
    before = stored(tmp_path / "orders").read_bytes()
    read = order(tmp_path / "orders")
    assert np.array_equal(read.rank, made.rank)
    assert read.remark is None
    assert stored(tmp_path / "orders").read_bytes() == before
    assert np.array_equal(order(None).rank, made.rank)


def test_what_is_read_is_what_was_stored(tmp_path: Path) -> None:
    made = order(tmp_path)
    backwards = made.rank[::-1].copy()
    _write(stored(tmp_path), backwards, made.topology)
    assert np.array_equal(order(tmp_path).rank, backwards)  # not made anew: any permutation is exact


@pytest.mark.parametrize(
    "rank", [[0, 0, 0, 0, 0], [0, 1, 2, 3], [1, 2, 3, 4, 5], [-1, 0, 1, 2, 3], [0, 1, 2, 3, 4, 4]]
)
def test_a_stored_order_that_is_none_is_made_anew_and_says_why(tmp_path: Path, rank: list[int]) -> None:
    made = order(tmp_path)
    _write(stored(tmp_path), np.array(rank, dtype=np.int32), made.topology)
    again = order(tmp_path)
    assert "no permutation" in again.remark.en
    assert np.array_equal(again.rank, made.rank)
    assert order(tmp_path).remark is None  # the file is right again


def test_an_order_of_another_version_is_made_anew_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = order(tmp_path)
    monkeypatch.setattr("yiju.travel.order.FORMAT", FORMAT + 1)
    _write(stored(tmp_path), made.rank, made.topology)
    monkeypatch.undo()
    assert "of another version" in order(tmp_path).remark.en


def test_an_order_of_another_network_is_made_anew_and_says_why(tmp_path: Path) -> None:
    made = order(tmp_path)
    _write(stored(tmp_path), made.rank, "0" * 64)
    assert "another network" in order(tmp_path).remark.en


@pytest.mark.parametrize("damage", [b"", b"no order at all", None])
def test_a_damaged_file_is_made_anew_and_says_why(tmp_path: Path, damage: bytes | None) -> None:
    made = order(tmp_path)
    whole = stored(tmp_path).read_bytes()
    stored(tmp_path).write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    again = order(tmp_path)
    assert "is damaged" in again.remark.en
    assert np.array_equal(again.rank, made.rank)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_flipped_byte_is_seen(tmp_path_factory: pytest.TempPathFactory, at: int, flip: int) -> None:
    folder = tmp_path_factory.mktemp("flipped")
    made = order(folder)
    content = bytearray(stored(folder).read_bytes())
    content[at % len(content)] ^= flip
    stored(folder).write_bytes(content)
    again = order(folder)
    assert "is damaged" in again.remark.en
    assert np.array_equal(again.rank, made.rank)


def test_where_nothing_can_be_stored_it_is_made_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "orders").write_text("a file where a folder should be", encoding="utf-8")
    made = order(tmp_path / "orders")
    assert sorted(made.rank.tolist()) == [0, 1, 2, 3, 4]
    assert "cannot be stored in orders" in made.remark.en


def test_nothing_half_written_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    assert "No space left" in order(tmp_path).remark.en
    assert list(tmp_path.iterdir()) == []


def test_a_network_keeps_its_order_where_it_is_told(tmp_path: Path) -> None:
    network = StreetNetwork.from_arrays(XY, U, V, np.ones(5), store=tmp_path)
    assert np.array_equal(
        network.order.rank, StreetNetwork.from_arrays(XY, U, V, np.ones(5), store=tmp_path).order.rank
    )
    assert len(list(tmp_path.iterdir())) == 1
    assert topology_of(5, network.u, network.v)[:32] in stored(tmp_path).name
