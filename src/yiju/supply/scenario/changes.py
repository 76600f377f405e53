"""What can be tried: each change as a plain record that says in words what it does.

==============  ==================================================================
``Add``         open a facility of a service at a point
``Move``        move a facility
``Close``       close a facility, or one of its services
``Enlarge``     more places, more floor
``Link``        a footbridge, a path or a crossing between two points on streets
``Gate``        one more entrance of a facility
``Standard``    another threshold or radius of an indicator
``People``      more or fewer people, of a place or a group
==============  ==================================================================

Points are (x, y) in the CRS of the city, metres.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from yiju.city.services import GROUPS, service
from yiju.text import Text

if TYPE_CHECKING:
    import pandas as pd

Point = tuple[float, float]


@dataclass(frozen=True)
class Effect:
    """What a change touches, and so which numbers may differ after it.

    Attributes
    ----------
    services
        Services whose facilities, places or doors change.
    streets, people
        Whether walks, or residents, change anywhere.
    indicators
        Indicators that are held to, or computed by, something else.
    """

    services: frozenset[str] = frozenset()
    streets: bool = False
    people: bool = False
    indicators: frozenset[str] = frozenset()

    def __or__(self, other: Effect) -> Effect:
        return Effect(
            self.services | other.services,
            self.streets or other.streets,
            self.people or other.people,
            self.indicators | other.indicators,
        )


@dataclass(frozen=True)
class Add:
    """A new facility; ``facility_id`` is given to it where the caller gives none."""

    service: str
    at: Point
    capacity: float | None = None
    floor_area_m2: float | None = None
    facility_id: str | None = None
    name: str | None = None

    @property
    def words(self) -> Text:
        """What is done, in words."""
        places = "" if self.capacity is None else f"（{self.capacity:g} 位）"
        with_places = "" if self.capacity is None else f" with {self.capacity:g} places"
        return Text(
            f"新设{service(self.service).name.zh}{places}：{self.facility_id}，坐标 {_xy(self.at)}",
            f"open {service(self.service).name.en}{with_places}: {self.facility_id} at {_xy(self.at)}",
        )


@dataclass(frozen=True)
class Move:
    """A facility goes elsewhere, with all its services; its one entrance is at the new point."""

    facility_id: str
    at: Point

    @property
    def words(self) -> Text:
        """What is done, in words."""
        return Text(
            f"迁移设施 {self.facility_id} 至 {_xy(self.at)}", f"move {self.facility_id} to {_xy(self.at)}"
        )


@dataclass(frozen=True)
class Close:
    """A facility closes, or offers one service less."""

    facility_id: str
    service: str | None = None

    @property
    def words(self) -> Text:
        """What is done, in words."""
        if self.service is None:
            return Text(f"关闭设施 {self.facility_id}", f"close {self.facility_id}")
        name = service(self.service).name
        return Text(
            f"设施 {self.facility_id} 停办{name.zh}", f"{self.facility_id} no longer offers {name.en}"
        )


@dataclass(frozen=True)
class Enlarge:
    """A facility has more places or more floor; both are what it has afterwards, not what is added."""

    facility_id: str
    capacity: float | None = None
    floor_area_m2: float | None = None
    service: str | None = None

    @property
    def words(self) -> Text:
        """What is done, in words."""
        zh = [f"容量 {self.capacity:g} 位"] if self.capacity is not None else []
        en = [f"{self.capacity:g} places"] if self.capacity is not None else []
        if self.floor_area_m2 is not None:
            zh.append(f"建筑面积 {self.floor_area_m2:g} 平方米")
            en.append(f"{self.floor_area_m2:g} m2 of floor")
        return Text(
            f"扩建设施 {self.facility_id}：{'，'.join(zh)}",
            f"enlarge {self.facility_id}: {', '.join(en)}",
        )


@dataclass(frozen=True)
class Link:
    """A way on foot between two streets; without ``length_m`` it is straight."""

    a: Point
    b: Point
    length_m: float | None = None

    @property
    def words(self) -> Text:
        """What is done, in words."""
        return Text(
            f"新增步行连线 {_xy(self.a)} — {_xy(self.b)}",
            f"link the streets on foot, {_xy(self.a)} — {_xy(self.b)}",
        )


@dataclass(frozen=True)
class Gate:
    """One more entrance of a facility; one that had none mapped is entered here only."""

    facility_id: str
    at: Point

    @property
    def words(self) -> Text:
        """What is done, in words."""
        return Text(
            f"设施 {self.facility_id} 新开出入口 {_xy(self.at)}",
            f"open a gate of {self.facility_id} at {_xy(self.at)}",
        )


@dataclass(frozen=True)
class Standard:
    """Another threshold of an indicator, or another radius of one of its readings.

    A radius takes the minutes of its reading with it in proportion, unless ``minutes`` says otherwise.
    """

    indicator: str
    threshold: float | None = None
    radius_m: float | None = None
    minutes: float | None = None
    variant: str | None = None

    @property
    def words(self) -> Text:
        """What is done, in words."""
        zh = [f"阈值 {self.threshold:g}"] if self.threshold is not None else []
        en = [f"a threshold of {self.threshold:g}"] if self.threshold is not None else []
        if self.radius_m is not None:
            zh.append(f"半径 {self.radius_m:g} 米")
            en.append(f"a radius of {self.radius_m:g} m")
        return Text(f"{self.indicator} 改按{'、'.join(zh)}", f"hold {self.indicator} to {' and '.join(en)}")


@dataclass(frozen=True)
class People:
    """So many times the people of a group at a place; or a frame of people by cell."""

    factor: float | None = None
    place: str | None = None
    group: str = "all"
    cells: pd.DataFrame | None = field(default=None, compare=False, repr=False)

    @property
    def words(self) -> Text:
        """What is done, in words."""
        if self.cells is not None:
            return Text(
                f"改变 {len(self.cells)} 个人口单元的人数", f"other people in {len(self.cells)} home cells"
            )
        who = GROUPS[self.group].name
        where = Text("全市", "the whole city") if self.place is None else Text(self.place, self.place)
        return Text(
            f"{where.zh}{who.zh}人数变为 {self.factor:g} 倍",
            f"{self.factor:g} times the {who.en} of {where.en}",
        )


Change = Add | Move | Close | Enlarge | Link | Gate | Standard | People


def _xy(point: Point) -> str:
    return f"({point[0]:.0f}, {point[1]:.0f})"
