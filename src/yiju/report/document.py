"""The report as PDF, typeset by typst where a font with Chinese characters is found."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import typst

from yiju.city.services import SERVICES, UNITS
from yiju.needs.terms import indicator_name, word
from yiju.needs.views import DEADLINE_NAMES, LEVEL_NAMES
from yiju.report.figure import Figure, needs_figure
from yiju.report.figures import digits, with_unit
from yiju.report.methods import methods
from yiju.report.plan_figure import plan_figure
from yiju.report.plan_paper import plan_paper
from yiju.report.readings import city_facts, readings
from yiju.report.words import FOLDER, say
from yiju.text import Lang, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yiju.report.material import Material
    from yiju.report.overview import Overview, Ranked
    from yiju.report.trust import Trust

# Families with Chinese characters that systems ship, the usual ones first; a Latin fallback stands behind them.
CJK_FAMILIES = (
    "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "Hiragino Sans GB", "Noto Sans SC",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Serif CJK SC", "Source Han Serif SC", "SimHei", "SimSun",
    "Songti SC", "FandolHei",
)  # fmt: skip
# Rows of the ledger on paper; all of them are in the workbook.
_LEDGER_ROWS = 300
# A point in time for the file's own metadata, so that the same report has the same bytes.
_NO_TIME = 946_684_800


@dataclass(frozen=True)
class Document:
    """Typesets one year's report in either language."""

    material: Material
    overview: Overview
    trust: Trust

    def write(self, file: Path, lang: Lang, fonts: typst.Fonts) -> None:
        """Write the PDF."""
        figure = needs_figure(self.material)
        with tempfile.TemporaryDirectory() as scratch:
            root = Path(scratch)
            data = self._data(lang, fonts_with_cjk(fonts), figure)
            (root / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
            (root / "map.svg").write_text(figure.svg, encoding="utf-8")
            for i, plan in enumerate(self.material.plans):
                drawing = plan_figure(self.material, plan, data["fonts"][0])
                (root / f"plan-{i}.svg").write_text(drawing, encoding="utf-8")
            source = (FOLDER / "assets" / "report.typ").read_bytes()
            (root / "report.typ").write_bytes(source)
            pdf = typst.compile(
                root / "report.typ", root=root, font_paths=fonts, format="pdf", timestamp=_NO_TIME
            )
        file.write_bytes(pdf)

    def _data(self, lang: Lang, families: Sequence[str], figure: Figure) -> dict[str, Any]:
        config = self.material.folder.config

        def words(key: str, **values: object) -> str:
            return say(key, **values).say(lang)

        return {
            "lang": lang,
            "fonts": list(families),
            "title": words("title", city=config.name, year=self.material.year),
            "heading": words("head.title", city=config.name, year=self.material.year),
            "over": words("head.over"),
            "facts": [f"{n} {text.say(lang)}".strip() for n, text in city_facts(self.material)],
            "trust": {
                "title": words("trust.title"),
                "parts": [[str(p.count), p.name.say(lang)] for p in self.trust.parts if p.count],
                "notes": [note.say(lang) for note in self.trust.notes],
            },
            "counts": {"title": words("counts.title"), "cards": self._cards(lang)},
            "dims": {
                "title": words("dims.title"),
                "heads": ["", words("dims.best"), words("dims.worst"), words("dims.where")],
                "rows": self._dimensions(lang),
                "overall": self._overall(lang),
            },
            "map": {
                "title": f"{words('map.title')}: {words('map.theme.needs')} ({LEVEL_NAMES[figure.level].say(lang)})",
                "legend": _legend(figure, lang),
            },
            "ledger": self._ledger(lang),
            "plans": [plan_paper(self.material, plan, lang) for plan in self.material.plans],
            "form": self._form(lang),
            "layers": self._layers(lang),
            "methods": {"title": words("methods.title"), "parts": self._methods(lang)},
        }

    def _cards(self, lang: Lang) -> list[list[str]]:
        counts = self.overview.counts
        if not counts.recognised:
            recognised = say("counts.recognised.nothing")
        elif counts.people is None:
            recognised = say("counts.recognised.weights", open=f"{counts.open:,}")
        else:
            recognised = say(
                "counts.recognised.about", open=f"{counts.open:,}", people=f"{counts.people:,.0f}"
            )
        acting = say("counts.acting.none") if counts.acting is None else say("counts.acting.about")
        raised = say("counts.raised.none") if counts.raised is None else say("counts.raised.about")
        rows = [
            ("recognised", counts.recognised, recognised),
            ("matched", counts.matched, Text("", "")),
            ("acting", counts.acting, acting),
            ("raised", counts.raised, raised),
        ]
        return [
            [say(f"counts.{key}").say(lang), "—" if n is None else f"{n:,}", about.say(lang)]
            for key, n, about in rows
        ]

    def _dimensions(self, lang: Lang) -> list[list[str]]:
        return [
            [
                word("dimensions", d.code).say(lang),
                *(self._ranked(r, lang) for r in (d.best, d.worst, d.where)),
            ]
            for d in self.overview.dimensions
        ]

    def _ranked(self, ranked: Ranked | None, lang: Lang) -> str:
        if ranked is None:
            return "—"
        place = "" if ranked.level == "city" else f"{self.material.names.get(ranked.place, ranked.place)} "
        grade = f" ({word('grades', ranked.grade).say(lang)})" if ranked.grade else ""
        number = with_unit(ranked.value, ranked.unit, digits(ranked.unit)).say(lang)
        return f"{place}{indicator_name(ranked.indicator).say(lang)} {number}{grade}"

    def _overall(self, lang: Lang) -> str:
        parts = []
        for item in self.overview.overall:
            grade = word("grades", item.grade).say(lang) if item.grade else "—"
            parts.append(f"{indicator_name(item.indicator).say(lang)}: {grade} {item.about.say(lang)}")
        return " ".join([*parts, say("dims.overall.about").say(lang)])

    def _ledger(self, lang: Lang) -> dict[str, Any]:
        rows = self.material.open_needs
        shown = rows.head(_LEDGER_ROWS)
        heads = ("ledger.rank", "ledger.need", "ledger.people", "ledger.lead_unit", "ledger.deadline")
        return {
            "title": say("ledger.title").say(lang),
            "about": say("paper.ledger", n=f"{len(shown):,}", all=f"{len(rows):,}").say(lang),
            "heads": [say(key).say(lang) for key in heads],
            "rows": [
                [
                    str(row["rank"]),
                    row[f"sentence_{lang}"],
                    "—" if pd.isna(row["people"]) else f"{row['people']:,.0f}",
                    UNITS[row["lead_unit"]].name.say(lang),
                    DEADLINE_NAMES[row["deadline_class"]].say(lang),
                ]
                for row in shown.to_dict("records")
            ],
        }

    def _form(self, lang: Lang) -> dict[str, Any]:
        heads = ("form.id", "form.indicator", "explain.method", "form.value", "form.threshold", "form.status")
        return {
            "title": say("form.title").say(lang),
            "about": say("form.lead").say(lang),
            "heads": [say(key).say(lang) for key in heads],
            "rows": [
                [
                    row.id,
                    row.name.say(lang),
                    row.method.say(lang),
                    row.value.say(lang),
                    row.threshold,
                    " ".join(filter(None, (row.grade.say(lang), row.status.say(lang)))),
                ]
                for row in readings(self.material)
            ],
        }

    def _layers(self, lang: Lang) -> dict[str, Any]:
        return {
            "title": say("trust.layers").say(lang),
            "heads": [
                say(f"trust.{key}").say(lang) for key in ("layer", "found", "expected", "share", "status")
            ],
            "rows": [
                [
                    SERVICES[layer.service].name.say(lang),
                    f"{layer.found:,}",
                    "—" if layer.due is None else f"{layer.due:,}",
                    "—" if layer.share is None else f"{layer.share:.0%}",
                    layer.verdict.say(lang),
                ]
                for layer in self.trust.layers
            ],
        }

    def _methods(self, lang: Lang) -> list[dict[str, Any]]:
        return [
            {"title": part.title.say(lang), "lines": [text.say(lang) for text in (*part.lines, *part.items)]}
            for part in methods(self.material)
        ]


def fonts_with_cjk(fonts: typst.Fonts) -> list[str]:
    """Families with Chinese characters that this machine has, in the order of preference."""
    here = set(fonts.families())
    return [family for family in CJK_FAMILIES if family in here]


def _legend(figure: Figure, lang: Lang) -> list[list[str]]:
    unit = say("unit.needs").say(lang)
    rows = [
        [colour, f"{low if low == high else f'{low}–{high}'} {unit} ({n})"]
        for colour, low, high, n in figure.legend
    ]
    return [
        *rows,
        *([["#ffffff", f"{say('map.zero').say(lang)} ({figure.without})"]] if figure.without else []),
    ]
