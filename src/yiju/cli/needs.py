"""``yiju needs`` and ``yiju compare``: the ledger, its official forms, and two years side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from yiju.cli.console import json_option, lang_option, print_table, say, use_lang
from yiju.text import Text

if TYPE_CHECKING:
    import pandas as pd

    from yiju.city.folder import CityFolder
    from yiju.needs.ladder import Ladder
    from yiju.needs.years import Comparison

_COLUMNS = {
    "rank": Text("序位", "rank"),
    "need_id": Text("编号", "need"),
    "status": Text("状态", "status"),
    "deadline_class": Text("类型", "class"),
    "people": Text("人数", "people"),
    "sentence": Text("需求", "need in words"),
}
_ANSWER_COLUMNS = {
    "rank": Text("序位", "rank"),
    "need_id": Text("编号", "need"),
    "what": Text("地点与服务", "place and service"),
    "option": Text("办法", "instrument"),
    "applies": Text("可行", "applies"),
    "cost_yuan": Text("费用（元）", "cost, yuan"),
    "text": Text("说明", "answer in words"),
}
_GAP_COLUMNS = {
    "pair": Text("对照", "sides"),
    "service": Text("服务", "service"),
    "first_percent": Text("前者%", "first %"),
    "second_percent": Text("后者%", "second %"),
    "difference": Text("差（百分点）", "gap, points"),
    "interval": Text("95%区间", "95 % interval"),
    "status": Text("状态", "status"),
}
_FORMS = ("problem_list", "problem_ledger", "rectification_list", "indicator_form")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--year", type=int, help="Year of the check-up. Default: the city's own.")
@click.option("--place", help="Only this place: its id or its name, with all that lies in it.")
@click.option("--service", help="Only this service, by its code.")
@click.option("--step", type=click.Choice(["none", "reach", "capacity", "quality"]), help="Only this rung.")
@click.option("--closed", is_flag=True, help="Show closed needs too.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many to show.")
@click.option("--all", "everything", is_flag=True, help="Show all of them.")
@click.option("--answers", "answered", is_flag=True, help="What would answer each open need, by its class.")
@click.option("--gaps", "sides", is_flag=True, help="Centre and fringe, new town and old, young and old.")
@click.option(
    "--form", type=click.Choice(_FORMS), help="Write this official form as CSV instead (see --out)."
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="File for --form. Default: stdout."
)
@json_option
@lang_option
def needs(  # noqa: PLR0913 - a command has the options that it has
    *,
    folder: Path,
    year: int | None,
    place: str | None,
    service: str | None,
    step: str | None,
    closed: bool,
    limit: int,
    everything: bool,
    answered: bool,
    sides: bool,
    form: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    r"""Show the ledger of needs of DIR, most pressing first (查看需求台账).

    The needs are recognised anew from the observations of the year, and stored beside them.

    \b
    Example 示例:
      yiju needs chongqing --service elder_day_care --limit 5
      yiju needs chongqing --answers --place 磁溪社区
      yiju needs chongqing --form rectification_list --out 整改清单.csv
    """
    from yiju.city.folder import CityFolder
    from yiju.city.services import service as look_up
    from yiju.needs import NEEDS, ladder, read_evidence, write_needs
    from yiju.needs.measures import read_measures

    city = CityFolder.open(folder)
    if service is not None:
        look_up(service)  # refuses an unknown code, with the nearest ones
    if sides:
        _say_gaps(city, year, service, None if everything else limit, as_json=as_json)
        return
    ledger = write_needs(city, year=year)
    shown = ledger if closed or form else ledger[ledger["status"] == "open"]
    if place is not None:
        shown = shown[shown["place_id"].isin(_within(city, place))]
    if service is not None:
        shown = shown[shown["service"] == service]
    if step is not None:
        shown = shown[shown["step"] == step]
    if form is not None:
        _write_form(form, shown, city, year, out)
        return
    rows = shown if everything or as_json else shown.head(limit)
    if answered:
        _say_answers(city, year, rows, as_json=as_json)
        _say_more(len(shown) - len(rows))
        return
    if as_json:
        columns = {c.name: c.meaning for c in NEEDS.columns}
        whole = [row | {"evidence": read_evidence(str(row["evidence"]))} for row in _plain(rows)]
        print_table(whole, columns, as_json=True)
        return
    _say_counts(ladder(ledger, year=year or city.config.year, measures=read_measures(city)))
    if not len(rows):
        say(Text("没有符合条件的需求。", "There is no such need."))
        return
    print_table(_in_words(rows), _COLUMNS)
    _say_more(len(shown) - len(rows))


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("earlier", metavar="YEAR", type=int)
@click.argument("later", metavar="YEAR", type=int)
@click.option("--indicator", help="Only this indicator, by its id.")
@click.option("--place", help="Only this place: its id or its name, with all that lies in it.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Changes to show.")
@json_option
@lang_option
def compare(
    folder: Path,
    earlier: int,
    later: int,
    indicator: str | None,
    place: str | None,
    limit: int,
    as_json: bool,
) -> None:
    r"""Compare two years of DIR: what changed, and what only in data or definition (比较两个年度).

    \b
    Example 示例:
      yiju compare chongqing 2024 2025
      yiju compare chongqing 2024 2025 --indicator L05 --json
    """
    from yiju.checkup.catalogue import indicator as look_up
    from yiju.city.folder import CityFolder
    from yiju.needs.years import compare_years

    city = CityFolder.open(folder)
    if indicator is not None:
        look_up(indicator)
    both = compare_years(city, earlier, later)
    changes = both.observations
    if indicator is not None:
        changes = changes[changes["indicator"] == indicator]
    if place is not None:
        changes = changes[changes["place_id"].isin(_within(city, place))]
    if as_json:
        columns = {name: Text(str(name), str(name)) for name in changes.columns}
        print_table(_plain(changes), columns, as_json=True)
        return
    _say_comparison(both)
    _say_promises(both.promises, city, limit)
    _say_changes(changes, city, limit)


def _within(city: CityFolder, place: str) -> set[str]:
    """Ids of the place of that id or name, and of all that lies in it."""
    from yiju.errors import UnknownName

    places = city.table("places")
    names = dict(zip(places["place_id"], places["name"], strict=True))
    found = {i for i, name in names.items() if place in (i, name)}
    if not found:
        raise UnknownName(Text("地点", "place"), place, [*names, *names.values()])
    while True:
        below = set(places.loc[places["parent_id"].isin(found), "place_id"]) - found
        if not below:
            return found
        found |= below


def _plain(rows: pd.DataFrame) -> list[dict[str, object]]:
    """Rows whose unknown values are None, as JSON has them."""
    import pandas as pd

    return [{k: None if pd.isna(v) else v for k, v in row.items()} for row in rows.to_dict("records")]


def _in_words(rows: pd.DataFrame) -> list[dict[str, object]]:
    """Rows of the table on the screen."""
    from yiju.needs.views import DEADLINE_NAMES, STATUS_NAMES

    lang = use_lang()
    return [
        {
            "rank": row["rank"],
            "need_id": row["need_id"],
            "status": STATUS_NAMES[str(row["status"])].say(lang),
            "deadline_class": DEADLINE_NAMES[str(row["deadline_class"])].say(lang),
            "people": None if row["people"] is None else f"{float(str(row['people'])):,.0f}",
            "sentence": row[f"sentence_{lang}"],
        }
        for row in _plain(rows)
    ]


def _say_answers(city: CityFolder, year: int | None, needs: pd.DataFrame, *, as_json: bool) -> None:
    """What would answer these needs, most pressing first."""
    from yiju.city.services import SERVICES
    from yiju.supply.lanes import ANSWERS, answers
    from yiju.supply.lanes.contract import OPTION_NAMES

    found = answers(city, year, need_ids=set(needs["need_id"]))
    if as_json:
        print_table(_plain(found), {c.name: c.meaning for c in ANSWERS.columns}, as_json=True)
        return
    if not len(found):
        say(Text("没有符合条件的需求。", "There is no such need."))
        return
    lang, places = use_lang(), city.table("places").set_index("place_id")["name"]
    need_of = needs.set_index("need_id")[["rank", "place_id", "service"]].to_dict("index")
    yes, no = Text("是", "yes"), Text("否", "no")
    rows = [
        {
            "rank": need_of[row["need_id"]]["rank"],
            "need_id": row["need_id"],
            "what": "{place} {service}".format(
                place=places.get(need_of[row["need_id"]]["place_id"], ""),
                service=SERVICES[need_of[row["need_id"]]["service"]].name.say(lang),
            ),
            "option": OPTION_NAMES[str(row["option"])].say(lang),
            "applies": (yes if row["applies"] else no).say(lang),
            "cost_yuan": None if row["cost_yuan"] is None else f"{float(str(row['cost_yuan'])):,.0f}",
            "text": row[f"text_{lang}"],
        }
        for row in _plain(found)
    ]
    print_table(rows, _ANSWER_COLUMNS)


def _say_gaps(
    city: CityFolder, year: int | None, service: str | None, limit: int | None, *, as_json: bool
) -> None:
    """Who has a service within reach on one side of the city, and who on the other; screenings when all is asked."""
    from yiju.city.services import SERVICES
    from yiju.needs.gaps import GAPS, gaps
    from yiju.needs.sides import PAIRS
    from yiju.needs.terms import word

    found = gaps(city, year)
    if service is not None:
        found = found[found["service"] == service]
    if as_json:
        print_table(_plain(found), {c.name: c.meaning for c in GAPS.columns}, as_json=True)
        return
    shown = found
    if limit is not None:
        shown = found[found["status"].isin(["measured", "modelled"])].groupby("pair", sort=False).head(limit)
    lang = use_lang()
    rows = [
        {
            "pair": " / ".join(side.say(lang) for side in PAIRS[str(row["pair"])]),
            "service": SERVICES[str(row["service"])].name.say(lang),
            **{c: _one_digit(row[c]) for c in ("first_percent", "second_percent", "difference")},
            "interval": "" if row["low"] is None else f"{_one_digit(row['low'])} … {_one_digit(row['high'])}",
            "status": word("statuses", str(row["status"])).say(lang),
        }
        for row in _plain(shown)
    ]
    print_table(rows, _GAP_COLUMNS)
    left_out = found[found["status"] == "not measurable"]
    for (pair, _), why in left_out.groupby(["pair", "reason_en"], sort=False):
        first = why.iloc[0]
        names = Text(*("/".join(side.say(of) for side in PAIRS[str(pair)]) for of in ("zh", "en")))
        services = [SERVICES[code].name for code in why["service"]]
        few = Text("、".join(s.zh for s in services[:3]), ", ".join(s.en for s in services[:3]))
        more = Text(f"等{len(why)}项", f" and {len(why) - 3} more") if len(why) > 3 else Text("", "")
        say(
            Text(
                f"{names.zh}：{few.zh}{more.zh}无法测算，{first['reason_zh']}",
                f"{names.en}: {few.en}{more.en} not measurable, {first['reason_en']}",
            ),
            err=True,
        )
    _say_more(int((found["status"] != "not measurable").sum()) - len(shown) if limit is not None else 0)


def _one_digit(value: object) -> str:
    return "" if value is None else f"{float(str(value)):.1f}"


def _say_more(left: int) -> None:
    if left > 0:
        say(Text(f"另有 {left} 条，用 --all 查看。", f"{left} more: --all shows them."), err=True)


def _say_counts(counts: Ladder) -> None:
    """The ladder in one line; what the ledger cannot know is said to be so."""
    from yiju.needs.sentences import CLASSES

    unknown = Text("未记录", "not recorded")
    matched = [(CLASSES[c], n) for c, n in counts.matched.items()]
    classes = Text("、".join(f"{c.zh} {n}" for c, n in matched), ", ".join(f"{c.en} {n}" for c, n in matched))
    in_action = unknown if counts.in_action is None else Text(str(counts.in_action), str(counts.in_action))
    first = Text("首次体检，无从比较", "first check-up, nothing to compare with")
    climbed = first if counts.climbed is None else Text(str(counts.climbed), str(counts.climbed))
    say(
        Text(
            f"识别 {counts.recognised} 项；分类匹配：{classes.zh}；行动中：{in_action.zh}；"
            f"从有到优：{climbed.zh}。",
            f"Recognised {counts.recognised}; matched by class: {classes.en}; in action: {in_action.en}; "
            f"closed: {climbed.en}.",
        )
    )


def _write_form(form: str, shown: pd.DataFrame, city: CityFolder, year: int | None, out: Path | None) -> None:
    from yiju.city.folder import store_whole
    from yiju.needs import official_views, read_observations

    view = official_views(shown, read_observations(city, year=year), city)[form]
    frame = view.frame(use_lang())
    if out is None:
        click.echo(frame.to_csv(index=False), nl=False)
        return
    # with a mark at the beginning: spreadsheet programs otherwise take UTF-8 for GBK and spoil the Chinese
    store_whole(out, lambda scratch: frame.to_csv(scratch, index=False, encoding="utf-8-sig"))
    say(Text(f"{view.title.zh}已写入 {out}", f"{view.title.en} written to {out}"), err=True)


def _say_comparison(both: Comparison) -> None:
    from yiju.needs.comparison import KINDS
    from yiju.needs.rectification import FATES
    from yiju.needs.views import DEADLINE_NAMES

    kinds = both.observations["kind"].value_counts()
    counted = [(name, int(kinds.get(code, 0))) for code, name in KINDS.items() if kinds.get(code, 0)]
    say(
        Text(
            f"{both.earlier}年与{both.later}年：" + "，".join(f"{n.zh} {k}" for n, k in counted) + "。",
            f"{both.earlier} and {both.later}: " + ", ".join(f"{n.en} {k}" for n, k in counted) + ".",
        )
    )
    fates = both.needs["fate"].value_counts()
    become = [(name, int(fates.get(code, 0))) for code, name in FATES.items() if fates.get(code, 0)]
    if become:
        say(
            Text(
                "需求：" + "，".join(f"{n.zh} {k}" for n, k in become) + "。",
                "Needs: " + ", ".join(f"{n.en} {k}" for n, k in become) + ".",
            )
        )
    for code, name in (*DEADLINE_NAMES.items(), ("all", Text("全部", "all"))):
        rate = both.rates[code]
        if rate.percent is not None:
            say(
                Text(
                    f"问题整治完成率（{name.zh}）：{rate.closed}/{rate.of}，{rate.percent:.0f}%",
                    f"Rectification rate ({name.en}): {rate.closed} of {rate.of}, {rate.percent:.0f}%",
                )
            )


def _say_promises(promises: pd.DataFrame, city: CityFolder, limit: int) -> None:
    """What plans promised and what came of it: the counts, then the promises that were not kept."""
    from yiju.needs.promises import OUTCOMES, counted
    from yiju.needs.wording import plain_number

    if not len(promises):
        return
    ends = [(OUTCOMES[code], n) for code, n in counted(promises).items() if n]
    say(
        Text(
            "方案承诺：" + "，".join(f"{name.zh} {n}" for name, n in ends) + "。",
            "Promises of plans: " + ", ".join(f"{name.en} {n}" for name, n in ends) + ".",
        )
    )
    lang, places = use_lang(), city.table("places")
    names = dict(zip(places["place_id"], places["name"], strict=True))
    columns = {
        "plan": Text("方案", "plan"),
        "indicator": Text("指标", "indicator"),
        "variant": Text("变体", "variant"),
        "place": Text("地点", "place"),
        "group": Text("人群", "group"),
        "before": Text("前", "before"),
        "promised": Text("承诺", "promised"),
        "value": Text("实测", "measured"),
        "outcome": Text("结果", "outcome"),
    }
    behind = promises[promises["outcome"].isin(("missed", "partly"))].sort_values("attained", kind="stable")
    rows = [
        {
            **row,
            "place": names.get(str(row["place_id"]), row["place_id"]),
            **{name: plain_number(float(str(row[name]))) for name in ("before", "promised", "value")},
            "outcome": OUTCOMES[str(row["outcome"])].say(lang),
        }
        for row in _plain(behind.head(limit))
    ]
    if rows:
        print_table(rows, columns)


def _say_changes(changes: pd.DataFrame, city: CityFolder, limit: int) -> None:
    """Changes in the city first, by size, then those in the books; what did not change is only counted."""
    from yiju.needs.comparison import KINDS
    from yiju.needs.wording import plain_number

    lang, places = use_lang(), city.table("places")
    names = dict(zip(places["place_id"], places["name"], strict=True))
    moved = changes[changes["kind"] != "unchanged"]
    moved = moved.assign(
        order=moved["kind"].map(list(KINDS).index), size=-moved["change"].abs().fillna(0.0)
    ).sort_values(["order", "size", "indicator", "method", "variant", "place_id", "group"])
    columns = {
        "indicator": Text("指标", "indicator"),
        "method": Text("口径", "method"),
        "variant": Text("变体", "variant"),
        "place": Text("地点", "place"),
        "group": Text("人群", "group"),
        "before": Text("前", "before"),
        "after": Text("后", "after"),
        "kind": Text("变化", "change"),
        "why": Text("原因", "why"),
    }
    rows = [
        {
            **row,
            "place": names.get(str(row["place_id"]), row["place_id"]),
            "before": None if row["before"] is None else plain_number(float(str(row["before"]))),
            "after": None if row["after"] is None else plain_number(float(str(row["after"]))),
            "kind": KINDS[str(row["kind"])].say(lang),
            "why": row[f"why_{lang}"],
        }
        for row in _plain(moved.head(limit))
    ]
    if rows:
        print_table(rows, columns)
    if len(moved) > len(rows):
        left = len(moved) - len(rows)
        say(Text(f"另有 {left} 条，用 --json 查看全部。", f"{left} more: --json has them all."), err=True)
