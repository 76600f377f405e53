"""The Lagrangian relaxation of the p-median, evaluated along rows that rise.

Each point i is offered a price ``u[i]`` instead of the promise of exactly one site. A site that is opened then brings
the *reduced cost*::

    rho[j] = sum over i of  weight[i] * min(0, cost[i, j] - u[i])

and sum w u plus the p least of rho is a bound on the total cost of any p sites, whatever the prices. A row is read only
as far as its price reaches: some tens of entries of thousands.

G. Cornuejols, M. L. Fisher, G. L. Nemhauser, Location of bank accounts to optimize float, Management Science 23 (1977),
https://doi.org/10.1287/mnsc.23.8.789.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import boolean, float64, void

from yiju.supply.siting.kernels.listing import PAIRS, Pairs
from yiju.travel.kernels.compiling import kernel

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@kernel(float64(PAIRS, float64[::1], float64[::1], float64[::1]))
def reduced_costs(rows: Pairs, weight: Floats, price: Floats, rho: Floats) -> float:
    """Fill (m,) ``rho``, and give the sum of weight times price."""
    first, site, cost = rows
    rho[:] = 0.0
    total = 0.0
    for i in range(len(weight)):
        u = price[i]
        w = weight[i]
        total += w * u
        for e in range(first[i], first[i + 1]):
            if cost[e] >= u:
                break
            rho[site[e]] += w * (cost[e] - u)
    return total


@kernel(void(PAIRS, float64[::1], boolean[::1], float64[::1]))
def unserved(rows: Pairs, price: Floats, is_open: Bools, missing: Floats) -> None:
    """Fill (n,) ``missing``: 1 less the number of open sites that cost a point less than its price."""
    first, site, cost = rows
    for i in range(len(price)):
        u = price[i]
        count = 0
        for e in range(first[i], first[i + 1]):
            if cost[e] >= u:
                break
            if is_open[site[e]]:
                count += 1
        missing[i] = 1.0 - count
