"""city.toml: what the city is called, where its inputs come from, which layers are vouched for, what differs.

::

    [city]
    name = "磁溪市"
    year = 2025
    crs = "EPSG:4545"             # projected, in metres

    [[source]]                    # one entry for each file, in order; the later wins where two say the same
    kind = "facilities"
    file = "input/facilities.csv"
    datum = "gcj02"

    [population]
    total = 300000                # spread over homes where no population file is given
    weights_only = true           # the total is not this city's: shares hold, counts do not

    [layers]
    vouched = ["kindergarten"]    # services whose OpenStreetMap layer the city stands behind

    [thresholds]
    L09 = 85.0                    # overrides; the report shows them

    [walkers.older]
    speed_m_per_s = 0.9

    [costs.elder_day_care]
    fit_out_yuan_per_m2 = 2400.0  # unit costs that a plan counts with, where they differ here

A word that is not known is an error with the nearest known word, never silently passed over.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from pyproj import CRS
from pyproj.exceptions import CRSError

from yiju.city.toml_text import toml_key, toml_value
from yiju.errors import ConfigError
from yiju.text import Text

if TYPE_CHECKING:
    from pathlib import Path

# kind of source -> options that its [[source]] entry may carry besides kind and file
SOURCE_KINDS: dict[str, tuple[str, ...]] = {
    "osm": (),
    "streets": ("layer",),
    "gtfs": (),
    "population": ("columns", "bands", "suppressed", "crs", "role", "layer"),
    "boundary": ("level", "id", "name", "parent", "layer", "crs", "datum"),
    "residential": ("layer",),
    "facilities": ("datum", "columns", "complete_for", "crs", "layer"),
    "figures": ("columns",),
    "requests": ("columns", "datum"),
    "rain": ("columns",),
    "dem": (),
    "commutes": ("columns",),
    "candidates": ("datum", "columns", "crs", "layer"),
}

# Of these a city has one file at most: two would contradict each other.
SINGLE_KINDS = ("streets", "rain")

DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
ROLES = ("total", "shares")

# Entries of [settings] that other rooms read; each checks the value that it reads.
SETTINGS = ("runoff_coefficient", "storm", "need_floor")

# Years that a check-up can be of: the first is that of the oldest building census one may meet.
_FIRST_YEAR, _LAST_YEAR = 1900, 2200

_TOP = {
    "city": ("name", "year", "crs"),
    "population": ("total", "weights_only"),
    "layers": ("vouched",),
}


@dataclass(frozen=True)
class Source:
    """One input file and how it is to be read."""

    kind: str
    file: str
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Config:
    """What city.toml says, checked."""

    name: str
    year: int
    crs: CRS
    sources: tuple[Source, ...] = ()
    population_total: float | None = None
    weights_only: bool = False
    vouched: frozenset[str] = frozenset()
    thresholds: Mapping[str, float] = field(default_factory=dict)
    walkers: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    costs: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def of_kind(self, kind: str) -> tuple[Source, ...]:
        """The sources of one kind, in the order of the file."""
        return tuple(s for s in self.sources if s.kind == kind)


def read_config(file: Path) -> Config:
    """Read and check a city.toml.

    Raises
    ------
    ConfigError
        Names the entry, what was expected and what to do.
    """
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as cause:
        raise ConfigError(Text(f"{file} 无法读取：{cause}", f"{file} cannot be read: {cause}")) from cause
    return parse_config(raw)


def parse_config(raw: Mapping[str, Any]) -> Config:
    """Check what was read from a city.toml.

    Raises
    ------
    ConfigError
        Names the entry, what was expected and what to do.

    Examples
    --------
    >>> city = {"name": "磁溪市", "year": 2025, "crs": "EPSG:4545"}
    >>> parse_config({"city": city}).crs.name
    'CGCS2000 / 3-degree Gauss-Kruger CM 108E'
    >>> parse_config({"city": city, "population": {"totl": 9}})
    Traceback (most recent call last):
        ...
    yiju.errors.ConfigError: city.toml, [population]: there is no totl here. Did you mean total?
    """
    _known(raw, (*_TOP, "source", "thresholds", "walkers", "settings", "costs"), "")
    for section, entries in _TOP.items():
        _known(_section(raw, section), entries, f"[{section}]")
    _known(_section(raw, "settings"), SETTINGS, "[settings]")
    city, population = _section(raw, "city"), _section(raw, "population")
    total = population.get("total")
    if total is not None and not (_is_number(total) and total > 0):
        _wants("[population]", "total", total, Text("正数（人）", "a positive number of people"))
    vouched = _section(raw, "layers").get("vouched", [])
    if not _is_list_of_text(vouched):
        _wants("[layers]", "vouched", vouched, Text("服务代码列表", "a list of service codes"))
    _known_services(vouched, "[layers]", "vouched")
    sources = raw.get("source", [])
    if not isinstance(sources, list):
        _wants("", "source", sources, Text("[[source]]，每个文件一节", "[[source]], one for each file"))
    parsed = tuple(_source(entry, i) for i, entry in enumerate(sources, start=1))
    _no_doubles(parsed)
    return Config(
        name=_name(city),
        year=_year(city),
        crs=_crs(city),
        sources=parsed,
        population_total=None if total is None else float(total),
        weights_only=_flag(population, "weights_only"),
        vouched=frozenset(vouched),
        thresholds=_numbers(_section(raw, "thresholds"), "[thresholds]"),
        walkers={
            walker: _numbers(_section(_section(raw, "walkers"), walker, "walkers."), f"[walkers.{walker}]")
            for walker in _section(raw, "walkers")
        },
        settings=dict(_section(raw, "settings")),
        costs={of: _costs(raw, of) for of in _section(raw, "costs")},
    )


def config_text(config: Config) -> str:
    """The city.toml of a config, with a comment for whoever opens it next.

    Examples
    --------
    >>> config = Config("磁溪市", 2025, CRS.from_epsg(4545), (Source("dem", "input/dem.tif"),))
    >>> import tomllib
    >>> parse_config(tomllib.loads(config_text(config))) == config
    True
    """
    crs = config.crs.to_authority()
    blocks = [
        _HEAD_COMMENT,
        _block(
            "[city]",
            {"name": config.name, "year": config.year, "crs": ":".join(crs) if crs else config.crs.to_wkt()},
            f"# crs: {config.crs.name}，单位米 in metres",
        ),
    ]
    blocks += [
        _block("[[source]]", {"kind": s.kind, "file": s.file, **s.options}, "" if i else _SOURCE_COMMENT)
        for i, s in enumerate(config.sources)
    ]
    population: dict[str, object] = {}
    if config.population_total is not None:
        population["total"] = config.population_total
    if config.weights_only:
        population["weights_only"] = True
    blocks += [
        _block("[population]", population, _POPULATION_COMMENT),
        _block("[layers]", {"vouched": sorted(config.vouched)}, _LAYERS_COMMENT),
        _block("[thresholds]", config.thresholds, _THRESHOLDS_COMMENT),
        *(_block(f"[walkers.{toml_key(name)}]", values) for name, values in config.walkers.items()),
    ]
    blocks += [_block(f"[costs.{toml_key(of)}]", values) for of, values in config.costs.items()]
    if config.settings:
        blocks.append(_block("[settings]", config.settings))
    return "\n\n".join(blocks) + "\n"


_HEAD_COMMENT = """\
# 城市文件夹说明，改动后运行 yiju build。
# What this city is made of; run `yiju build` after a change."""
_SOURCE_COMMENT = """\
# 每个输入文件一节，按顺序读取，后者优先。
# One entry for each input file, read in this order; the later wins where two say the same."""
_POPULATION_COMMENT = """\
# total: 无人口文件时按居住建筑面积分摊的总人口；weights_only = true: 总数非本市口径，只用作权重。
# total: people, spread over homes where no file is given.
# weights_only = true: the total is not this city's own; shares hold, counts do not."""
_LAYERS_COMMENT = """\
# vouched: 由城市确认可信的 OpenStreetMap 设施图层；未确认的只作筛查，不形成需求。
# vouched: services whose OpenStreetMap layer the city stands behind; others only screen and raise no need."""
_THRESHOLDS_COMMENT = """\
# 地方标准，如 L09 = 85.0；报告会列出改动。
# Local thresholds, such as L09 = 85.0; the report shows which differ."""


def _block(head: str, entries: Mapping[str, object], comment: str = "") -> str:
    lines = [comment] if comment else []
    return "\n".join([*lines, head, *(f"{toml_key(k)} = {toml_value(v)}" for k, v in entries.items())])


def _refuse(where: str, zh: str, en: str, *, hint: Text | None = None) -> NoReturn:
    at_zh, at_en = (f"，{where}", f", {where}") if where else ("", "")
    raise ConfigError(Text(f"city.toml{at_zh}：{zh}", f"city.toml{at_en}: {en}"), hint=hint)


def _wants(where: str, key: str, given: object, wanted: Text) -> NoReturn:
    _refuse(
        where,
        f"{key} 应为{wanted.zh}，实际为 {given!r}。",
        f"{key} needs to be {wanted.en}, was given {given!r} instead.",
    )


def _known(given: Iterable[str], known: Iterable[str], where: str) -> None:
    known = list(known)
    for key in given:
        if key in known:
            continue
        near = difflib.get_close_matches(key, known, n=1)
        hint = (
            Text(f"是否指 {near[0]}？", f"Did you mean {near[0]}?")
            if near
            else Text(f"可用：{'、'.join(known)}。", f"Known: {', '.join(known)}.")
            if known
            else None
        )
        _refuse(where, f"没有 {key} 这一项。", f"there is no {key} here.", hint=hint)


def _section(raw: Mapping[str, Any], name: str, prefix: str = "") -> Mapping[str, Any]:
    section = raw.get(name, {})
    if not isinstance(section, Mapping):
        _wants("", prefix + name, section, Text(f"一节 [{prefix}{name}]", f"a section [{prefix}{name}]"))
    return section


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_list_of_text(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(v, str) for v in value)


def _numbers(section: Mapping[str, Any], where: str) -> dict[str, float]:
    for key, value in section.items():
        if not _is_number(value):
            _wants(where, key, value, Text("数字", "a number"))
    return {key: float(value) for key, value in section.items()}


def _costs(raw: Mapping[str, Any], of: str) -> dict[str, float]:
    """Unit costs of one service or kind of site; their names are known to who plans with them."""
    where = f"[costs.{of}]"
    costs = _numbers(_section(_section(raw, "costs"), of, "costs."), where)
    for key, value in costs.items():
        if not 0 <= value < float("inf"):
            _wants(where, key, value, Text("不小于 0 的数", "a number of at least 0"))
    return costs


def _flag(section: Mapping[str, Any], key: str) -> bool:
    value = section.get(key, False)
    if not isinstance(value, bool):
        _wants("[population]", key, value, Text("true 或 false", "true or false"))
    return value


def _name(city: Mapping[str, Any]) -> str:
    name = city.get("name")
    if not isinstance(name, str) or not name.strip():
        _wants("[city]", "name", name, Text("城市名称", "the city's name"))
    return name


def _year(city: Mapping[str, Any]) -> int:
    year = city.get("year")
    if not isinstance(year, int) or isinstance(year, bool) or not _FIRST_YEAR <= year <= _LAST_YEAR:
        _wants("[city]", "year", year, Text("体检年度，如 2025", "the year of the check-up, such as 2025"))
    return year


def _crs(city: Mapping[str, Any]) -> CRS:
    given = city.get("crs")
    try:
        crs = CRS.from_user_input(given)
    except CRSError:
        _wants("[city]", "crs", given, Text("坐标系，如 EPSG:4547", "a coordinate system, such as EPSG:4547"))
    if not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info[:2]):
        _wants("[city]", "crs", given, Text("以米为单位的投影坐标系", "projected, in metres"))
    return crs


def _source(entry: object, number: int) -> Source:
    where = f"[[source]] {number}"
    if not isinstance(entry, Mapping):
        _wants("", "source", entry, Text("[[source]]，每个文件一节", "[[source]], one for each file"))
    kind, file = entry.get("kind"), entry.get("file")
    if not isinstance(kind, str):
        _wants(
            where, "kind", kind, Text(f"{'、'.join(SOURCE_KINDS)} 之一", f"one of {', '.join(SOURCE_KINDS)}")
        )
    _known([kind], SOURCE_KINDS, f"{where} kind")
    if not isinstance(file, str) or not file:
        _wants(where, "file", file, Text("文件路径", "the path of a file"))
    options = {k: v for k, v in entry.items() if k not in ("kind", "file")}
    where = f"{where} ({kind}, {file})"
    _known(options, SOURCE_KINDS[kind], where)
    for key, value in options.items():
        fits, wanted = _OPTIONS[key]
        if not fits(value):
            _wants(where, key, value, wanted)
    _known_services(options.get("complete_for", []), where, "complete_for")
    if kind in ("facilities", "candidates") and "datum" not in options:
        _refuse(
            where,
            "须写明坐标基准 datum（wgs84、cgcs2000、gcj02 或 bd09），不作猜测。",
            "say the datum of its coordinates (wgs84, cgcs2000, gcj02 or bd09); it is never guessed.",
            hint=Text(
                "高德、腾讯地图为 gcj02，百度地图为 bd09，测绘成果为 cgcs2000。",
                "Amap and Tencent give gcj02, Baidu bd09, official surveys cgcs2000, GPS wgs84.",
            ),
        )
    return Source(kind, file, options)


def _no_doubles(sources: tuple[Source, ...]) -> None:
    of_kind = [(kind, [s.file for s in sources if s.kind == kind]) for kind in SINGLE_KINDS]
    people = [(str(s.options.get("role", "total")), s.file) for s in sources if s.kind == "population"]
    of_kind += [(f"population (role = {role})", [f for r, f in people if r == role]) for role in ROLES]
    for kind, files in of_kind:
        if len(files) > 1:
            _refuse(
                "",
                f"{kind} 只能有一个文件，现有 {'、'.join(files)}。",
                f"one file of kind {kind} at most, there are {', '.join(files)}.",
            )


def _known_services(codes: object, where: str, key: str) -> None:
    if not codes:
        return
    from yiju.city.services import SERVICES  # noqa: PLC0415 - read only where a code is to be checked

    _known(codes, SERVICES, f"{where} {key}")  # type: ignore[arg-type]


def _is_crs(value: object) -> bool:
    try:
        CRS.from_user_input(value)
    except CRSError:
        return False
    return True


_Check = tuple[Callable[[object], bool], Text]
_IS_TEXT: _Check = (lambda v: isinstance(v, str) and bool(v), Text("文字", "text"))
# option of a source -> whether a value fits, and the words for what is wanted
_OPTIONS: dict[str, _Check] = {
    "layer": _IS_TEXT,
    "id": _IS_TEXT,
    "name": _IS_TEXT,
    "parent": _IS_TEXT,
    # the name of a level, or the column that says it
    "level": _IS_TEXT,
    "columns": (lambda v: isinstance(v, Mapping), Text("列名对照表", "a table of column names")),
    "bands": (lambda v: isinstance(v, Mapping), Text("年龄段对照表", "a table of age bands")),
    "suppressed": (
        lambda v: isinstance(v, list | int | float | str),
        Text("表示未知的值", "the values that mean unknown"),
    ),
    "crs": (_is_crs, Text("坐标系，如 EPSG:4326", "a coordinate system, such as EPSG:4326")),
    "role": (lambda v: v in ROLES, Text("total 或 shares", "total or shares")),
    "datum": (
        lambda v: v in DATUMS,
        Text("wgs84、cgcs2000、gcj02 或 bd09", "wgs84, cgcs2000, gcj02 or bd09"),
    ),
    "complete_for": (_is_list_of_text, Text("服务代码列表", "a list of service codes")),
}
