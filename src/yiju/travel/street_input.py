"""What a network is made of, looked at before it can become a wrong number far from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from yiju.errors import ContractError
from yiju.text import Text

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Int32s = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


def node_rows(nodes: pd.DataFrame, edges: pd.DataFrame, end: str) -> Int32s:
    """Rows of the nodes that the edges name."""
    ids = nodes["node_id"].to_numpy(dtype=np.int64)
    given = edges[end].to_numpy(dtype=np.int64)
    order = np.argsort(ids, kind="stable")
    place = np.searchsorted(ids, given, sorter=order)
    known = place < len(ids)
    known[known] = ids[order[place[known]]] == given[known]
    if not known.all():
        stranger = given[~known][0]
        raise ContractError(
            Text(
                f"表 street_edges 的 {end} 列：节点 {stranger} 不在 street_nodes 中。",
                f"Table street_edges, column {end}: needs nodes of street_nodes, was given {stranger} instead.",
            )
        )
    rows: Int32s = order[place].astype(np.int32)
    return rows


def node_places(nodes: gpd.GeoDataFrame) -> Floats:
    """(nodes, 2) coordinates; a node without any would push all that follow one row up."""
    geometry = nodes.geometry.to_numpy()
    without = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    if without.any():
        stranger = nodes["node_id"].iloc[int(np.flatnonzero(without)[0])]
        raise ContractError(
            Text(
                f"表 street_nodes：节点 {stranger} 没有坐标。",
                f"Table street_nodes: node {stranger} needs coordinates, has none.",
            )
        )
    places: Floats = shapely.get_coordinates(geometry)
    return places


def checked_places(xy: npt.ArrayLike) -> Floats:
    """(nodes, 2) finite coordinates."""
    places = np.asarray(xy, dtype=np.float64)
    if places.size == 0:
        return places.reshape(0, 2)
    if places.ndim != 2 or places.shape[1] != 2:
        raise ContractError(
            Text(
                f"xy 应为 (节点, 2) 的坐标，实际形状为 {places.shape}。",
                f"xy needs to be (nodes, 2) coordinates, was of shape {places.shape} instead.",
            )
        )
    unknown = ~np.isfinite(places).all(axis=1)
    if unknown.any():
        raise ContractError(
            Text(
                f"xy 中第 {int(np.flatnonzero(unknown)[0])} 个节点没有坐标。",
                f"xy: node {int(np.flatnonzero(unknown)[0])} needs coordinates, has none.",
            )
        )
    return places


def check_same_length(**columns: npt.ArrayLike) -> None:
    """Refuse columns of different lengths."""
    lengths = {name: len(np.atleast_1d(np.asarray(column))) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ContractError(
            Text(f"各列长度应相同，实际为 {told}。", f"Columns need to be equally long, were {told}.")
        )


def checked_ends(ends: npt.ArrayLike, nodes: int, edge_id: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """(m,) nodes at which edges end, each of them there."""
    given = np.asarray(ends)
    strange = (given < 0) | (given >= nodes) | (given != np.floor(given))  # 12.7 is a length, not a node
    if strange.any():
        at = int(np.flatnonzero(strange)[0])
        raise ContractError(
            Text(
                f"边 {edge_id[at]} 的端点应为 0 至 {nodes - 1}，实际为 {given[at]}。",
                f"Edge {edge_id[at]} needs to end at a node from 0 to {nodes - 1}, was given {given[at]} instead.",
            )
        )
    return given.astype(np.int64)


def check_lengths(edge_id: npt.NDArray[Any], length_m: Floats) -> None:
    """Refuse what is no length, or so long that its decimetres would not fit 31 bits."""
    wrong = ~((length_m >= 0) & (length_m < 1e6))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ContractError(
            Text(
                f"表 street_edges 的 length_m 列：边 {edge_id[row]} 的长度应为 0 至 1,000,000 米，"
                f"实际为 {length_m[row]}。",
                f"Table street_edges, column length_m: edge {edge_id[row]} needs 0 to 1,000,000 m, "
                f"was given {length_m[row]} instead.",
            )
        )
