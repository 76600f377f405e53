"""Answers for many services at once, kept as packed as the sweeps leave them and unpacked by the column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from yiju.errors import UnknownName
from yiju.text import Text
from yiju.travel.kernels.means import MEAN_COSTS
from yiju.travel.kernels.records import NOBODY, UNREACHED
from yiju.travel.results import PER_UNIT, NearestK, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yiju.travel.kernels.rows import Rows

Int32s = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

# Rows that are turned together: 512 kB fit the cache of a core.
_BLOCK = 4096


class Packed:
    """Keys of some services.

    Sweeps leave a row for each origin. Who asks for one service wants a column, and will soon want the next: so the
    first of them turns the whole, and the rows go.

    Parameters
    ----------
    services
        Names of the columns.
    rows
        (origins * k, lanes) cost above, label below; the k of one origin are consecutive rows, in rising order. Lanes
        beyond the services mean nothing.
    bits
        Width of the label.
    most
        The largest cost that is one, in tenths: beyond it, there is no way or it is too far.
    """

    def __init__(self, services: tuple[str, ...], rows: Rows, bits: int, most: int) -> None:
        self.services, self.bits, self.most = services, bits, most
        self._rows: Rows | None = rows
        self._columns: Rows = rows[:0].T

    @property
    def columns(self) -> Rows:
        """(services, origins * k) keys."""
        rows = self._rows
        if rows is not None:
            columns = np.empty((len(self.services), len(rows)), dtype=rows.dtype)
            for begin in range(0, len(rows), _BLOCK):
                columns[:, begin : begin + _BLOCK] = rows[begin : begin + _BLOCK, : len(columns)].T
            self._columns, self._rows = columns, None
        return self._columns

    def means(self, counted: Sequence[int], length: int) -> Floats:
        """(services, origins) mean cost of the first keys of each list, in the unit; inf where there are not so many.

        Parameters
        ----------
        counted
            (services,) how many keys count.
        length
            How many each list has.
        """
        rows, services = self._rows, len(self.services)
        if rows is None:
            lists = self.columns.reshape(services, self.columns.shape[1] // length, length)
        else:
            lists = rows.reshape(len(rows) // length, length, rows.shape[1]).transpose(2, 0, 1)[:services]
        means = np.empty(lists.shape[:2])
        MEAN_COSTS[lists.dtype](
            lists, np.array(counted, dtype=np.int64), self.bits, self.most, PER_UNIT, means
        )
        return means

    def tenths(self, column: int) -> Int32s:
        """(origins * k,) costs in tenths; ``UNREACHED`` where there is none."""
        keys = self.columns[column]
        cost = keys >> keys.dtype.type(self.bits)
        return np.where(cost <= self.most, cost, UNREACHED).astype(np.int32)

    def label(self, column: int) -> Int32s:
        """(origins * k,) labels; ``NOBODY`` where there is no way."""
        keys = self.columns[column]
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

    Raises
    ------
    UnknownName
        Asked for a service that is not there.

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
        means = [(some.services, some.means([1] * len(some.services), 1)) for some in self.packed]
        return _frame(means, self.origins, self.services)

    def tenths_of(self, service: str) -> Int32s:
        """(origins,) exact cost in decimetres or deciseconds; the largest of 31 bits where there is none."""
        packed, column = self._find(service)
        return packed.tenths(column)

    def cost_of(self, service: str) -> pd.Series:
        """(origins,) cost to the nearest facility of one service, in the unit; inf where there is none."""
        return pd.Series(_in_unit(self.tenths_of(service)), index=self.origins, name=self.unit)

    def facility_number(self, service: str) -> Int32s:
        """(origins,) position of the nearest facility in ``facilities[service]``; -1 where there is none."""
        packed, column = self._find(service)
        return packed.label(column)

    def facility(self, service: str) -> pd.Series:
        """(origins,) name of the nearest facility of one service; null where there is none."""
        number = self.facility_number(service)  # asked first: it knows the names of services
        names = self.facilities[service].take(number, allow_fill=True, fill_value=pd.NA)
        return pd.Series(pd.Series(names).array, index=self.origins, name="facility")

    def _find(self, service: str) -> tuple[Packed, int]:
        if service not in self._place:
            raise UnknownName(Text("设施类别", "service"), str(service), map(str, self.services))
        return self._place[service]

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
    k, length
        How many were asked for, and how many there are in the lists.
    """

    origins: pd.Index
    facilities: Mapping[str, pd.Index]
    unit: Unit
    k: int
    length: int
    packed: tuple[Packed, ...]

    def __repr__(self) -> str:
        return f"<NearestKEach: {len(self.origins)} origins, {self.k} of each of {len(self)} services, in {self.unit}>"

    def __len__(self) -> int:
        return len(self.facilities)

    def __iter__(self) -> Iterator[str]:
        return iter(self.facilities)

    def __getitem__(self, service: str) -> NearestK:
        packed, column = self._place[service]
        cost = _in_unit(self._tenths(service)[:, : self.k])
        label = packed.label(column).reshape(len(self.origins), self.length)[:, : self.k]
        return NearestK(self.origins, self.facilities[service], self.unit, cost, np.ascontiguousarray(label))

    def mean(self) -> pd.DataFrame:
        """(origins, services) mean cost to the k nearest, in the unit: proximity time, if k is 20 and costs are times.

        Where a whole service has fewer than k facilities, the mean is over those that there are; inf where not all of
        them, or none, can be reached.
        """
        means = []
        for some in self.packed:
            counted = [min(self.k, len(self.facilities[service])) for service in some.services]
            means.append((some.services, some.means(counted, self.length)))
        return _frame(means, self.origins, tuple(self))

    def _tenths(self, service: str) -> Int32s:
        packed, column = self._place[service]
        return packed.tenths(column).reshape(len(self.origins), self.length)

    @cached_property
    def _place(self) -> dict[str, tuple[Packed, int]]:
        return _places(self.packed)


def _places(packed: tuple[Packed, ...]) -> dict[str, tuple[Packed, int]]:
    return {service: (some, column) for some in packed for column, service in enumerate(some.services)}


def _frame(
    parts: list[tuple[tuple[str, ...], Floats]], origins: pd.Index, services: tuple[str, ...]
) -> pd.DataFrame:
    """A frame of parts with some services each, (services, origins): pandas keeps columns one after the other too."""
    if len(parts) == 1 and parts[0][0] == services:
        columns = parts[0][1]
    else:
        columns = np.empty((len(services), len(origins)))
        place = {service: row for row, service in enumerate(services)}
        for names, part in parts:
            columns[[place[name] for name in names]] = part
    return pd.DataFrame(columns.T, index=origins, columns=pd.Index(services, dtype=object), copy=False)


def _in_unit(tenth: Int32s) -> Floats:
    return np.where(tenth == UNREACHED, np.inf, tenth / PER_UNIT)
