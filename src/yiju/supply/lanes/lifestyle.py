"""Lifestyle services are opened by the market: does demand support a shop there, and what stands in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yiju.city.services import service
from yiju.needs.advice import advice, is_severed
from yiju.needs.wording import count_missing, count_people, percent
from yiju.supply.lanes.answer import Answer, duty
from yiju.supply.lanes.basic import way
from yiju.supply.lanes.terms import shop_terms
from yiju.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yiju.supply.lanes.custom import Custom
    from yiju.supply.lanes.terms import ShopTerms

_CIRCLE = "一刻钟便民生活圈; “十四五”公共服务规划（生活服务）"


def opened(need: Mapping[str, Any], year: int, custom: Custom | None) -> Iterator[Answer]:
    """The market first, with a smaller kind of shop if need be; else public premises or a low rent."""
    whose = duty(need, year)
    if need["step"] in ("none", "reach") and is_severed(need["evidence"]):
        yield way(whose)
    terms = shop_terms(need["service"])
    if custom is None or terms is None:
        yield _published(need, whose)
        return
    verdict = _verdict(custom, terms)
    if custom.alone >= terms.people or custom.together is not None:
        yield _demanded("market", verdict, (custom, terms), more=_hurdles(terms))
        return
    smaller = shop_terms(terms.smaller) if terms.smaller else None
    if terms.smaller and smaller and custom.alone >= smaller.people:
        name = service(terms.smaller).name
        text = Text(
            f"{verdict.zh}；但可支撑较小的{name.zh}（约需{smaller.people:,.0f}人）",
            f"{verdict.en}; but it supports a {name.en}, which needs about {smaller.people:,.0f}",
        )
        yield _demanded("market", text, (custom, smaller), more=_hurdles(smaller))
        return
    share = percent(min(custom.alone / terms.people, 1.0))
    offer = Text(
        f"以国有铺位或低租金引入小型店：客源为自立所需的{share}；流动服务、配送也可补位",
        f"Bring in a small one with public premises or a low rent: it has {share} of the custom that it needs "
        "to live; a van or delivery may do as well",
    )
    yield _demanded("market", verdict, (custom, terms), applies=False)
    yield _demanded("partnership", offer, (custom, terms), more=Text(f"；{whose.zh}", f"; {whose.en}"))


def _hurdles(terms: ShopTerms) -> Text:
    """What a city can make easier."""
    return Text(
        "；公布缺口与客流，由市场开设；开办条件：" + "、".join(h.what.zh for h in terms.hurdles),
        ". Publish gap and demand; in its way: " + "; ".join(h.what.en for h in terms.hurdles),
    )


def _verdict(custom: Custom, terms: ShopTerms) -> Text:
    """Whether demand supports a shop, in words with both numbers."""
    need = Text(
        f"自立约需{terms.people:,.0f}人（暂定）", f"it needs about {terms.people:,.0f} to live (provisional)"
    )
    if custom.together is not None:
        n = count_people(custom.together, "all", modelled=True)
        return Text(
            f"需求支撑开店：预计可得{n.zh}，{need.zh}",
            f"Demand supports a shop: it may expect {n.en}, and {need.en}",
        )
    n = count_people(custom.alone, "all", modelled=True)
    if custom.alone >= terms.people:
        return Text(
            f"单独开店可得{n.zh}，{need.zh}；与邻近社区只够支撑一家，宜合开",
            f"A shop alone may expect {n.en}, and {need.en}; with the neighbouring place there is custom for one only: "
            "share it",
        )
    return Text(
        f"需求不足以支撑开店：预计可得{n.zh}，{need.zh}",
        f"Demand does not support a shop: it may expect {n.en}, and {need.en}",
    )


def _demanded(
    option: str,
    text: Text,
    case: tuple[Custom, ShopTerms],
    *,
    applies: bool = True,
    more: Text | None = None,
) -> Answer:
    """An answer that rests on whom a shop may expect."""
    custom, terms = case
    then = more or Text("", "")
    return Answer(
        option,
        Text(f"{text.zh}{then.zh}。", f"{text.en}{then.en}."),
        applies=applies,
        expected_people=custom.alone if custom.together is None else custom.together,
        threshold_people=terms.people,
        source="; ".join([terms.source, *(h.source for h in terms.hurdles)]),
        provisional=True,
    )


def _published(need: Mapping[str, Any], whose: Text) -> Answer:
    """Where nobody knows what a shop needs: the gap itself is published."""
    missing, unit = need["shortfall"], need["shortfall_unit"]
    advised = advice(need)
    if need["step"] == "capacity" and isinstance(missing, float) and missing > 0 and isinstance(unit, str):
        short = count_missing(missing, unit)
        advised = Text(
            f"公布缺口{short.zh}，降低用地、报装与用途转换门槛，由市场投资",
            f"Publish that {short.en} are missing; ease land, connection and change of use; the market invests",
        )
    return Answer(
        "market", Text(f"{advised.zh}；{whose.zh}。", f"{advised.en}; {whose.en}."),
        source=f"{_CIRCLE}; {service(need['service']).source}",
    )  # fmt: skip
