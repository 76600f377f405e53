"""The services of the demo city: where each is, what it is called, how large it is, and who knows of it.

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
from yiju.city.demo.walking import CAREFUL, Spots, Walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    import shapely

    from yiju.city.demo.arrays import Bools, Floats, Ints
    from yiju.city.demo.people import Cells
    from yiju.city.demo.plan import Plan

# Level speeds of the check-up's walkers, m/s (travel/profiles.toml), for the people whom a service is for.
WALKERS = {"adult": 1.2, "older": 0.9, "child": 0.95}
# Who is to be out of reach stays out of it even for someone brisk who walks downhill all the way.
FAR_M = 860.0


@dataclass(frozen=True)
class Supply:
    """One entry of supply.toml."""

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


@cache
def supplies() -> dict[str, Supply]:
    """The entries of supply.toml, in its order: the largest grounds come first."""
    raw: dict[str, dict[str, Any]] = tomllib.loads(
        (resources.files("yiju.city.demo") / "supply.toml").read_text(encoding="utf-8")
    )
    return {
        code: Supply(code, **{k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()})
        for code, entry in raw.items()
    }


@dataclass
class Facility:
    """One place that offers one service. ``ground`` is its fenced land, if it has any; ``xy`` its gate or door."""

    service: str
    xy: Floats
    spot: int
    ground: shapely.Polygon | None = None
    land_m2: float | None = None
    floor_m2: float | None = None
    places: int | None = None
    mapped: bool = False
    community: int = -1
    zh: str = ""
    en: str = ""


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
        unit = 1.0 if walker == "metres" else 60.0
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
        if not kinds:
            return np.ones(len(self.ground.plots.size), dtype=bool)
        fits = np.array([z.kind in kinds for z in self.plan.zones])
        return fits[self.ground.plots.zone]

    def near(self, communities: list[int], metres: float) -> Bools:
        """Plots that somebody of some communities can walk to within a distance."""
        homes = self.homes.of(np.isin(self.community, communities))
        # Metres are the same there and back, so the homes may be asked for instead of the plots.
        return np.isfinite(self.walks["metres"].nearest(homes, self.ground.plots.spots, metres))


def place_service(
    town: Town,
    supply: Supply,
    forbidden: Bools | None = None,
    without: list[int] | None = None,
    given: Bools | None = None,
) -> None:
    """Find sites for one service and add its facilities.

    ``forbidden`` (plots,) must not be used; nothing is due for the communities ``without`` it; ``given`` (cells,)
    says who has it within reach already.
    """
    people = town.people_of(supply.who)
    allowed = town.plots_in(supply.quarters)
    if forbidden is not None:
        allowed &= ~forbidden
    if supply.way == "shops":
        _place_shops(town, supply)
        return
    limit = supply.limit * (CAREFUL if supply.way == "cover" and supply.walker == "metres" else 1.0)
    want = Want(supply.size[0], supply.size[1], people, allowed)
    reach = town.reach(supply.walker, limit)
    if supply.way == "cover":
        k = int(town.community.max()) + 1
        target = np.full(k, supply.target)
        target[without or []] = 0.0
        placed, _ = cover(town.ground, want, reach, town.community, target, given)
    else:
        count = max(1, round(float(town.cells.people.sum()) / supply.per))
        placed = scatter(town.ground, want, reach, count, town.rng)
    for site in placed:
        add_facility(town, supply, site)


def add_facility(town: Town, supply: Supply, site: Placed) -> Facility:
    """A facility on a site; one that has no land of its own stands on the ground floor of a house."""
    rng = town.rng
    fenced = site.size < 6 or supply.service in ("fitness_ground", "playground", "shelter")
    facility = Facility(
        supply.service,
        town.ground.plots.gate[site.plot],
        site.plot,
        ground=site.ground if fenced else None,
        land_m2=round(site.ground.area) if fenced else None,
        floor_m2=None if supply.floor is None else float(round(rng.uniform(*supply.floor), -1)),
        places=None if supply.places is None else int(rng.integers(supply.places[0], supply.places[1] + 1)),
        mapped=bool(rng.random() < supply.osm),
    )
    town.facilities.append(facility)
    return facility


def _place_shops(town: Town, supply: Supply) -> None:
    """Shops where people are and the street is busy; several may share a corner."""
    plots, rng = town.ground.plots, town.rng
    around = town.reach("metres", 400)
    crowd = np.asarray(around @ town.cells.people.astype(np.float64))
    # A shop on a main road or a collector sees more customers than one behind a compound wall.
    weight = crowd * np.array([1.0, 1.6, 1.3, 0.35])[plots.rank]
    count = max(1, round(float(town.cells.people.sum()) / supply.per))
    chosen = rng.choice(
        len(weight), size=min(count, int((weight > 0).sum())), replace=False, p=weight / weight.sum()
    )
    for plot in chosen.tolist():
        spread = plots.along[plot] * rng.uniform(-14.0, 14.0)
        town.facilities.append(
            Facility(supply.service, plots.gate[plot] + spread, plot, mapped=bool(rng.random() < supply.osm))
        )
