"""Methods and sources: the inputs of this city, and how its numbers came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import yiju
from yiju.checkup.catalogue import catalogue, read_catalogue
from yiju.city.new import KIND_NAMES
from yiju.city.services import SERVICES
from yiju.report.words import say
from yiju.text import Text

if TYPE_CHECKING:
    from yiju.report.material import Material


@dataclass(frozen=True)
class Part:
    """A paragraph of the section, with lines and a list."""

    title: Text
    lines: tuple[Text, ...] = ()
    items: tuple[Text, ...] = ()


def methods(material: Material) -> list[Part]:
    """The parts of the section, in order; those that say nothing about this city are left out."""
    config = material.folder.config
    own = tuple(
        Text(f"{name.zh}：{value:g}", f"{name.en}: {value:g}")
        for code, value in config.thresholds.items()
        for name in [catalogue()[code].name if code in catalogue() else Text(code, code)]
    )
    vouched = tuple(SERVICES[code].name for code in sorted(config.vouched) if code in SERVICES)
    decisions = tuple(Text(d["zh"], d["en"]) for d in material.build.get("decisions", []))
    path = material.folder.path.name
    commands = tuple(_same(f"yiju {verb} {path}") for verb in ("build", "checkup", "needs", "report"))
    inputs, refused = _inputs(material), material.build.get("rejected_rows", 0)
    rows = (say("methods.rejected", n=f"{refused:,}"),) if refused else ()
    parts = [
        Part(say("methods.inputs"), () if inputs else (say("methods.inputs.none"),), (*inputs, *rows)),
        Part(say("methods.decisions"), (), decisions),
        Part(say("methods.walking"), (say("methods.walking.about"),)),
        Part(say("methods.grading"), (say("methods.grading.about"),)),
        Part(say("methods.intervals"), (say("methods.intervals.about"),)),
        Part(say("methods.thresholds"), (), own),
        Part(say("methods.vouched"), (), vouched),
        Part(say("methods.handbook"), (say("methods.handbook.about"),), _cited()),
        Part(
            say("methods.files"),
            (),
            tuple(_same(name) for name in ("tables.xlsx", "report.zh.pdf", "report.en.pdf", "csv/")),
        ),
        Part(say("methods.version"), (_same(f"Yiju 宜居 {yiju.__version__} · {config.crs.to_string()}"),)),
        Part(say("methods.again"), (), commands),
    ]
    return [part for part in parts if part.lines or part.items]


def _inputs(material: Material) -> tuple[Text, ...]:
    """Each input with its kind, its datum where it has one, and the beginning of its hash."""
    found = []
    for entry in material.build.get("inputs", []):
        kind = KIND_NAMES[entry["kind"]]
        marks = [entry["file"], entry.get("datum", ""), f"sha256 {entry.get('sha256', '')[:12]}…"]
        about = " · ".join(mark for mark in marks if mark)
        found.append(Text(f"{kind.zh}：{about}", f"{kind.en}: {about}"))
    return tuple(found)


def _same(words: str) -> Text:
    return Text(words, words)


def _cited() -> tuple[Text, ...]:
    """The sources that the catalogue cites, each with its note."""
    sources = read_catalogue().sources.values()
    return tuple(
        Text(
            f"{s.name.zh}{f'（{s.note.zh}）' if s.note.zh else ''}",
            f"{s.name.en}{f' ({s.note.en})' if s.note.en else ''}",
        )
        for s in sources
    )
