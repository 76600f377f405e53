"""Everything the page knows, as one JSON text. Its twin is ``assets/data.js``, which names every field."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import yiju
from yiju.checkup.catalogue import catalogue, read_catalogue
from yiju.checkup.grounds import explain
from yiju.city.services import CLASS_NAMES, GROUPS, INSTRUMENT_NAMES, SERVICES, UNITS
from yiju.city.tables import TABLES
from yiju.needs.comparison import KINDS
from yiju.needs.deadlines import REASONS
from yiju.needs.rectification import FATES
from yiju.needs.terms import word
from yiju.needs.views import DEADLINE_NAMES, LEVEL_NAMES, STATUS_NAMES, STEP_NAMES
from yiju.report.equity import Curve, curves
from yiju.report.ledger import ledger_json
from yiju.report.mapdata import base_json, facilities_json, frame_of, places_json
from yiju.report.packing import Texts
from yiju.report.palette import NEEDS_RAMP, SERIES_RAMP
from yiju.report.plandata import plan_names, plans_json
from yiju.report.series import series
from yiju.report.words import words
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yiju.checkup.indicator import Indicator
    from yiju.report.change import Change
    from yiju.report.material import Material
    from yiju.report.overview import Overview
    from yiju.report.trust import Trust

Json = Any


def payload(material: Material, overview: Overview, trust: Trust, change: Change | None) -> dict[str, Json]:
    """The data of the page."""
    texts = Texts()
    frame = frame_of(material)
    rows = series(material, texts)
    return {
        "meta": _meta(material, frame.step_m),
        "words": {key: list(text) for key, text in words().items()},
        "names": _names(material),
        "services": _services(),
        "indicators": [_indicator(entry) for entry in catalogue().values()],
        "places": places_json(material, frame),
        "series": rows,
        **ledger_json(material, rows, texts),
        "curves": [_curve(curve) for curve in curves(material)],
        "counts": asdict(overview.counts),
        "dimensions": [asdict(d) for d in overview.dimensions],
        "ramps": {"series": SERIES_RAMP, "needs": NEEDS_RAMP},
        "overall": [asdict(r) for r in overview.overall],
        "trust": _trust(trust) | {"states": dict(trust.states)},
        "plans": plans_json(material, frame),
        "change": None if change is None else change.json(),
        "map": base_json(material, frame) | {"facilities": facilities_json(material, frame)},
        "texts": texts.json(),
    }


def as_script(data: Json) -> str:
    r"""JSON that is safe inside a script element: no tag, comment or line separator can begin in it.

    Examples
    --------
    >>> as_script({"name": "</script><b>"})
    '{"name":"\\u003c/script>\\u003cb>"}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _meta(material: Material, step_m: float) -> dict[str, Json]:
    config = material.folder.config
    people = material.people.get(material.city_id)
    whole = material.places[material.places["level"] == "city"]
    return {
        "city": config.name,
        "year": material.year,
        "version": yiju.__version__,
        "people": None if people is None else round(people),
        "area_km2": round(float(whole["area_m2"].sum()) / 1e6, 2),
        "step_m": step_m,
        "crs": config.crs.to_string(),
        "weights_only": config.weights_only,
        "folder": material.folder.path.name,
    }


def _names(material: Material) -> dict[str, dict[str, Json]]:
    known = read_catalogue().words
    kept = ("dimensions", "classes", "how", "methods", "statuses", "grades", "tags")
    names: dict[str, Mapping[str, Text]] = {kind: known[kind] for kind in kept}
    names |= {
        "indicator_levels": known["levels"],
        "levels": LEVEL_NAMES,
        "groups": {code: group.name for code, group in GROUPS.items()},
        "units": {code: unit.name for code, unit in UNITS.items()},
        "service_classes": {str(code): name for code, name in CLASS_NAMES.items()},
        "instruments": {str(code): name for code, name in INSTRUMENT_NAMES.items()},
        "steps": STEP_NAMES,
        "deadlines": DEADLINE_NAMES,
        "reasons": REASONS,
        "need_statuses": STATUS_NAMES,
        "fates": FATES,
        "kinds": KINDS,
    } | plan_names(material)
    for kind in ("directions", "facility_sources"):
        names[kind] = {
            k.removeprefix(f"{kind}."): text for k, text in words().items() if k.startswith(f"{kind}.")
        }
    return {kind: {code: list(text) for code, text in codes.items()} for kind, codes in names.items()}


def _services() -> dict[str, Json]:
    return {
        code: {
            "name": list(service.name),
            "service_class": service.service_class,
            "source": service.source,
            "provisional": service.provisional,
        }
        for code, service in SERVICES.items()
    }


def _indicator(entry: Indicator) -> dict[str, Json]:
    tables = [TABLES[t].meaning if t in TABLES else Text(t, t) for t in entry.tables]
    bodies = [UNITS[code].name for code in entry.body]
    return {
        "id": entry.id,
        "name": list(entry.name),
        "edition": entry.edition,
        "dimension": entry.dimension,
        "level": entry.level,
        "how": entry.how,
        "kind": entry.computability,
        "percent": entry.unit == "%",
        "direction": entry.direction,
        "formula": list(entry.formula),
        "standards": list(standards(entry)),
        "source": list(read_catalogue().cite(entry.source)),
        "tag": entry.tag,
        "provisional": entry.provisional,
        "body": [join(bodies, "zh"), join(bodies, "en")],
        "inputs": [join(tables, "zh"), join(tables, "en")],
        "function": explain(entry.id).function,
        "caveat": list(entry.caveat),
        "headline": list(entry.headline),
    }


def join(texts: Iterable[Text], lang: str) -> str:
    """Names in a row, as each language writes them.

    Examples
    --------
    >>> join([Text("甲", "A"), Text("乙", "B")], "zh"), join([Text("甲", "A"), Text("乙", "B")], "en")
    ('甲、乙', 'A, B')
    """
    return "、".join(t.zh for t in texts) if lang == "zh" else ", ".join(t.en for t in texts)


def standards(entry: Indicator) -> Text:
    """The yardsticks of an indicator in words, each with its source.

    Examples
    --------
    >>> standards(catalogue()["L03"]).en.split(" (")[0]
    'target 100 full coverage'
    """
    cite = read_catalogue().cite
    parts: list[Text] = []
    held = [("target", entry.target), ("baseline", entry.baseline), ("peers", entry.peers)]
    held += [("target", variant.target) for variant in entry.variants]
    for kind, stick in held:
        if stick is not None:
            what = Text(
                f" {stick.what.zh}" if stick.what.zh else "", f" {stick.what.en}" if stick.what.en else ""
            )
            parts.append(_standard(kind, f"{stick.value:g}", what, cite(stick.source)))
    if entry.band is not None:
        parts.append(
            _standard(
                "band", f"{entry.band.low:g}–{entry.band.high:g}", entry.band.what, cite(entry.band.source)
            )
        )
    if entry.cuts is not None:
        cuts = [(word("grades", grade), bound) for grade, bound in entry.cuts.bounds]
        zh = "，".join(f"{name.zh} {bound:g}" for name, bound in cuts)
        en = ", ".join(f"{name.en} {bound:g}" for name, bound in cuts)
        source = cite(entry.cuts.source)
        kind_of = words()["standard.cuts"]
        parts.append(Text(f"{kind_of.zh}：{zh}（{source.zh}）", f"{kind_of.en}: {en} ({source.en})"))
    return Text("；".join(p.zh for p in parts), "; ".join(p.en for p in parts))


def _standard(kind: str, number: str, what: Text, source: Text) -> Text:
    name = words()[f"standard.{kind}"]
    return Text(f"{name.zh} {number}{what.zh}（{source.zh}）", f"{name.en} {number}{what.en} ({source.en})")


def _curve(curve: Curve) -> dict[str, Json]:
    return {
        "title": list(curve.title),
        "about": list(curve.about),
        "variant": curve.variant,
        "status": curve.status,
        "x": [round(float(v), 4) for v in curve.people],
        "y": [round(float(v), 4) for v in curve.value],
    }


def _trust(trust: Trust) -> dict[str, Json]:
    return {
        "parts": [asdict(part) for part in trust.parts],
        "total": sum(part.count for part in trust.parts),
        "notes": [list(note) for note in trust.notes],
        "layers": [asdict(layer) for layer in trust.layers],
    }
