"""``yiju whatif``: scenarios of a file beside the city as it is."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from yiju.cli.console import ConsoleProgress, json_option, lang_option, print_table, say, use_lang
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from yiju.supply.scenario import Scenario

# The Gini coefficient of daily access: how equal a city is, in one line.
_GINI = "Q01"
# Columns of the comparison that say what a row is about; the others are scenarios.
_WHAT = ("measure", "indicator", "method", "variant", "group", "unit")


@click.command(
    epilog="""\b
Example 示例:
  yiju whatif chongqing tries.toml
  yiju whatif chongqing tries.toml --place s-12 --all
  yiju whatif chongqing tries.toml --save "two stations"
"""
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("script", metavar="SCRIPT", type=click.Path(path_type=Path))
@click.option("--year", type=int, help="Year of the check-up. Default: the script's, or the city's own.")
@click.option("--place", help="Compare at this place, by its id, instead of the whole city. 地点编号")
@click.option("--all", "everything", is_flag=True, help="Show every number that differs. 全部差异")
@click.option(
    "--save", "plan", metavar="NAME", help="Put the scenario of this name into the ledger as a plan. 写入台账"
)
@json_option
@lang_option
def whatif(
    folder: Path,
    script: Path,
    *,
    year: int | None,
    place: str | None,
    everything: bool,
    plan: str | None,
    as_json: bool,
) -> None:
    """Try what SCRIPT, a TOML file, changes in DIR, and hold it against the city as it is (情景推演).

    A change adds, moves, closes or enlarges a facility, links streets, opens a gate, or sets another standard or other
    people. Every indicator that it touches is computed again, exactly, for all places and groups.
    """
    from yiju.city.folder import CityFolder
    from yiju.supply.scenario import compare
    from yiju.supply.scenario.script import read_script

    told = read_script(script)
    city = CityFolder.open(folder)
    progress = ConsoleProgress()
    progress.step(Text("推演各情景", "Try the scenarios"))
    scenarios = told.run(city, year=year)
    if plan is not None:
        _known(plan, scenarios)
    table = compare(scenarios, place=place)
    progress.close()
    if as_json:
        click.echo(json.dumps(_told(scenarios, table), ensure_ascii=False))
    else:
        _say(scenarios, table, everything=everything)
    if plan is not None:
        measures, promises = scenarios[plan].save(plan, due_year=told.due_year(plan), **told.spent(plan))
        say(
            Text(
                f"方案“{plan}”已写入台账：{len(measures)} 项措施，{len(promises)} 项承诺成效。",
                f"The plan {plan!r} is in the ledger: {len(measures)} measures, {len(promises)} promised values.",
            ),
            err=True,
        )


def _known(plan: str, scenarios: Mapping[str, Scenario]) -> None:
    from yiju.errors import UnknownName

    names = [name for name in scenarios if name != "now"]
    if plan not in names:
        raise UnknownName(Text("情景", "scenario"), plan, names)


def _told(scenarios: Mapping[str, Scenario], table: pd.DataFrame) -> dict[str, object]:
    """What a program wants to know: changes, numbers that differ, needs that change."""
    import pandas as pd

    def plain(frame: pd.DataFrame) -> list[dict[str, object]]:
        return [
            {str(k): None if pd.isna(v) else v for k, v in row.items()} for row in frame.to_dict("records")
        ]

    return {
        "snapshot": scenarios["now"].stored.snapshot,
        "year": scenarios["now"].stored.year,
        "scenarios": {
            name: {
                "changes": [change.words._asdict() for change in scenario.changes],
                "needs": plain(scenario.needs_closed()),
            }
            for name, scenario in scenarios.items()
        },
        "differs": plain(table),
    }


def _say(scenarios: Mapping[str, Scenario], table: pd.DataFrame, *, everything: bool) -> None:
    lang = use_lang()
    for name, scenario in scenarios.items():
        if scenario.changes:
            click.echo(f"{name}: " + "; ".join(change.words.say(lang) for change in scenario.changes))
    if not len(table):
        say(Text("各情景没有任何差别。", "Nothing differs between the scenarios."))
        return
    names = list(scenarios)
    gini = table["indicator"] == _GINI
    rows = [*_reached(table, names), *_values(table[gini], names), *_needs_and_gini(table, names)]
    others = _values(table[~gini], names)
    if everything:
        rows += others
    columns = {"what": Text("内容", "what"), "group": Text("人群", "group")}
    if not rows:
        say(Text("可达覆盖率与需求没有差别。", "No coverage on foot and no need differs."))
    else:
        print_table(rows, columns | {name: Text(name, name) for name in names})
    left = 0 if everything else len(others)
    if left:
        say(
            Text(f"另有 {left} 项指标值不同，用 --all 查看。", f"{left} more values differ: --all."), err=True
        )


def _coverages(table: pd.DataFrame) -> pd.Series:
    """Which rows are shares of people within a walk."""
    is_value, on_foot = table["measure"] == "value", table["method"] == "network"
    shares: pd.Series = is_value & on_foot & (table["unit"] == "%")
    return shares


def _reached(table: pd.DataFrame, names: list[str]) -> list[dict[str, object]]:
    """Shares of people within reach by a walk, and how many they are where people are counted."""
    keys = list(_WHAT[1:5])
    people = table[table["measure"] == "people_reached"].set_index(keys)[names]
    rows: list[dict[str, object]] = []
    for key, shares in table[_coverages(table)].set_index(keys)[names].iterrows():
        cells = {name: "" if shares.isna()[name] else f"{shares[name]:.1f}%" for name in names}
        if key in people.index:
            cells = {name: f"{people.loc[key][name]:,.0f} ({cells[name]})" for name in names}
        rows.append({"what": _name(key[0], key[2]), "group": _group(key[3]), **cells})
    return rows


def _needs_and_gini(table: pd.DataFrame, names: list[str]) -> list[dict[str, object]]:
    from yiju.city.services import SERVICES
    from yiju.supply.scenario.needs import FATES

    lang = use_lang()
    rows: list[dict[str, object]] = []
    for row in table[table["measure"] == "gini"].to_dict("records"):
        what = Text("人均供给基尼系数：", "Gini of places a person: ").say(lang)
        service = SERVICES[row["indicator"]].name.say(lang)
        rows.append({"what": what + service, "group": "", **{n: f"{row[n]:.3f}" for n in names}})
    for row in table[table["measure"] == "needs"].to_dict("records"):
        what = Text("需求：", "needs: ").say(lang) + FATES[row["indicator"]].say(lang)
        rows.append({"what": what, "group": "", **{n: f"{row[n]:.0f}" for n in names}})
    return rows


def _values(table: pd.DataFrame, names: list[str]) -> list[dict[str, object]]:
    """All values of indicators that are not those of a coverage on foot."""
    keys = list(_WHAT[1:5])
    others = table[(table["measure"] == "value") & ~_coverages(table)].set_index(keys)
    rows: list[dict[str, object]] = []
    for key, row in others.iterrows():
        cells = dict(zip(names, _told_apart([float(row[name]) for name in names]), strict=True))
        rows.append({"what": f"{_name(key[0], key[2])} {key[1]}", "group": _group(key[3]), **cells})
    return rows


def _name(indicator: str, variant: str) -> str:
    from yiju.checkup.catalogue import catalogue

    name = catalogue()[indicator].name.say(use_lang())
    return f"{indicator} {name}" + (f" ({variant})" if variant else "")


def _group(code: str) -> str:
    from yiju.city.services import GROUPS

    return GROUPS[code].name.say(use_lang())


def _told_apart(values: list[float]) -> list[str | None]:
    """Numbers with as many digits as it takes to see which of them differ, three at least."""
    known = [v for v in values if not math.isnan(v)]
    for digits in range(3, 10):
        said = [None if math.isnan(v) else _with_digits(v, digits) for v in values]
        if len({s for s in said if s is not None}) == len(set(known)):
            break
    return said


def _with_digits(value: float, digits: int) -> str:
    return f"{value:,.{max(digits - 4, 0)}f}" if abs(value) >= 1000 else f"{value:.{digits}g}"
