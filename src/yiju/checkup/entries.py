"""One entry of the catalogue: checked key by key, and made into an :class:`Indicator`.

A key that entries do not have, a code that the vocabulary does not have, or a number that cannot be is refused with
file, indicator and key, what is expected and what was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from yiju.checkup.indicator import Answer, Band, Category, Cuts, Indicator, Tier, Variant, Yardstick
from yiju.city.services import GROUPS, SERVICES, UNITS
from yiju.errors import ConfigError
from yiju.text import Text

_PLACE_LEVELS = ("city", "district", "subdistrict", "community", "grid")
_MODES = ("bus", "rail", "ferry", "other")

_TEXTS = (
    "zh", "en", "formula_zh", "formula_en", "source", "tag", "edition", "level", "dimension", "unit", "class",
)  # fmt: skip
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


def refuse(where: str, key: str, needs: str, given: object) -> NoReturn:
    """Say what is wrong with an entry.

    Raises
    ------
    ConfigError
        Always.
    """
    raise ConfigError(
        Text(
            f"指标目录 {where} 的 {key}：应为（{needs}），实际为 {given!r}。",
            f"Catalogue {where}, {key}: needs to be {needs}, was given {given!r} instead.",
        )
    )


@dataclass(frozen=True)
class EntryChecker:
    """Turns one raw entry into an :class:`Indicator`, or says what is wrong with it."""

    where: str
    words: Mapping[str, Mapping[str, Text]]
    sources: Iterable[str]

    def refuse(self, key: str, needs: str, given: object) -> NoReturn:
        """Say what is wrong with this entry; see :func:`refuse`."""
        refuse(self.where, key, needs, given)

    def indicator(self, code: str, raw: Mapping[str, Any]) -> Indicator:
        """The indicator of a raw entry, its file's defaults already under it.

        Raises
        ------
        ConfigError
            Names the key, what is expected and what was found.
        """
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
