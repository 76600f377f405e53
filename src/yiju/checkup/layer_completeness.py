"""How complete each facility layer seems: found against the duty per population, and against peers' density.

An estimate of the *map*, not of the city: a layer with a third of what the duty per population asks for may
be a city that lacks two thirds or a map that does. It says how much a coverage rate on that layer is worth,
and stands first in every report. Peers' densities stand in ``catalogue/peers.toml`` with their source.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from yiju.checkup.blocks import NotMeasurable
from yiju.checkup.context import Context
from yiju.checkup.layers import peers_per_10k
from yiju.city.services import SERVICES, Service
from yiju.text import Text

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np

    from yiju.city.folder import CityFolder

# Found over expected from which a layer seems complete, and below which it seems sparse: proposals of ours,
# the bands of the 15-minute completeness (standards.md L18 [P]) widened to the left for counts of places.
_COMPLETE, _SPARSE = 0.8, 0.4

# Services that the table of stops holds, which is honest from open data (class A), and their mode there.
MODES_OF_STOPS = {"bus_stop": "bus", "rail_station": "rail"}

_VERDICTS = {
    "stops": Text("取自公交站点数据", "from the data of stops"),
    "vouched": Text("城市已确认", "the city vouches for it"),
    "table": Text("有城市设施表", "rests on the city's own table"),
    "complete": Text("看来完整", "seems complete"),
    "partial": Text("看来不全", "seems partial"),
    "sparse": Text("看来严重缺漏", "seems sparse"),
    "empty": Text("没有数据", "no data"),
    "unknown": Text("无从比较", "nothing to compare with"),
}


def completeness(folder: CityFolder) -> pd.DataFrame:
    """How complete each facility layer of a city seems.

    Returns
    -------
    A row for each service that a place offers: ``service``, ``found`` (facilities in the city), ``expected``
    and ``ratio`` by the duty per population, ``per_10k`` (facilities per 10,000 people), ``peers_per_10k``
    and ``peer_ratio``, ``source`` (osm, table, osm+table, gtfs or empty), ``trusted``, ``verdict`` (vouched,
    table, stops, complete, partial, sparse, empty, unknown) with its words ``verdict_zh`` and ``verdict_en``,
    and ``provisional``: whether it was judged by peers' densities, which are a proposal of ours.

    Examples
    --------
    >>> import tempfile
    >>> from yiju.city.toytown import toy_town
    >>> rows = completeness(toy_town(tempfile.mkdtemp())).set_index("service")
    >>> rows.loc["kindergarten", ["found", "expected"]].tolist()
    [2.0, 8.0]
    """
    return completeness_of(Context(folder, folder.config.year))


def completeness_of(city: Context) -> pd.DataFrame:
    """The same, for a city that is being checked up; see :func:`completeness`."""
    people = _people(city)
    rows = [_row(city, service, people) for service in SERVICES.values() if service.is_facility]
    frame = pd.DataFrame(rows)
    numbers = ["found", "expected", "ratio", "per_10k", "peers_per_10k", "peer_ratio"]
    return frame.astype(dict.fromkeys(numbers, "float64"))


def _people(city: Context) -> float | None:
    """Residents, or None where there are none or they are only weights."""
    try:
        return None if city.weights_only else float(city.people().people.sum())
    except NotMeasurable:
        return None


def _row(city: Context, service: Service, people: float | None) -> dict[str, Any]:
    if service.code in MODES_OF_STOPS and len(city.table("stops")):
        found, source, trusted = *_stops(city, MODES_OF_STOPS[service.code]), True
    else:
        rows = city.layers.rows([service.code]) & city.facility_inside
        found, source, trusted = int(rows.sum()), _source(city, rows), city.layers.trusts(service.code)
    expected = math.ceil(people / service.duty_people) if people and service.duty_people else math.nan
    per_10k = 10_000 * found / people if people else math.nan
    peers = peers_per_10k().get(service.code, math.nan)
    ratio = found / expected if expected > 0 else math.nan
    peer_ratio = per_10k / peers if peers > 0 else math.nan
    verdict, by_peers = _verdict(city, service.code, found, ratio, peer_ratio)
    if trusted and verdict not in ("vouched", "table"):
        verdict, by_peers = "stops", False
    words = _VERDICTS[verdict]
    return {
        "service": service.code,
        "found": found,
        "expected": expected,
        "ratio": ratio,
        "per_10k": per_10k,
        "peers_per_10k": peers,
        "peer_ratio": peer_ratio,
        "source": source,
        "trusted": trusted,
        "verdict": verdict,
        "verdict_zh": words.zh,
        "verdict_en": words.en,
        "provisional": by_peers or service.provisional,
    }


def _verdict(city: Context, service: str, found: int, ratio: float, peer_ratio: float) -> tuple[str, bool]:
    if city.layers.vouched(service):
        return "vouched", False
    if city.layers.trusts(service):
        return "table", False
    if not found:
        return "empty", False
    by_peers = math.isnan(ratio)
    compared = peer_ratio if by_peers else ratio
    if math.isnan(compared):
        return "unknown", False
    return ("complete" if compared >= _COMPLETE else "partial" if compared >= _SPARSE else "sparse"), by_peers


def _stops(city: Context, mode: str) -> tuple[int, str]:
    """How many stops of a mode are in the city, and where those of that mode come from."""
    stops = city.table("stops")
    sources = sorted(set(stops.loc[stops["mode"] == mode, "source"]))
    return len(stops_inside(city, mode)), "+".join(sources) or "empty"


def stops_inside(city: Context, mode: str) -> gpd.GeoDataFrame:
    """Stops of a mode in the city."""
    stops = city.table("stops")
    mine = stops[stops["mode"] == mode]
    return mine[
        shapely.intersects(city.places.frame.geometry.iloc[city.places.city], mine.geometry.to_numpy())
    ]


def _source(city: Context, rows: np.ndarray[Any, np.dtype[np.bool_]]) -> str:
    kinds = set(city.layers.frame.loc[rows, "source"])
    if not kinds:
        return "empty"
    return kinds.pop() if len(kinds) == 1 else "osm+table"
