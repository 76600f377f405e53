"""The shape of the ground from a grid of heights: slope, hollows, and the land that drains through each cell.

Arrays in, arrays out: a grid is (rows, columns), metres, row 0 in the north, NaN where the height is unknown.

References
----------
Horn (1981), Hill shading and the reflectance map, Proceedings of the IEEE 69(1).
O'Callaghan and Mark (1984), The extraction of drainage networks from digital elevation data.
Barnes, Lehman, Mulla (2014), Priority-flood, Computers & Geosciences 62: algorithm 1, with the order in which
cells are flooded kept.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, TypeVar, cast

import numba
import numpy as np
from scipy.sparse import coo_array, diags_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import spsolve

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

# The eight neighbours: row, column and distance in cells.
NEIGHBOURS = tuple(
    (row, column, float(np.hypot(row, column)))
    for row in (-1, 0, 1)
    for column in (-1, 0, 1)
    if row or column
)
# Two nodes in one place would pull infinitely hard: a millimetre keeps the arithmetic finite.
SHORTEST_M = 1e-3
Kernel = TypeVar("Kernel", bound="Callable[..., object]")


def slope_deg(height_m: Floats, cell_m: float) -> Floats:
    """Measure the slope of each cell from its eight neighbours, in degrees (Horn 1981).

    A neighbour that is unknown or beyond the edge counts as high as the cell itself.

    Examples
    --------
    A plane that rises 10 m in 10 m to the east:

    >>> plane = np.tile(np.arange(5) * 10.0, (5, 1))
    >>> slope_deg(plane, 10.0)[2, 2].round(6).item()
    45.0
    """
    framed = np.pad(height_m, 1, constant_values=np.nan)

    def seen(row: int, column: int) -> Floats:
        part = framed[1 + row : 1 + row + height_m.shape[0], 1 + column : 1 + column + height_m.shape[1]]
        return np.where(np.isnan(part), height_m, part)

    east = seen(-1, 1) + 2 * seen(0, 1) + seen(1, 1)
    west = seen(-1, -1) + 2 * seen(0, -1) + seen(1, -1)
    south = seen(1, -1) + 2 * seen(1, 0) + seen(1, 1)
    north = seen(-1, -1) + 2 * seen(-1, 0) + seen(-1, 1)
    rise = np.hypot(east - west, south - north) / (8 * cell_m)
    return np.degrees(np.arctan(rise))


def fill_hollows(height_m: Floats) -> tuple[Floats, Ints, Ints]:
    """Fill the hollows up to their spill points (priority-flood).

    Water leaves at the edge of the grid and beside unknown cells.

    Returns
    -------
    filled
        Height of the ground with the hollows full, metres.
    order
        The known cells as flat indices, in the order in which the flood reaches them: never downhill.
    came_from
        (rows * columns,) the cell from which the flood came in, as a flat index; -1 where water leaves the
        grid, and in unknown cells.

    Examples
    --------
    A bowl whose bottom lies 1 m below its outlet in the east:

    >>> bowl = np.full((5, 5), 4.0)
    >>> bowl[1:4, 1:4], bowl[2, 2], bowl[2, 4] = 3.0, 1.0, 2.0
    >>> bowl[2, 3] = 2.0
    >>> filled, _, _ = fill_hollows(bowl)
    >>> (filled - bowl).max().item()
    1.0
    """
    filled, order, came_from = _flood(np.ascontiguousarray(height_m, dtype=np.float64))
    return filled, order, came_from


def upstream_cells(filled_m: Floats, order: Ints, came_from: Ints) -> Ints:
    """Count the cells that drain through each cell, itself among them (D8).

    A cell drains to the steepest of its lower neighbours on the filled ground; where none is lower, back along
    the way that the flood came. Unknown cells have 0.

    Examples
    --------
    On a plane that falls to the east, each cell drains all those west of it:

    >>> plane = np.tile(np.arange(5, 0, -1.0), (3, 1))
    >>> upstream_cells(*fill_hollows(plane))[1].tolist()
    [1, 2, 3, 4, 5]
    """
    counted: Ints = _accumulate(np.ascontiguousarray(filled_m, dtype=np.float64), order, came_from)
    return counted


def hang_between(
    height_m: Floats, u: Ints, v: Ints, length_m: Floats, off_ground: npt.NDArray[np.bool_]
) -> Floats:
    """Give the nodes of a network that are off the ground heights between those that stand on it.

    A node of which every edge is a bridge or tunnel hangs on its neighbours: the ground below or above is not
    where it is. Along such edges the grade is even; where several meet, heights weigh by one over the length
    (the discrete Laplace equation). What hangs on no known height keeps its own.

    Parameters
    ----------
    height_m
        (nodes,) heights of the ground.
    u, v, length_m, off_ground
        (edges,) ends, length, and whether the edge is a bridge or tunnel.

    Examples
    --------
    A bridge of 100 m and 300 m from a bank at 20 m to one at 60 m, over a river at 0 m:

    >>> u, v = np.array([0, 1]), np.array([1, 2])
    >>> hang_between(np.array([20.0, 0.0, 60.0]), u, v, np.array([100.0, 300.0]), np.array([True, True])).tolist()
    [20.0, 30.0, 60.0]
    """
    nodes = len(height_m)
    grounded = (
        np.bincount(np.concatenate([u, v]), minlength=nodes) == 1
    )  # the end of a pier, or of the extract
    grounded[u[~off_ground]] = grounded[v[~off_ground]] = True
    fixed = grounded & ~np.isnan(height_m)
    hangs = off_ground & (fixed | ~grounded)[u] & (fixed | ~grounded)[v]
    u, v, weight = u[hangs], v[hangs], 1 / np.maximum(length_m[hangs], SHORTEST_M)
    links = coo_array((np.r_[weight, weight], (np.r_[u, v], np.r_[v, u])), shape=(nodes, nodes)).tocsr()
    _, part = connected_components(links, directed=False)
    free = np.flatnonzero(~grounded & np.isin(part, part[fixed]))
    heights = height_m.copy()
    if len(free):
        rows = links[free]
        system = diags_array(rows.sum(axis=1)) - rows[:, free]
        heights[free] = spsolve(system.tocsc(), rows @ np.where(fixed, height_m, 0.0))
    return heights


def _compiled(kernel: Kernel) -> Kernel:
    return cast("Kernel", numba.njit(cache=True, nogil=True)(kernel))


@_compiled
def _flood(height: Floats) -> tuple[Floats, Ints, Ints]:
    rows, columns = height.shape
    filled = height.copy()
    came_from = np.full(rows * columns, -1, dtype=np.int64)
    order = np.empty(rows * columns, dtype=np.int64)
    closed = np.isnan(height).ravel()
    reached, pushed = 0, 0
    # height, when it was pushed (so that equal heights are taken in turn), cell
    heap = [(0.0, np.int64(0), np.int64(0)) for _ in range(0)]
    for row in range(rows):
        for column in range(columns):
            cell = row * columns + column
            if closed[cell]:
                continue
            outlet = row in (0, rows - 1) or column in (0, columns - 1)
            for down, right, _ in NEIGHBOURS:
                if not outlet and np.isnan(height[row + down, column + right]):
                    outlet = True
            if outlet:
                heapq.heappush(heap, (height[row, column], np.int64(pushed), np.int64(cell)))
                pushed += 1
    for _, _, cell in heap:
        closed[cell] = True
    while heap:
        level, _, cell = heapq.heappop(heap)
        order[reached] = cell
        reached += 1
        row, column = cell // columns, cell % columns
        for down, right, _ in NEIGHBOURS:
            y, x = row + down, column + right
            if y < 0 or y >= rows or x < 0 or x >= columns or closed[y * columns + x]:
                continue
            closed[y * columns + x] = True
            came_from[y * columns + x] = cell
            filled[y, x] = max(height[y, x], level)
            heapq.heappush(heap, (filled[y, x], np.int64(pushed), np.int64(y * columns + x)))
            pushed += 1
    return filled, order[:reached], came_from


@_compiled
def _accumulate(filled: Floats, order: Ints, came_from: Ints) -> Ints:
    rows, columns = filled.shape
    count = np.zeros(rows * columns, dtype=np.int64)
    count[order] = 1
    # the flood never runs downhill: seen from its end, a cell comes before all that it drains to
    for i in range(len(order) - 1, -1, -1):
        cell = order[i]
        row, column = cell // columns, cell % columns
        target, steepest = came_from[cell], 0.0
        for down, right, distance in NEIGHBOURS:
            y, x = row + down, column + right
            if y < 0 or y >= rows or x < 0 or x >= columns:
                continue
            drop = (filled[row, column] - filled[y, x]) / distance
            if drop > steepest:  # false beside an unknown cell
                target, steepest = y * columns + x, drop
        if target >= 0:
            count[target] += count[cell]
    return count.reshape(rows, columns)
