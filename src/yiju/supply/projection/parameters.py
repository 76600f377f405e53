"""What a projection assumes, as data: ``parameters.toml`` of Yiju, over it the ``projection.toml`` of the city."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from yiju.errors import InputError, UnknownName
from yiju.supply.projection.ages import AGES, OLDEST
from yiju.supply.projection.component import Levels, Rates, refuse
from yiju.supply.projection.life_table import survival, table_with, years_lived
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Floats = npt.NDArray[np.float64]
# A number for each year; the last one holds on.
Level = tuple[float, ...]

CITY_FILE = "projection.toml"
_DEFAULTS = Path(__file__).with_name("parameters.toml")
_SECTIONS = ("births", "deaths", "migration")
_SOURCE = ("source_zh", "source_en", "provisional")
_KEYS: Mapping[str, tuple[str, ...]] = {
    "births": ("per_1000_women", "sex_ratio", "times", *_SOURCE),
    "deaths": (
        "life_expectancy", "infant_per_1000", "gompertz", "makeham", "q_female", "q_male", *_SOURCE,
    ),
    "migration": ("in_per_1000", "out_per_1000", "schedule", *_SOURCE),
    "a community": ("births", "in_people", "in_per_1000", "out_per_1000"),
    "a scenario": ("zh", "en", "births", "in_per_1000", "out_per_1000"),
}  # fmt: skip
_AGE = re.compile(r"(\d+)(?:-(\d+))?")


@dataclass(frozen=True)
class Moves:
    """How births and movements of one community, or of a scenario, differ; rates are for every 1,000 residents."""

    births: Level = (1.0,)
    in_people: Level = (0.0,)
    in_per_1000: Level = (0.0,)
    out_per_1000: Level = (0.0,)


@dataclass(frozen=True)
class Outlook:
    """A scenario of population: births are multiplied by its factor, its movements are added."""

    code: str
    name: Text
    moves: Moves


@dataclass(frozen=True, eq=False)
class Parameters:
    """All that a projection assumes.

    Attributes
    ----------
    rates
        Births and deaths by age.
    lived
        (2, 101) years lived by women and men at each age, for one newborn girl and ``sex_ratio`` / 100 boys.
    schedule
        (101,) how much more those of an age move.
    times
        Factor on all births.
    everywhere
        What holds in a community that is not named.
    communities
        What holds in those that are.
    outlooks
        The scenarios.
    notes
        Sources, and which of them are provisional.
    """

    rates: Rates
    lived: Floats
    schedule: Floats
    times: Level
    everywhere: Moves
    communities: Mapping[str, Moves]
    outlooks: Mapping[str, Outlook]
    notes: tuple[Text, ...] = ()

    def outlook(self, code: str) -> Outlook:
        """The scenario of that code.

        Raises
        ------
        UnknownName
            There is none; the nearest are offered.
        """
        if code not in self.outlooks:
            raise UnknownName(Text("人口方案", "scenario of population"), code, self.outlooks)
        return self.outlooks[code]

    def levels(self, communities: Sequence[str], years: int, outlook: Outlook) -> Levels:
        """Levels of births and movements by year and community.

        Raises
        ------
        UnknownName
            A community that is named in the parameters is not among those given.
        """
        for named in self.communities:
            if named not in communities:
                raise UnknownName(Text("有居民的社区", "community with residents"), named, communities)
        mine = [self.communities.get(c, self.everywhere) for c in communities]
        other = outlook.moves

        def over_years(name: str) -> Floats:
            return np.array([_stretched(getattr(moves, name), years) for moves in mine]).reshape(-1, years).T

        def added(name: str) -> Floats:
            return over_years(name) + _stretched(getattr(other, name), years)[:, None]

        return Levels(
            births=over_years("births")
            * (_stretched(self.times, years) * _stretched(other.births, years))[:, None],
            arrivals=over_years("in_people"),
            arrival_rate=added("in_per_1000") / 1000.0,
            departure_rate=added("out_per_1000") / 1000.0,
            schedule=self.schedule,
            names=tuple(communities),
        )


def _stretched(level: Level, years: int) -> Floats:
    return np.array([level[min(year, len(level) - 1)] for year in range(years)], dtype=np.float64)


def read_parameters(folder: Path | str | None = None) -> Parameters:
    """Read the parameters that come with Yiju, and over them those of a city.

    Parameters
    ----------
    folder
        The city folder, which may hold a ``projection.toml``; None for none.

    Raises
    ------
    InputError
        The file cannot be read, an entry is not known, or a number cannot be; it names the entry.

    Examples
    --------
    >>> parameters = read_parameters()
    >>> float(parameters.rates.fertility.sum().round(2)), list(parameters.outlooks)
    (1.3, ['low', 'middle', 'high'])
    """
    raw = _load(_DEFAULTS)
    file = None if folder is None else Path(folder) / CITY_FILE
    if file is None or not file.is_file():
        return parse_parameters(raw)
    own = _load(file)
    try:
        _known(own, (*_SECTIONS, "communities", "scenarios"), "")
        return parse_parameters(_over(raw, own))
    except InputError as fault:
        raise InputError(fault.message, file=file, hint=fault.hint) from fault


def _load(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as cause:
        raise InputError(Text(f"无法读取：{cause}", f"cannot be read: {cause}"), file=file) from cause


def _over(raw: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The city's entries over ours; a section with its own source is no longer provisional unless it says so."""
    merged = dict(raw)
    for name, section in own.items():
        _table(section, name)
        if name in _SECTIONS:
            new = {"provisional": False} if "source_zh" in section or "source_en" in section else {}
            merged[name] = {**raw[name], **new, **section}
        else:  # a scenario of ours that is changed keeps what is not said anew
            ours = raw.get(name, {})
            merged[name] = ours | {
                code: {**ours.get(code, {}), **_table(entry, f"{name}.{code}")}
                for code, entry in section.items()
            }
    return merged


def parse_parameters(raw: Mapping[str, Any]) -> Parameters:
    """Check what was read; see :func:`read_parameters`."""
    for name in _SECTIONS:
        _known(raw[name], _KEYS[name], name)
    births, deaths, migration = (raw[name] for name in _SECTIONS)
    q = np.array([_dying(deaths, sex) for sex in ("female", "male")])
    alive, newborn = zip(*(survival(of) for of in q), strict=True)
    sex_ratio = _number(births["sex_ratio"], "births.sex_ratio")
    rates = Rates(
        np.array(alive), np.array(newborn), _fertility(births["per_1000_women"]), sex_ratio=sex_ratio
    )
    everywhere = Moves(**{k: _level(migration[k], f"migration.{k}") for k in ("in_per_1000", "out_per_1000")})
    outlooks = {}
    for code, entry in raw.get("scenarios", {}).items():
        _known(_table(entry, f"scenarios.{code}"), _KEYS["a scenario"], f"scenarios.{code}")
        moves = _moves(entry, f"scenarios.{code}", Moves())
        outlooks[code] = Outlook(code, Text(entry.get("zh", code), entry.get("en", code)), moves)
    communities = {}
    for code, entry in raw.get("communities", {}).items():
        _known(_table(entry, f"communities.{code}"), _KEYS["a community"], f"communities.{code}")
        communities[code] = _moves(entry, f"communities.{code}", everywhere)
    return Parameters(
        rates,
        np.array([years_lived(of) for of in q]) * np.array([[1.0], [sex_ratio / 100.0]]),
        _schedule(migration["schedule"]),
        _level(births["times"], "births.times"),
        everywhere,
        communities,
        outlooks,
        tuple(_source(raw[name]) for name in _SECTIONS),
    )


def _dying(deaths: Mapping[str, Any], sex: str) -> Floats:
    if f"q_{sex}" in deaths:
        q = np.asarray(deaths[f"q_{sex}"], dtype=np.float64)
        if q.shape != (AGES,):
            raise InputError(
                Text(f"应有 {AGES} 个年龄（0 至 {OLDEST}+），实际为 {q.size}。",
                     f"needs {AGES} ages, 0 to {OLDEST} and over, was given {q.size}."),
                field=f"deaths.q_{sex}",
            )  # fmt: skip
        return q
    expectancy = _table(deaths["life_expectancy"], "deaths.life_expectancy")
    _known(expectancy, ("female", "male"), "deaths.life_expectancy")
    return table_with(
        _number(expectancy[sex], f"deaths.life_expectancy.{sex}"),
        infant=_number(deaths["infant_per_1000"], "deaths.infant_per_1000", most=1000.0) / 1000.0,
        gompertz=_number(deaths["gompertz"], "deaths.gompertz", least=1e-6),
        makeham=_number(deaths["makeham"], "deaths.makeham"),
        ages=AGES,
    )


def _fertility(bands: Mapping[str, Any]) -> Floats:
    """(101,) births a woman of an age; a band such as 25-29 gives each of its years its rate."""
    rates = np.zeros(AGES)
    for band, per_1000 in _table(bands, "births.per_1000_women").items():
        found = _AGE.fullmatch(band)
        low, high = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
        if not low <= high < OLDEST or rates[low : high + 1].any():
            raise InputError(
                Text(f"年龄应写作 25-29 或 25，且互不重叠，实际为 {band}。",
                     f"an age needs to be written 25-29 or 25 and to stand once, was {band}."),
                field="births.per_1000_women",
            )  # fmt: skip
        rates[low : high + 1] = _number(per_1000, f"births.per_1000_women.{band}") / 1000.0
    return rates


def _schedule(given: Mapping[str, Any]) -> Floats:
    names = ("a1", "alpha1", "a2", "alpha2", "mu2", "lambda2", "c")
    _known(_table(given, "migration.schedule"), names, "migration.schedule")
    for name in names:
        if name not in given:
            raise InputError(Text(f"缺少 {name}。", f"{name} is missing."), field="migration.schedule")
    s = {name: _number(given[name], f"migration.schedule.{name}") for name in names}
    x = np.arange(AGES, dtype=np.float64)
    work = np.exp(-s["alpha2"] * (x - s["mu2"]) - np.exp(-s["lambda2"] * (x - s["mu2"])))
    schedule: Floats = s["a1"] * np.exp(-s["alpha1"] * x) + s["a2"] * work + s["c"]
    return schedule


def _moves(entry: Mapping[str, Any], where: str, base: Moves) -> Moves:
    given = {k: _level(entry[k], f"{where}.{k}") for k in Moves.__dataclass_fields__ if k in entry}
    return Moves(**{k: given.get(k, getattr(base, k)) for k in Moves.__dataclass_fields__})


def _level(given: object, where: str) -> Level:
    levels = given if isinstance(given, list) else [given]
    if not levels:
        raise InputError(Text("不能为空。", "needs at least one number."), field=where)
    return tuple(_number(level, where) for level in levels)


def _number(given: object, where: str, *, least: float = 0.0, most: float = np.inf) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise InputError(
            Text(f"应为数，实际为 {given!r}。", f"needs to be a number, was {given!r}."), field=where
        )
    refuse(given, where, most=most)
    if given < least:
        raise InputError(
            Text(f"应大于 0，实际为 {given}。", f"needs to be over 0, was {given}."), field=where
        )
    return float(given)


def _table(given: object, where: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise InputError(Text("应为一节或一张表。", "needs to be a section or a table."), field=where)
    return given


def _known(given: Iterable[str], known: Sequence[str], where: str) -> None:
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1) or list(known)
            raise InputError(
                Text(f"没有 {key} 这一项。", f"there is no {key} here."),
                field=where or None,
                hint=Text(f"可用：{'、'.join(near)}。", f"Known: {', '.join(near)}."),
            )


def _source(section: Mapping[str, Any]) -> Text:
    zh, en = section.get("source_zh", ""), section.get("source_en", "")
    zh, en = zh or en, en or zh
    return (
        Text(f"{zh}（暂定）。", f"{en} (provisional).")
        if section.get("provisional")
        else Text(f"{zh}。", f"{en}.")
    )
