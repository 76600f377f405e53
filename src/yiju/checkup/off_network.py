"""Who lies off the network: homes and facilities with no street near enough for a walk to begin or end there.

They are reached by nothing and reach nothing, so they count as not served. More often than not it is the map of
streets that is short of something there, and not the city; so the check-up says how many they are, in its manifest::

    "off_network": {
      "limit_m": 500.0,
      "kinds": [
        {"kind": "homes", "points": 1, "of": 143, "people": 250.0, "share": 0.007, "ids": ["r-3-9"]},
        {"kind": "kindergarten", "points": 1, "of": 2, "ids": ["f-01"]}
      ]
    }
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from yiju.checkup.blocks import NotMeasurable
from yiju.checkup.layer_completeness import MODES_OF_STOPS, stops_inside
from yiju.checkup.reach import SNAP_LIMIT_M
from yiju.city.services import SERVICES
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

    from yiju.checkup.context import Context

HOMES = "homes"
# So many ids stand in the manifest, to have a look at; those of a whole town would hide the rest of it.
_IDS = 20


def off_network(city: Context) -> dict[str, Any] | None:
    """Homes, facilities and stops of a city that lie farther from every street than a walk may begin.

    Returns
    -------
    ``limit_m``, and ``kinds``: an entry for each kind that has any, homes first, then services by their code. ``kind``
    is ``homes`` or the service, ``points`` how many lie off the network ``of`` all in the city, ``ids`` the first of
    them. A facility lies off when all its entrances do; a point without coordinates does too. Homes have ``people``,
    unknown (``None``) where people are only weights, and their ``share`` of all people, 0 to 1. ``None`` where there
    are no streets: the indicators say that.

    Examples
    --------
    >>> import tempfile
    >>> from yiju.checkup.context import Context
    >>> from yiju.city.toytown import toy_town
    >>> off_network(Context(toy_town(tempfile.mkdtemp(), blocks=4), 2025))
    {'limit_m': 500.0, 'kinds': []}
    """
    try:
        _ = city.reach.network
    except NotMeasurable:
        return None
    kinds = [*_homes(city), *_facilities(city), *_stops(city)]
    return {"limit_m": SNAP_LIMIT_M, "kinds": [kind for kind in kinds if kind["points"]]}


def remark_on(record: Mapping[str, Any] | None) -> Text | None:
    """What a reader is told of a record of :func:`off_network`; None where all lie on the network, or nobody looked.

    Examples
    --------
    >>> kinds = [{"kind": "kindergarten", "points": 1, "of": 2, "ids": ["f-01"]}]
    >>> remark_on({"limit_m": 500.0, "kinds": kinds}).en.split(": ")[1]
    'kindergarten 1 of 2. Look whether streets are missing there.'
    >>> remark_on({"limit_m": 500.0, "kinds": []}) is None
    True
    """
    if not record or not record["kinds"]:
        return None
    items = [_item(kind) for kind in record["kinds"]]
    limit = f"{record['limit_m']:g}"
    return Text(
        f"离任何可步行街道都超过 {limit} 米、按不可达计：{'；'.join(i.zh for i in items)}。请检查该处路网是否缺漏。",
        f"Farther than {limit} m from every street that can be walked, and counted as out of reach: "
        f"{'; '.join(i.en for i in items)}. Look whether streets are missing there.",
    )


def _homes(city: Context) -> Iterator[dict[str, Any]]:
    try:
        cells, people = city.cells, city.people().people
    except NotMeasurable:
        return
    lost = np.zeros(len(cells), dtype=bool)
    lost[city.reach.homes.nowhere] = True
    concerned = float(people[lost].sum())
    yield {
        **_counted(HOMES, cells["cell_id"].to_numpy(dtype=object), lost),
        "people": None if city.weights_only else concerned,
        "share": concerned / float(people.sum()),
    }


def _facilities(city: Context) -> Iterator[dict[str, Any]]:
    """Those inside the city: beyond its border the streets end sooner than the facilities."""
    inside = city.layers.frame[city.facility_inside]
    lost = inside["facility_id"].isin(city.reach.doors.nowhere).to_numpy(dtype=bool)
    services = inside["service"].to_numpy(dtype=object)
    ids = inside["facility_id"].to_numpy(dtype=object)
    for service in sorted(set(services)):
        of_it = services == service
        yield _counted(service, ids[of_it], lost[of_it])


def _stops(city: Context) -> Iterator[dict[str, Any]]:
    for service, mode in MODES_OF_STOPS.items():
        stops = stops_inside(city, mode)
        lost = stops["stop_id"].isin(city.reach.stops.nowhere).to_numpy(dtype=bool)
        yield _counted(service, stops["stop_id"].to_numpy(dtype=object), lost)


def _counted(kind: str, ids: npt.NDArray[np.object_], lost: npt.NDArray[np.bool_]) -> dict[str, Any]:
    some = [str(name) for name in ids[lost][:_IDS]]
    return {"kind": kind, "points": int(lost.sum()), "of": len(ids), "ids": some}


def _item(kind: Mapping[str, Any]) -> Text:
    points, of = f"{kind['points']:,}", f"{kind['of']:,}"
    if kind["kind"] != HOMES:
        service = (
            SERVICES[kind["kind"]].name if kind["kind"] in SERVICES else Text(kind["kind"], kind["kind"])
        )
        return Text(f"{service.zh} {of} 处中 {points} 处", f"{service.en} {points} of {of}")
    share = _percent(kind["share"])
    if kind["people"] is None:
        return Text(
            f"居民点 {of} 个中 {points} 个（占居民 {share}）",
            f"{points} of {of} home cells ({share} of the residents)",
        )
    people = f"{kind['people']:,.0f}"
    return Text(
        f"居民点 {of} 个中 {points} 个（{people} 人，占 {share}）",
        f"{points} of {of} home cells ({people} residents, {share})",
    )


def _percent(share: float) -> str:
    """A share as a percentage; what is there is never written 0.

    Examples
    --------
    >>> _percent(0.25), _percent(0.0068), _percent(0.000002)
    ('25.0%', '0.7%', '<0.1%')
    """
    return f"{share:.1%}" if share >= 0.0005 else "<0.1%"
