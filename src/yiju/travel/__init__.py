"""How people move: on foot along the streets as a resident of some age would, or by car as a fire engine does.

A :class:`StreetNetwork` is made of the city's street tables. Homes and entrances are put on it with ``snap``. Costs on
it, metres or somebody's seconds, make it a :class:`Travel`, which answers for all homes at once: the nearest facility,
the k nearest, all pairs within a limit, sums, the streets that can be reached, and the way itself.

>>> import tempfile
>>> from yiju.city.toytown import toy_town
>>> from yiju.travel import StreetNetwork, walkers
>>> city = toy_town(tempfile.mkdtemp(), blocks=4)
>>> network = StreetNetwork.from_tables(city.table("street_nodes"), city.table("street_edges"))
>>> homes = network.snap(city.table("residents").set_index("cell_id"))
>>> doors = network.snap(city.table("entrances"), owner=city.table("entrances")["facility_id"])
>>> older = network.in_seconds(walkers(city.config.walkers)["older"])
>>> older.nearest(homes, doors.of(["f-04"]))["seconds"].round().loc["r-3-3"]
np.float64(475.0)

Distances are exact to the decimetre and equal to scipy's Dijkstra on the same network. Papers stand at the head of
each file in :mod:`yiju.travel.kernels`.

What is answered with can be named from here too: ``NearestEach``, ``NearestKEach``, ``CostMatrix``; and so can
``Cyclist`` and ``cyclists``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yiju.travel.each import NearestEach as NearestEach
    from yiju.travel.each import NearestKEach as NearestKEach
    from yiju.travel.network import StreetNetwork
    from yiju.travel.paths import Path
    from yiju.travel.profiles import Cyclist as Cyclist
    from yiju.travel.profiles import Driver, Walker, drivers, profile, walkers
    from yiju.travel.profiles import cyclists as cyclists
    from yiju.travel.reach import ReachedStreets
    from yiju.travel.results import CostMatrix as CostMatrix
    from yiju.travel.results import NearestK, PairsWithin
    from yiju.travel.snapping import AccessPoints
    from yiju.travel.travel import Travel

__all__ = [
    "AccessPoints",
    "Driver",
    "NearestK",
    "PairsWithin",
    "Path",
    "ReachedStreets",
    "StreetNetwork",
    "Travel",
    "Walker",
    "drivers",
    "profile",
    "walkers",
]

_HOME = {
    "AccessPoints": "snapping",
    "CostMatrix": "results",
    "Cyclist": "profiles",
    "Driver": "profiles",
    "NearestEach": "each",
    "NearestK": "results",
    "NearestKEach": "each",
    "PairsWithin": "results",
    "Path": "paths",
    "ReachedStreets": "reach",
    "StreetNetwork": "network",
    "Travel": "travel",
    "Walker": "profiles",
    "cyclists": "profiles",
    "drivers": "profiles",
    "profile": "profiles",
    "walkers": "profiles",
}


def __getattr__(name: str) -> object:
    # numba takes a second to import and kernels take ten to compile the first time: only who travels pays.
    if name in _HOME:
        return getattr(importlib.import_module(f"yiju.travel.{_HOME[name]}"), name)
    raise AttributeError(f"module 'yiju.travel' has no attribute {name!r}")
