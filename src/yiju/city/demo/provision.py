"""Services for the whole city, with the truths planted: who has what, and who does not.

The truths are made, not found: three pockets get no day care for older people, one pocket's primary schools stand
across the railway, one pocket's only park has its gate on the far side, one subdistrict has too few kindergarten
places. Everybody else has these four services within a walk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from yiju.city.demo.arrays import sum_by
from yiju.city.demo.parks import Park, open_plot_parks
from yiju.city.demo.placing import Want, cover
from yiju.city.demo.services import METRES, Facility, Town, add_facility, place_service, supplies
from yiju.city.demo.walking import CAREFUL

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Ints
    from yiju.city.demo.faces import Faces
    from yiju.city.demo.graph import StreetGraph

# Quarters of plan.toml on which the truths are planted.
WITHOUT_DAY_CARE = ("hill_foot", "river_bend", "beyond_ridge")
BEYOND_THE_RAILWAY = "trackside"
BEHIND_THE_PARK = "garden_side"
STATION_QUARTER = "station"
# Crow-fly radius of a primary school, metres: GB 50180-2018 app. C; a little less, to be sure.
_SCHOOL_M = 470.0
# Walk to a park, metres: the relaxed radius of the catalogue.
_PARK_M = 500.0
# 0.2 ha is the least size that counts as a park (城市体检工作手册 2025, indicator 25): best and smallest plot.
_PARK_SIZES = (3, 4)
# Services whose truths are planted, parks apart; parks come after those that need a fence and before those that need
# none.
_PLANTED = ("primary_school", "kindergarten", "elder_day_care")
_PARKS_AFTER = "elder_day_care"
# Share of the people of each community within a walk of a park.
_PARK_TARGET = 0.9
# Kindergarten places for each child of three to five: short where the truth is planted, enough elsewhere.
_SHORT, _ENOUGH = 0.74, (1.12, 1.3)
# Whom a school is for, and how many to a class: 建标175-2016 (6 classes, 180 children); 45 and 50 are the most that
# GB 50099-2011 allows in primary and middle schools. Kindergartens come first: theirs is the planted truth.
_SCHOOLS: dict[str, tuple[tuple[str, ...], int]] = {
    "kindergarten": (("age_3_5",), 30), "primary_school": (("age_6_11",), 45), "middle_school": (("age_12_14",), 50),
}  # fmt: skip


def provide(town: Town, pockets: dict[str, int], parks: list[Park], streets: StreetGraph) -> list[Park]:
    """Place every service; returns the small parks."""
    _schools_across_the_railway(town, pockets[BEYOND_THE_RAILWAY])
    small: list[Park] = []
    for code, supply in supplies().items():
        place_service(town, supply, without=without(code, pockets))
        if code == _PARKS_AFTER:
            small = _small_parks(town, pockets, parks, streets)
    return small


def mend(town: Town, pockets: dict[str, int], parks: list[Park], streets: StreetGraph) -> list[Park]:
    """Bring the planted services back within reach where houses gave way to sites; returns parks added."""
    for code in _PLANTED:
        place_service(town, supplies()[code], without=without(code, pockets))
    return _small_parks(town, pockets, parks, streets)


def without(service: str, pockets: dict[str, int]) -> list[int]:
    """The communities to which the planted truths deny a service."""
    denied = {
        "elder_day_care": WITHOUT_DAY_CARE,
        "primary_school": (BEYOND_THE_RAILWAY,),
        "park": (BEHIND_THE_PARK,),
    }
    return [pockets[name] for name in denied.get(service, ())]


def _schools_across_the_railway(town: Town, beyond: int) -> None:
    """Primary schools beside the station, near as the crow flies to the people on the other side of the tracks."""
    supply = supplies()["primary_school"]
    plots = town.ground.plots
    allowed = plots.zone == town.plan.index_of(STATION_QUARTER)
    there, here = np.flatnonzero(town.community == beyond), np.flatnonzero(allowed)
    away = np.hypot(*(plots.gate[here][:, None, :] - town.cells.xy[there][None]).transpose(2, 0, 1))
    plot, cell = np.nonzero(away < _SCHOOL_M)
    near = (np.ones(len(plot), dtype=np.float32), (here[plot], there[cell]))
    crow = csr_array(near, shape=(len(plots.size), len(town.community)))
    target = np.zeros(int(town.community.max()) + 1)
    target[beyond] = 0.97
    want = Want(supply.size[0] + 1, supply.size[1], town.people_of(supply.who), allowed)
    for site in cover(town.ground, want, crow, town.community, target):
        add_facility(town, supply, site)


def _small_parks(town: Town, pockets: dict[str, int], parks: list[Park], streets: StreetGraph) -> list[Park]:
    """Parks on plots, until each community has its share of people within a walk of one."""
    exempt = without("park", pockets)
    walk_m = CAREFUL * _PARK_M
    given = town.in_reach(METRES, np.concatenate([p.gates for p in parks]), walk_m)
    target = np.full(int(town.community.max()) + 1, _PARK_TARGET)
    target[exempt] = 0.0
    want = Want(*_PARK_SIZES, town.people_of(()), town.beyond_reach_of(exempt))
    reach = town.reach(METRES, walk_m)
    placed = cover(town.ground, want, reach, town.community, target, given & ~np.isin(town.community, exempt))
    return open_plot_parks(town.ground.plots, placed, streets)


def settle_services(town: Town, subdistrict: Ints, faces: Faces, community: Ints) -> int:
    """Tell each facility its community and give schools their places; the subdistrict that is short of them."""
    face = faces.holding(np.array([f.xy for f in town.facilities]))
    for facility, at in zip(town.facilities, face.tolist(), strict=True):
        facility.community = int(community[at]) if at >= 0 else -1
    return _give_places(town, subdistrict)


def _give_places(town: Town, subdistrict: Ints) -> int:
    """Places for schools, by the children around; one subdistrict is left short of kindergarten places.

    It is the one with the most small children for each kindergarten: new towns grow faster than their schools.
    """
    home = subdistrict[town.community]
    k = int(subdistrict.max()) + 1
    planted = -1
    for service, (bands, size) in _SCHOOLS.items():
        due = sum_by(home, town.people_of(bands), k)
        schools = [f for f in town.facilities if f.service == service]
        at = np.array([subdistrict[f.community] for f in schools])
        ratio = town.rng.uniform(*_ENOUGH, k)
        if service == "kindergarten":
            planted = int(np.argmax(due / np.maximum(np.bincount(at, minlength=k), 1)))
            ratio[planted] = _SHORT
        for part in range(k):
            here = [f for f, s in zip(schools, at.tolist(), strict=True) if s == part]
            _share(here, float(ratio[part] * due[part]), size, exact=ratio[part] < 1.0)
    return planted


def _share(schools: list[Facility], places: float, size: int, *, exact: bool) -> None:
    """Split places over schools in whole classes of a size; where ``exact``, never more than there are to split."""
    if not schools:
        return
    floor = np.array([s.floor_m2 or 1.0 for s in schools])
    wish = places * floor / floor.sum() / size
    classes = np.maximum(1, np.floor(wish)).astype(int)
    # The largest remainders get the classes that are left.
    left = int((np.floor if exact else np.ceil)(places / size)) - int(classes.sum())
    for k in np.argsort(np.floor(wish) - wish, kind="stable")[: max(left, 0)].tolist():
        classes[k] += 1
    for school, count in zip(schools, classes.tolist(), strict=True):
        school.places = size * count
