"""Inclusive services have options: each with public money for each place, and all of them under a price ceiling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yiju.city.services import service
from yiju.needs.advice import is_severed
from yiju.supply.lanes.amounts import amount_of
from yiju.supply.lanes.answer import Answer, cost_source, duty, money, so_much
from yiju.supply.lanes.basic import guaranteed, way
from yiju.supply.lanes.terms import price_of
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yiju.supply.lanes.amounts import Amount
    from yiju.supply.lanes.premises import Register
    from yiju.supply.lanes.terms import Price
    from yiju.supply.plan.unit_costs import UnitCosts

_CLASSES = "“十四五”公共服务规划（普惠性非基本公共服务）"


def supported(need: Mapping[str, Any], year: int, costs: UnitCosts, register: Register) -> Iterator[Answer]:
    """The options of a service, in the order in which its class names them."""
    amount = amount_of(need, costs)
    if amount is None or need["step"] == "quality":
        yield from guaranteed(need, year, costs, register)
        return
    whose, price = duty(need, year), price_of(need["service"], amount.of.price_ceiling_yuan)
    if need["step"] in ("none", "reach") and is_severed(need["evidence"]):
        yield way(whose)
    for means in service(need["service"]).options:
        if means.code == "purchase":
            yield _purchase(need, amount, price, whose)
        elif means.code == "partnership":
            yield _partnership(need, amount, price, whose, register)
        elif means.code == "subsidy":
            yield _subsidy(need, amount, price, whose)
        elif means.code == "price_ceiling":
            yield _ceiling(need, price)


def _purchase(need: Mapping[str, Any], amount: Amount, price: Price | None, whose: Text) -> Answer:
    """Places bought from who is there; where nobody reaches anything, there is none to buy from."""
    each, name = amount.of.buy_yuan_per_place, service(need["service"]).name
    if need["step"] == "none":
        return Answer(
            "purchase",
            Text(
                f"步行范围内没有可购买的{name.zh}机构：先有场地，再谈购买。",
                f"There is no provider of {name.en} within the walk to buy from: premises come first.",
            ),
            applies=False,
            price=price,
            source=_CLASSES,
        )
    whole = each * amount.places
    return _priced(
        "purchase",
        Text(
            f"向已有机构购买{amount.places:,}位三年，每位{money(each).zh}，共{money(whole).zh}",
            f"Buy {amount.places:,} places for three years from providers that are there, {money(each).en} each, "
            f"{money(whole).en} in all",
        ),
        (need, amount, price, whose),
        whole,
    )


def _partnership(
    need: Mapping[str, Any], amount: Amount, price: Price | None, whose: Text, register: Register
) -> Answer:
    """Premises made ready by government; a partner fits them out and runs them."""
    where, what = register.premises(need, amount), so_much(need, amount)
    whole = where.ready_yuan
    return _priced(
        "partnership",
        Text(
            f"政府备好场地：{what.zh}，{where.words.zh}，约{money(whole).zh}；合作方出资装修设备"
            f"约{money(where.fit_out_yuan).zh}并运营",
            f"Government makes premises ready: {what.en}, {where.words.en}, about {money(whole).en}; a partner fits "
            f"them out for about {money(where.fit_out_yuan).en} and runs them",
        ),
        (need, amount, price, whose),
        whole,
    )


def _subsidy(need: Mapping[str, Any], amount: Amount, price: Price | None, whose: Text) -> Answer:
    """Public money for each place of who builds at his own expense."""
    each = amount.of.partner_yuan_per_place
    whole = each * amount.places
    return _priced(
        "subsidy",
        Text(
            f"社会力量自建{amount.places:,}位，每位补助{money(each).zh}，共{money(whole).zh}",
            f"Others build {amount.places:,} places at their own expense for a grant of {money(each).en} each, "
            f"{money(whole).en} in all",
        ),
        (need, amount, price, whose),
        whole,
    )


def _priced(
    option: str,
    text: Text,
    case: tuple[Mapping[str, Any], Amount, Price | None, Text],
    cost_yuan: float,
) -> Answer:
    """An option with its money, its price and whose duty it is."""
    need, amount, price, whose = case
    return Answer(
        option,
        Text(f"{text.zh}；{whose.zh}。", f"{text.en}; {whose.en}."),
        amount=float(amount.places),
        unit="places",
        cost_yuan=cost_yuan,
        price=price,
        source=cost_source(need, amount),
        provisional=True,
    )


def _ceiling(need: Mapping[str, Any], price: Price | None) -> Answer:
    """The price to which all who are supported keep."""
    name = service(need["service"]).name
    if price is None:
        return Answer(
            "price_ceiling",
            Text(
                f"{name.zh}没有已知的价格上限，由市、县价格主管部门确定。",
                f"No price ceiling of {name.en} is known; the price authority of the city or county sets it.",
            ),
            source=_CLASSES,
        )
    return Answer(
        "price_ceiling",
        Text(
            f"享受支持的机构收费{price.words.zh}；由市、县价格主管部门确定。",
            f"Who is supported charges {price.words.en}; the price authority of the city or county sets it.",
        ),
        price=price,
        source=price.source,
        provisional=price.provisional,
    )
