"""``yiju plan``: where which service should go, what it costs, whom it reaches, and why just there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yiju.cli.console import ConsoleProgress, json_option, lang_option, print_table, say, use_lang
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.supply.plan import Plan, Question

_COLUMNS = {
    "rank": Text("序位", "rank"),
    "name": Text("选址", "site"),
    "services": Text("服务", "services"),
    "floor_area_m2": Text("面积 m²", "floor m2"),
    "cost_yuan": Text("投入 元", "yuan"),
    "people": Text("惠及 人", "people"),
    "next_best_name": Text("次优", "next best"),
    "year": Text("年份", "year"),
}
_PROBLEMS = ("maximal", "median", "cover", "expand")


@click.command(
    epilog="""\b
Example 示例:
  yiju plan chongqing --service elder_day_care --service childcare --budget 8000000 --sites 3 --complex
  yiju plan chongqing --service kindergarten --problem cover --share 0.95
  yiju plan las-palmas --service elder_day_care --sites 4 --assume age_60_plus=0.24
"""
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--service", "services", multiple=True, required=True,
    help="A service, by its code; several are planned together. 服务代码",
)  # fmt: skip
@click.option("--budget", type=float, help="Money in all, yuan. 预算（元）")
@click.option("--sites", type=int, help="Number of sites: the most with a budget. 站点数")
@click.option(
    "--problem", type=click.Choice(_PROBLEMS), default="maximal", show_default=True,
    help="Most people within reach; least walking; least money for a share; most places for the money. 选址问题",
)  # fmt: skip
@click.option(
    "--colocate/--no-colocate", default=True, show_default=True, help="Services may share a site. 可合建"
)
@click.option(
    "--complex", "complexes", is_flag=True,
    help="Each site is a complex: 600 m2 or more, three functions or all that are asked for. 综合体",
)  # fmt: skip
@click.option(
    "--existing-locked/--existing-free", "keep_existing", default=True, show_default=True,
    help="What is there stays open, or may be moved (median). 保留现有设施",
)  # fmt: skip
@click.option("--share", type=float, default=0.9, show_default=True, help="Share to cover (cover). 覆盖率")
@click.option("--years", help="Open the sites over these years: 2026,2027. 分年度实施")
@click.option(
    "--scenario",
    help="People of those years: middle, or another of projection.toml. Default: today's. 人口情景",
)
@click.option(
    "--assume", multiple=True, metavar="GROUP=SHARE",
    help="Share of a group among the residents, where the population has no ages. 假定人群占比",
)  # fmt: skip
@click.option("--seconds", type=float, default=30.0, show_default=True, help="Time for the search. 求解时限")
@click.option("--year", type=int, help="Year of the check-up. Default: the city's own.")
@click.option("--name", help="Name of the plan. Default: after its services. 方案名称")
@click.option("--save", is_flag=True, help="Put the measures and what they promise into the ledger. 写入台账")
@json_option
@lang_option
def plan(folder: Path, *, year: int | None, save: bool, as_json: bool, **given: Any) -> None:
    """Plan where services should go in DIR, with a proof of how good the plan is (供给选址与方案).

    The plan is stored in DIR/plans/NAME, where the report finds it. It answers the check-up: run that first.
    """
    from yiju.city.folder import CityFolder
    from yiju.supply.plan import make_plan, write_plan

    asked = _question(**given)
    city = CityFolder.open(folder)
    progress = ConsoleProgress()
    made = make_plan(city, asked, year=year, progress=progress)
    at = write_plan(city, made)
    if save:
        from yiju.supply.plan import save_measures

        progress.step(Text("记入台账", "Putting it into the ledger"))
        save_measures(city, made)
    progress.close()
    if as_json:
        click.echo(json.dumps(_told(made, at), ensure_ascii=False))
        return
    _say(made, at)


def _question(
    services: tuple[str, ...], years: str | None, assume: tuple[str, ...], **given: Any
) -> Question:
    from yiju.city.readers.service_names import service_code
    from yiju.supply.plan import Question

    return Question(
        services=tuple(service_code(name) for name in services),
        budget_yuan=given.pop("budget"),
        years=_years(years),
        assumed_shares=dict(_share(said) for said in assume),
        **given,
    )


def _years(said: str | None) -> tuple[int, ...]:
    try:
        return () if said is None else tuple(int(year) for year in said.split(","))
    except ValueError as cause:
        raise click.BadParameter(
            "write years as 2026,2027 年份写作 2026,2027", param_hint="--years"
        ) from cause


def _share(said: str) -> tuple[str, float]:
    group, _, share = said.partition("=")
    try:
        return group, float(share)
    except ValueError as cause:
        raise click.BadParameter(
            "write a group and its share as age_60_plus=0.24 写作 age_60_plus=0.24", param_hint="--assume"
        ) from cause


def _told(made: Plan, at: Path) -> dict[str, object]:
    sites = made.sites.drop(columns="geometry").assign(x=made.sites.geometry.x, y=made.sites.geometry.y)
    rows = json.loads(sites.to_json(orient="records", force_ascii=False))
    return {"folder": str(at), **made.about, "sites": rows}


def _say(made: Plan, at: Path) -> None:
    about, lang = made.about, use_lang()
    rows = [
        {
            **row,
            "floor_area_m2": f"{row['floor_area_m2']:,.0f}",
            "cost_yuan": f"{row['cost_yuan']:,.0f}",
            "people": f"{row['people']:,.0f}",
            "next_best_name": row["next_best_name"] if isinstance(row["next_best_name"], str) else None,
        }
        for row in made.sites.drop(columns="geometry").to_dict("records")
    ]
    print_table(rows, _COLUMNS)
    for sentence in made.sites[f"why_{lang}"]:
        click.echo(f"· {sentence}")
    say(_result(about))
    for note in about["notes"]:
        click.echo(note[lang], err=True)
    say(Text(f"方案已写入 {at}", f"The plan is in {at}"))


def _result(about: dict[str, Any]) -> Text:
    from yiju.supply.plan.words import PROOF_NAMES

    proof = PROOF_NAMES[about["proof"]]
    gap = "" if about["gap"] is None else f"{about['gap']:.2%}"
    budget = about["budget_yuan"]
    of_zh = "" if budget is None else f"（预算 {budget:,.0f} 元）"
    of_en = "" if budget is None else f" of {budget:,.0f}"
    several = len(about["services"]) > 1
    each, of_them = (", each once for each service," if several else ""), "人次" if several else "人"
    return Text(
        f"新惠及 {about['people_gained']:,.0f} {of_them}，投入 {about['spent_yuan']:,.0f} 元{of_zh}；{proof.zh}，"
        f"与上界相差 {gap or '未知'}，用时 {about['seconds']:.1f} 秒。",
        f"{about['people_gained']:,.0f} people gained{each} for {about['spent_yuan']:,.0f} yuan{of_en}; {proof.en}, "
        f"gap to the bound {gap or 'unknown'}, {about['seconds']:.1f} s.",
    )
