"""A street network with costs on it, and what is made of it once so that all questions are quick.

::

    costs ──► index ──► farthest          once for a network and a traveller
                │
    points ──► hooks ──► reading          once for the same homes, or the same doors
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Self
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from yiju.errors import ContractError
from yiju.text import Text
from yiju.travel.hanging import points_with_costs
from yiju.travel.index import StreetIndex, build
from yiju.travel.kernels.parts import arcs_by_tail
from yiju.travel.kernels.records import UNREACHED
from yiju.travel.results import LARGEST_COST, PER_UNIT, Unit
from yiju.travel.snapping import snap

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from yiju.travel.hooks import Hooks
    from yiju.travel.network import StreetNetwork
    from yiju.travel.reading import Reading
    from yiju.travel.snapping import AccessPoints

Int32s = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Records = npt.NDArray[np.void]
Engine = Literal["index", "plain"]

# What is made once for points is kept as long as they are.
_KEPT_BY_POINTS = ("_costed", "_hooks", "_readings")


@dataclass(frozen=True, eq=False, repr=False)
class WeightedNetwork:
    """A network with costs; :class:`yiju.travel.Travel` adds the questions.

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
    ) -> Self:
        """Costs put on a network, from floats in the unit; ``inf`` closes a street.

        Raises
        ------
        ContractError
            A cost is not a number, negative, or too large for 31 bits of tenths.
        """
        return cls(
            network, unit, _whole(there, network.forward), _whole(back, network.backward), gap_per_metre
        )

    def __getstate__(self) -> dict[str, object]:
        # what is kept for points that are still in use elsewhere cannot be sent to another process, and need not be
        return {name: value for name, value in self.__dict__.items() if name not in _KEPT_BY_POINTS}

    def snap(
        self,
        points: gpd.GeoDataFrame | gpd.GeoSeries | npt.ArrayLike,
        *,
        owner: pd.Series | npt.ArrayLike | None = None,
        limit_m: float = 500.0,
    ) -> AccessPoints:
        """Put points on the nearest edge each that this traveller may use, in one direction at least.

        As :meth:`StreetNetwork.snap`, but a home beside stairs is put on the ramp next to them if costs are those of a
        wheelchair. For travellers to whom all streets are open it is the same.

        Examples
        --------
        >>> from shapely import Point
        >>> from yiju.travel import StreetNetwork, profile
        >>> xy = [[0, 0], [100, 0], [100, 30], [0, 30]]
        >>> network = StreetNetwork.from_arrays(xy, [0, 1, 3], [1, 2, 2], [100, 30, 100], stairs=[True, False, False])
        >>> wheelchair, home = network.in_seconds(profile("wheelchair")), [Point(40, 5)]
        >>> network.edge_id[network.snap(home).edge].tolist(), network.edge_id[wheelchair.snap(home).edge].tolist()
        ([0], [2])
        """
        usable = (self.forward != UNREACHED) | (self.backward != UNREACHED)
        return snap(self.network, points, owner=owner, limit_m=limit_m, usable=usable)

    def reversed(self) -> Self:
        """The same streets with every way turned around: costs run from the facility to the origin."""
        turned = replace(self, forward=self.backward, backward=self.forward)
        # it is the same elimination, whichever way one walks
        turned.__dict__["_reverse_of"] = self
        return turned

    @cached_property
    def plain(self) -> Self:
        """The same costs, searched without the index: what the index is held against."""
        plain = replace(self, engine="plain")
        plain.__dict__["_costed"] = self._costed
        return plain

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
    def _other_way(self) -> Self | None:
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
    wrong = is_open & ~((cost >= 0) & (np.rint(cost * PER_UNIT) < LARGEST_COST))
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
