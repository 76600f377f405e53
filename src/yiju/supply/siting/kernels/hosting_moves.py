"""Which services each site hosts, made better move by move.

An *offer* is one service at one site, a *mix* the set of services that one site hosts, as bits; mix 0 is a closed
site. A *demand* asks for one service, and is met when any site that it can reach hosts it.

::

    site        0     1     2            hosts = [01, 00, 11]
    service A   ●     ·     ●            demand d asks for A and reaches sites 0 and 2: met twice;
    service B   ·     ·     ●            demand e asks for B and reaches sites 1 and 2: met once, by 2

Two numbers for each demand make all moves cheap: ``met``, how many offers meet it, and ``by``, the exclusive-or of
their sites, which *is* the site where there is only one. And one for each offer, its ``worth``: the weight that only
it meets while it is open (what closing it loses), the weight that nobody meets while it is closed (what opening it
gains). To open or to close an offer leaves its own worth as it is, and changes those of others only where a demand
goes from nobody to somebody, or from one to two.

A move changes the mix of one site, or that of one site together with closing (part of) another. What the second site
would win back of what the first one loses is summed up along the demands of the second: one look at its list tells
that for all open sites at once, as in the fast interchange for p-median.

R. L. Church and C. ReVelle, The maximal covering location problem, Papers of the Regional Science Association 32
(1974) 101-118; M. G. C. Resende and R. F. Werneck, A fast swap-based local search procedure for location problems,
Annals of Operations Research 150 (2007) 205-230; H. R. Lourenço, O. C. Martin and T. Stützle, Iterated local search,
Handbook of Metaheuristics (2003) 320-353.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import boolean, float64, int32, int64, void

from yiju.travel.kernels.compiling import Whole, kernel, tuple_of

Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]

# Offers' demands (first, demand), demands' sites (first, site), weights of the demands. Offer = service * sites + site.
LISTS: Any = tuple_of(int64[::1], int32[::1], int64[::1], int32[::1], float64[::1])
# Cost of each mix at each site, infinite where it may not be; the budget; the greatest number of open sites; the
# difference below which two weights are one.
CHOICES: Any = tuple_of(float64[:, ::1], float64, int64, float64)
# Mix of each site; by how many offers a demand is met; by which; worth of each offer.
STATE: Any = tuple_of(int64[::1], int32[::1], int32[::1], float64[::1])
Lists = tuple[Int64s, Int32s, Int64s, Int32s, Floats]
Choices = tuple[Floats, float, int, float]
State = tuple[Int64s, Int32s, Int32s, Floats]

# Share of the budget that stands for a price of nothing where gains are divided by prices: below any real price.
_NOTHING = 1e-12


@kernel(void(int64, boolean, LISTS, STATE))
def turn(offer: Whole, opens: bool, lists: Lists, state: State) -> None:
    """Open an offer that is closed, or close one that is open."""
    offer_first, offer_demand, demand_first, demand_site, weight = lists
    hosts, met, by, worth = state
    site = offer % len(hosts)
    service = offer - site  # the first offer of the same service
    for e in range(offer_first[offer], offer_first[offer + 1]):
        d = offer_demand[e]
        before = met[d]
        met[d] = before + 1 if opens else before - 1
        by[d] ^= np.int32(site)
        change = -weight[d] if opens else weight[d]
        if (
            met[d] + before == 1
        ):  # from nobody to somebody, or back: nothing is left to gain, or all of it again
            for k in range(demand_first[d], demand_first[d + 1]):
                if demand_site[k] != site:
                    worth[service + demand_site[k]] += change
        elif met[d] + before == 3:  # from one to two, or back: the one is no longer, or again, the only one
            other = by[d] ^ np.int32(site) if opens else by[d]
            worth[service + other] += change


@kernel(void(int64, int64, LISTS, STATE))
def host(site: Whole, mix: Whole, lists: Lists, state: State) -> None:
    """Let a site host a mix."""
    hosts = state[0]
    offer, changed = site, hosts[site] ^ mix
    while changed:
        if changed & 1:
            turn(offer, (mix >> (offer // len(hosts))) & 1 == 1, lists, state)
        changed >>= 1
        offer += len(hosts)
    hosts[site] = mix


@kernel(void(int64[::1], LISTS, STATE))
def turn_to(mixes: Int64s, lists: Lists, state: State) -> None:
    """Let each site host the mix that is given; what it hosts already costs nothing."""
    for site in range(len(mixes)):
        host(site, mixes[site], lists, state)


@kernel(void(int64[::1], LISTS, STATE))
def begin(mixes: Int64s, lists: Lists, state: State) -> None:
    """The state in which each site hosts the mix that is given."""
    offer_first, offer_demand, _, _, weight = lists
    hosts, met, by, worth = state
    hosts[:] = 0
    met[:] = 0
    by[:] = 0
    for offer in range(len(worth)):
        worth[offer] = 0.0
        for e in range(offer_first[offer], offer_first[offer + 1]):
            worth[offer] += weight[offer_demand[e]]
    turn_to(mixes, lists, state)


@kernel(float64(LISTS, STATE))
def weight_met(lists: Lists, state: State) -> float:
    """Weight of all demands that are met."""
    total = 0.0
    for d in range(len(lists[4])):
        if state[1][d] > 0:
            total += lists[4][d]
    return total


@kernel(tuple_of(float64, int64)(CHOICES, STATE))
def used(choices: Choices, state: State) -> tuple[float, Whole]:
    """What the mixes cost, and how many sites are open."""
    spent, sites = 0.0, 0
    for site in range(len(state[0])):
        if state[0][site] > 0:
            spent += choices[0][site, state[0][site]]
            sites += 1
    return spent, sites


@kernel(float64(int64, int64, float64[::1], int64))
def worth_of(mix: Whole, site: Whole, worth: Floats, sites: Whole) -> float:
    """Worth of some services at a site, added up."""
    total = 0.0
    offer = site
    while mix:
        if mix & 1:
            total += worth[offer]
        mix >>= 1
        offer += sites
    return total


@kernel(void(CHOICES, LISTS, STATE))
def fill(choices: Choices, lists: Lists, state: State) -> None:
    """Add services as long as something is gained: the most for the money; the most, where money is no limit."""
    mix_cost, budget, most, least = choices
    hosts, _, _, worth = state
    m = len(hosts)
    spent, sites = used(choices, state)
    while True:
        best_rate, best_site, best_mix = 0.0, -1, 0
        for site in range(m):
            now = hosts[site]
            if now == 0 and sites >= most:
                continue
            for mix in range(now + 1, mix_cost.shape[1]):
                price = mix_cost[site, mix] - mix_cost[site, now] if now else mix_cost[site, mix]
                if mix & now != now or np.isinf(price) or spent + price > budget:
                    continue
                gain = worth_of(mix ^ now, site, worth, m)
                # a mix that costs nothing more is the best of all: a price of almost nothing says so
                rate = gain if np.isinf(budget) else gain / max(price, _NOTHING * budget)
                if gain > least and rate > best_rate:
                    best_rate, best_site, best_mix = rate, site, mix
        if best_site < 0:
            return
        host(best_site, best_mix, lists, state)
        spent, sites = used(choices, state)


@kernel(boolean(int64, CHOICES, LISTS, STATE, float64[::1], int64[::1]))
def move_to(site: Whole, choices: Choices, lists: Lists, state: State, back: Floats, touched: Int64s) -> bool:
    """Make the best move that gives this site another mix, if it gains, or costs less and loses nothing.

    ``back`` is (offers,) zeros, ``touched`` room for as many numbers.
    """
    mix_cost, budget, most, least = choices
    offer_first, offer_demand, _, _, weight = lists
    hosts, met, by, worth = state
    m, now = len(hosts), hosts[site]
    services = len(worth) // m
    spent, sites = used(choices, state)
    # what each open offer would lose and this site would win back
    count = 0
    for service in range(services):
        if (now >> service) & 1:
            continue
        offer = service * m + site
        for e in range(offer_first[offer], offer_first[offer + 1]):
            d = offer_demand[e]
            if met[d] == 1:
                other = service * m + by[d]
                if back[other] == 0.0:
                    touched[count] = other
                    count += 1
                back[other] += weight[d]
    best_gain, best_price, best_mix, best_other, best_left = 0.0, 0.0, now, -1, 0
    own = mix_cost[site, now] if now else 0.0
    for other in range(-1, m):
        if other == site or (other >= 0 and hosts[other] == 0):
            continue
        had = hosts[other] if other >= 0 else 0
        for kept in range(-1 if other >= 0 else services - 1, services):
            # the other site closes (-1), or gives up one of its services
            left = 0 if kept < 0 or other < 0 else had & ~(1 << kept)
            if other >= 0 and (left == had or (kept >= 0 and left == 0) or np.isinf(mix_cost[other, left])):
                continue
            gone = had ^ left
            lost = worth_of(gone, other, worth, m) if other >= 0 else 0.0
            freed = mix_cost[other, had] - (mix_cost[other, left] if left else 0.0) if other >= 0 else 0.0
            for mix in range(mix_cost.shape[1]):
                price = (mix_cost[site, mix] if mix or now else 0.0) - own - freed
                if mix == now or np.isinf(price) or spent + price > budget:
                    continue
                if other >= 0 and mix & now != now:  # what both lose at once, no list tells
                    continue
                if sites + (now == 0) - (mix == 0) - (other >= 0 and left == 0) > most:
                    continue
                added = mix & ~now
                gain = worth_of(added, site, worth, m) - worth_of(now & ~mix, site, worth, m) - lost
                gain += worth_of(added & gone, other, back, m) if other >= 0 else 0.0
                if gain > best_gain + least or (gain > best_gain - least and price < best_price - least):
                    best_gain, best_price, best_mix, best_other, best_left = gain, price, mix, other, left
    for k in range(count):
        back[touched[k]] = 0.0
    if best_mix == now:
        return False
    if best_other >= 0:
        host(best_other, best_left, lists, state)
    host(site, best_mix, lists, state)
    return True


@kernel(void(CHOICES, LISTS, STATE))
def improve(choices: Choices, lists: Lists, state: State) -> None:
    """Fill, and move to one site after the other, until no site has a move that gains."""
    m = len(state[0])
    back = np.zeros(len(state[3]), dtype=np.float64)
    touched = np.empty(len(state[3]), dtype=np.int64)
    site, quiet, moved = 0, 0, True
    while quiet < m:
        if moved:
            fill(choices, lists, state)
            quiet = 0
        moved = move_to(site, choices, lists, state, back, touched)
        quiet += 1
        site = site + 1 if site + 1 < m else 0


@kernel(void(float64[::1], CHOICES, LISTS, STATE))
def shake(draws: Floats, choices: Choices, lists: Lists, state: State) -> None:
    """Close some open sites, and open another with the largest mix that there is money for.

    Parameters
    ----------
    draws
        (1 + closing,) numbers from 0 to below 1: which site opens, and which of the open ones close.
    choices, lists, state
        See the head of this file.
    """
    mix_cost, budget, most, _ = choices
    hosts = state[0]
    m = len(hosts)
    for k in range(1, len(draws)):
        turns = int(draws[k] * used(choices, state)[1])
        for site in range(m):
            if hosts[site] > 0:
                if turns == 0:
                    if not np.isinf(mix_cost[site, 0]):
                        host(site, 0, lists, state)
                    break
                turns -= 1
    spent, sites = used(choices, state)
    site = int(draws[0] * m)
    for mix in range(mix_cost.shape[1] - 1, 0, -1):
        if np.isinf(mix_cost[site, mix]):
            continue
        if hosts[site] == 0 and sites < most and spent + mix_cost[site, mix] <= budget:
            host(site, mix, lists, state)
            break
