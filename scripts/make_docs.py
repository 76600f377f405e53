"""Write the reference pages that code and catalogue already say; ``--check`` only tells whether they are fresh."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from yiju.checkup.catalogue import catalogue, read_catalogue, word
from yiju.checkup.registry import function_of, name_of
from yiju.city.classes import CLASSES
from yiju.city.services import CLASS_NAMES, GROUPS, INSTRUMENT_NAMES, SERVICES, UNITS
from yiju.city.tables import TABLES
from yiju.cli.main import COMMANDS, main
from yiju.supply.plan.unit_costs import unit_costs
from yiju.supply.plan.words import OPTION_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable

    from yiju.checkup.indicator import Indicator
    from yiju.city.services import Service
    from yiju.text import Text

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
MADE = "<!-- Made by scripts/make_docs.py from the code; edit the code. -->\n\n"


def both(text: Text) -> str:
    """Chinese, then English, in one table cell."""
    return f"{text.zh}<br>{text.en}".replace("|", "\\|").replace("\n", " ")


def commands() -> str:
    """Every command with its help, as the terminal shows it."""
    page = ["# Commands\n\n命令。Every command takes `--lang zh|en`, and `--json` where it prints a table.\n"]
    group = click.Context(main, info_name="yiju", terminal_width=100, max_content_width=100)
    for name, (_, line) in COMMANDS.items():
        command = main.get_command(group, name)
        assert command is not None
        context = click.Context(
            command, info_name=name, parent=group, terminal_width=100, max_content_width=100
        )
        page.append(
            f"\n## yiju {name}\n\n{line.en} {line.zh}。\n\n```text\n{command.get_help(context)}\n```\n"
        )
    return "".join(page)


def tables() -> str:
    """Every table contract."""
    head = (
        "# Tables\n\n数据表。GeoParquet in the city folder; geometry in the city's own CRS, "
        "metres; unknown is null.\n"
    )
    page = [head]
    for table in TABLES.values():
        geometry = f" Geometry: {', '.join(table.geometry)}." if table.geometry else ""
        bands = f" Further columns match `{table.bands}`." if table.bands else ""
        page.append(
            f"\n## {table.name}\n\n{table.meaning.zh} · {table.meaning.en}. "
            f"Key: {', '.join(table.key)}.{geometry}{bands}\n\n"
            "| column | type | unknown? | meaning |\n|---|---|---|---|\n"
        )
        for c in table.columns:
            choices = f" ({', '.join(c.choices)})" if c.choices else ""
            page.append(
                f"| `{c.name}` | {c.kind} | {'may be' if c.unknown else ''} | {both(c.meaning)}{choices} |\n"
            )
    return "".join(page)


def services() -> str:
    """The service catalogue."""
    head = (
        "# Services\n\n服务目录。Radius and minutes are of the standard named; "
        "† marks a number that was not read in the issued text.\n\n"
        "| code | name | class | for | radius, time | one per | places and floor area due | lead | source |\n"
        "|---|---|---|---|---|---|---|---|---|\n"
    )
    page = [head]
    for code, s in SERVICES.items():
        reach = f"{s.radius_m:,.0f} m" if s.radius_m else ""
        reach += f" (relaxed {s.relaxed_m:,.0f} m)" if s.relaxed_m else ""
        reach += f", {s.minutes:g} min" if s.minutes else ""
        page.append(
            f"| `{code}` | {both(s.name)} | {both(CLASS_NAMES[s.service_class])}, {INSTRUMENT_NAMES[s.instrument].en} "
            f"| {_for_whom(s)} | {reach} "
            f"| {f'{s.duty_people:,}' if s.duty_people else ''} | {_due(s)} | {both(UNITS[s.lead].name)} "
            f"| {s.source}{' †' if s.provisional else ''} |\n"
        )
    return "".join([*page, _classes()])


def _for_whom(s: Service) -> str:
    groups = ", ".join(GROUPS[g].name.en for g in s.groups)
    return f"{groups}<br>{both(s.entitled)}" if s.entitled else groups


def _due(s: Service) -> str:
    """What is due for every 1,000 people, each number with its source."""
    of = GROUPS[s.norm_group].name.en if s.norm_group else "those it is for"
    norms = {
        "places_per_1000": ("places", s.places_per_1000),
        "floor_m2_per_1000": ("m²", s.floor_m2_per_1000),
    }
    return "<br>".join(
        f"{norm:g} {unit} per 1,000 of {of} ({s.sources[name].text}){' †' if s.sources[name].provisional else ''}"
        for name, (unit, norm) in norms.items()
        if norm is not None
    )


def _classes() -> str:
    """Whose duty each class is, and how it is answered."""
    page = ["\n## Classes\n\n分类施策。† marks wording that was not read in the source named.\n"]
    for duty in CLASSES.values():
        page.append(
            f"\n### {duty.name.zh} {duty.name.en}\n\n{duty.test.zh}。{duty.test.en}. ({duty.source})\n\n"
        )
        page.append("| who | has which part |\n|---|---|\n")
        page += [f"| {both(body.name)} | {both(body.role)} |\n" for body in duty.bodies]
        page.append("\n| instrument | means |\n|---|---|\n")
        page += [
            f"| `{o.code}` {both(o.name)}{' †' if o.provisional else ''} | {both(o.meaning)} |\n"
            for o in duty.options
        ]
    return "".join(page)


def costs() -> str:
    """The unit costs that a plan counts with."""
    told = unit_costs()
    head = (
        "# Unit costs\n\n单位造价。What a plan counts with, in yuan; `city.toml` overrides each under `[costs.NAME]`. "
        "Where no source is named a figure is remembered from public tenders of about 2020 to 2024: provisional, to be "
        "replaced before an official use.\n\n## Kinds of candidate\n\n"
        "| NAME | kind | option | `site_yuan` | `works_yuan_per_m2` |\n|---|---|---|---|---|\n"
    )
    kinds = [
        f"| `{kind}` | {both(k.name)} | {both(OPTION_NAMES[k.option])} "
        f"| {k.site_yuan:,.0f} | {k.works_yuan_per_m2:,.0f} |\n"
        for kind, k in told.kinds.items()
    ]
    names = (
        "floor_area_m2", "m2_per_place", "fit_out_yuan_per_m2", "equipment_yuan_per_place", "buy_yuan_per_place",
        "partner_yuan_per_place",
    )  # fmt: skip
    middle = (
        f"\n## Services\n\n| NAME | service | {' | '.join(f'`{n}`' for n in names)} | source |\n"
        f"|---|---|{'---|' * len(names)}---|\n"
    )
    services = [
        f"| `{code}` | {both(SERVICES[code].name)} "
        f"| {' | '.join(f'{getattr(s, n):,g}' for n in names)} | {s.source} |\n"
        for code, s in told.services.items()
    ]
    return "".join([head, *kinds, middle, *services])


def indicators() -> str:
    """The indicator catalogue, one section for each."""
    head = (
        "# Indicators\n\n指标目录。`computed`: Yiju computes it; `table`: the city's own figure; "
        "`store`: field inspection, stored and reported. Class A: open data; A\\*: with a facility layer that "
        "someone vouches for; B: an official table or log; C: inspection only. "
        "† marks a definition or yardstick that was not read in the issued text.\n"
    )
    return head + "".join(_indicator(entry) for entry in catalogue().values())


def cite(source: str) -> Text:
    """The source in words."""
    return read_catalogue().cite(source)


def _indicator(entry: Indicator) -> str:
    computability = entry.computability.replace("*", "\\*")
    facts = {
        "Definition 定义": both(entry.formula),
        "Unit 单位": both(word("units", entry.unit)),
        "Dimension 目标": both(word("dimensions", entry.dimension)),
        "Official level 层级": entry.level,
        "How, class 方式与类别": f"{entry.how}, {computability}",
        "Methods 方法": ", ".join(entry.methods),
        "Variants 变体": ", ".join(f"`{v.code}`" for v in entry.variants if v.code),
        "Standard 标准": _yardstick(entry),
        "Tables 数据表": ", ".join(f"`{t}`" for t in entry.tables),
        "Answered by 由此回答": entry.answered_by.indicator if entry.answered_by else "",
        "Function 函数": f"`{name_of(function)}`" if (function := function_of(entry.id)) else "",
        "Source 依据": both(cite(entry.source)),
        "Caveat 说明": both(entry.caveat) if entry.caveat.en else "",
    }
    dagger = " †" if entry.provisional else ""
    rows = "".join(f"| {label} | {fact} |\n" for label, fact in facts.items() if fact)
    return f"\n### {entry.id} {entry.name.zh} {entry.name.en}{dagger}\n\n| | |\n|---|---|\n{rows}"


def _yardstick(entry: Indicator) -> str:
    if entry.target is not None:
        sign = {"higher": "≥ ", "lower": "≤ "}.get(entry.direction, "")
        return f"{sign}{entry.target.value:g} ({both(cite(entry.target.source))})"
    if entry.band is not None:
        return f"{entry.band.low:g} to {entry.band.high:g} ({both(cite(entry.band.source))})"
    return ""


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": commands,
    "tables.md": tables,
    "services.md": services,
    "costs.md": costs,
    "indicators.md": indicators,
}


def run() -> int:
    """Write the pages, or compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a page is stale")
    stale = []
    check = parser.parse_args().check
    for name, make in PAGES.items():
        file, text = REFERENCE / name, MADE + make()
        if check and (not file.is_file() or file.read_text(encoding="utf-8") != text):
            stale.append(name)
        if not check:
            file.write_text(text, encoding="utf-8")
    if stale:
        print(f"Stale: {', '.join(stale)} in docs/reference. Run `make docs`.")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(run())
