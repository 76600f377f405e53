"""Travel: a street network with costs on it, and the questions that it answers.

Costs are whole tenths inside (decimetres, deciseconds), floats in metres or seconds outside. Each question is
asked for all origins at once, and answered in the order of their own index.

==================  ========================================================  ========================================
question            answer                                                    kernels, and the plain ones
==================  ========================================================  ========================================
``nearest``         the nearest facility of each origin, and how far          ``sweeps``; ``nearest``
``nearest_each``    the same of many services at once
``nearest_k``       the k nearest                                             ``sweeps_k``; ``nearest_k``
``nearest_k_each``  the same of many services at once
``within``          all pairs within a limit                                  ``bounded``; ``within``
``sums_within``     sums within several limits, the pairs not kept            ``bounded``; ``within``
``counts_within``   how many facilities of each service are within limits
``reached``         the parts of streets within a limit of facilities         ``nearest``
``isochrones``      the land along them
``path``            one way, to be shown                                      ``paths``
``flows``           people on each street, all going to the nearest facility  ``flows``
``betweenness``     people on each street, going to all within a limit        ``flows``
==================  ========================================================  ========================================

Limits are rounded to tenths, as costs are, and what costs just as much is within: 500.04 m is a limit of 500.0 m.

Costs run *from the origin to the facility*. :meth:`Travel.reversed` turns this around, for fire engines and for the
way home.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.errors import UnknownName
from yiju.text import Text
from yiju.travel.paths import Path, find_path
from yiju.travel.reach import BUFFER_M, ReachedStreets, isochrones, node_costs, reached_streets
from yiju.travel.results import CostMatrix, NearestK, PairsWithin, whole_limit
from yiju.travel.weighted import WeightedNetwork

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd

    from yiju.travel.each import NearestEach, NearestKEach
    from yiju.travel.snapping import AccessPoints

Floats = npt.NDArray[np.float64]

# The name of a service that is asked for alone.
_ONLY = ""
_ORIGIN, _FACILITY = Text("出发点", "origin"), Text("设施", "facility")


@dataclass(frozen=True, eq=False, repr=False)
class Travel(WeightedNetwork):
    """A network with costs; make one with :meth:`StreetNetwork.in_metres` or :meth:`StreetNetwork.in_seconds`.

    Its attributes, and how it is turned around, are those of :class:`yiju.travel.weighted.WeightedNetwork`.

    Examples
    --------
    >>> import tempfile
    >>> from yiju.city.toytown import toy_town
    >>> from yiju.travel import StreetNetwork
    >>> city = toy_town(tempfile.mkdtemp(), blocks=4)
    >>> network = StreetNetwork.from_tables(city.table("street_nodes"), city.table("street_edges"))
    >>> homes = network.snap(city.table("residents").set_index("cell_id"))
    >>> doors = network.snap(city.table("entrances"), owner=city.table("entrances")["facility_id"])
    >>> network.in_metres().nearest(homes, doors.of(["f-00", "f-01"])).loc["r-3-0"].tolist()
    [np.float64(360.0), 'f-00']
    """

    def nearest(
        self, origins: AccessPoints, facilities: AccessPoints, *, limit: float | None = None
    ) -> pd.DataFrame:
        """The nearest facility of each origin.

        Parameters
        ----------
        origins, facilities
            Points on this network; several points of one owner count as one, by the nearest of them.
        limit
            In the unit; farther facilities are not looked for.

        Returns
        -------
        A row for each origin: ``metres`` or ``seconds`` (inf where there is none) and ``facility`` (null there). Of
        facilities at the same cost it is the first of ``facilities``.
        """
        found = self._nearest(origins, {_ONLY: facilities}, whole_limit(limit))
        return pd.DataFrame(
            {self.unit: found.cost_of(_ONLY), "facility": found.facility(_ONLY)}, index=origins.owners
        )

    def nearest_each(
        self, origins: AccessPoints, services: Mapping[str, AccessPoints], *, limit: float | None = None
    ) -> NearestEach:
        """The nearest facility of each of many services: 32 of them for about the price of one.

        Parameters
        ----------
        origins
            Points on this network; several points of one owner count as one, by the nearest of them.
        services
            The facilities of each service, under its name. A service may have none.
        limit
            In the unit; farther facilities count as none.

        Returns
        -------
        Costs and facilities by service, see :class:`yiju.travel.each.NearestEach`. Of facilities at the same cost it is
        the first of the service.
        """
        if self.engine == "index":
            self.index  # noqa: B018 - many services are worth one
        return self._nearest(origins, services, whole_limit(limit))

    def _nearest(self, origins: AccessPoints, services: Mapping[str, AccessPoints], most: int) -> NearestEach:
        from yiju.travel import nearest  # noqa: PLC0415 - the index compiles kernels of its own

        return nearest.nearest_each(self if self.indexed else self.plain, origins, services, most)

    def nearest_k(
        self, origins: AccessPoints, facilities: AccessPoints, k: int, *, limit: float | None = None
    ) -> NearestK:
        """The k nearest facilities of each origin, in rising order.

        Raises
        ------
        ValueError
            k is less than 1.
        """
        return self._nearest_k(origins, {_ONLY: facilities}, k, limit)[_ONLY]

    def nearest_k_each(
        self,
        origins: AccessPoints,
        services: Mapping[str, AccessPoints],
        k: int,
        *,
        limit: float | None = None,
    ) -> NearestKEach:
        """The k nearest facilities of each of many services, in rising order.

        Parameters are those of :meth:`nearest_each`, and k.

        Returns
        -------
        A mapping from the service to its :class:`NearestK`, which also gives means over the k nearest: see
        :class:`yiju.travel.each.NearestKEach`.

        Raises
        ------
        ValueError
            k is less than 1.
        """
        if self.engine == "index":
            self.index  # noqa: B018 - many services are worth one
        return self._nearest_k(origins, services, k, limit)

    def _nearest_k(
        self, origins: AccessPoints, services: Mapping[str, AccessPoints], k: int, limit: float | None
    ) -> NearestKEach:
        from yiju.travel import nearest  # noqa: PLC0415 - as above

        if k < 1:
            msg = f"k needs to be at least 1, was {k}"
            raise ValueError(msg)
        engine = self if self.indexed else self.plain
        return nearest.nearest_k_each(engine, origins, services, k, whole_limit(limit))

    def within(
        self, origins: AccessPoints, facilities: AccessPoints, limit: float, *, threads: int | None = None
    ) -> PairsWithin:
        """All pairs of origin and facility within the limit (metres or seconds).

        The search runs from the side that is fewer; the answer is the same. ``threads``: by default one for each
        core; the answer does not depend on it.
        """
        from yiju.travel import pairs  # noqa: PLC0415 - the index compiles kernels of its own

        return pairs.within(self, origins, facilities, limit, threads)

    def within_each(
        self,
        origins: AccessPoints,
        services: Mapping[str, AccessPoints],
        limit: float,
        *,
        threads: int | None = None,
    ) -> dict[str, PairsWithin]:
        """:meth:`within` for each of several services, in one pass over the streets."""
        from yiju.travel import pairs  # noqa: PLC0415 - as above

        return pairs.within_each(self, origins, services, limit, threads)

    def matrix(
        self, origins: AccessPoints, facilities: AccessPoints, *, threads: int | None = None
    ) -> CostMatrix:
        """Costs from every origin to every facility, near and far: 4 bytes a pair.

        For what lies within a limit, :meth:`within` is smaller and faster.
        """
        from yiju.travel import matrix  # noqa: PLC0415 - the index compiles kernels of its own

        return matrix.matrix(self, origins, facilities, threads)

    def sums_within(
        self,
        origins: AccessPoints,
        facilities: AccessPoints,
        values: npt.ArrayLike | pd.DataFrame,
        limits: Sequence[float],
        *,
        by: npt.ArrayLike | None = None,
        threads: int | None = None,
    ) -> pd.DataFrame:
        """Sums of the facilities' values within each limit, the pairs not kept: people within a walk, places, shops.

        Parameters
        ----------
        values
            (facilities,) numbers, in the order of ``facilities.owners``; or (facilities, groups), e.g. a frame with a
            column for each group of people.
        limits
            Metres or seconds.
        by
            (facilities,) labels, e.g. of services: a sum for each label, in the same pass. Null: in none.
        threads
            By default one for each core; the answer does not depend on it.

        Returns
        -------
        A row for each origin, and a column for each limit; for each (label, limit), (group, limit) or
        (label, group, limit) where there are labels or groups. 0 where nothing is within reach.

        Raises
        ------
        ValueError
            A value is not a number: a sum over something unknown is unknown.
        """
        from yiju.travel import bounded  # noqa: PLC0415 - the index compiles kernels of its own

        return bounded.sums_within(self, origins, facilities, values, limits, by, threads)

    def counts_within(
        self,
        origins: AccessPoints,
        services: Mapping[str, AccessPoints],
        limits: Sequence[float],
        *,
        threads: int | None = None,
    ) -> pd.DataFrame:
        """How many facilities of each service are within each limit: (origins, services x limits)."""
        from yiju.travel import bounded  # noqa: PLC0415 - as above

        return bounded.counts_within(self, origins, services, limits, threads)

    def decayed_sums(
        self,
        origins: AccessPoints,
        facilities: AccessPoints,
        values: npt.ArrayLike | pd.DataFrame,
        decay: Callable[[Floats], Floats] | Mapping[str, Callable[[Floats], Floats]],
        limit: float,
        *,
        threads: int | None = None,
    ) -> pd.Series | pd.DataFrame:
        """Sums of the facilities' values, each times a weight that falls with its cost.

        Parameters
        ----------
        values
            As of :meth:`sums_within`.
        decay
            Weight by cost in the unit, e.g. one of :mod:`yiju.access.decay`; or several under their names. It is
            asked once for each tenth up to the limit.
        limit
            Metres or seconds; what is farther adds nothing.

        Returns
        -------
        (origins,) sums; a frame with columns (decay, group) where there are several decays or groups.

        Raises
        ------
        ValueError
            A value or a weight is not a number, or the limit has no end.
        """
        from yiju.travel import bounded  # noqa: PLC0415 - the index compiles kernels of its own

        return bounded.decayed_sums(self, origins, facilities, values, decay, limit, threads)

    def reached(self, points: AccessPoints, limit: float) -> ReachedStreets:
        """The parts of streets that can be reached from the points within the limit (metres or seconds)."""
        starts, most = self.points(points), whole_limit(limit)
        cost = node_costs(self, starts, most)
        return reached_streets(self.network, starts, self.forward, self.backward, cost, most)

    def isochrones(
        self, points: AccessPoints, limits: Sequence[float], *, buffer_m: float = BUFFER_M
    ) -> gpd.GeoDataFrame:
        """The land along the streets that are reached from each owner of points within each limit.

        A row for each owner and limit; see :func:`yiju.travel.reach.isochrones`.
        """
        return isochrones(self, points, limits, buffer_m=buffer_m)

    def path(
        self, origins: AccessPoints, origin: str | int, facilities: AccessPoints, facility: str | int
    ) -> Path:
        """The shortest way from one origin to one facility, each given by its name.

        Raises
        ------
        UnknownName
            There is no such origin or facility.
        """
        for kind, name, known in (
            (_ORIGIN, origin, origins.owners),
            (_FACILITY, facility, facilities.owners),
        ):
            if name not in known:
                raise UnknownName(kind, str(name), map(str, known))
        starts, ends = origins.of([origin]), facilities.of([facility])
        return find_path(self.network, self.unit, self.leaving, self.points(starts), self.points(ends))

    def flows(
        self,
        origins: AccessPoints,
        facilities: AccessPoints,
        people: npt.ArrayLike | pd.Series | pd.DataFrame | None = None,
        *,
        limit: float | None = None,
    ) -> pd.Series | pd.DataFrame:
        """People on each street when everybody goes to the nearest facility by a shortest way.

        Parameters
        ----------
        people
            (origins,) or (origins, groups) how many set out; one from each origin by default.
        limit
            In the unit; who lives farther from any facility stays at home.

        Returns
        -------
        By ``edge_id``, a column for each group if there are several. Of ways that cost the same one is walked, always
        the same one.

        Raises
        ------
        ContractError
            People of other origins, or numbers that are negative or none.
        """
        from yiju.travel import flows  # noqa: PLC0415 - compiles kernels that few ask for

        return flows.to_nearest(self, origins, facilities, people, limit)

    def betweenness(
        self,
        origins: AccessPoints,
        facilities: AccessPoints,
        people: npt.ArrayLike | pd.Series | None = None,
        *,
        limit: float,
        values: npt.ArrayLike | None = None,
        decay: Callable[[Floats], Floats] | None = None,
        divided: bool = True,
        threads: int | None = None,
    ) -> pd.Series:
        """People on each street when they go to all facilities within a limit, by all shortest ways.

        Parameters
        ----------
        people
            (origins,) how many set out; one from each origin by default.
        limit
            Metres or seconds; farther facilities are not visited.
        values
            (facilities,) how much each attracts; all the same by default.
        decay
            Weight of a cost in the unit, such as :func:`yiju.access.catchment.exponential`; 1 by default.
        divided
            People divide among the facilities in shares of value times weight, so that all who set out are on the
            street (Huff). Otherwise each pair counts with people times value times weight, as in betweenness
            centrality.
        threads
            By default one for each core; the answer does not depend on it.

        Returns
        -------
        (m,) by ``edge_id``. Of ways that cost the same each carries its part (Brandes 2001).
        """
        from yiju.travel import flows  # noqa: PLC0415 - as above

        return flows.among_all(
            self,
            origins,
            facilities,
            people,
            limit=limit,
            values=values,
            decay=decay,
            divided=divided,
            threads=threads,
        )
