"""Times that no vehicle can keep: a bus that is ten kilometres on within the same minute would carry people there.

The feed does not tell which of the two times is wrong, whether a stop stands at the wrong place, or whether a time was
left out and the interpolation by the number of stops does not suit a line that runs far without one (six rides of Porto
Alegre's buses: 12 km in 70 s). So the calls are kept and reported. A trip all of whose calls have one time is another
matter, see rule 5 of :mod:`yiju.city.readers.gtfs_timetable`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from yiju.text import Text

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from yiju.city.readers.gtfs_files import Feed
    from yiju.city.readers.gtfs_times import StopTimes

# km/h, as the canonical validator has them for the fastest of each mode, and for what it does not know
# (MobilityData/gtfs-validator, StopTimeTravelSpeedValidator.getMaxVehicleSpeedKph).
_FASTEST_KMH = {"rail": 500.0, "bus": 150.0, "ferry": 80.0, "other": 200.0}
# Most timetables are in whole minutes, so a ride may be longer by one (each end is rounded by half of it).
_ROUNDED_S = 60
# Mean radius of the earth, IUGG: metres.
_EARTH_M = 6_371_009.0


def tell_of_impossible_speeds(
    feed: Feed, places: pd.DataFrame, calls: StopTimes, modes: NDArray[np.object_]
) -> None:
    """Report calls that no vehicle of the mode can reach in time from the call before.

    Each ride between two stops in so many seconds is reported once, by the first trip that has it.

    Parameters
    ----------
    places
        stops.txt with ``lon`` and ``lat`` in degrees; a stop that says neither is passed over.
    calls
        Sorted by trip and sequence, all with times.
    modes
        (trips,) of each trip.
    """
    lon, lat = (np.radians(places[axis].to_numpy(dtype=np.float64))[calls.stop] for axis in ("lon", "lat"))
    # on a sphere whose meridians are parallel between two stops: within 1 % of the way where vehicles run
    east, north = np.diff(lon) * np.cos(0.5 * (lat[1:] + lat[:-1])), np.diff(lat)
    metres = _EARTH_M * np.hypot(east, north)
    takes_s = calls.arrival_s[1:] - calls.departure_s[:-1]
    fastest_kmh = np.array([_FASTEST_KMH[mode] for mode in modes])[calls.trip[1:]]
    # a ride without a time before its first call is none; a way that is not known is not too long
    fast = (calls.trip[1:] == calls.trip[:-1]) & (3.6 * metres > fastest_kmh * (takes_s + _ROUNDED_S))
    at = np.flatnonzero(fast)
    rides = np.column_stack([calls.stop[at], calls.stop[at + 1], takes_s[at]])
    at = at[np.sort(np.unique(rides, axis=0, return_index=True)[1])]
    report = feed.report_on("stop_times.txt")
    report.add_all(
        why=Text(
            "从上一站到此站快于任何此类车辆：时刻有误或缺省，或坐标有误",
            "is reached from the stop before faster than any vehicle of its kind: a time is wrong or was left out, "
            "or a place is wrong",
        ),
        action="kept, look at it",
        field="arrival_time",
        rows=calls.row[at + 1].tolist(),
        values=[f"{metres[i]:,.0f} m, {takes_s[i]} s" for i in at.tolist()],
    )
    feed.rejections.extend(report)
