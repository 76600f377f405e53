"""A file of scenarios: what is tried, under which names, and what it costs.

::

    snapshot = "29a20ed4ce614633"   # optional: the check-up that it was written for
    crs = "EPSG:4326"               # optional: that of the points; by default the city's own
    locked = ["f-02"]               # optional: facilities that stay where they are

    [[scenario]]
    name = "a station"

    [[scenario.change]]
    do = "add"
    service = "health_station"
    at = [640600, 3270600]
    cost_yuan = 1200000             # optional, for the ledger
    hours = 300                     # optional, too

    [[scenario]]
    name = "a station and a bridge"
    from = "a station"              # optional: goes on from another
    due_year = 2027                 # optional, for the ledger

    [[scenario.change]]
    do = "link"
    a = [640400, 3270400]
    b = [640400, 3270500]
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yiju.errors import InputError, UnknownName
from yiju.supply.scenario.scenario import Scenario
from yiju.supply.scenario.stored import StaleCheckup
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from yiju.city.folder import CityFolder

# What each change needs, and what it may have besides, as the methods of Scenario name it.
ARGUMENTS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "add": (("service", "at"), ("capacity", "floor_area_m2", "facility_id", "name")),
    "move": (("facility_id", "at"), ()),
    "close": (("facility_id",), ("service",)),
    "enlarge": (("facility_id",), ("capacity", "floor_area_m2", "service")),
    "link": (("a", "b"), ("length_m",)),
    "gate": (("facility_id", "at"), ()),
    "standard": (("indicator",), ("threshold", "radius_m", "minutes", "variant")),
    "people": (("factor",), ("place", "group")),
}
_SPENT = ("cost_yuan", "hours")
_POINTS = ("at", "a", "b")
# What is text and what is a number; anything else is a slip of the pen.
_TEXTS = (
    "service",
    "facility_id",
    "name",
    "indicator",
    "variant",
    "place",
    "group",
    "snapshot",
    "crs",
    "from",
)
_NUMBERS = (
    "capacity", "floor_area_m2", "length_m", "threshold", "radius_m", "minutes", "factor", *_SPENT, "year", "due_year",
)  # fmt: skip
_WHOLE = ("year", "due_year")
_TOP = ("snapshot", "year", "crs", "locked", "scenario")
_OF_SCENARIO = ("name", "from", "due_year", "change")


@dataclass(frozen=True)
class Told:
    """One scenario of a file: the changes as they are told, and what each costs."""

    name: str
    base: str | None
    due_year: int | None
    changes: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Script:
    """A file of scenarios, read and checked for form."""

    file: Path
    scenarios: tuple[Told, ...]
    snapshot: str | None = None
    year: int | None = None
    crs: str | None = None
    locked: tuple[str, ...] = ()

    def run(self, folder: CityFolder, *, year: int | None = None) -> dict[str, Scenario]:
        """The scenarios by name, that without changes first, as ``now``.

        Raises
        ------
        StaleCheckup
            The file was written for another check-up, or the city has changed since.
        InputError
            A change that cannot be; says of which scenario, and which.
        """
        now = Scenario.of(folder, year or self.year, locked=self.locked)
        if self.snapshot is not None and self.snapshot != now.stored.snapshot:
            raise StaleCheckup(
                Text(
                    f"{self.file.name} 是为另一次体检（{self.snapshot}）编写的，现有体检为 {now.stored.snapshot}。",
                    f"{self.file.name} was written for another check-up ({self.snapshot}); the one here is "
                    f"{now.stored.snapshot}.",
                ),
                hint=Text(
                    "请核对改动后更新 snapshot。", "See that the changes still hold, then renew `snapshot`."
                ),
            )
        turned = _turning(self.file, self.crs, folder)
        made = {"now": now}
        for told in self.scenarios:
            scenario = made["now" if told.base is None else told.base]
            for number, change in enumerate(told.changes, start=1):
                try:
                    scenario = _applied(scenario, change, turned)
                except (InputError, UnknownName) as cause:
                    raise self._located(told.name, number, cause) from cause
            made[told.name] = scenario
        return made

    def spent(self, name: str) -> dict[str, list[float | None]]:
        """Money and hours of each change of a scenario, those that it goes on from first."""
        told = next(t for t in self.scenarios if t.name == name)
        before = self.spent(told.base) if told.base not in (None, "now") else {s: [] for s in _SPENT}
        return {s: before[s] + [change.get(s) for change in told.changes] for s in _SPENT}

    def due_year(self, name: str) -> int | None:
        """When a scenario is to be done, where the file says so."""
        return next(t.due_year for t in self.scenarios if t.name == name)

    def _located(self, name: str, number: int, cause: InputError | UnknownName) -> InputError:
        return InputError(
            Text(
                f"情景“{name}”第 {number} 项改动：{cause.message.zh}",
                f"scenario {name!r}, change {number}: {cause.message.en}",
            ),
            file=self.file,
            hint=cause.hint,
        )


def read_script(file: Path | str) -> Script:
    """Read a file of scenarios.

    Raises
    ------
    InputError
        Names the entry, what was expected and what was found.
    """
    file = Path(file)
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as cause:
        raise InputError(Text(f"无法读取：{cause}", f"cannot be read: {cause}"), file=file) from cause
    _known(file, raw, _TOP, Text("脚本", "the script"))
    told: list[Told] = []
    for entry in _tables(file, raw, "scenario"):
        _known(file, entry, _OF_SCENARIO, Text("scenario", "scenario"))
        told.append(_told(file, entry, [t.name for t in told]))
    locked = raw.get("locked", [])
    if not isinstance(locked, list) or not all(isinstance(one, str) for one in locked):
        raise InputError(
            Text(
                f"应为设施编号的列表，实际为 {locked!r}。", f"needs a list of facility ids, was {locked!r}."
            ),
            file=file,
            field="locked",
        )
    if not told:
        raise InputError(
            Text("至少需要一个 [[scenario]]。", "needs one [[scenario]] at least, has none."), file=file
        )
    return Script(
        file,
        tuple(told),
        snapshot=raw.get("snapshot"),
        year=raw.get("year"),
        crs=raw.get("crs"),
        locked=tuple(locked),
    )


def _told(file: Path, entry: Mapping[str, Any], names: list[str]) -> Told:
    name, base = entry.get("name"), entry.get("from")
    if not isinstance(name, str) or not name.strip() or name in (*names, "now"):
        raise InputError(
            Text(
                f"每个情景需要各不相同的名称（不能为 now），实际为 {name!r}。",
                f"every scenario needs a name of its own, and not 'now'; was {name!r}.",
            ),
            file=file,
            field="name",
        )
    if base is not None and base not in (*names, "now"):
        raise InputError(
            Text(
                f"from 应为前面某个情景的名称，实际为 {base!r}。",
                f"`from` needs the name of a scenario before it, was {base!r}.",
            ),
            file=file,
            field="from",
        )
    changes = _tables(file, entry, "change")
    for number, change in enumerate(changes, start=1):
        _check_change(file, name, number, change)
    return Told(name, base, entry.get("due_year"), tuple(changes))


def _tables(file: Path, entry: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The tables of an array, such as [[scenario]]."""
    given = entry.get(key, [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise InputError(
            Text(f"应写作 [[{key}]]，每项一个表。", f"needs to be an array of tables, written [[{key}]]."),
            file=file,
            field=key,
        )
    return given


def _check_change(file: Path, name: str, number: int, change: Mapping[str, Any]) -> None:
    """The right keys; what they hold is checked when the change is made."""
    what = Text(f"情景“{name}”第 {number} 项改动", f"scenario {name!r}, change {number}")
    do = str(change.get("do"))
    if do not in ARGUMENTS:
        raise InputError(
            Text(
                f"{what.zh}：do 应为 {'、'.join(ARGUMENTS)} 之一，实际为 {do}。",
                f"{what.en}: `do` needs to be one of {', '.join(ARGUMENTS)}, was {do}.",
            ),
            file=file,
            field="do",
        )
    needed, possible = ARGUMENTS[do]
    _known(file, change, ("do", *needed, *possible, *_SPENT), what)
    missing = [key for key in needed if key not in change]
    if missing:
        raise InputError(
            Text(
                f"{what.zh}：{do} 缺少 {'、'.join(missing)}。",
                f"{what.en}: {do} needs {', '.join(missing)} too.",
            ),
            file=file,
            field=missing[0],
        )


def _known(file: Path, entry: Mapping[str, Any], keys: Iterable[str], what: Text) -> None:
    strange = [key for key in entry if key not in keys]
    if strange:
        near = UnknownName(Text("项", "key"), strange[0], keys)
        raise InputError(
            Text(f"{what.zh}：{near.message.zh}", f"{what.en}: {near.message.en}"),
            file=file,
            field=strange[0],
            hint=near.hint,
        )
    for key, value in entry.items():
        whole = key in _WHOLE
        number = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
        if (key in _TEXTS and not isinstance(value, str)) or (key in _NUMBERS and not number):
            kind = (
                Text("文字", "text")
                if key in _TEXTS
                else Text("整数" if whole else "数", "a whole number" if whole else "a number")
            )
            raise InputError(
                Text(
                    f"{what.zh}：{key} 应为{kind.zh}，实际为 {value!r}。",
                    f"{what.en}: {key} needs to be {kind.en}, was {value!r}.",
                ),
                file=file,
                field=key,
            )


def _applied(scenario: Scenario, change: Mapping[str, Any], turned: Callable[[Any], Any]) -> Scenario:
    given = {key: value for key, value in change.items() if key not in ("do", *_SPENT)}
    given |= {key: turned(given[key]) for key in _POINTS if key in given}
    if change["do"] == "people":
        given["by"] = given.pop("factor")
    done: Scenario = getattr(scenario, change["do"])(**given)
    return done


def _turning(file: Path, crs: str | None, folder: CityFolder) -> Callable[[Any], Any]:
    """From the points of the file to those of the city."""
    if crs is None:
        return lambda at: at
    from pyproj import Transformer  # noqa: PLC0415 - few scripts need it
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        transformer = Transformer.from_crs(crs, folder.config.crs, always_xy=True)
    except CRSError as cause:
        raise InputError(
            Text(f"坐标系 {crs} 无法识别。", f"the CRS {crs} is not known."),
            file=file,
            field="crs",
            hint=Text("例如 EPSG:4326。", "Say for example EPSG:4326."),
        ) from cause

    def turned(at: Any) -> Any:
        if not isinstance(at, list) or len(at) != 2 or not all(isinstance(v, int | float) for v in at):
            return at  # refused for what it is when the change is made
        x, y = transformer.transform(*at)
        if not (math.isfinite(x) and math.isfinite(y)):
            raise InputError(
                Text(f"点 {at} 不是 {crs} 的坐标。", f"the point {at} does not lie in {crs}."),
                field="at",
                hint=Text(
                    "先写经度（x），后写纬度（y）。", "Write the longitude (x) first, then the latitude (y)."
                ),
            )
        return x, y

    return turned
