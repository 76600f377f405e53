"""The indicator catalogue: every indicator is an entry of a TOML file, read and checked here.

``base_*.toml`` hold the 60 base indicators of the 2025 edition, the other files the indicators of Yiju's
own edition; ``words.toml`` and ``sources.toml`` the vocabulary and the sources they may use. An entry
begins with its file's ``[defaults]``. What an entry says about a threshold carries ``source`` and ``tag``;
a tag other than ``V`` makes it provisional.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

from yiju.checkup.indicator import NO_WORDS, Answer, Band, Category, Cuts, Indicator, Tier, Variant, Yardstick
from yiju.city.services import GROUPS, SERVICES, UNITS
from yiju.errors import ConfigError, UnknownName
from yiju.text import Text

_FOLDER = Path(__file__).with_name("catalogue")
_NOT_ENTRIES = ("words.toml", "sources.toml", "peers.toml")
_PLACE_LEVELS = ("city", "district", "subdistrict", "community", "grid")
_MODES = ("bus", "rail", "ferry", "other")

_TEXTS = (
    "zh",
    "en",
    "formula_zh",
    "formula_en",
    "source",
    "tag",
    "edition",
    "level",
    "dimension",
    "unit",
    "class",
)
_LISTS = ("methods", "levels", "tables", "services", "stops", "groups", "body", "see")
_OTHERS = (
    "how", "direction", "variants", "categories", "target", "band", "cuts", "baseline", "peers", "need",
    "answered_by", "caveat_zh", "caveat_en", "screening", "parameters",
)  # fmt: skip
_REQUIRED = (*_TEXTS, "how", "direction", "methods", "tables", "body")
_VARIANT_KEYS = (
    "code", "zh", "en", "methods", "levels", "unit", "direction", "tag", "radius_m", "minutes", "services",
    "tiers", "target", "parameters",
)  # fmt: skip
_YARDSTICK_KEYS = ("value", "method", "variant", "source", "tag", "zh", "en")


@dataclass(frozen=True)
class Source:
    """A standard, guideline, report or paper that definitions and thresholds come from."""

    id: str
    name: Text
    note: Text = NO_WORDS


@dataclass(frozen=True)
class Catalogue:
    """Indicators and their vocabulary, as read from one folder."""

    indicators: Mapping[str, Indicator]
    words: Mapping[str, Mapping[str, Text]]
    sources: Mapping[str, Source]
    digest: str

    def cite(self, source: str) -> Text:
        """The full words of a citation such as ``H25 #22; GB50180 C``.

        Examples
        --------
        >>> read_catalogue().cite("H25 #22").zh
        '《城市体检工作手册（试行）》，住房城乡建设部，2025年5月 #22'
        """
        parts = [(self.sources[s.split(" ")[0]], s.partition(" ")[2]) for s in source.split("; ") if s]
        return Text(
            "；".join(f"{source.name.zh} {clause}".strip() for source, clause in parts),
            "; ".join(f"{source.name.en} {clause}".strip() for source, clause in parts),
        )


def catalogue() -> Mapping[str, Indicator]:
    """Every indicator by its id, in the order of the catalogue.

    Examples
    --------
    >>> catalogue()["L01"].name.en
    'Kindergarten coverage'
    >>> sum(i.edition == "2025" for i in catalogue().values())
    60
    """
    return read_catalogue().indicators


def indicator(indicator_id: str) -> Indicator:
    """Look up the indicator of that id.

    Raises
    ------
    UnknownName
        There is none; the nearest ids are offered.
    """
    known = catalogue()
    if indicator_id not in known:
        raise UnknownName(Text("指标", "indicator"), indicator_id, known)
    return known[indicator_id]


def word(kind: str, code: str) -> Text:
    """The words of a code of the vocabulary: a dimension, level, class, unit, grade, status, method or tag.

    Examples
    --------
    >>> word("dimensions", "resilient").zh
    '韧性'
    >>> word("grades", "overall_good").en
    'good'
    """
    return read_catalogue().words[kind][code]


@cache
def read_catalogue(folder: Path | None = None, extra: Path | None = None) -> Catalogue:
    """Read and check the catalogue of a folder, by default the one that comes with Yiju.

    Parameters
    ----------
    folder
        Folder of ``*.toml``.
    extra
        One more file of entries, e.g. a city's own indicators.

    Raises
    ------
    ConfigError
        Names the file, the indicator and the key, what is expected and what was found.
    """
    folder = folder or _FOLDER
    files = sorted(f for f in folder.glob("*.toml") if f.name not in _NOT_ENTRIES)
    files += [extra] if extra else []
    raw_words = _read(folder / "words.toml")
    words = {
        kind: {code: Text(w["zh"], w["en"]) for code, w in codes.items()} for kind, codes in raw_words.items()
    }
    sources = {
        code: Source(code, Text(s["zh"], s["en"]), Text(s.get("note_zh", ""), s.get("note_en", "")))
        for code, s in _read(folder / "sources.toml").items()
    }
    digest = sha256()
    entries: dict[str, Indicator] = {}
    for file in files:
        digest.update(file.read_bytes())
        raw = _read(file)
        defaults = raw.pop("defaults", {})
        for code, entry in raw.items():
            checker = _Checker(f"{file.name} [{code}]", words, sources)
            if code in entries:
                checker.refuse("id", "to be there once", "it stands in two files")
            entries[code] = checker.indicator(code, {**defaults, **entry})
    for code, entry in entries.items():
        _check_references(code, entry, entries)
    order = sorted(entries, key=lambda c: (c[0] != "B", _family(c), c))
    return Catalogue(
        MappingProxyType({code: entries[code] for code in order}),
        MappingProxyType(words),
        MappingProxyType(sources),
        digest.hexdigest(),
    )


def _family(code: str) -> int:
    """The base set first, then the families in the order of the reference catalogue."""
    families = "BLSFCREHGUQTZ"
    return families.index(code[0]) if code[0] in families else len(families)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
        raise ConfigError(
            Text(
                f"指标目录 {file.name} 无法读取：{cause}",
                f"{file.name} of the catalogue cannot be read: {cause}",
            )
        ) from cause


def _check_references(code: str, entry: Indicator, entries: Mapping[str, Indicator]) -> None:
    others = [
        *entry.see,
        *([entry.answered_by.indicator] if entry.answered_by else []),
        *entry.parameters.get("of", []),
    ]
    for other in others:
        if other not in entries:
            _refuse(f"[{code}]", "see, answered_by or of", "an id of the catalogue", other)
    if entry.answered_by is not None:
        answering = entries[entry.answered_by.indicator]
        codes = [v.code for v in answering.variants]
        if entry.answered_by.variant not in codes:
            _refuse(
                f"[{code}]", "answered_by.variant", f"one of {', '.join(codes)}", entry.answered_by.variant
            )


def _refuse(where: str, key: str, needs: str, given: object) -> NoReturn:
    raise ConfigError(
        Text(
            f"指标目录 {where} 的 {key}：应为（{needs}），实际为 {given!r}。",
            f"Catalogue {where}, {key}: needs to be {needs}, was given {given!r} instead.",
        )
    )


@dataclass(frozen=True)
class _Checker:
    """Turns one raw entry into an :class:`Indicator`, or says what is wrong with it."""

    where: str
    words: Mapping[str, Mapping[str, Text]]
    sources: Mapping[str, Source]

    def refuse(self, key: str, needs: str, given: object) -> NoReturn:
        _refuse(self.where, key, needs, given)

    def indicator(self, code: str, raw: Mapping[str, Any]) -> Indicator:
        for key in raw:
            if key not in (*_TEXTS, *_LISTS, *_OTHERS):
                self.refuse(key, "a key that entries have", key)
        for key in _REQUIRED:
            if key not in raw:
                self.refuse(key, "to be there", None)
        for key in _TEXTS:
            if not isinstance(raw[key], str) or (not raw[key] and key != "unit"):
                self.refuse(key, "text", raw[key])
        lists = {key: self._names(key, raw.get(key, [])) for key in _LISTS}
        self._known("dimension", [raw["dimension"]], self.words["dimensions"])
        self._known("level", [raw["level"]], self.words["levels"])
        self._known("unit", [raw["unit"]], self.words["units"])
        self._known("class", [raw["class"]], self.words["classes"])
        self._known("how", [raw["how"]], self.words["how"])
        self._known("direction", [raw["direction"]], ("higher", "lower", "band", "none"))
        self._lists_known(lists)
        self._source(raw, "")
        return Indicator(
            id=code,
            edition=raw["edition"],
            name=Text(raw["zh"], raw["en"]),
            dimension=raw["dimension"],
            level=raw["level"],
            levels=lists["levels"] or ("city",),
            unit=raw["unit"],
            direction=raw["direction"],
            computability=raw["class"],
            how=raw["how"],
            methods=lists["methods"],
            formula=Text(raw["formula_zh"], raw["formula_en"]),
            source=raw["source"],
            tag=raw["tag"],
            tables=lists["tables"],
            body=lists["body"],
            services=lists["services"],
            stops=lists["stops"],
            groups=lists["groups"] or ("all",),
            variants=tuple(self._variant(v) for v in raw.get("variants", [])) or (Variant(""),),
            categories=tuple(self._category(c, v) for c, v in raw.get("categories", {}).items()),
            target=self._yardstick("target", raw.get("target")),
            band=self._band(raw.get("band")),
            cuts=self._cuts(raw.get("cuts"), raw["direction"]),
            baseline=self._yardstick("baseline", raw.get("baseline")),
            peers=self._yardstick("peers", raw.get("peers")),
            need=self._need(raw.get("need", [])),
            answered_by=self._answer(raw.get("answered_by")),
            see=lists["see"],
            caveat=Text(raw.get("caveat_zh", ""), raw.get("caveat_en", "")),
            screening=bool(raw.get("screening", False)),
            parameters=raw.get("parameters", {}),
        )

    def _names(self, key: str, given: object) -> tuple[str, ...]:
        if not isinstance(given, list) or not all(isinstance(g, str) for g in given):
            self.refuse(key, "a list of text", given)
        return tuple(given)

    def _known(self, key: str, given: Iterable[str], known: Iterable[str]) -> None:
        known = list(known)
        for code in given:
            if code not in known:
                self.refuse(key, f"one of {', '.join(known)}", code)

    def _lists_known(self, lists: Mapping[str, tuple[str, ...]]) -> None:
        if not lists["methods"]:
            self.refuse("methods", "at least one method", [])
        self._known("methods", lists["methods"], self.words["methods"])
        self._known("levels", lists["levels"], _PLACE_LEVELS)
        self._known("services", lists["services"], SERVICES)
        self._known("stops", lists["stops"], _MODES)
        self._known("groups", lists["groups"], GROUPS)
        self._known("body", lists["body"], UNITS)

    def _source(self, raw: Mapping[str, Any], key: str) -> None:
        source, tag = raw.get("source"), raw.get("tag")
        if not isinstance(source, str) or not source:
            self.refuse(f"{key}source", "a citation such as 'H25 #22'", source)
        self._known(f"{key}source", [part.split(" ")[0] for part in source.split("; ")], self.sources)
        self._known(f"{key}tag", [str(tag)], self.words["tags"])

    def _variant(self, raw: Mapping[str, Any]) -> Variant:
        key = f"variants {raw.get('code')}"
        self._known(key, raw, _VARIANT_KEYS)
        if not isinstance(raw.get("code"), str):
            self.refuse("variants", "each to have a code", raw)
        methods, levels, services = (
            self._names(key, raw.get(k, [])) for k in ("methods", "levels", "services")
        )
        self._known(key, methods, self.words["methods"])
        self._known(key, levels, _PLACE_LEVELS)
        self._known(key, services, SERVICES)
        if "unit" in raw:
            self._known(key, [raw["unit"]], self.words["units"])
        if "tag" in raw:
            self._known(key, [raw["tag"]], self.words["tags"])
        return Variant(
            code=raw["code"],
            name=Text(raw.get("zh", ""), raw.get("en", "")),
            methods=methods,
            levels=levels,
            unit=raw.get("unit"),
            direction=raw.get("direction"),
            tag=raw.get("tag"),
            radius_m=self._number(key, raw.get("radius_m")),
            minutes=self._number(key, raw.get("minutes")),
            services=services,
            tiers=tuple(
                Tier(float(t["area_m2"]), float(t["radius_m"]), float(t["minutes"]))
                for t in raw.get("tiers", [])
            ),
            target=self._yardstick(f"{key} target", raw.get("target")),
            parameters=raw.get("parameters", {}),
        )

    def _number(self, key: str, given: object) -> float | None:
        if given is None:
            return None
        if isinstance(given, bool) or not isinstance(given, int | float) or given <= 0:
            self.refuse(key, "a positive number", given)
        return float(given)

    def _category(self, code: str, raw: Mapping[str, Any]) -> Category:
        services = self._names(f"categories.{code}", raw.get("services"))
        self._known(f"categories.{code}", services, SERVICES)
        return Category(code, Text(raw["zh"], raw["en"]), services)

    def _yardstick(self, key: str, raw: Mapping[str, Any] | None) -> Yardstick | None:
        if raw is None:
            return None
        self._known(key, raw, _YARDSTICK_KEYS)
        if not isinstance(raw.get("value"), int | float):
            self.refuse(f"{key}.value", "a number", raw.get("value"))
        self._source(raw, f"{key}.")
        return Yardstick(
            value=float(raw["value"]),
            source=raw["source"],
            tag=raw["tag"],
            method=raw.get("method", ""),
            variant=raw.get("variant"),
            what=Text(raw.get("zh", ""), raw.get("en", "")),
        )

    def _band(self, raw: Mapping[str, Any] | None) -> Band | None:
        if raw is None:
            return None
        self._source(raw, "band.")
        if not float(raw["low"]) < float(raw["high"]):
            self.refuse("band", "low below high", raw)
        what = Text(raw.get("zh", ""), raw.get("en", ""))
        return Band(float(raw["low"]), float(raw["high"]), raw["source"], raw["tag"], what)

    def _cuts(self, raw: Mapping[str, Any] | None, direction: str) -> Cuts | None:
        if raw is None:
            return None
        self._source(raw, "cuts.")
        bounds = tuple((grade, float(raw[grade])) for grade in ("very_good", "good", "fair") if grade in raw)
        values = [bound for _, bound in bounds]
        if not values or values != sorted(values, reverse=direction == "higher"):
            self.refuse("cuts", "bounds that fall from grade to grade", values)
        return Cuts(bounds, raw["source"], raw["tag"], raw.get("method", ""), raw.get("variant"))

    def _need(self, raw: object) -> tuple[Mapping[str, Any], ...]:
        entries = [raw] if isinstance(raw, Mapping) else raw
        if not isinstance(entries, list):
            self.refuse("need", "a table or a list of tables", raw)
        for entry in entries:
            self._known("need.service", [str(entry.get("service"))], SERVICES)
        return tuple(entries)

    def _answer(self, raw: Mapping[str, Any] | None) -> Answer | None:
        if raw is None:
            return None
        self._known("answered_by", raw, ("indicator", "method", "variant"))
        return Answer(raw["indicator"], raw["method"], raw["variant"])
