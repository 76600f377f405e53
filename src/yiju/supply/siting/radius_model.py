"""The p-median as a program of radii, for what the bounds leave open.

The distinct costs of a point, rising, are its radii D_1 < D_2 < ... What it pays is the first radius plus, for each
radius within which no site is open, the step to the next one::

    min   sum of w_i ( D_i1  +  sum over k of (D_i,k+1 - D_ik) z_ik )
    (1)   z_ik  +  sum of y_j with c_ij = D_ik   >=   z_i,k-1        (z_i0 = 1)
    (2)   sum of y_j  =  p
    (3)   y_j in {0, 1},   z_ik >= 0

z_ik is 1 where no site is open within D_ik. A row ends where a site is open for sure, or where this point alone would
cost more than is sought; z of a last radius with nothing behind it is 0.

G. Cornuejols, G. L. Nemhauser, L. A. Wolsey, A canonical representation of simple plant location problems, SIAM J. Alg.
Disc. Meth. 1 (1980); S. Garcia, M. Labbe, A. Marin, Solving large p-median problems with a radius formulation, INFORMS
Journal on Computing 23 (2011), https://doi.org/10.1287/ijoc.1100.0418.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from yiju.supply.siting.highs import Program
from yiju.supply.siting.median_instance import nearest_of

if TYPE_CHECKING:
    from yiju.supply.siting.median_instance import Instance

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


def pairs_left(instance: Instance, opened: Bools, closed: Bools, most: float) -> int:
    """How many pairs the program would hold: what it takes in memory and time."""
    return int(_relevant(instance, opened, closed, most)[0].sum())


def radius_program(
    instance: Instance, opened: Bools, closed: Bools, most: float
) -> tuple[Program, npt.NDArray[np.int64]]:
    """The program, and the positions of the sites that its first columns stand for.

    Parameters
    ----------
    instance
        The p-median.
    opened, closed
        (m,) sites of which it is known.
    most
        Total cost above which no choice is of interest.
    """
    from scipy import sparse  # noqa: PLC0415 - most p-medians are proved without a program

    sites = np.flatnonzero(~closed)
    column = np.full(instance.m, -1, dtype=np.int64)
    column[sites] = np.arange(len(sites))
    kept, end = _relevant(instance, opened, closed, most)
    point = np.repeat(np.arange(instance.n), np.diff(instance.rows[0]))[kept]
    site, cost = column[instance.rows[1][kept]], instance.rows[2][kept]

    begins = np.ones(len(point), dtype=np.bool_)  # where a radius begins
    begins[1:] = (point[1:] != point[:-1]) | (cost[1:] != cost[:-1])
    radius = np.cumsum(begins) - 1
    of_point, reach = point[begins], cost[begins]
    follows = np.zeros(len(reach), dtype=np.bool_)  # on another radius of the same point
    follows[1:] = of_point[1:] == of_point[:-1]
    beyond = end[of_point]
    beyond[:-1][follows[1:]] = reach[1:][follows[1:]]

    m, k = len(sites), len(reach)
    nearest = end.copy()
    nearest[of_point[~follows]] = reach[~follows]
    last = np.isinf(beyond)
    radii, behind = np.arange(k), np.flatnonzero(follows)
    entries = [
        (radii, m + radii, np.ones(k)),  # (1)
        (radius, site, np.ones(len(site))),
        (behind, m + behind - 1, -np.ones(len(behind))),
        (np.full(m, k), np.arange(m), np.ones(m)),  # (2)
    ]
    row, col, value = (np.concatenate(parts) for parts in zip(*entries, strict=True))
    return Program(
        cost=np.concatenate([np.zeros(m), instance.weight[of_point] * np.where(last, 0.0, beyond - reach)]),
        rows=sparse.csr_matrix((value, (row, col)), shape=(k + 1, m + k)),
        row_low=np.append(np.where(follows, 0.0, 1.0), instance.p),
        row_high=np.append(np.full(k, np.inf), instance.p),
        low=np.concatenate([opened[sites].astype(np.float64), np.zeros(k)]),
        high=np.concatenate([np.ones(m), np.where(last, 0.0, 1.0)]),
        whole=np.arange(m + k) < m,  # (3)
        offset=float(instance.weight @ nearest),
    ), sites


def _relevant(instance: Instance, opened: Bools, closed: Bools, most: float) -> tuple[Bools, Floats]:
    """(pairs,) those nearer than what a point has for sure, and (n,) what that is; infinite if it has nothing."""
    first, site, cost = instance.rows
    dearest = most / instance.weight
    sure = np.minimum(nearest_of(first, opened[site], cost), instance.unlisted)
    sure = np.where(sure > dearest, np.inf, sure)
    lengths = np.diff(first)
    kept = ~closed[site] & (cost < np.repeat(sure, lengths)) & (cost <= np.repeat(dearest, lengths))
    return kept, sure
