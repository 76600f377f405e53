"""The ledger and the official lists as columns: ten thousand needs in two megabytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from yiju.needs import View, read_evidence
from yiju.needs.advice import advice
from yiju.needs.terms import indicator_name
from yiju.needs.wording import count_missing
from yiju.report.packing import Texts, coded
from yiju.report.series import KEY
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from yiju.report.material import Material

Json = Any

# Columns of the ledger that the page has as they stand, by the names that ``assets/data.js`` gives them.
_AS_IT_STANDS = {
    "id": "need_id", "group": "group", "place": "place_id", "service": "service", "step": "step",
    "service_class": "service_class", "instrument": "instrument", "lead": "lead_unit", "joint": "joint_units",
    "deadline": "deadline_class", "reason": "deadline_reason", "rank": "rank", "status": "status",
    "first_year": "first_year", "indicator": "indicator",
}  # fmt: skip


def ledger_json(material: Material, series: Sequence[Mapping[str, Json]], texts: Texts) -> dict[str, Json]:
    """``needs`` as columns, ``grounds`` that many needs share, and the official ``lists``."""
    needs = material.needs[material.needs["place_id"].isin(material.names)]
    needs = needs.sort_values(["status", "rank"], ascending=[False, True], kind="stable")
    rows = needs.to_dict("records")
    grounds = _Grounds(material, series, texts)
    columns: dict[str, Json] = {
        name: coded([r[column] for r in rows]) for name, column in _AS_IT_STANDS.items()
    }
    columns |= {
        "people": coded([_known(r["people"], 1) for r in rows]),
        "share": coded([_known(r["share"], 4) for r in rows]),
        "shortfall": coded([texts.row(_missing(r)) for r in rows]),
        "advice": coded([texts.row(advice(r)) for r in rows]),
        "sentence": [_sentence(r, material, texts) for r in rows],
        "evidence": [grounds.row(r) for r in rows],
    }
    number = {need_id: i for i, need_id in enumerate(needs["need_id"])}
    return {
        "needs": {"count": len(rows), "columns": columns},
        "grounds": grounds.json(),
        "lists": [
            _list(view, number, texts) for code, view in material.views.items() if code != "indicator_form"
        ],
    }


def _sentence(row: Mapping[str, Any], material: Material, texts: Texts) -> list[Json]:
    return texts.pattern(Text(row["sentence_zh"], row["sentence_en"]), material.names[row["place_id"]])


def _missing(row: Mapping[str, Any]) -> Text:
    if pd.isna(row["shortfall"]) or pd.isna(row["shortfall_unit"]):
        return Text("", "")
    return count_missing(row["shortfall"], row["shortfall_unit"])


class _Grounds:
    """What needs rest on. Most rest on the same kinds of rows at their own place, so the kinds are stored once."""

    def __init__(self, material: Material, series: Sequence[Mapping[str, Json]], texts: Texts) -> None:
        self._number = {tuple(one[name] for name in KEY): i for i, one in enumerate(series)}
        self._level = dict(zip(material.places["place_id"], material.places["level"], strict=True))
        self._texts = texts
        self._kinds: dict[tuple[tuple[Json, ...], ...], int] = {}

    def row(self, need: Mapping[str, Any]) -> list[Json]:
        """The row of the kinds, then the values that no series holds, in order."""
        found = [self._one(ref, need["place_id"]) for ref in read_evidence(need["evidence"])]
        kinds = tuple(kind for kind, _ in found)
        values = [value for kind, value in found if kind[1] < 0]
        return [self._kinds.setdefault(kinds, len(self._kinds)), *values]

    def json(self) -> list[Json]:
        """The kinds, in order."""
        return [[list(kind) for kind in kinds] for kinds in self._kinds]

    def _one(self, ref: Mapping[str, Any], place: str) -> tuple[tuple[Json, ...], float | None]:
        """Role, series that holds it at the need's place (or -1), standard, row of its name; and its value."""
        role = ref["kind"] if ref["kind"] in ("severance", "not measured", "earlier") else ref["role"]
        standard = _known(ref.get("threshold"), 2)
        if ref["kind"] == "observation" and ref["place_id"] == place and role != "raised":
            key = (*(ref[name] for name in KEY[:4]), self._level.get(place, ""))
            if key in self._number:
                return (role, self._number[key], standard, 0), None
        named = ref["kind"] in ("observation", "severance")
        name = indicator_name(str(ref["indicator"])) if named else Text("", "")
        return (role, -1, standard, self._texts.row(name)), _known(ref.get("value"), 2)


def _list(view: View, number: Mapping[str, int], texts: Texts) -> dict[str, Json]:
    rows = [row for row in view.rows if row["need_id"] in number]
    columns = []
    for key, heading in view.headings.items():
        values = [row[key] for row in rows]
        kind = _kind(values, key)
        entry: dict[str, Json] = {"name": list(heading), "kind": kind}
        if kind == "text":
            entry["cells"] = coded([texts.row(v) if isinstance(v, Text) else v for v in values])
        elif kind not in ("need", "sentence"):
            entry["cells"] = coded(values)
        columns.append(entry)
    return {
        "key": view.code,
        "title": list(view.title),
        "needs": [number[row["need_id"]] for row in rows],
        "columns": columns,
    }


def _kind(values: Iterable[Any], key: str) -> str:
    """How a column is stored: as a need's id, its sentence, a number, a shared text, or as it stands."""
    if key in ("need_id", "problem"):
        return "need" if key == "need_id" else "sentence"
    known = [v for v in values if v is not None]
    if any(isinstance(v, Text) for v in known):
        return "text"
    numeric = bool(known) and all(isinstance(v, int | float) for v in known)
    return "year" if numeric and key.endswith("_year") else "number" if numeric else "plain"


def _known(value: Any, decimals: int) -> float | int | None:
    if value is None or pd.isna(value):
        return None
    rounded = round(float(value), decimals)
    return int(rounded) if rounded == int(rounded) else rounded
