"""A bound that no choice of services and sites can beat, by Lagrange's multipliers.

The only rows that tie sites to each other are "a demand is met only where a site that it reaches hosts its service",
and the budget. Give each demand a price ``λ`` between 0 and its weight ``w``, and each yuan a price ``μ``::

    L(λ, μ) = Σ_d max(0, w_d - λ_d)  +  μ B  +  Σ_j max over mixes b of ( Σ_{s in b} ρ_sj  -  μ cost_jb )
                                                └─ of the p best sites only, where their number is limited
    ρ_sj = Σ λ_d over the demands of service s that site j reaches

Whatever the prices, nothing is better than L. Every site answers for itself, with floor area, forbidden pairs and
rules already in the list of mixes that it may host. For given λ the best μ is found by bisection; λ descends along
the subgradient ``(how often a demand is met) - (whether it wants to be)``, bent towards where it went before.

M. L. Fisher, The Lagrangian relaxation method for solving integer programming problems, Management Science 27 (1981)
1-18; R. D. Galvão and C. ReVelle, A Lagrangean heuristic for the maximal covering location problem, European Journal
of Operational Research 88 (1996) 114-123; P. M. Camerini, L. Fratta and F. Maffioli, On improving relaxation methods
by modified gradient techniques, Mathematical Programming Study 3 (1975) 26-34.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import float64, int64, void

from yiju.supply.siting.kernels.hosting_moves import CHOICES, LISTS, Choices, Lists
from yiju.travel.kernels.compiling import Whole, kernel, tuple_of

Floats = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]

# Positions in the record of a descent: least bound, its μ, length of the step, iterations without a better bound.
LEAST, MU, LENGTH, STALLED = 0, 1, 2, 3

# A step below it moves nothing any more.
SHORTEST = 1e-4
# Chosen by trial on instances of 1,000 x 200 to 20,000 x 1,000: how fast the bound falls, not whether it holds.
_MEMORY = 0.7
_PATIENCE = 20
_SHORTER = 0.7
_BISECTIONS = 12
# Strides towards the price of money grow no wider than this before the interval is halved instead.
_WIDEST = 1e30


@kernel(float64(float64[::1], int64))
def largest(values: Floats, rank: Whole) -> float:
    """The value that so many are not below, itself among them, by C. A. R. Hoare's FIND (CACM 4, 1961); reorders."""
    low, high, at = 0, len(values) - 1, rank - 1
    while low < high:
        pivot = values[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while values[i] > pivot:
                i += 1
            while values[j] < pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if at <= j:
            high = j
        elif at >= i:
            low = i
        else:
            break
    return float(values[at])


@kernel(tuple_of(float64, float64)(float64, float64[::1], CHOICES, int64[::1], float64[::1]))
def answers(mu: float, rho: Floats, choices: Choices, picks: Int64s, value: Floats) -> tuple[float, float]:
    """Each site's best mix at these prices, and the best sites: what they are worth, and what they cost."""
    mix_cost, _, most, _ = choices
    m = len(picks)
    bound_to = 0  # sites that must be open
    wanted = 0
    for site in range(m):
        must = np.isinf(mix_cost[site, 0])
        best, best_mix = 0.0, 0
        if must:
            best = -np.inf
        for mix in range(1, mix_cost.shape[1]):
            if np.isinf(mix_cost[site, mix]):
                continue
            total = -mu * mix_cost[site, mix]
            offer, rest = site, mix
            while rest:
                if rest & 1:
                    total += rho[offer]
                rest >>= 1
                offer += m
            if total > best:
                best, best_mix = total, mix
        picks[site] = best_mix
        value[site] = best
        bound_to += must
        wanted += best_mix > 0
    if wanted > most:
        free = np.empty(wanted - bound_to, dtype=np.float64)
        k = 0
        for site in range(m):
            if picks[site] > 0 and not np.isinf(mix_cost[site, 0]):
                free[k] = value[site]
                k += 1
        seats = most - bound_to
        threshold = largest(free, seats) if seats > 0 else np.inf
        for site in range(m):  # above the threshold all, at the threshold the first
            if value[site] > threshold:
                seats -= picks[site] > 0 and not np.isinf(mix_cost[site, 0])
        for site in range(m):
            if picks[site] > 0 and not np.isinf(mix_cost[site, 0]) and value[site] <= threshold:
                if value[site] == threshold and seats > 0:
                    seats -= 1
                else:
                    picks[site] = 0
    total, spent = 0.0, 0.0
    for site in range(m):
        if picks[site] > 0:
            total += value[site]
            spent += mix_cost[site, picks[site]]
    return total, spent


@kernel(
    tuple_of(float64, float64, float64)(float64, float64[::1], CHOICES, int64[::1], int64[::1], float64[::1])
)
def best_price_of_money(
    guess: float, rho: Floats, choices: Choices, rich: Int64s, poor: Int64s, value: Floats
) -> tuple[float, float, float]:
    """The μ at which the answers just spend the budget: ``(sites' part of L, μ, share of the rich answer)``.

    At a little less than μ the sites spend more than there is (``rich``), at a little more they do not (``poor``);
    the answer that spends all of it is a mixture of the two.
    """
    budget = choices[1]
    trial = np.empty_like(poor)
    too_low, too_high, factor = 0.0, np.inf, 1.02
    spent_rich, spent_poor = 0.0, 0.0
    best, best_mu = np.inf, 0.0
    mu, bisections = 0.0, 0
    while bisections < _BISECTIONS:
        total, spent = answers(mu, rho, choices, trial, value)
        if mu > 0.0:  # an unlimited budget is never asked for a price
            total += mu * budget
        if total < best:
            best, best_mu = total, mu
        if spent > budget:
            rich[:] = trial
            too_low, spent_rich = mu, spent
        else:
            poor[:] = trial
            if mu == 0.0:
                return total, 0.0, 0.0
            too_high, spent_poor = mu, spent
        if mu == 0.0:
            mu = guess if guess > 0.0 else total / spent
        elif np.isinf(too_high):  # up, in growing strides, until the budget is kept to
            mu *= factor
            factor *= factor
        elif too_low == 0.0 and factor < _WIDEST:  # down, until it is not
            mu /= factor
            factor *= factor
        else:
            mu = 0.5 * (too_low + too_high)
            bisections += 1
    return best, best_mu, (budget - spent_poor) / (spent_rich - spent_poor)


@kernel(void(float64[::1], LISTS, float64[::1]))
def offers_rho(prices: Floats, lists: Lists, rho: Floats) -> None:
    """What each offer would take at these prices."""
    for offer in range(len(rho)):
        total = 0.0
        for e in range(lists[0][offer], lists[0][offer + 1]):
            total += prices[lists[1][e]]
        rho[offer] = total


@kernel(void(float64, int64[::1], LISTS, float64[::1]))
def add_met(share: float, picks: Int64s, lists: Lists, met: Floats) -> None:
    """Add a share of how often the picked mixes meet each demand."""
    m = len(picks)
    for site in range(m):
        offer, mix = site, picks[site]
        while mix:
            if mix & 1:
                for e in range(lists[0][offer], lists[0][offer + 1]):
                    met[lists[1][e]] += share
            mix >>= 1
            offer += m


@kernel(
    void(
        int64, float64, float64[::1], float64[::1], float64[::1], float64[::1], CHOICES, LISTS, int64[::1],
    )
)  # fmt: skip
def descend(
    iterations: Whole, target: float, record: Floats, prices: Floats, best_prices: Floats, direction: Floats,
    choices: Choices, lists: Lists, picks: Int64s,
) -> None:  # fmt: skip
    """Let the bound fall for some iterations, or until the steps are too short to matter.

    Parameters
    ----------
    iterations
        How many.
    target
        A value that is achieved; the bound cannot fall below it.
    record
        (4,) see ``LEAST`` and its neighbours; goes on from where it stands.
    prices, best_prices, direction
        (demands,) λ now, λ of the least bound, and where the last step went.
    choices, lists
        See ``hosting_moves``.
    picks
        (sites,) the mixes of the last answer that kept to the budget.
    """
    weight = lists[4]
    n, m = len(weight), len(picks)
    rho = np.empty(len(lists[0]) - 1, dtype=np.float64)
    rich = np.zeros(m, dtype=np.int64)
    value = np.empty(m, dtype=np.float64)
    met = np.empty(n, dtype=np.float64)
    mu = record[MU]
    for _ in range(iterations):
        if record[LENGTH] < SHORTEST:
            return
        offers_rho(prices, lists, rho)
        bound, mu, share = best_price_of_money(mu, rho, choices, rich, picks, value)
        for d in range(n):
            bound += weight[d] - prices[d]
        record[STALLED] += 1.0
        if bound < record[LEAST]:
            if bound < record[LEAST] - 1e-5 * (abs(record[LEAST] - target) + 1e-9):
                record[STALLED] = 0.0
            record[LEAST], record[MU] = bound, mu
            best_prices[:] = prices
        if record[STALLED] >= _PATIENCE:
            record[STALLED] = 0.0
            record[LENGTH] *= _SHORTER
            prices[:] = best_prices
            direction[:] = 0.0
            mu = record[MU]
            continue
        met[:] = 0.0
        add_met(1.0 - share, picks, lists, met)
        if share > 0.0:
            add_met(share, rich, lists, met)
        norm = 0.0
        for d in range(n):
            slope = met[d] - 1.0 if prices[d] < weight[d] else met[d]
            direction[d] = slope + _MEMORY * direction[d]
            norm += weight[d] * direction[d] * direction[d]
        if norm <= 0.0:
            return
        step = record[LENGTH] * max(bound - target, 1e-9 * abs(bound)) / norm
        for d in range(n):
            prices[d] = min(max(prices[d] - step * weight[d] * direction[d], 0.0), weight[d])
