"""Answers for many services at once, kept as packed as the sweeps leave them and unpacked by the column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.travel.kernels.records import NOBODY, UNREACHED
from yiju.travel.results import PER_UNIT, NearestK, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yiju.travel.kernels.rows import Rows

Int32s = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

# Origins that are unpacked together: their keys fit the cache of a core.
_BLOCK = 4096


@dataclass(frozen=True, eq=False)
class Packed:
    """Keys of some services, a column for each.

    Attributes
    ----------
    services
        Names of the columns; there may be columns beyond them that mean nothing.
    keys
        (origins * k, columns) cost above, label below; the k of one origin are consecutive rows, in rising order.
    bits
        Width of the label.
    most
        The largest cost that is one, in tenths: beyond it, there is no way or it is too far.
    """

    services: tuple[str, ...]
    keys: Rows
    bits: int
    most: int

    def tenths(self, column: int | slice) -> npt.NDArray[np.int32]:
        """(origins * k,) or (origins * k, columns) costs in tenths; ``UNREACHED`` where there is none."""
        cost = self.keys[:, column] >> self.keys.dtype.type(self.bits)
        return np.where(cost <= self.most, cost, UNREACHED).astype(np.int32)

    def label(self, column: int) -> Int32s:
        """(origins * k,) labels; ``NOBODY`` where there is no way."""
        keys = self.keys[:, column]
        label = (keys & keys.dtype.type(2**self.bits - 1)).astype(np.int32)
        return np.where(keys >> keys.dtype.type(self.bits) <= self.most, label, np.int32(NOBODY))


@dataclass(frozen=True, eq=False, repr=False)
class NearestEach:
    """The nearest facility of each of many services, for each origin.

    Attributes
    ----------
    origins
        Names of the rows.
    facilities
        By service, the names of its facilities; the services come in the order in which they were given.
    unit
        ``"metres"`` or ``"seconds"``.

    Examples
    --------
    >>> import tempfile
    >>> from yiju.city.toytown import toy_town
    >>> from yiju.travel import StreetNetwork
    >>> city = toy_town(tempfile.mkdtemp(), blocks=4)
    >>> network = StreetNetwork.from_tables(city.table("street_nodes"), city.table("street_edges"))
    >>> homes = network.snap(city.table("residents").set_index("cell_id"))
    >>> doors = network.snap(city.table("entrances"), owner=city.table("entrances")["facility_id"])
    >>> services = {"clinic": doors.of(["f-00", "f-01"]), "library": doors.of(["f-04"])}
    >>> found = network.in_metres().nearest_each(homes, services)
    >>> found.cost.loc["r-3-0"].to_dict()
    {'clinic': 360.0, 'library': 360.0}
    >>> found.facility("clinic").loc["r-3-0"]
    'f-00'
    """

    origins: pd.Index
    facilities: Mapping[str, pd.Index]
    unit: Unit
    packed: tuple[Packed, ...]

    def __repr__(self) -> str:
        return f"<NearestEach: {len(self.origins)} origins, {len(self.facilities)} services, in {self.unit}>"

    @property
    def services(self) -> tuple[str, ...]:
        """The services, in the order in which they were given."""
        return tuple(self.facilities)

    @property
    def cost(self) -> pd.DataFrame:
        """(origins, services) cost to the nearest, in the unit; inf where there is none."""
        cost = np.empty((len(self.origins), len(self.facilities)))
        place = {service: i for i, service in enumerate(self.facilities)}
        for packed in self.packed:
            columns = [place[service] for service in packed.services]
            for begin in range(0, len(cost), _BLOCK):
                keys = packed.keys[begin : begin + _BLOCK, : len(columns)]
                tenth = keys >> keys.dtype.type(packed.bits)
                cost[begin : begin + _BLOCK, columns] = np.where(
                    tenth <= packed.most, tenth / PER_UNIT, np.inf
                )
        return pd.DataFrame(
            cost, index=self.origins, columns=pd.Index(self.services, dtype=object), copy=False
        )

    def tenths_of(self, service: str) -> Int32s:
        """(origins,) exact cost in decimetres or deciseconds; the largest of 31 bits where there is none."""
        packed, column = self._place[service]
        return packed.tenths(column)

    def cost_of(self, service: str) -> pd.Series:
        """(origins,) cost to the nearest facility of one service, in the unit; inf where there is none."""
        return pd.Series(_in_unit(self.tenths_of(service)), index=self.origins, name=self.unit)

    def facility_number(self, service: str) -> Int32s:
        """(origins,) position of the nearest facility in ``facilities[service]``; -1 where there is none."""
        packed, column = self._place[service]
        return packed.label(column)

    def facility(self, service: str) -> pd.Series:
        """(origins,) name of the nearest facility of one service; null where there is none."""
        names = self.facilities[service].take(
            self.facility_number(service), allow_fill=True, fill_value=pd.NA
        )
        return pd.Series(pd.Series(names).array, index=self.origins, name="facility")

    @cached_property
    def _place(self) -> dict[str, tuple[Packed, int]]:
        return _places(self.packed)


@dataclass(frozen=True, eq=False, repr=False)
class NearestKEach(Mapping[str, NearestK]):
    """The k nearest facilities of each of many services: a mapping from the service to its :class:`NearestK`.

    Attributes
    ----------
    origins, facilities, unit
        As in :class:`NearestEach`.
    k
        How many were asked for.
    """

    origins: pd.Index
    facilities: Mapping[str, pd.Index]
    unit: Unit
    k: int
    packed: tuple[Packed, ...]

    def __repr__(self) -> str:
        return f"<NearestKEach: {len(self.origins)} origins, {self.k} of each of {len(self)} services, in {self.unit}>"

    def __len__(self) -> int:
        return len(self.facilities)

    def __iter__(self) -> Iterator[str]:
        return iter(self.facilities)

    def __getitem__(self, service: str) -> NearestK:
        packed, column = self._place[service]
        shape = len(self.origins), -1
        cost = _in_unit(packed.tenths(column).reshape(shape)[:, : self.k])
        label = packed.label(column).reshape(shape)[:, : self.k]
        return NearestK(self.origins, self.facilities[service], self.unit, cost, np.ascontiguousarray(label))

    def mean(self) -> pd.DataFrame:
        """(origins, services) mean cost to the k nearest, in the unit: proximity time, if k is 20 and costs are times.

        Where a whole service has fewer than k facilities, the mean is over those that there are; inf where not all of
        them, or none, can be reached.
        """
        mean = np.full((len(self.origins), len(self.facilities)), np.inf)
        place = {service: i for i, service in enumerate(self.facilities)}
        for packed in self.packed:
            counted = np.array([min(self.k, len(self.facilities[service])) for service in packed.services])
            columns = np.array([place[service] for service in packed.services])
            lists = packed.keys.reshape(len(self.origins), -1, packed.keys.shape[1])
            for begin in range(0, len(mean), _BLOCK // 4):
                keys = lists[begin : begin + _BLOCK // 4, :, : len(columns)]
                tenth = (keys >> keys.dtype.type(packed.bits)).astype(np.int64)
                asked = np.arange(lists.shape[1])[:, None] < counted
                total = np.where(asked, tenth, 0).sum(axis=1)
                whole = (counted > 0) & (np.where(asked, tenth, 0).max(axis=1) <= packed.most)
                block = np.full(total.shape, np.inf)
                np.divide(total, counted * PER_UNIT, out=block, where=whole)
                mean[begin : begin + _BLOCK // 4, columns] = block
        return pd.DataFrame(mean, index=self.origins, columns=pd.Index(list(self), dtype=object), copy=False)

    @cached_property
    def _place(self) -> dict[str, tuple[Packed, int]]:
        return _places(self.packed)


def _places(packed: tuple[Packed, ...]) -> dict[str, tuple[Packed, int]]:
    return {service: (some, column) for some in packed for column, service in enumerate(some.services)}


def _in_unit(tenth: Int32s) -> Floats:
    return np.where(tenth == UNREACHED, np.inf, tenth / PER_UNIT)
