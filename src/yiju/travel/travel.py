"""Travel: a street network with costs on it, and the questions that it answers.

Costs are whole tenths inside (decimetres, deciseconds), floats in metres or seconds outside. Each question is
asked for all origins at once, and answered in the order of their own index.

=================  ===========================================================  =========================
question           answer                                                       kernel
=================  ===========================================================  =========================
``nearest``        the nearest facility of each origin, and how far             ``nearest.settle_all``
``nearest_k``      the k nearest                                                ``nearest_k.settle_k``
``within``         all pairs within a limit                                     ``within.pairs_within``
``sums_within``    sums within several limits, the pairs not kept               ``within.sums_within``
``reached``        the parts of streets within a limit of facilities            ``nearest.settle_all``
``path``           one way, to be shown                                         ``paths.search_tree``
``flows``          people on each street, all going to the nearest facility     ``flows.carry``
``betweenness``    people on each street, going to all within a limit           ``flows.carry_within``
=================  ===========================================================  =========================

Costs run *from the origin to the facility*. :meth:`Travel.reversed` turns this around, for fire engines and for the
way home.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.errors import ContractError
from yiju.text import Text
from yiju.travel.hanging import points_with_costs
from yiju.travel.index import StreetIndex, build
from yiju.travel.kernels.parts import arcs_by_tail
from yiju.travel.kernels.records import NO_KEY, NOBODY, UNREACHED
from yiju.travel.paths import Path, find_path
from yiju.travel.reach import BUFFER_M, ReachedStreets, isochrones, node_costs, reached_streets
from yiju.travel.results import LARGEST_COST, PER_UNIT, NearestK, PairsWithin, Unit, tenths

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd

    from yiju.travel.each import NearestEach, NearestKEach
    from yiju.travel.hooks import Hooks
    from yiju.travel.network import StreetNetwork
    from yiju.travel.reading import Reading
    from yiju.travel.snapping import AccessPoints

Int32s = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Records = npt.NDArray[np.void]
Engine = Literal["index", "plain"]

# Searches without a limit follow every way that fits.
_ANYWHERE = UNREACHED - 1
# The name of a service that is asked for alone.
_ONLY = ""


@dataclass(frozen=True, eq=False, repr=False)
class Travel:
    """A network with costs; make one with :meth:`StreetNetwork.in_metres` or :meth:`StreetNetwork.in_seconds`.

    Attributes
    ----------
    network
        The streets.
    unit
        ``"metres"`` or ``"seconds"``.
    forward, backward
        (m,) cost of each edge from u to v and back, in tenths; ``UNREACHED`` where it is closed.
    gap_per_metre
        Cost of a metre between a point and its street, in the unit.
    engine
        ``"index"`` (default), or ``"plain"``: searches that know nothing of the index, slow and simple. Answers are
        the same to the bit.

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

    network: StreetNetwork
    unit: Unit
    forward: Int32s
    backward: Int32s
    gap_per_metre: float
    engine: Engine = "index"

    def __repr__(self) -> str:
        return f"<Travel in {self.unit} on {self.network!r}>"

    @classmethod
    def on(
        cls, network: StreetNetwork, unit: Unit, there: Floats, back: Floats, *, gap_per_metre: float
    ) -> Travel:
        """Costs put on a network, from floats in the unit; ``inf`` closes a street.

        Raises
        ------
        ContractError
            A cost is not a number, negative, or too large for 31 bits of tenths.
        """
        return cls(
            network, unit, _whole(there, network.forward), _whole(back, network.backward), gap_per_metre
        )

    def reversed(self) -> Travel:
        """The same streets with every way turned around: costs run from the facility to the origin."""
        turned = Travel(self.network, self.unit, self.backward, self.forward, self.gap_per_metre, self.engine)
        # it is the same elimination, whichever way one walks
        turned.__dict__["_reverse_of"] = self
        return turned

    @cached_property
    def plain(self) -> Travel:
        """The same costs, searched without the index: what the index is held against."""
        plain = replace(self, engine="plain")
        plain.__dict__["_costed"] = self._costed
        return plain

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
        found = self._nearest(origins, {_ONLY: facilities}, _limit(limit))
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
        return self._nearest(origins, services, _limit(limit))

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
        return nearest.nearest_k_each(engine, origins, services, k, _limit(limit))

    def within(
        self, origins: AccessPoints, facilities: AccessPoints, limit: float, *, threads: int | None = None
    ) -> PairsWithin:
        """All pairs of origin and facility within the limit (metres or seconds).

        The search runs from the side that is fewer; the answer is the same. ``threads``: by default one for each
        core; the answer does not depend on it.
        """
        from yiju.travel import pairs  # noqa: PLC0415 - the index compiles kernels of its own

        return pairs.within(self, origins, facilities, limit, threads)

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

    def hooks(self, access: AccessPoints, *, leaving: bool, sitting: bool) -> Hooks:
        """On which rows of the index the points hang; see :mod:`yiju.travel.hooks`."""
        from yiju.travel.hooks import hooks_of  # noqa: PLC0415 - as above

        kept = self._hooks.setdefault(access, {})
        if (leaving, sitting) not in kept:
            streets = (self.forward, self.backward)
            kept[leaving, sitting] = hooks_of(
                self.points(access), len(access), self.index, streets, leaving=leaving, sitting=sitting
            )
        return kept[leaving, sitting]

    @cached_property
    def _hooks(self) -> WeakKeyDictionary[AccessPoints, dict[tuple[bool, bool], Hooks]]:
        return WeakKeyDictionary()

    def reached(self, points: AccessPoints, limit: float) -> ReachedStreets:
        """The parts of streets that can be reached from the points within the limit (metres or seconds)."""
        starts, most = self.points(points), _limit(limit)
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
        """The shortest way from one origin to one facility, each given by its name."""
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

    @cached_property
    def index(self) -> StreetIndex:
        """The network with these costs, ready to be swept instead of searched; made when it is first asked for."""
        if self._other_way is not None:
            return self._other_way.index.turned()
        return build(self.network, self.forward, self.backward)

    @property
    def indexed(self) -> bool:
        """Whether there is an index that may be used; a single question does not pay for one."""
        known = "index" in self.__dict__ or (self._other_way is not None and self._other_way.indexed)
        return self.engine == "index" and known

    @property
    def _other_way(self) -> Travel | None:
        """The travel that this one is the reverse of."""
        return self.__dict__.get("_reverse_of")

    @cached_property
    def farthest(self) -> int:
        """No way between two nodes costs more, in tenths; see :mod:`yiju.travel.farthest`."""
        from yiju.travel.farthest import farthest  # noqa: PLC0415 - the index compiles kernels of its own

        return farthest(self)

    def reading(self, origins: AccessPoints) -> Reading:
        """Which rows of the index the origins lead to."""
        from yiju.travel.reading import reading_of  # noqa: PLC0415 - as above

        if origins not in self._readings:
            hooks = self.hooks(origins, leaving=True, sitting=False)
            self._readings[origins] = reading_of(hooks, len(origins), self.index)
        return self._readings[origins]

    @cached_property
    def _readings(self) -> WeakKeyDictionary[AccessPoints, Reading]:
        return WeakKeyDictionary()

    @cached_property
    def leaving(self) -> tuple[Int32s, Records]:
        """Arcs by the node that they leave: to search from origins."""
        streets = self.network
        return arcs_by_tail(streets.nodes, streets.u, streets.v, self.forward, self.backward)

    @cached_property
    def entering(self) -> tuple[Int32s, Records]:
        """Arcs by the node that they enter: to search from facilities, against the streets."""
        if np.array_equal(self.forward, self.backward):
            return self.leaving
        streets = self.network
        return arcs_by_tail(streets.nodes, streets.u, streets.v, self.backward, self.forward)

    def points(self, access: AccessPoints, *, turned: bool = False) -> Records:
        """The points with their costs; ``turned``: of ways turned around."""
        self.check(access)
        if turned:
            return points_with_costs(access, self.backward, self.forward, self.gap_per_metre)
        if access not in self._costed:  # the same homes are asked about many services
            self._costed[access] = points_with_costs(access, self.forward, self.backward, self.gap_per_metre)
        return self._costed[access]

    def check(self, access: AccessPoints) -> None:
        """Points need to be on this very network.

        Raises
        ------
        ContractError
            They are on another.
        """
        if access.network is not self.network:
            raise ContractError(
                Text(
                    "点位应落在同一路网上，实际属于另一路网。",
                    "Access points need to be on the network that is searched, were given on another instead.",
                )
            )

    @cached_property
    def _costed(self) -> WeakKeyDictionary[AccessPoints, Records]:
        return WeakKeyDictionary()


def _whole(cost: Floats, is_open: npt.NDArray[np.bool_]) -> Int32s:
    """Whole tenths; closed directions, and those that cost ``inf``, ``UNREACHED``."""
    is_open = is_open & (cost != np.inf)
    wrong = is_open & ~((cost >= 0) & (cost * PER_UNIT < LARGEST_COST))
    if wrong.any():
        worst = cost[wrong][0]
        raise ContractError(
            Text(
                f"街道通行成本应为 0 至 {LARGEST_COST // PER_UNIT:,}，实际为 {worst}。",
                f"The cost of a street needs to be 0 to {LARGEST_COST // PER_UNIT:,}, was {worst} instead.",
            )
        )
    tenth = np.rint(np.where(is_open, cost, 0.0) * PER_UNIT)
    return np.where(is_open, tenth, UNREACHED).astype(np.int32)


def _limit(limit: float | None) -> int:
    """A limit in tenths; costs beyond 31 bits are beyond every limit."""
    if limit is None or limit == np.inf:
        return _ANYWHERE
    if not limit >= 0:
        msg = f"a limit needs to be 0 or more, was {limit}"
        raise ValueError(msg)
    return min(tenths(limit), _ANYWHERE)


def _unpacked(keys: npt.NDArray[np.int64]) -> tuple[Floats, Int32s]:
    """Cost in the unit and label of each key; inf and ``NOBODY`` where there is none."""
    none = keys == NO_KEY
    cost = np.where(none, np.inf, (keys >> 32) / PER_UNIT)
    return cost, np.where(none, NOBODY, keys & 0xFFFFFFFF).astype(np.int32)


def _names(facilities: AccessPoints, label: Int32s) -> pd.Series:
    """Names of facilities by position; null for ``NOBODY``."""
    return pd.Series(facilities.owners.take(label, allow_fill=True, fill_value=pd.NA)).array
