"""Bus routes over the streets and two monorail lines: where they run, where they stop, how often."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

from yiju.city.demo.bus_ways import bus_net, bus_way
from yiju.city.demo.lines import smooth_line, stations
from yiju.city.demo.names import read_names
from yiju.city.demo.plan import metres
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.city.demo.arrays import Floats, Ints
    from yiju.city.demo.townscape import Townscape

# Buses stop about this often, and share a stop that is nearer than this; trains stop about this often.
_STOP_EVERY_M, _SHARE_M, _STATION_EVERY_M = 420.0, 150.0, 1_050.0
# A train stops where this many people live within this distance: not in the river, not in the fields.
_PEOPLE_PER_STATION, _STATION_M = 1_000.0, 300.0
# From the middle of the street to the kerb.
_KERB_M = 6.0
# A bus in a hilly city and a monorail train, stops included, metres per second.
_BUS_M_S, _TRAIN_M_S = 4.6, 9.4
# People for each bus route.
_PEOPLE_PER_ROUTE = 7_500.0
# First and last departures of the day, seconds.
_MORNING, _EVENING, _HOUR = 6 * 3600, 22 * 3600 + 1800, 3600
# Minutes between buses off the peak, and how likely a route has that.
_HEADWAYS_MIN, _HEADWAY_SHARES = (6, 8, 10, 12, 15, 20, 30), (0.08, 0.17, 0.22, 0.2, 0.16, 0.12, 0.05)


@dataclass(frozen=True)
class Stop:
    """A stop, a platform or a station: ``parent`` is the station of a platform."""

    stop_id: str
    name: Text
    xy: Floats
    parent: str = ""
    station: bool = False


@dataclass(frozen=True)
class Service:
    """A route in one direction: stops in order, seconds from the first to each, and when it leaves.

    ``departures_s`` may lie beyond midnight (86,400 and more); ``headways`` (start, end, seconds between) stand
    instead of departures where the operator publishes only frequencies.
    """

    route_id: str
    name: Text
    mode: str
    direction: int
    stops: tuple[str, ...]
    after_s: Ints
    departures_s: Ints
    headways: tuple[tuple[int, int, int], ...] = ()


@dataclass
class Transit:
    """All stops, by id, and all services."""

    stops: dict[str, Stop] = field(default_factory=dict)
    services: list[Service] = field(default_factory=list)


@dataclass
class _Sites:
    """Places where buses stop, and the names that are taken."""

    town: Townscape
    stems: list[Text]
    xy: list[Floats] = field(default_factory=list)
    names: list[Text] = field(default_factory=list)
    turns: dict[int, int] = field(default_factory=dict)

    def near(self, xy: Floats) -> int:
        """The stop place near a point; a new one where there is none."""
        if self.xy:
            away = np.hypot(*(np.array(self.xy) - xy).T)
            if away.min() < _SHARE_M:
                return int(np.argmin(away))
        self.xy.append(xy)
        self.names.append(self._name(xy))
        return len(self.xy) - 1

    def _name(self, xy: Floats) -> Text:
        face = int(self.town.hierarchy.faces.holding(xy[None])[0])
        community = int(self.town.hierarchy.community[face]) if face >= 0 else -1
        turn = self.turns[community] = self.turns.get(community, -1) + 1
        stem = self.stems[community] if community >= 0 else Text("市界", "City Limits")
        sides = read_names().stop_sides
        side, number = sides[turn % len(sides)], "" if turn < len(sides) else str(turn // len(sides) + 1)
        return Text(f"{stem.zh}{side.zh}{number}", f"{stem.en}{side.en} {number}".strip())


def lay_transit(town: Townscape, stems: list[Text], rng: np.random.Generator) -> Transit:
    """Bus routes that begin in each community in turn, a night bus, and the rail lines of the plan.

    ``stems`` are the names of the communities without their last word.
    """
    transit = Transit()
    net = bus_net(town)
    sites = _Sites(town, stems)
    count = max(10, round(float(town.cells.people.sum()) / _PEOPLE_PER_ROUTE))
    for k in range(count):
        hub = int(net.hubs[int(rng.integers(len(net.hubs)))])
        way = bus_way(net, int(net.ends[k % len(net.ends)]), hub, rng)
        if way is not None:
            _add_bus(transit, sites, way, k, rng)
    _add_night_bus(transit)
    for k, points in enumerate(town.land.plan.rail_lines):
        _add_rail(transit, sites, metres(points, town.land.stretch), k + 1)
    return transit


def _people_near(town: Townscape, xy: Floats) -> Floats:
    """People who live within the walk of a station, crow-fly, around each point."""
    near = cKDTree(town.cells.xy).query_ball_point(xy, _STATION_M)
    return np.array([float(town.cells.people[cells].sum()) for cells in near])


def _halts(line: shapely.LineString, every_m: float) -> tuple[Floats, Floats, Floats]:
    """Evenly spaced halts: metres along, places (n, 2), and the direction of travel (n, 2)."""
    at = np.linspace(4.0, line.length - 4.0, max(2, round(line.length / every_m) + 1))
    return at, *stations(np.full(len(at), line, dtype=object), at)


def _add_bus(
    transit: Transit, sites: _Sites, line: shapely.LineString, k: int, rng: np.random.Generator
) -> None:
    name = Text(f"{101 + k}路", f"Bus {101 + k}")
    headway_s = 60 * int(rng.choice(_HEADWAYS_MIN, p=_HEADWAY_SHARES))
    last_s = _EVENING - int(rng.integers(0, 4)) * 1800
    for direction, way in enumerate((line, shapely.reverse(line))):
        stops: list[str] = []
        after: list[int] = []
        for along_m, spot, ahead in zip(*_halts(way, _STOP_EVERY_M), strict=True):
            stop = _stop_at(transit, sites, spot, ahead)
            if stop not in stops:
                stops.append(stop)
                after.append(round(float(along_m) / _BUS_M_S))
        first_s = _MORNING + int(rng.integers(0, 10)) * 60
        departures = _departures(first_s, last_s, headway_s)
        after_s = np.array(after, dtype=np.int64) - after[0]
        transit.services.append(
            Service(f"B{101 + k}", name, "bus", direction, tuple(stops), after_s, departures)
        )


def _stop_at(transit: Transit, sites: _Sites, spot: Floats, ahead: Floats) -> str:
    """The stop for a bus that comes by in a direction: traffic keeps right, and so do stops."""
    site = sites.near(spot)
    side = "B" if ahead[0] < 0 or (ahead[0] == 0 and ahead[1] < 0) else "A"
    stop_id = f"S{site:04d}{side}"
    kerb = sites.xy[site] + _KERB_M * np.array([ahead[1], -ahead[0]])
    transit.stops.setdefault(stop_id, Stop(stop_id, sites.names[site], np.round(kerb, 1)))
    return stop_id


def _departures(first_s: int, last_s: int, headway_s: int) -> Ints:
    """Departures through the day: half as far apart in the two peaks (7-9, 17-19)."""
    out = []
    now = first_s
    while now <= last_s:
        out.append(now)
        peak = 7 * _HOUR <= now < 9 * _HOUR or 17 * _HOUR <= now < 19 * _HOUR
        now += max(180, headway_s // 2) if peak else headway_s
    return np.array(out, dtype=np.int64)


def _add_night_bus(transit: Transit) -> None:
    """The longest route runs on after midnight: 23:00 to 01:30, written 23:00 to 25:30."""
    longest = max((s for s in transit.services if s.mode == "bus"), key=lambda s: (len(s.stops), s.route_id))
    night = np.arange(23 * _HOUR, 25 * _HOUR + 1801, 1800, dtype=np.int64)
    for service in [s for s in transit.services if s.route_id == longest.route_id]:
        transit.services.append(
            Service(
                "N1",
                Text("夜间1路", "Night Bus 1"),
                "bus",
                service.direction,
                service.stops,
                service.after_s,
                night,
            )
        )


def _add_rail(transit: Transit, sites: _Sites, points: Floats, number: int) -> None:
    line = shapely.LineString(smooth_line(points, 40.0))
    at, xy, _ = _halts(line, _STATION_EVERY_M)
    served = _people_near(sites.town, xy) >= _PEOPLE_PER_STATION
    at, xy = at[served], xy[served]
    ids: list[str] = []
    for k, spot in enumerate(xy):
        site = sites.near(spot)
        name = Text(f"{sites.names[site].zh}站", f"{sites.names[site].en} Station")
        station, platform = f"R{number}{k + 1:02d}", f"R{number}{k + 1:02d}P"
        transit.stops[station] = Stop(station, name, np.round(spot, 1), station=True)
        transit.stops[platform] = Stop(platform, name, np.round(spot, 1), parent=station)
        ids.append(platform)
    after = np.round((at - at[0]) / _TRAIN_M_S).astype(np.int64)
    # Published as frequencies: every 8 minutes, every 4 in the peaks, every 10 late, past midnight.
    day = ((6 * _HOUR, 7 * _HOUR, 480), (7 * _HOUR, 9 * _HOUR, 240), (9 * _HOUR, 17 * _HOUR, 480),
           (17 * _HOUR, 19 * _HOUR, 240), (19 * _HOUR, 24 * _HOUR + 1800, 600))  # fmt: skip
    name = Text(f"轨道{number}号线", f"Rail Line {number}")
    for direction, (stops, seconds) in enumerate(((ids, after), (ids[::-1], after[-1] - after[::-1]))):
        transit.services.append(
            Service(f"L{number}", name, "rail", direction, tuple(stops), seconds, np.array([6 * _HOUR]), day)
        )
