"""The official forms as views of the ledger: 指标表, 问题清单, 问题台账, 整改清单. They are not second books.

Source: 城市体检工作手册（试行）2025, deliverables of each level "1 form, 1 ledger, 2 lists" (standards.md
1.4). The columns of the rectification list are the handbook's: indicator, value, problem, advice, place,
class, responsible body, priority, in next year's plan. The last is left empty: it is for the office to fill
in.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from yiju.city.services import CLASS_NAMES, GROUPS, INSTRUMENT_NAMES, SERVICES, UNITS
from yiju.needs.advice import advice
from yiju.needs.deadlines import REASONS
from yiju.needs.evidence import read_evidence
from yiju.needs.measures import by_need, in_words, read_measures
from yiju.needs.terms import indicator_name, variant_name, word
from yiju.needs.wording import count_missing
from yiju.text import Lang, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yiju.city.folder import CityFolder

STEP_NAMES: Mapping[str, Text] = {
    "none": Text("无", "none there"),
    "reach": Text("有（够不着）", "out of reach"),
    "capacity": Text("够（不足）", "too little"),
    "quality": Text("优（不优）", "not good enough"),
}
DEADLINE_NAMES: Mapping[str, Text] = {
    "deadline": Text("限时解决", "by deadline"),
    "best_effort": Text("尽力解决", "best effort"),
}
LEVEL_NAMES: Mapping[str, Text] = {
    "city": Text("城区（城市）", "city"),
    "district": Text("区", "district"),
    "subdistrict": Text("街道", "subdistrict"),
    "community": Text("社区", "community"),
    "grid": Text("网格", "grid"),
}
STATUS_NAMES: Mapping[str, Text] = {"open": Text("未闭环", "open"), "closed": Text("已闭环", "closed")}


@dataclass(frozen=True)
class View:
    """An official form: its title, its headings, and its rows, in two languages.

    Values of ``rows`` are numbers, None, plain text, or a :class:`yiju.text.Text`.
    """

    code: str
    title: Text
    headings: Mapping[str, Text]
    rows: tuple[Mapping[str, Any], ...]

    def frame(self, lang: Lang) -> pd.DataFrame:
        """The form in one language, headings and values, ready for a sheet or a CSV file."""
        heads = {key: heading.say(lang) for key, heading in self.headings.items()}
        rows = [
            {heads[k]: v.say(lang) if isinstance(v, Text) else v for k, v in row.items()} for row in self.rows
        ]
        # objects: a whole number stays one where other rows of its column are empty
        return pd.DataFrame(rows, columns=list(heads.values()), dtype=object)


def indicator_form(observations: pd.DataFrame, folder: CityFolder, *, level: str = "city") -> View:
    """指标表: every observation of everybody at one level, measurable or not, in the catalogue's order."""
    names = _place_names(folder)
    rows = observations[(observations["level"] == level) & (observations["group"] == "all")]
    lines = [
        {
            "indicator": row["indicator"],
            "name": indicator_name(row["indicator"]),
            "edition": row["edition"],
            "place": names.get(row["place_id"], row["place_id"]),
            "method": word("methods", row["method"]),
            "variant": variant_name(row["indicator"], row["variant"]),
            "value": _number(row["value"]),
            "unit": word("units", row["unit"]),
            "threshold": _number(row["threshold"]),
            "grade": Text("", "") if pd.isna(row["grade"]) else word("grades", row["grade"]),
            "status": word("statuses", row["status"]),
            "provisional": Text("暂定", "provisional") if row["provisional"] else Text("", ""),
            "note": Text(row["reason_zh"], row["reason_en"]),
            "source": row["source"],
        }
        for row in rows.to_dict("records")
    ]
    return _view("indicator_form", lines)


def problem_list(needs: pd.DataFrame, folder: CityFolder) -> View:
    """问题清单: the open needs, most pressing first, with the class of each (限时/尽力)."""
    names, levels = _place_names(folder), _level_names(folder)
    lines = [
        {
            "rank": row["rank"],
            "need_id": row["need_id"],
            "level": levels.get(row["place_id"], LEVEL_NAMES[row["level"]]),
            "place": names.get(row["place_id"], row["place_id"]),
            "problem": Text(row["sentence_zh"], row["sentence_en"]),
            "people": _people(row["people"]),
            "deadline": DEADLINE_NAMES[row["deadline_class"]],
            "reason": REASONS.get(row["deadline_reason"], Text("", "")),
            "lead": UNITS[row["lead_unit"]].name,
        }
        for row in _open(needs)
    ]
    return _view("problem_list", lines)


def problem_ledger(needs: pd.DataFrame, folder: CityFolder) -> View:
    """问题台账: every need with all that the ledger knows of it, the closed ones too."""
    names, levels = _place_names(folder), _level_names(folder)
    acting = by_need(read_measures(folder))
    lines = [
        {
            "need_id": row["need_id"],
            "rank": row["rank"],
            "status": STATUS_NAMES[row["status"]],
            "level": levels.get(row["place_id"], LEVEL_NAMES[row["level"]]),
            "place": names.get(row["place_id"], row["place_id"]),
            "group": GROUPS[row["group"]].name,
            "service": SERVICES[row["service"]].name,
            "step": STEP_NAMES[row["step"]],
            "people": _people(row["people"]),
            "share": None if pd.isna(row["share"]) else round(100.0 * row["share"], 1),
            "shortfall": _missing(row),
            "class": CLASS_NAMES[row["service_class"]],
            "instrument": INSTRUMENT_NAMES[row["instrument"]],
            "lead": UNITS[row["lead_unit"]].name,
            "joint": _units(row["joint_units"]),
            "deadline": DEADLINE_NAMES[row["deadline_class"]],
            "first_year": row["first_year"],
            "closed_year": None if pd.isna(row["closed_year"]) else int(row["closed_year"]),
            "requests": _requests(row["evidence"]),
            "measure": _said(acting.get(row["need_id"], [])),
            "problem": Text(row["sentence_zh"], row["sentence_en"]),
        }
        for row in needs.to_dict("records")
    ]
    return _view("problem_ledger", lines)


def rectification_list(needs: pd.DataFrame, folder: CityFolder) -> View:
    """整改清单: what is to be done about each open need, by whom; those by deadline first, then by rank."""
    names = _place_names(folder)
    acting = by_need(read_measures(folder))
    rows = sorted(_open(needs), key=lambda row: (row["deadline_class"] != "deadline", row["rank"]))
    lines = []
    for row in rows:
        ground = read_evidence(row["evidence"])[0]
        measures = acting.get(row["need_id"], [])
        lines.append(
            {
                "indicator_name": indicator_name(row["indicator"]),
                "value": _number(ground.get("value")),
                "unit": word("units", str(ground.get("unit", ""))),
                "standard": _number(ground.get("threshold")),
                "problem": Text(row["sentence_zh"], row["sentence_en"]),
                "advice": advice(row),
                "place": names.get(row["place_id"], row["place_id"]),
                "deadline": DEADLINE_NAMES[row["deadline_class"]],
                "lead": UNITS[row["lead_unit"]].name,
                "joint": _units(row["joint_units"]),
                "priority": row["rank"],
                "next_year": Text("", ""),
                "measure": _said(measures),
                "cost_yuan": _sum(measures, "cost_yuan"),
                "hours": _sum(measures, "hours"),
                "need_id": row["need_id"],
            }
        )
    return _view("rectification_list", lines)


def official_views(needs: pd.DataFrame, observations: pd.DataFrame, folder: CityFolder) -> dict[str, View]:
    """The four forms of a check-up, by code."""
    views = (
        indicator_form(observations, folder),
        problem_list(needs, folder),
        problem_ledger(needs, folder),
        rectification_list(needs, folder),
    )
    return {view.code: view for view in views}


@cache
def _forms() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("forms.toml").read_text(encoding="utf-8"))


def _view(code: str, lines: list[dict[str, Any]]) -> View:
    form, headings = _forms()["forms"][code], _forms()["headings"]
    columns = {key: Text(headings[key]["zh"], headings[key]["en"]) for key in form["columns"]}
    return View(code, Text(form["zh"], form["en"]), columns, tuple(lines))


def _level_names(folder: CityFolder) -> dict[str, Text]:
    """Place id -> the word for its level; an area that was cut here is called approximate."""
    places = folder.table("places")
    names = {}
    for place_id, level, origin in zip(places["place_id"], places["level"], places["origin"], strict=True):
        known = LEVEL_NAMES[level]
        names[place_id] = (
            known if origin == "given" else Text(f"{known.zh}（近似）", f"{known.en} (approximate)")
        )
    return names


def _place_names(folder: CityFolder) -> dict[str, str]:
    places = folder.table("places")
    return dict(zip(places["place_id"], places["name"], strict=True))


def _open(needs: pd.DataFrame) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = needs[needs["status"] == "open"].sort_values("rank").to_dict("records")
    return rows


def _number(value: object) -> float | None:
    return None if value is None or pd.isna(value) else float(f"{float(value):.4g}")  # type: ignore[arg-type]


def _people(value: float) -> int | None:
    return None if pd.isna(value) else round(value)


def _missing(row: Mapping[str, Any]) -> Text:
    if pd.isna(row["shortfall"]) or pd.isna(row["shortfall_unit"]):
        return Text("", "")
    return count_missing(row["shortfall"], row["shortfall_unit"])


def _units(codes: str) -> Text:
    names = [UNITS[code].name for code in codes.split(";") if code]
    return Text("、".join(n.zh for n in names), ", ".join(n.en for n in names))


def _said(measures: Sequence[Mapping[str, Any]]) -> Text:
    """The measures that answer a need, one after the other; nothing where there is none."""
    said = [in_words(measure) for measure in measures]
    return Text("；".join(t.zh for t in said), "; ".join(t.en for t in said))


def _sum(measures: Sequence[Mapping[str, Any]], column: str) -> float | None:
    """All of it, as far as it is known; None where nothing is."""
    known = [float(m[column]) for m in measures if pd.notna(m[column])]
    return sum(known) if known else None


def _requests(evidence: str) -> int | None:
    heard = [r for r in read_evidence(evidence) if r["kind"] == "requests"]
    return int(str(heard[0]["n"])) if heard else None
