"""The services of the demo city: where each is, how large it is, and whether it is on the map.

Four services carry planted truths and therefore reach everybody else: kindergartens, primary schools, day care for
older people and parks. The others have the gaps that cities have.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array

from yiju.city.demo.placing import Ground, Placed, Want, cover, scatter
from yiju.city.demo.plots import GROUND_FLOOR
from yiju.city.demo.walking import Spots, Walk, put_on_streets

if TYPE_CHECKING:
    from collections.abc import Mapping

    import shapely

    from yiju.city.demo.arrays import Bools, Floats, Ints
    from yiju.city.demo.people import Cells
    from yiju.city.demo.plan import Plan

# Level speeds of the check-up's walkers, m/s (travel/profiles.toml), for the people whom a service is for.
WALKERS = {"adult": 1.2, "older": 0.9, "child": 0.95}
# The walker who counts metres, not minutes.
METRES = "metres"
# Who is to be out of reach for ten minutes stays out of it even walking briskly downhill all the way.
_FAR_M = 860.0
# Customers of a shop live within this walk; one on a main road or a collector sees more of them than one behind a
# compound's wall.
_CUSTOMERS_M, _BUSY = 400.0, np.array([1.0, 1.6, 1.3, 0.35])
# Services that have land of their own even on the smallest plot.
_OUTDOORS = ("fitness_ground", "playground", "shelter")


@dataclass(frozen=True)
class Supply:
    """One entry of ``supply.toml``, where the fields are explained."""

    service: str
    way: str
    zh: str
    en: str
    tags: Mapping[str, str]
    osm: float
    per: float = 0.0
    target: float = 0.0
    who: tuple[str, ...] = ()
    walker: str = "metres"
    limit: float = 0.0
    size: tuple[int, int] = (6, 6)
    floor: tuple[float, float] | None = None
    places: tuple[int, int] | None = None
    quarters: tuple[str, ...] = ()
    table: bool = False
    also: tuple[str, ...] = ()


@cache
def supplies() -> dict[str, Supply]:
    """The entries of supply.toml, in its order: the largest grounds come first."""
    raw: dict[str, dict[str, Any]] = tomllib.loads(
        (resources.files("yiju.city.demo") / "supply.toml").read_text(encoding="utf-8")
    )
    return {code: _supply(code, entry) for code, entry in raw.items()}


def _supply(code: str, entry: dict[str, Any]) -> Supply:
    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
    return Supply(code, **fields)


@dataclass
class Facility:
    """One place that offers one service.

    ``xy`` is its gate or door, ``ground`` its fenced land if it has any; ``mapped`` whether volunteers have put it on
    the map. Community and names are given when all facilities are there.
    """

    service: str
    xy: Floats
    mapped: bool
    ground: shapely.Polygon | None = None
    floor_m2: float | None = None
    places: int | None = None
    community: int = -1
    zh: str = ""
    en: str = ""

    @property
    def land_m2(self) -> float | None:
        """Area of its land."""
        return None if self.ground is None else float(round(self.ground.area))


@dataclass
class Town:
    """What placing needs to know: cells, their communities, how people walk, and the ground that is left."""

    plan: Plan
    cells: Cells
    community: Ints
    homes: Spots
    ground: Ground
    walks: Mapping[str, Walk]
    rng: np.random.Generator
    facilities: list[Facility] = field(default_factory=list)
    _reach: dict[str, csr_array] = field(default_factory=dict)

    def resettle(self, cells: Cells, community: Ints, homes: Spots) -> None:
        """People have moved: cells, their communities, and where they meet the streets."""
        self.cells, self.community, self.homes = cells, community, homes
        self._reach.clear()

    def reach(self, walker: str, limit: float) -> csr_array:
        """Plots x cells within a limit: minutes of a walker, or metres."""
        unit = 1.0 if walker == METRES else 60.0
        if walker not in self._reach:
            most = max(s.limit for s in supplies().values() if s.walker == walker)
            self._reach[walker] = self.walks[walker].reach(self.ground.plots.spots, self.homes, most * unit)
        whole = self._reach[walker]
        inside = whole.data <= limit * unit
        kept = np.concatenate([[0], np.cumsum(inside)])[whole.indptr]
        return csr_array((whole.data[inside], whole.indices[inside], kept), shape=whole.shape)

    def people_of(self, bands: tuple[str, ...]) -> Floats:
        """People of some age bands in each cell; all of them where no band is named."""
        return self.cells.of(bands) if bands else self.cells.people.astype(np.float64)

    def plots_in(self, kinds: tuple[str, ...]) -> Bools:
        """Plots in quarters of some kinds; all of them where none is named."""
        fits = np.array([not kinds or kind in kinds for kind in self.plan.kinds()])
        return np.asarray(fits[self.ground.plots.zone], dtype=bool)

    def beyond_reach_of(self, communities: list[int]) -> Bools:
        """Plots to which nobody of some communities could walk, however fast."""
        homes = self.homes.of(np.isin(self.community, communities))
        # Metres are the same there and back, so the homes may be asked for instead of the plots.
        walk = self.walks[METRES].nearest(homes, self.ground.plots.spots, _FAR_M)
        return ~np.isfinite(walk)

    def in_reach(self, walker: str, gates: Floats, limit: float) -> Bools:
        """Cells from which someone reaches one of the gates (n, 2) within a cost: seconds, or metres."""
        walk = self.walks[walker]
        return np.isfinite(walk.nearest(put_on_streets(walk.line, gates), self.homes, limit))


def place_service(town: Town, supply: Supply, *, without: list[int] | None = None) -> None:
    """Find sites for one service, beside those that it has, and add its facilities.

    The communities ``without`` it get none and reach none.
    """
    people = town.people_of(supply.who)
    if supply.way == "shops":
        _place_shops(town, supply)
        return
    allowed = town.plots_in(supply.quarters)
    if without:
        allowed &= town.beyond_reach_of(without)
    want = Want(*supply.size, people, allowed)
    reach = town.reach(supply.walker, supply.limit)
    if supply.way == "cover":
        target = np.full(int(town.community.max()) + 1, supply.target)
        target[without or []] = 0.0
        doors = [f.xy for f in town.facilities if f.service == supply.service]
        given = town.in_reach(supply.walker, np.array(doors).reshape(-1, 2), 60.0 * supply.limit)
        placed = cover(town.ground, want, reach, town.community, target, given)
    else:
        count = max(1, round(float(town.cells.people.sum()) / supply.per))
        placed = scatter(town.ground, want, reach, count, town.rng)
    for site in placed:
        add_facility(town, supply, site)


def add_facility(town: Town, supply: Supply, site: Placed) -> None:
    """Add a facility on a site; without land of its own it stands on the ground floor of a house."""
    rng = town.rng
    fenced = site.size < GROUND_FLOOR or supply.service in _OUTDOORS
    town.facilities.append(
        Facility(
            supply.service,
            town.ground.plots.gate[site.plot],
            mapped=bool(rng.random() < supply.osm),
            ground=site.ground if fenced else None,
            floor_m2=None if supply.floor is None else float(round(rng.uniform(*supply.floor), -1)),
            places=None
            if supply.places is None
            else int(rng.integers(supply.places[0], supply.places[1] + 1)),
        )
    )


def _place_shops(town: Town, supply: Supply) -> None:
    """Shops where people are and the street is busy; several may share a corner."""
    plots, rng = town.ground.plots, town.rng
    crowd = np.asarray(town.reach(METRES, _CUSTOMERS_M) @ town.cells.people.astype(np.float64))
    weight = crowd * _BUSY[plots.rank]
    count = min(round(float(town.cells.people.sum()) / supply.per), int((weight > 0).sum()))
    chosen = rng.choice(len(weight), size=max(1, count), replace=False, p=weight / weight.sum())
    beside = plots.along[chosen] * rng.uniform(-14.0, 14.0, (len(chosen), 1))
    mapped = rng.random(len(chosen)) < supply.osm
    for xy, known in zip(plots.gate[chosen] + beside, mapped.tolist(), strict=True):
        town.facilities.append(Facility(supply.service, xy, known))
