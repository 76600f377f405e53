"""What an indicator is: definition, variants, yardsticks and grounds, as the catalogue gives them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

Direction = Literal["higher", "lower", "band", "none"]
How = Literal["computed", "table", "store"]

# The tag of what was read in its source; everything else is provisional (standards.md section 0)
VERIFIED = "V"
NO_WORDS = Text("", "")


@dataclass(frozen=True)
class Yardstick:
    """A number that a value is held against: a target, a national baseline, or what peers have.

    ``method`` and ``variant`` say which reading it belongs to; empty means any.
    """

    value: float
    source: str
    tag: str
    method: str = ""
    variant: str | None = None
    what: Text = NO_WORDS

    @property
    def provisional(self) -> bool:
        """Whether nobody has read it in its source."""
        return self.tag != VERIFIED

    def holds_for(self, method: str, variant: str) -> bool:
        """Whether a value of that reading may be held against it: official and network never mix."""
        return self.method in ("", method) and self.variant in (None, variant)


@dataclass(frozen=True)
class Band:
    """An interval inside which a value is balanced."""

    low: float
    high: float
    source: str
    tag: str
    what: Text = NO_WORDS


@dataclass(frozen=True)
class Cuts:
    """Bounds of the grades at city level, best first; a grade without a bound is not given."""

    bounds: tuple[tuple[str, float], ...]
    source: str
    tag: str
    method: str = ""
    variant: str | None = None

    def holds_for(self, method: str, variant: str) -> bool:
        """Whether they grade a value of that method and variant."""
        return self.method in ("", method) and self.variant in (None, variant)


@dataclass(frozen=True)
class Tier:
    """Facilities of at least that area serve within that radius, or that walk."""

    area_m2: float
    radius_m: float
    minutes: float


@dataclass(frozen=True)
class Category:
    """A kind of daily need that any of several services answers."""

    code: str
    name: Text
    services: tuple[str, ...]


@dataclass(frozen=True)
class Variant:
    """One reading of an indicator's parameters, e.g. ``r300``; the empty code is the only one."""

    code: str
    name: Text = NO_WORDS
    methods: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    unit: str | None = None
    direction: Direction | None = None
    tag: str | None = None
    radius_m: float | None = None
    minutes: float | None = None
    services: tuple[str, ...] = ()
    tiers: tuple[Tier, ...] = ()
    target: Yardstick | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """The observation of another indicator that is this one's number."""

    indicator: str
    method: str
    variant: str


@dataclass(frozen=True)
class Indicator:
    """One entry of the catalogue.

    Attributes
    ----------
    id, edition
        What it is called in observations: ``B01`` to ``B60`` of edition ``2025``, the others of ``yiju-1``.
    level
        The official level at which it is defined: housing, community, block or city.
    levels
        The levels of places at which it is reported.
    computability
        A open data, A* open data with a trustworthy facility layer, B official table or log, C inspection
        only.
    need
        How it raises a need; :mod:`yiju.needs.rules` has the form.
    """

    id: str
    edition: str
    name: Text
    dimension: str
    level: str
    levels: tuple[str, ...]
    unit: str
    direction: Direction
    computability: str
    how: How
    methods: tuple[str, ...]
    formula: Text
    source: str
    tag: str
    tables: tuple[str, ...]
    body: tuple[str, ...]
    services: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    groups: tuple[str, ...] = ("all",)
    variants: tuple[Variant, ...] = (Variant(""),)
    categories: tuple[Category, ...] = ()
    target: Yardstick | None = None
    band: Band | None = None
    cuts: Cuts | None = None
    baseline: Yardstick | None = None
    peers: Yardstick | None = None
    need: tuple[Mapping[str, Any], ...] = ()
    answered_by: Answer | None = None
    see: tuple[str, ...] = ()
    caveat: Text = NO_WORDS
    screening: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def provisional(self) -> bool:
        """Whether the definition or a yardstick of it was not read in its source."""
        yardsticks = [
            y.tag for y in (self.target, self.band, self.cuts, self.baseline, self.peers) if y is not None
        ]
        return any(tag != VERIFIED for tag in (self.tag, *yardsticks))

    @property
    def headline(self) -> tuple[str, str]:
        """Method and variant of the number that stands for the indicator where only one is shown."""
        first = self.variants[0]
        return (first.methods or self.methods)[0], first.code

    def variant(self, code: str) -> Variant:
        """The variant of that code; a plain one where the catalogue has none such."""
        return next((v for v in self.variants if v.code == code), Variant(code))

    def methods_of(self, variant: Variant) -> tuple[str, ...]:
        """The methods in which a variant is computed."""
        return variant.methods or self.methods

    def levels_of(self, variant: Variant) -> tuple[str, ...]:
        """The levels at which a variant is reported."""
        return variant.levels or self.levels

    def unit_of(self, variant: Variant) -> str:
        """The unit of a variant, a code of ``words.toml``."""
        return self.unit if variant.unit is None else variant.unit

    def direction_of(self, variant: Variant) -> Direction:
        """Which way is better."""
        return variant.direction or self.direction

    def provisional_in(self, variant: Variant) -> bool:
        """Whether the definition of that variant was not read in its source."""
        return (variant.tag or self.tag) != VERIFIED
