"""Which observation raises which need: the ``need`` entries of the indicator catalogue, read and checked.

An indicator that may raise a need says so in its catalogue entry, once or as a list::

    [[L05.need]]
    service = "elder_day_care"   # whose standard is missed
    step = "reach"               # reach, capacity or quality
    method = "network"           # default network for reach, else table
    variant = "r500"             # default for reach: the service's relaxed radius; else any variant
    level = ["community"]        # the lowest of these that has values; default: community for reach, else any
    group = ["age_60_plus"]      # default: the groups that the service is for
    standard = 60.0              # or "floor", the city's, as for reach; or "threshold", the observation's own
    miss = "below"               # or "above"
    people = "beyond"            # beyond: those not reached; group: all of the group; none: not counted
    shortfall_unit = "places"    # what is missing is counted in this unit
    minutes = 15                 # default: the variant's, else the service's

A rule of step ``reach`` reads two rungs of the ladder from one value: ``none`` where nobody of the group is
reached, ``reach`` where fewer are reached than the floor asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, NoReturn, cast, get_args

from yiju.checkup.catalogue import catalogue
from yiju.checkup.observations import METHODS
from yiju.city.services import GROUPS, SERVICES
from yiju.city.tables import LEVELS
from yiju.errors import ConfigError
from yiju.needs.contract import STEPS
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Miss = Literal["below", "above"]
Concerned = Literal["beyond", "group", "none"]

_KEYS = {
    "service", "step", "method", "variant", "level", "group", "standard", "miss", "people", "shortfall_unit",
    "minutes",
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One way in which an indicator raises a need; no variants and no levels mean any."""

    indicator: str
    service: str
    step: str
    method: str
    variants: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    standard: float | Literal["floor", "threshold"] = "threshold"
    miss: Miss = "below"
    people: Concerned = "none"
    shortfall_unit: str | None = None
    minutes: int | None = None
    radius_m: float | None = None

    @property
    def drive(self) -> bool:
        """Whether the service comes by car, as a fire engine does, and its minutes are of driving."""
        return SERVICES[self.service].mode == "drive"

    def raises(self, indicator: object, service: str, step: str) -> bool:
        """Whether a need of this service and step can rest on this rule of that indicator."""
        rung = "reach" if step == "none" else step
        return self.indicator == indicator and self.service == service and self.step == rung

    @property
    def entitled(self) -> tuple[str, ...]:
        """The groups that the rule is about."""
        return self.groups or SERVICES[self.service].groups or ("all",)


def rule_from(indicator: str, entry: Mapping[str, object]) -> Rule:
    """The rule of one ``need`` entry.

    Raises
    ------
    ConfigError
        Names the indicator, the field and what it needs to be.

    Examples
    --------
    >>> rule = rule_from("L05", {"service": "elder_day_care", "step": "reach"})
    >>> rule.method, rule.variants, rule.levels, rule.minutes
    ('network', ('r500',), ('community',), 10)
    """
    unknown = sorted(set(entry) - _KEYS)
    if unknown:
        _refuse(indicator, unknown[0], f"one of {', '.join(sorted(_KEYS))}")
    service, step = str(entry.get("service")), str(entry.get("step"))
    _known(indicator, "service", (service,), SERVICES)
    _known(indicator, "step", (step,), STEPS[1:])
    reach, miss = step == "reach", str(entry.get("miss", "below"))
    method = str(entry.get("method", "network" if reach else "table"))
    variants, levels, groups = (_names(entry.get(k)) for k in ("variant", "level", "group"))
    people = str(entry.get("people", "beyond" if reach else "none"))
    for key, given, known in (
        ("miss", (miss,), get_args(Miss)),
        ("method", (method,), METHODS),
        ("level", levels, LEVELS),
        ("group", groups, GROUPS),
        ("people", (people,), get_args(Concerned)),
    ):
        _known(indicator, key, given, known)
    widest_m = SERVICES[service].widest_m
    if reach and not variants and widest_m is not None:
        variants = (f"r{widest_m:.0f}",)
    minutes = entry.get("minutes", _minutes(indicator, service, variants) if method == "network" else None)
    return Rule(
        indicator=indicator,
        service=service,
        step=step,
        method=method,
        variants=variants,
        levels=levels or (("community",) if reach else ()),
        groups=groups,
        standard=_standard(
            indicator, entry.get("standard", "floor" if reach and miss == "below" else "threshold")
        ),
        miss=cast("Miss", miss),
        people=cast("Concerned", people),
        shortfall_unit=cast("str | None", entry.get("shortfall_unit")),
        minutes=None if minutes is None else round(cast("float", minutes)),
        radius_m=_radius_m(indicator, variants) if method == "network" else None,
    )


@cache
def need_rules() -> tuple[Rule, ...]:
    """The rules of the whole catalogue, in its order."""
    return tuple(
        rule_from(indicator.id, entry) for indicator in catalogue().values() for entry in indicator.need
    )


def _names(given: object) -> tuple[str, ...]:
    if given is None:
        return ()
    return (given,) if isinstance(given, str) else tuple(cast("Iterable[str]", given))


def _minutes(indicator: str, service: str, variants: tuple[str, ...]) -> int | None:
    """Minutes of the widest variant, as the catalogue has them, else the service's own."""
    known = catalogue().get(indicator)
    wide = [] if known is None else [known.variant(code) for code in variants]
    given = [v.minutes for v in wide] + [tier.minutes for v in wide for tier in v.tiers]
    minutes = max((m for m in given if m is not None), default=SERVICES[service].minutes)
    return None if minutes is None else round(minutes)


def _radius_m(indicator: str, variants: tuple[str, ...]) -> float | None:
    """The one radius of the variants; None where it differs by the size of the site."""
    known = catalogue().get(indicator)
    wide = [] if known is None else [known.variant(code) for code in variants]
    radii = {r for v in wide for r in (v.radius_m, *(tier.radius_m for tier in v.tiers)) if r is not None}
    return radii.pop() if len(radii) == 1 else None


def _standard(indicator: str, given: object) -> float | Literal["floor", "threshold"]:
    if given == "floor" or given == "threshold":  # noqa: PLR1714 - mypy narrows this one
        return given
    if isinstance(given, bool) or not isinstance(given, int | float):
        _refuse(indicator, f"standard = {given!r}", "a number, floor or threshold")
    return float(given)


def _known(indicator: str, key: str, given: Iterable[str], known: Iterable[str]) -> None:
    strange = [g for g in given if g not in known]
    if strange:
        _refuse(indicator, f"{key} = {strange[0]!r}", f"one of {', '.join(known)}")


def _refuse(indicator: str, found: str, needs: str) -> NoReturn:
    raise ConfigError(
        Text(
            f"指标 {indicator} 的 need 条目：{found} 无法使用，应为 {needs}。",
            f"The need entry of indicator {indicator}: {found} cannot be used; it needs to be {needs}.",
        )
    )
