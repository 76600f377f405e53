"""``yiju checkup``, ``yiju indicators`` and ``yiju explain``."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from yiju.cli.console import (
    ConsoleProgress,
    json_option,
    lang_option,
    print_table,
    say,
    timings_option,
    use_lang,
)
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from yiju.checkup.grounds import Explanation
    from yiju.city.folder import CityFolder

_DIR = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
_YEAR = click.option("--year", type=int, help="Year of the check-up. Default: that of city.toml.")


@click.command()
@_DIR
@_YEAR
@timings_option
@json_option
@lang_option
def checkup(folder: Path, year: int | None, timings: bool, as_json: bool) -> None:
    r"""Run the annual check-up of DIR and store it in DIR/checkups/YEAR (开展年度体检).

    Every indicator of the catalogue gets at least one row: a value, or the reason why there is none.

    \b
    Example 示例:
      yiju checkup chongqing
      yiju checkup chongqing --year 2024 --json
    """
    from yiju.checkup.run import run_checkup
    from yiju.city.folder import CityFolder
    from yiju.needs import write_needs

    city = CityFolder.open(folder)
    progress = ConsoleProgress(timed=timings)
    # the wall clock of the person who runs it: a manifest says when, results never do
    result = run_checkup(city, year=year, now=datetime.now().astimezone(), progress=progress)
    progress.step(Text("存入结果", "Store the results"))
    result.write()
    progress.step(Text("识别需求", "Recognise the needs"))
    write_needs(city, year=result.year)
    progress.close()
    rows = _headlines(result.observations)
    if not as_json:
        _say_completeness(result.completeness)
        _say_off_network(result.manifest)
    print_table(rows, _HEADLINE_COLUMNS, as_json=as_json)
    if not as_json:
        _say_statuses(result.observations)
        where = city.checkup_dir(result.year)
        say(
            Text(
                f"已存入 {where}。下一步：yiju needs {folder}",
                f"Stored in {where}. Next: yiju needs {folder}",
            ),
            err=True,
        )
    progress.finish()


_HEADLINE_COLUMNS = {
    "indicator": Text("编号", "id"),
    "name": Text("指标", "indicator"),
    "method": Text("口径", "method"),
    "variant": Text("变体", "variant"),
    "value": Text("数值", "value"),
    "unit": Text("单位", "unit"),
    "status": Text("状态", "status"),
    "grade": Text("等级", "grade"),
}


def _headlines(observations: pd.DataFrame) -> list[dict[str, object]]:
    """The city's value of every indicator and variant that has one."""
    from yiju.checkup.catalogue import catalogue

    lang = use_lang()
    known = catalogue()
    rows = observations[(observations["level"] == "city") & observations["value"].notna()]
    # one row for everybody, or for the group that the indicator is about, such as children of an age
    rows = rows.assign(other=rows["group"] != "all").sort_values("other", kind="stable")
    rows = rows.drop_duplicates(["indicator", "method", "variant"]).sort_index()
    found: list[dict[str, object]] = []
    for row in rows.to_dict("records"):
        grade = row["grade"]
        found.append(
            {
                "indicator": row["indicator"],
                "name": known[row["indicator"]].name.say(lang),
                "method": _word("methods", row["method"]),
                "variant": row["variant"],
                "value": _number(row["value"]),
                "unit": _word("units", row["unit"]),
                "status": _word("statuses", row["status"]),
                "grade": _word("grades", grade) if isinstance(grade, str) else None,
            }
        )
    return found


def _say_completeness(completeness: pd.DataFrame) -> None:
    """First of all how complete the map seems."""
    from yiju.city.services import SERVICES

    doubtful = completeness[~completeness["trusted"] & (completeness["verdict"] != "complete")]
    if not len(doubtful):
        return
    names = [SERVICES[s].name for s in doubtful["service"]][:6]
    some = Text("、".join(n.zh for n in names), ", ".join(n.en for n in names))
    say(
        Text(
            f"{len(doubtful)} 类设施图层缺数据或未经确认（{some.zh}等），相关指标只作初筛。",
            f"{len(doubtful)} facility layers have no data or nobody vouches for them ({some.en} ...): "
            "what rests on them is a screening.",
        ),
        err=True,
    )


def _say_off_network(manifest: Mapping[str, Any]) -> None:
    from yiju.checkup.off_network import remark_on

    remark = remark_on(manifest["off_network"])
    if remark:
        say(remark, err=True)


def _say_statuses(observations: pd.DataFrame) -> None:
    from yiju.checkup.catalogue import word

    city = observations[observations["level"] == "city"]
    states = city.groupby("indicator")["status"].agg(set)
    counts = [
        (status, int(states.map(lambda found, s=status: s in found).sum()))
        for status in ("measured", "modelled", "screening")
    ]
    counts.append(("not measurable", int((states == {"not measurable"}).sum())))
    words = [(word("statuses", status), n) for status, n in counts if n]
    say(
        Text(
            "；".join(f"{w.zh} {n} 项" for w, n in words),
            "; ".join(f"{w.en}: {n}" for w, n in words) + " indicators",
        ),
        err=True,
    )


@click.command()
@click.option("--how", type=click.Choice(["computed", "table", "store"]), help="Only those of one kind.")
@click.option("--edition", help="Only those of one edition: 2025 or yiju-1.")
@json_option
@lang_option
def indicators(how: str | None, edition: str | None, as_json: bool) -> None:
    r"""List the indicators of the catalogue (列出指标目录).

    A dagger marks a definition or threshold that was not read in its source.

    \b
    Example 示例:
      yiju indicators
      yiju indicators --how computed --lang en
    """
    from yiju.checkup.catalogue import catalogue

    lang = use_lang()
    rows = [
        {
            "indicator": i.id,
            "edition": i.edition,
            "name": i.name.say(lang),
            "dimension": _word("dimensions", i.dimension),
            "level": _word("levels", i.level),
            "unit": _word("units", i.unit),
            "class": i.computability,
            "how": _word("how", i.how),
            "provisional": "†" if i.provisional else "",
            "source": i.source,
        }
        for i in catalogue().values()
        if how in (None, i.how) and edition in (None, i.edition)
    ]
    columns = {
        "indicator": Text("编号", "id"),
        "edition": Text("版本", "edition"),
        "name": Text("指标", "indicator"),
        "dimension": Text("目标", "goal"),
        "level": Text("层级", "level"),
        "unit": Text("单位", "unit"),
        "class": Text("类别", "class"),
        "how": Text("方式", "how"),
        "provisional": Text("暂定", "provisional"),
        "source": Text("依据", "source"),
    }
    print_table(rows, columns, as_json=as_json)


@click.command()
@_DIR
@click.argument("name", metavar="INDICATOR|NEED")
@click.option("--place", help="Id or name of a place. Default: the city.")
@_YEAR
@json_option
@lang_option
def explain(folder: Path, name: str, place: str | None, year: int | None, as_json: bool) -> None:
    r"""Walk from a number or a need of DIR back to its grounds (说明数值或需求的依据).

    \b
    Example 示例:
      yiju explain chongqing L05
      yiju explain chongqing L05 --place 磁溪社区
      yiju explain chongqing N-4F2A
    """
    from yiju.checkup.catalogue import catalogue
    from yiju.checkup.grounds import explain as explained
    from yiju.city.folder import CityFolder

    city = CityFolder.open(folder)
    if name not in catalogue():
        need = _need(city, name, year)
        if need is not None:
            _explain_need(city, need, year, as_json=as_json)
            return
    explanation = explained(name, city, place=place, year=year)
    if as_json:
        click.echo(json.dumps(_as_json(explanation), ensure_ascii=False, default=str))
    else:
        _say_explanation(explanation)


def _need(city: CityFolder, need_id: str, year: int | None) -> dict[str, Any] | None:
    """The need of that id, None where the year's ledger has none or there is no ledger."""
    from yiju.errors import MissingCity
    from yiju.needs import read_needs

    try:
        ledger = read_needs(city, year=year)
    except MissingCity:
        return None
    found = ledger[ledger["need_id"] == need_id].to_dict("records")
    return found[0] if found else None


def _explain_need(city: CityFolder, need: dict[str, Any], year: int | None, *, as_json: bool) -> None:
    from yiju.checkup.grounds import explain as explained
    from yiju.needs import read_evidence

    evidence = read_evidence(need["evidence"])
    if as_json:
        click.echo(json.dumps({**need, "evidence": evidence}, ensure_ascii=False, default=str))
        return
    say(Text(need["sentence_zh"], need["sentence_en"]))
    columns = {
        "role": Text("作用", "role"),
        "kind": Text("种类", "kind"),
        "indicator": Text("指标", "indicator"),
        "method": Text("口径", "method"),
        "variant": Text("变体", "variant"),
        "group": Text("人群", "group"),
        "value": Text("数值", "value"),
        "threshold": Text("标准", "standard"),
        "source": Text("依据", "source"),
    }
    click.echo("")
    print_table([{**ref, "value": _number(ref.get("value"))} for ref in evidence], columns)
    _say_measures(city, need)
    _say_answers(city, need, year)
    raising = dict.fromkeys(str(r["indicator"]) for r in evidence if r["role"] in ("raises", "raised", "met"))
    for indicator in raising:
        click.echo("")
        _say_explanation(explained(indicator, city, place=need["place_id"], year=year))


def _say_measures(city: CityFolder, need: dict[str, Any]) -> None:
    """What is done about a need, where anything is."""
    from yiju.needs.measures import by_need, in_words, read_measures

    measures = by_need(read_measures(city)).get(need["need_id"], [])
    if measures:
        click.echo("")
    for measure in measures:
        what, plan = in_words(measure), measure["plan"]
        say(Text(f"行动中：{what.zh}（方案“{plan}”）", f"In action: {what.en} (plan {plan!r})"))


def _say_answers(city: CityFolder, need: dict[str, Any], year: int | None) -> None:
    """What would answer an open need; of a city that has changed since, only why nothing can be said."""
    from yiju.supply.lanes import answers
    from yiju.supply.lanes.contract import OPTION_NAMES
    from yiju.supply.scenario.stored import StaleCheckup

    if need["status"] != "open":
        return
    click.echo("")
    try:
        found = answers(city, year, need_ids=[need["need_id"]])
    except StaleCheckup as stale:
        say(stale.message)
        return
    lang, cannot = use_lang(), Text("（不可行）", " (does not apply)")
    for row in found.to_dict("records"):
        no = "" if row["applies"] else cannot.say(lang)
        click.echo(f"  {OPTION_NAMES[row['option']].say(lang)}{no}: {row[f'text_{lang}']}")


def _say_explanation(explanation: Explanation) -> None:
    i, lang = explanation.indicator, use_lang()
    click.echo(f"{i.id}  {i.name.say(lang)}")
    not_yet = Text("尚未计算", "not yet computed").say(lang)
    lines = {
        Text("目标", "goal"): _word("dimensions", i.dimension),
        Text("层级", "level"): _word("levels", i.level),
        Text("版本", "edition"): i.edition,
        Text("公式", "formula"): i.formula.say(lang),
        Text("依据", "source"): explanation.source.say(lang),
        Text("核对", "how it was read"): explanation.note.say(lang),
        Text("暂定", "provisional"): explanation.provisional.say(lang),
        Text("注意", "caveat"): i.caveat.say(lang),
        Text("可计算性", "class"): f"{i.computability} {_word('classes', i.computability)}",
        Text("函数", "function"): explanation.function or not_yet,
        Text("阈值", "threshold"): _threshold(explanation),
    }
    for label, words in lines.items():
        if words:
            click.echo(f"  {label.say(lang)}: {words}")
    _say_inputs(explanation)
    _say_rows(explanation)


def _word(kind: str, code: str) -> str:
    from yiju.checkup.catalogue import word

    return word(kind, code).say(use_lang())


def _threshold(explanation: Explanation) -> str:
    """The city's own threshold where it has one, else that of the catalogue; empty where there is none."""
    i = explanation.indicator
    if explanation.overridden is not None:
        return f"{explanation.overridden:g} {_word('units', i.unit)} (city.toml)"
    if i.target is None:
        return ""
    return f"{i.target.value:g} {_word('units', i.unit)} {i.target.what.say(use_lang())}".strip()


def _say_inputs(explanation: Explanation) -> None:
    for entry in explanation.inputs:
        rows = (
            ""
            if entry.rows is None
            else Text(f"，{entry.rows:,} 行", f", {entry.rows:,} rows").say(use_lang())
        )
        digest = "" if entry.digest is None else f"  sha256 {entry.digest[:12]}"
        label = Text("输入", "input").say(use_lang())
        click.echo(f"  {label}: {entry.table} {entry.meaning.say(use_lang())}{rows}{digest}")


def _say_rows(explanation: Explanation) -> None:
    if explanation.observations is None or not len(explanation.observations):
        return
    lang = use_lang()
    columns = {
        "method": Text("口径", "method"),
        "variant": Text("变体", "variant"),
        "group": Text("人群", "group"),
        "value": Text("数值", "value"),
        "interval": Text("区间", "interval"),
        "numerator": Text("分子", "numerator"),
        "denominator": Text("分母", "denominator"),
        "status": Text("状态", "status"),
        "reason": Text("说明", "note"),
    }
    rows = [
        {
            **row,
            "method": _word("methods", row["method"]),
            "value": _number(row["value"]),
            "interval": _interval(row["low"], row["high"]),
            "numerator": _number(row["numerator"]),
            "denominator": _number(row["denominator"]),
            "status": _word("statuses", row["status"]),
            "reason": row["reason_zh"] if lang == "zh" else row["reason_en"],
        }
        for row in explanation.observations.to_dict("records")
    ]
    click.echo("")
    print_table(rows, columns)


def _as_json(explanation: Explanation) -> dict[str, Any]:
    i = explanation.indicator
    rows = explanation.observations
    return {
        "indicator": i.id,
        "edition": i.edition,
        "name": i.name._asdict(),
        "formula": i.formula._asdict(),
        "source": explanation.source._asdict(),
        "note": explanation.note._asdict(),
        "provisional": explanation.provisional._asdict(),
        "caveat": i.caveat._asdict(),
        "class": i.computability,
        "how": i.how,
        "function": explanation.function,
        "threshold": None if i.target is None else i.target.value,
        "threshold_of_the_city": explanation.overridden,
        "inputs": [{"table": t.table, "rows": t.rows, "sha256": t.digest} for t in explanation.inputs],
        "observations": [] if rows is None else json.loads(rows.to_json(orient="records")),
    }


def _number(value: object) -> str | None:
    """A number as a person reads it; None where it is unknown."""
    if not isinstance(value, int | float) or value != value:  # noqa: PLR0124 - a nan is no number
        return None
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3g}"


def _interval(low: object, high: object) -> str | None:
    ends = [_number(end) for end in (low, high)]
    return None if None in ends else f"{ends[0]} – {ends[1]}"
