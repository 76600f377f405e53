"""One answer, and the words that all lanes share: money, amounts, duty and date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yiju.city.services import UNITS, service
from yiju.needs.wording import plain_number
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yiju.supply.lanes.amounts import Amount
    from yiju.supply.lanes.terms import Price

NOBODY_SAYS = Text("无现成的规模与单价，费用未知", "nobody says its size, so the cost is not known")


@dataclass(frozen=True)
class Answer:
    """An instrument applied to a need; unknown is ``None``.

    Attributes
    ----------
    applies
        Whether it can answer this need; if not, ``text`` says why.
    amount, unit
        How much, in ``places`` or ``m2``.
    cost_yuan
        Public money in all.
    expected_people, threshold_people
        Whom a new shop may expect, and whom it needs.
    """

    option: str
    text: Text
    applies: bool = True
    amount: float | None = None
    unit: str | None = None
    cost_yuan: float | None = None
    price: Price | None = None
    expected_people: float | None = None
    threshold_people: float | None = None
    source: str = ""
    provisional: bool = False

    def row(self, need: Mapping[str, Any], year: int) -> dict[str, Any]:
        """Its row in the table of answers to the check-up of a year."""
        per_unit = self.cost_yuan / self.amount if self.cost_yuan is not None and self.amount else None
        return {
            "need_id": need["need_id"],
            "lane": need["service_class"],
            "option": self.option,
            "applies": self.applies,
            "text_zh": self.text.zh,
            "text_en": self.text.en,
            "amount": self.amount,
            "unit": self.unit,
            "unit_cost_yuan": per_unit,
            "cost_yuan": self.cost_yuan,
            "price_ceiling_yuan": self.price and self.price.ceiling_yuan,
            "price_per": self.price and self.price.per,
            "expected_people": self.expected_people,
            "threshold_people": self.threshold_people,
            "duty_unit": need["lead_unit"],
            "due_year": year + 1 if need["deadline_class"] == "deadline" else None,
            "source": self.source,
            "provisional": self.provisional,
        }


def duty(need: Mapping[str, Any], year: int) -> Text:
    """Who answers for a need, and by when: the first body of its class, its lead unit, the next check-up."""
    body, lead = service(need["service"]).bodies[0].name, UNITS[need["lead_unit"]].name
    if need["deadline_class"] == "deadline":
        by = Text(f"限{year + 1}年体检前办结", f"to be met by the check-up of {year + 1}")
    else:
        by = Text("列入提升计划、尽力而为", "by best effort, in the improvement plan")
    return Text(f"{body.zh}负责，{lead.zh}牵头，{by.zh}", f"duty of {body.en}, led by the {lead.en}, {by.en}")


def money(yuan: float) -> Text:
    """A sum as one would say it.

    Examples
    --------
    >>> money(1_234_000.0).zh, money(1_234_000.0).en, money(9_000.0).en
    ('123万元', '1.23 million yuan', '9,000 yuan')
    """
    said = float(f"{yuan:.3g}")
    zh = f"{plain_number(said / 1e4)}万元" if said >= 1e4 else f"{plain_number(said)}元"
    en = f"{plain_number(said / 1e6)} million yuan" if said >= 1e6 else f"{plain_number(said)} yuan"
    return Text(zh, en)


def so_much(need: Mapping[str, Any], amount: Amount) -> Text:
    """An amount in words: sites, places and floor."""
    name, floor = service(need["service"]).name, plain_number(amount.floor_area_m2)
    sites = Text(f"{amount.sites}处", "1 site" if amount.sites == 1 else f"{amount.sites} sites")
    places = _counts_places(need)
    return Text(
        f"{name.zh}{sites.zh}（{f'{amount.places:,}位，' if places else ''}{floor}平方米）",
        f"{name.en} at {sites.en} ({f'{amount.places:,} places, ' if places else ''}{floor} m²)",
    )


def measured(need: Mapping[str, Any], amount: Amount) -> tuple[float, str]:
    """The amount as a number with its unit: places where they are what counts, else floor."""
    return (float(amount.places), "places") if _counts_places(need) else (amount.floor_area_m2, "m2")


def _counts_places(need: Mapping[str, Any]) -> bool:
    return (
        service(need["service"]).service_class == "inclusive" or need.get("shortfall_unit") == "school_places"
    )


def cost_source(need: Mapping[str, Any], amount: Amount) -> str:
    """Where size and unit costs come from."""
    own = "city.toml" if amount.of.own else "unit_costs.toml（暂定）"
    return "; ".join(filter(None, [service(need["service"]).source, amount.of.source, own]))
